"""Give up a payment that has a nonce and that no version was stored of, without leaving a gap behind it."""

from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.errors import WrongState
from tokenpay.money.amount import Amount
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.intent import ChainParty, Purpose
from tokenpay.payments.payment import Payment, PaymentState, Reason, Refusal
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.no_op_gas import no_op_gas, no_op_gas_of
from tokenpay.steps.propose import Draft, propose
from tokenpay.steps.record import record


def abandon(
    bank: Bank, payment: Payment, *, reasons: tuple[Reason, ...], never_signed: bool, by: Session
) -> Payment | None:
    """Fail an assigned payment that nothing was sent of, and give back its funds.

    The last nonce goes back to the allocator where the signer has told that no signature over it exists
    (`never_signed`): of any other nonce the signer may remember the payment, and it signs nothing there but a no-op.
    That no-op, of the treasury to itself, takes it over and is returned: nothing waits behind a gap. Raises WrongState
    for a payment that a version is stored of, and where no no-op is cleared now.
    """
    chain_id = payment.intent.amount.asset.chain_id or 0
    with bank.store.read() as uow:
        followed = uow.chains.get(chain_id)
        native = uow.assets.get(followed.native_asset_id).asset
    fill: Payment | None = None
    gas_limit = 0
    if not never_signed or followed.next_nonce != (payment.nonce or 0) + 1:
        gas_limit = no_op_gas_of(no_op_gas(bank, chain_id, followed.treasury), payment.gas_limit)
        itself = ChainParty(chain_id, followed.treasury)
        draft = Draft(
            purpose=Purpose.FILL, debtor=itself, creditor=itself, amount=Amount(native, 0), related=payment.id
        )
        made = propose(bank, draft, by=by, key=f"engine/fill/{payment.id}", permission=Permission.RUN_ENGINE)
        if isinstance(made, Refusal):
            raise WrongState(made.reasons[0].message, payment=payment.id)
        fill = made
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        followed = uow.chains.get(chain_id, lock=True)
        standing = uow.payments.lock_all([payment.id, fill.id] if fill is not None else [payment.id])
        payment = standing[payment.id]
        if payment.state is not PaymentState.ASSIGNED or uow.attempts.signed(payment.id):
            raise WrongState("the payment was signed: its bytes are sent until they are included", payment=payment.id)
        movements.give_back(uow, payment)
        failed = replace(payment.to(PaymentState.FAILED, at_s=bank.clock.now_s(), reasons=reasons), nonce=None)
        uow.payments.update(failed, was=PaymentState.ASSIGNED)
        uow.carried.drop(payment.id)
        if fill is not None:
            fill = standing[fill.id]
            assigned = replace(
                fill.to(PaymentState.ASSIGNED, at_s=bank.clock.now_s()),
                nonce=payment.nonce,
                gas_limit=gas_limit,
                fee_cap_wei=payment.fee_cap_wei,
            )
            movements.reserve_gas(uow, bank, assigned, clearance_id=uow.clearances.of(fill.id).id)
            uow.payments.update(assigned, was=PaymentState.CLEARED)
            fill = assigned
        elif followed.next_nonce == (payment.nonce or 0) + 1:
            uow.chains.set_next_nonce(chain_id, payment.nonce or 0)
        else:
            raise WrongState("another payment took the next nonce meanwhile; try again", payment=payment.id)
        record(uow, bank, operator, "payment.failed", payment.id, {"reasons": [reason.code for reason in reasons]})
        return fill
