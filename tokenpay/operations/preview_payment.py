"""What the gate would say to a payment now: nothing is written, nothing reserved, nothing promised."""

from dataclasses import dataclass, replace
from enum import StrEnum

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.decision import Answer, Decision
from tokenpay.errors import NotPermitted, TokenpayError, answered
from tokenpay.ethereum.fees import with_margin
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.parties.operator import Permission, Role
from tokenpay.parties.session import Session
from tokenpay.payments.intent import ChainParty, Intent, Party, Rail, parse_party
from tokenpay.payments.outgoing import call_of
from tokenpay.payments.payment import Refusal
from tokenpay.payments.payment_order import PaymentOrder
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import authorize, customers_of
from tokenpay.steps.enter_case import match_case
from tokenpay.steps.named_parties import named_parties
from tokenpay.steps.payment_draft import payment_draft
from tokenpay.steps.propose import Weighed, freeze, weigh
from tokenpay.steps.record import record
from tokenpay.steps.shown import reasons_shown
from tokenpay.store.unit_of_work import UnitOfWork


class PayeeStanding(StrEnum):
    """What a payee is to the bank and to who pays."""

    KNOWN = "known"
    NEW_TO_CUSTOMER = "new_to_customer"
    NEW_TO_BANK = "new_to_bank"
    OWN_ADDRESS = "own_address"
    REQUEST_ADDRESS = "request_address"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPreview:
    """What would be decided if it were asked now; it is no promise: the gate decides when the payment is made.

    `payee_customer_id` is the customer who is paid, or whose request's address it is; a customer's session is not
    told of another's, nor whether others paid the payee before. `network_fee` is what the chain would cost the bank,
    which bears it; None in the books, and where the chain did not say.
    """

    decision: Decision
    payee: PayeeStanding
    payee_customer_id: str
    network_fee: Amount | None


def preview_payment(
    bank: Bank,
    *,
    debtor: Party | str,
    creditor: Party | str,
    amount: Amount,
    by: Session,
    request_id: str = "",
    remittance_information: str = "",
    ask_chain: bool = True,
    proposal_id: str = "",
) -> PaymentPreview:
    """Return what `pay` with the same content would meet now, with every reason, and leave no trace of having asked.

    But for one: a customer who asks about who is on a list, or may be, may be asking who is, so that is recorded, with
    the case about it.

    `ask_chain=False` goes without the network fee: for a terminal without a node, and where nobody should wait for
    one. With a `proposal_id` it is what that proposal of a policy would say: for those who may decide on one.
    Raises as `pay` does, but for keys.
    """
    order = PaymentOrder(
        debtor=debtor,
        creditor=creditor,
        amount=amount,
        request_id=request_id,
        remittance_information=remittance_information,
    )
    draft, permission = payment_draft(order)
    of = customers_of(draft.debtor)
    with bank.store.trial() as uow:
        operator = authorize(uow, bank, by, permission, of=of)
        if proposal_id:
            if not operator.may(Permission.POLICY):
                raise NotPermitted("a proposed policy is tried by who may decide on it")
            uow.policies.suppose(uow.policies.proposal(proposal_id).policy)
        intent = freeze(uow, bank, operator, draft)
        decision = _decision(weigh(uow, bank, draft, intent, by=by))
        payee, customer_id = _payee(uow, intent)
        route = _route(uow, intent)
    is_customer = operator.role is Role.CUSTOMER
    if is_customer:
        _record_match(bank, intent, decision, by=by)
    may_know = not is_customer or customer_id in (*of, *customers_of(intent.creditor))
    if is_customer and payee is PayeeStanding.NEW_TO_BANK:  # whom others paid is theirs to know
        payee = PayeeStanding.NEW_TO_CUSTOMER
    return PaymentPreview(
        decision=replace(
            decision,
            reasons=reasons_shown(operator, decision.reasons),
            grave=() if is_customer else decision.grave,
        ),
        payee=payee,
        payee_customer_id=customer_id if may_know else "",
        network_fee=_network_fee(bank, intent, *route) if ask_chain and route is not None else None,
    )


def _record_match(bank: Bank, intent: Intent, decision: Decision, *, by: Session) -> None:
    codes = [reason.code for reason in decision.reasons]
    if not {"screening.match", "screening.possible_match"} & {*codes}:
        return
    told: dict[str, Value] = {"intent": intent.hash().hex(), "reasons": [*codes]}
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.PAY, of=customers_of(intent.debtor))
        cases = _name_cases(uow, intent)
        if "screening.match" in codes:
            cases.append(match_case(uow, bank, operator, intent))
        for case in cases:
            record(uow, bank, operator, "payment.previewed", case.id, told)


def _name_cases(uow: UnitOfWork, intent: Intent) -> list[Case]:
    found = (case for party in named_parties(uow, intent) for case in uow.cases.find(CaseKind.POSSIBLE_MATCH, party.id))
    return [case for case in found if case.is_open]


def _decision(weighed: Weighed | Refusal) -> Decision:
    if isinstance(weighed, Refusal):
        return Decision(answer=Answer.REFUSE, reasons=weighed.reasons)
    if isinstance(weighed.gate, Clearance):
        return Decision(answer=Answer.ALLOW, reasons=())
    return weighed.gate


def _payee(uow: UnitOfWork, intent: Intent) -> tuple[PayeeStanding, str]:
    """Return what the payee is, and the customer behind it, if any."""
    creditor, customer_id = intent.creditor, "".join(customers_of(intent.creditor))
    if isinstance(creditor, ChainParty):
        issued = uow.requests.by_address(creditor.chain_id, [creditor.address]).get(creditor.address.text)
        if issued is not None:
            return PayeeStanding.REQUEST_ADDRESS, "".join(customers_of(parse_party(issued.request.payee)))
        if creditor.address == uow.chains.treasury(creditor.chain_id):
            return PayeeStanding.OWN_ADDRESS, ""
    if uow.payments.paid_before(creditor=str(creditor), debtor=str(intent.debtor)):
        return PayeeStanding.KNOWN, customer_id
    if uow.payments.paid_before(creditor=str(creditor)):
        return PayeeStanding.NEW_TO_CUSTOMER, customer_id
    return PayeeStanding.NEW_TO_BANK, customer_id


def _route(uow: UnitOfWork, intent: Intent) -> tuple[int, Address, Asset] | None:
    """Return the chain a payment goes over, who sends it there and the coin that pays for it; None for the books."""
    if not isinstance(intent.creditor, ChainParty) or intent.rail is not Rail.CHAIN:
        return None
    followed = uow.chains.get(intent.creditor.chain_id)
    return followed.chain_id, followed.treasury, uow.assets.get(followed.native_asset_id).asset


def _network_fee(bank: Bank, intent: Intent, chain_id: int, treasury: Address, coin: Asset) -> Amount | None:
    """Return what the transaction would cost at today's fees, its gas with a margin; None where nobody says."""
    try:
        chain = bank.chain(chain_id)
        gas = answered(chain.estimate_gas([call_of(intent, None)], sender=treasury)[0])
        return Amount(coin, with_margin(gas) * (chain.head().base_fee_wei + chain.priority_fee_wei()))
    except TokenpayError:
        return None
