"""Judge deposits in final blocks: credited, held in suspense or blocked, each as the chain really holds it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.compliance.screening import Verdict, screen
from tokenpay.ethereum.observed import Holding
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import TransferState
from tokenpay.parties.customer import CustomerStatus
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import BELIEVABLE_UNITS, Deposit, DepositOutcome, DepositState
from tokenpay.payments.intent import ChainParty
from tokenpay.payments.matching import GroupVerdict, match_group
from tokenpay.payments.payment import PaymentState
from tokenpay.requests.request_state import RequestState, Taken, after_payment
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.record import record
from tokenpay.store.request_store import IssuedRequest
from tokenpay.store.unit_of_work import UnitOfWork

_Group = tuple[str, str, int]
"""(asset id, deposit address, block number)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Aside:
    """Money that arrived and is not simply the payee's: where it stands, and the case that says why."""

    outcome: DepositOutcome
    kind: CaseKind
    note: str


_OVER = _Aside(outcome=DepositOutcome.SUSPENSE, kind=CaseKind.OVERPAYMENT, note="more arrived than was asked for")
_INEXACT = _Aside(
    outcome=DepositOutcome.SUSPENSE, kind=CaseKind.UNMATCHED_DEPOSIT, note="the request takes one exact amount only"
)
_LATE = _Aside(outcome=DepositOutcome.SUSPENSE, kind=CaseKind.LATE_PAYMENT, note="it arrived after the request ended")
_CLOSED = _Aside(outcome=DepositOutcome.SUSPENSE, kind=CaseKind.UNMATCHED_DEPOSIT, note="the payee is closed")
_FROZEN = _Aside(outcome=DepositOutcome.SUSPENSE, kind=CaseKind.ASSET_CHANGED, note="the token is frozen")
_OTHER = _Aside(
    outcome=DepositOutcome.SUSPENSE, kind=CaseKind.UNMATCHED_DEPOSIT, note="the request asks for another asset"
)
_MATCH = _Aside(outcome=DepositOutcome.BLOCKED, kind=CaseKind.SCREENING_MATCH, note="the sender is on a deny-list")
_UNSCREENED = _Aside(
    outcome=DepositOutcome.SUSPENSE, kind=CaseKind.SCREENING_UNAVAILABLE, note="no deny-list could say anything"
)
_DISAGREED = _Aside(
    outcome=DepositOutcome.SUSPENSE,
    kind=CaseKind.UNMATCHED_DEPOSIT,
    note="the token's logs are not what the balance changed by",
)

_ASIDE = {RequestState.OVERPAID: _OVER, RequestState.LATE_PAID: _LATE, RequestState.CANCELLED: _LATE}
"""Why money stands aside, by the request's state after it; in any other, the request's terms refused the amount."""


def settle_deposits(bank: Bank, chain_id: int, seen: Sequence[Deposit], *, by: Session) -> None:
    """Judge deposits of final blocks, in groups of one asset, address and block; judged ones are left alone."""
    groups: dict[_Group, list[Deposit]] = defaultdict(list)
    for deposit in seen:
        groups[deposit.amount.asset.id, deposit.address.text, deposit.block_number].append(deposit)
    changes = _changes(bank, chain_id, groups)
    for group, deposits in groups.items():
        _settle_group(bank, deposits, change_units=changes[group], by=by)


def _changes(bank: Bank, chain_id: int, groups: dict[_Group, list[Deposit]]) -> dict[_Group, int]:
    chain = bank.chain(chain_id)
    by_block: dict[int, list[_Group]] = defaultdict(list)
    for group in groups:
        by_block[group[2]].append(group)
    changes: dict[_Group, int] = {}
    for number, together in by_block.items():
        first = [groups[group][0] for group in together]
        holdings = [Holding(address=deposit.address, contract=deposit.amount.asset.contract) for deposit in first]
        after, before = chain.holdings(holdings, number), chain.holdings(holdings, number - 1)
        changes.update({group: new - old for group, new, old in zip(together, after, before, strict=True)})
    return changes


def _settle_group(bank: Bank, deposits: Sequence[Deposit], *, change_units: int, by: Session) -> None:
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
        now = [uow.deposits.find(deposit_id=deposit.id, lock=True)[0] for deposit in deposits]
        if any(deposit.state is not DepositState.SEEN for deposit in now):
            return
        match = match_group(
            logged_units=[deposit.amount.units for deposit in deposits],
            change_units=change_units,
            sent_units=_sent_units(uow, deposits[0]),
        )
        if match.verdict is GroupVerdict.AGREED and all(d.amount.units <= BELIEVABLE_UNITS for d in deposits):
            for deposit in deposits:
                _settle_one(uow, bank, operator, deposit)
            return
        left = match.held_units
        for deposit in deposits:
            part = min(left, deposit.amount.units)
            left -= part
            _divide(uow, bank, operator, deposit, credit_units=0, aside_units=part, aside=_DISAGREED)


