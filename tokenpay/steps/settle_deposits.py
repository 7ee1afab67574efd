"""Judge deposits in final blocks: credited, held in suspense or blocked, each as the chain really holds it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tokenpay.bank import Bank
from tokenpay.compliance.case import Case, CaseKind
from tokenpay.compliance.division import Division, divide, divide_disagreed
from tokenpay.compliance.name_verdict import Uncompared
from tokenpay.compliance.screening import Verdict
from tokenpay.errors import Unavailable, WrongState
from tokenpay.ethereum.observed import Holding
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.payments.deposit import BELIEVABLE_UNITS, Deposit, DepositOutcome, DepositState
from tokenpay.payments.intent import ChainParty
from tokenpay.payments.matching import GroupVerdict, match_group
from tokenpay.payments.payment import PaymentState
from tokenpay.steps import movements
from tokenpay.steps.authorize import authorize
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.record import record
from tokenpay.steps.screened import screened
from tokenpay.steps.screened_names import screened_names_of_deposit
from tokenpay.steps.travel_facts import data_missing
from tokenpay.store.unit_of_work import UnitOfWork

_Group = tuple[str, str, int]
"""(asset id, deposit address, block number)."""


def settle_deposits(bank: Bank, chain_id: int, seen: Sequence[Deposit], *, by: Session) -> None:
    """Judge deposits of final blocks, in groups of one asset, address and block; judged ones are left alone.

    So are those of a token that does not tell what an address holds, with a case: they are asked again.
    """
    groups: dict[_Group, list[Deposit]] = defaultdict(list)
    for deposit in seen:
        groups[deposit.amount.asset.id, deposit.address.text, deposit.block_number].append(deposit)
    changes = _told(bank, chain_id, groups, by=by)
    for group, change_units in changes.items():
        _settle_group(bank, groups[group], change_units=change_units, by=by)


def _told(bank: Bank, chain_id: int, groups: dict[_Group, list[Deposit]], *, by: Session) -> dict[_Group, int]:
    """Return by how much each group's holding changed, without the tokens that do not tell."""
    while True:
        try:
            return _changes(bank, chain_id, groups)
        except WrongState as error:
            contract = error.fields.get("contract")
            silent = {group for group, deposits in groups.items() if _contract(deposits) == contract}
            if not silent:
                raise
            groups = {group: deposits for group, deposits in groups.items() if group not in silent}
            with bank.store.unit_of_work() as uow:
                operator = authorize(uow, bank, by, Permission.RUN_ENGINE)
                for asset_id in sorted({asset_id for asset_id, _, _ in silent}):
                    note = f"{error.message}: what came in of it waits"
                    enter_case(uow, bank, operator, kind=CaseKind.ASSET_CHANGED, subject=asset_id, note=note)


def _contract(deposits: Sequence[Deposit]) -> str | None:
    contract = deposits[0].amount.asset.contract
    return contract.text if contract is not None else None


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
        units = [deposit.amount.units for deposit in deposits]
        if _swept_units(uow, deposits[0], PaymentState.INCLUDED):
            return  # how much of the change was ours is not known before that sweep is taken in
        sent_units = _swept_units(uow, deposits[0], PaymentState.FINAL)
        match = match_group(logged_units=units, change_units=change_units, sent_units=sent_units)
        if match.verdict is GroupVerdict.AGREED and max(units) <= BELIEVABLE_UNITS:
            for deposit in deposits:
                _settle_one(uow, bank, operator, deposit)
            return
        for deposit, division in zip(deposits, divide_disagreed(units, held_units=match.held_units), strict=True):
            _book(uow, bank, operator, deposit, division)


def _swept_units(uow: UnitOfWork, deposit: Deposit, state: PaymentState) -> int:
    """Return what the bank itself swept from the deposit's address in its block, by sweeps in this state."""
    party = ChainParty(deposit.chain_id, deposit.address)
    return sum(
        payment.intent.amount.units
        for payment in uow.payments.find(related=deposit.address.text, states=[state], whole=False)
        if payment.included_block == deposit.block_number
        and payment.intent.debtor == party
        and payment.intent.amount.asset == deposit.amount.asset
    )


def _settle_one(uow: UnitOfWork, bank: Bank, operator: Operator, deposit: Deposit) -> None:
    issued = uow.requests.get(deposit.request_id, lock=True)
    request = issued.request
    payee = request.payee.partition("/")[2]
    block = uow.chains.block(deposit.chain_id, deposit.block_number)
    division = divide(
        deposit.amount,
        request,
        issued.state,
        credited_units=issued.credited_units,
        paid_at_s=block[1] if block is not None else bank.clock.now_s(),
        sender=_verdict(uow, bank, deposit),
        asset_usable=uow.assets.get(deposit.amount.asset.id).active,
        payee=uow.customers.get(payee).status,
        names=_names(uow, bank, deposit),
        data_missing=data_missing(uow, deposit, payee, now_s=bank.clock.now_s()),
    )
    if division.state is not None:
        credited_units = issued.credited_units + division.credit_units
        uow.requests.update(request.id, state=division.state, credited_units=credited_units)
    _book(uow, bank, operator, deposit, division)


def _verdict(uow: UnitOfWork, bank: Bank, deposit: Deposit) -> Verdict | None:
    if deposit.sender is None:
        return None
    return screened(uow, bank, deposit.sender, chain_id=deposit.chain_id).verdict


def _names(uow: UnitOfWork, bank: Bank, deposit: Deposit) -> Verdict:
    """Return the worst that the lists say of a name: a hit before silence."""
    found = {screening.verdict for screening in screened_names_of_deposit(uow, bank, deposit)}
    return next((each for each in (Verdict.POSSIBLE_MATCH, Verdict.UNAVAILABLE) if each in found), Verdict.CLEAR)


def check_names_compared(bank: Bank, seen: Sequence[Deposit]) -> None:
    """Raise Unavailable while somebody's names wait to be compared with the lists: their deposits wait as well."""
    with bank.store.read() as uow:
        for deposit in seen:
            if any(each.why == Uncompared.PENDING for each in screened_names_of_deposit(uow, bank, deposit)):
                raise Unavailable("a deposit waits until its names are compared with the screening lists")


def _book(uow: UnitOfWork, bank: Bank, operator: Operator, deposit: Deposit, division: Division) -> None:
    """Post a deposit's pending transfer for what is credited, and enter what is not under a case."""
    now_s = bank.clock.now_s()
    outcome, aside, case = division.outcome, division.aside, None
    if aside is not None:
        case = enter_case(uow, bank, operator, kind=aside.kind, subject=deposit.id, note=aside.note)
    for transfer in movements.pending_of(uow, deposit_id=deposit.id):
        if division.credit_units:
            uow.ledger.post_pending(
                transfer, at_s=now_s, units=division.credit_units, block_number=deposit.block_number
            )
        else:
            uow.ledger.void(transfer)
    if case is not None and division.aside_units:
        _enter_aside(uow, bank, deposit, case, division.aside_units, outcome, at_s=now_s)
    uow.deposits.update(replace(deposit, state=DepositState.FINAL, outcome=outcome))
    details = {
        "outcome": outcome.value,
        "credited": str(division.credit_units),
        "aside": str(division.aside_units),
    }
    record(uow, bank, operator, "deposit.final", deposit.id, details)


def _enter_aside(
    uow: UnitOfWork, bank: Bank, deposit: Deposit, case: Case, units: int, outcome: DepositOutcome, *, at_s: int
) -> None:
    asset_id = deposit.amount.asset.id
    kind = AccountKind.BLOCKED if outcome is DepositOutcome.BLOCKED else AccountKind.SUSPENSE
    movements.post_received(
        uow,
        bank,
        held=movements.custody_of(deposit.address, asset_id),
        owed=Account(kind=kind, owner=case.id, asset_id=asset_id),
        units=units,
        at_s=at_s,
        block_number=deposit.block_number,
        deposit_id=deposit.id,
    )