def _sent_units(uow: UnitOfWork, deposit: Deposit) -> int:
    """Return what the bank itself swept from the deposit's address in its block."""
    party = ChainParty(deposit.chain_id, deposit.address)
    return sum(
        payment.intent.amount.units
        for payment in uow.payments.find(related=deposit.address.text, states=[PaymentState.FINAL])
        if payment.included_block == deposit.block_number
        and payment.intent.debtor == party
        and payment.intent.amount.asset == deposit.amount.asset
    )


def _settle_one(uow: UnitOfWork, bank: Bank, operator: Operator, deposit: Deposit) -> None:
    issued = uow.requests.get(deposit.request_id, lock=True)
    units = deposit.amount.units
    aside = _screened(uow, bank, deposit) or _standing(uow, deposit, issued)
    if aside is not None:
        _divide(uow, bank, operator, deposit, credit_units=0, aside_units=units, aside=aside)
        return
    block = uow.chains.block(deposit.chain_id, deposit.block_number)
    paid_at_s = block[1] if block is not None else bank.clock.now_s()
    taken: Taken = after_payment(
        issued.request, issued.state, credited_units=issued.credited_units, units=units, at_s=paid_at_s
    )
    uow.requests.update(
        deposit.request_id, state=taken.state, credited_units=issued.credited_units + taken.credit_units
    )
    _divide(
        uow,
        bank,
        operator,
        deposit,
        credit_units=taken.credit_units,
        aside_units=taken.suspense_units,
        aside=_ASIDE.get(taken.state, _INEXACT),
    )


def _screened(uow: UnitOfWork, bank: Bank, deposit: Deposit) -> _Aside | None:
    if deposit.sender is None:
        return None  # minted: there is no sender to screen
    screening = screen(
        deposit.sender.caip10(deposit.chain_id),
        hits=uow.deny_lists.hits(deposit.sender),
        lists=uow.deny_lists.all(),
        now_s=bank.clock.now_s(),
        max_age_s=uow.policies.newest().list_max_age_s,
    )
    return {Verdict.MATCH: _MATCH, Verdict.UNAVAILABLE: _UNSCREENED}.get(screening.verdict)


def _standing(uow: UnitOfWork, deposit: Deposit, issued: IssuedRequest) -> _Aside | None:
    if not uow.assets.get(deposit.amount.asset.id).active:
        return _FROZEN
    if deposit.amount.asset != issued.request.asset:
        return _OTHER
    customer = uow.customers.get(issued.request.payee.partition("/")[2])
    return _CLOSED if customer.status is CustomerStatus.CLOSED else None


def _divide(
    uow: UnitOfWork,
    bank: Bank,
    operator: Operator,
    deposit: Deposit,
    *,
    credit_units: int,
    aside_units: int,
    aside: _Aside,
) -> None:
    """Post a deposit's pending transfer for what is credited, and enter what is not under a case."""
    now_s = bank.clock.now_s()
    pending = [t for t in uow.ledger.transfers(deposit_id=deposit.id) if t.state is TransferState.PENDING]
    uow.ledger.lock_transfers(pending)
    for transfer in pending:
        if credit_units:
            uow.ledger.post_pending(transfer, at_s=now_s, units=credit_units, block_number=deposit.block_number)
        else:
            uow.ledger.void(transfer)
    outcome = DepositOutcome.CREDITED
    if aside_units or not credit_units:
        case = enter_case(uow, bank, operator, kind=aside.kind, subject=deposit.id, note=aside.note)
        outcome = aside.outcome if aside_units else DepositOutcome.NOTHING
    if aside_units:
        _enter_aside(uow, bank, deposit, case, aside_units, aside.outcome)
    uow.deposits.update(replace(deposit, state=DepositState.FINAL, outcome=outcome))
    details = {"outcome": outcome.value, "credited": str(credit_units), "aside": str(aside_units)}
    record(uow, bank, operator, "deposit.final", deposit.id, details)


def _enter_aside(
    uow: UnitOfWork, bank: Bank, deposit: Deposit, case: Case, units: int, outcome: DepositOutcome
) -> None:
    asset_id = deposit.amount.asset.id
    kind = AccountKind.BLOCKED if outcome is DepositOutcome.BLOCKED else AccountKind.SUSPENSE
    custody = Account(kind=AccountKind.CUSTODY, owner=deposit.address.text, asset_id=asset_id)
    holding = Account(kind=kind, owner=case.id, asset_id=asset_id)
    movements.post_received(
        uow,
        bank,
        custody=custody,
        owed=holding,
        units=units,
        block_number=deposit.block_number,
        deposit_id=deposit.id,
    )
