"""Count a drawer blind, and end its shift."""

from collections.abc import Sequence

from tokenpay.bank import Bank
from tokenpay.counter.cash_count import CashCount
from tokenpay.counter.shift import Shift, variances
from tokenpay.errors import NotPermitted, WrongState
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.payments.payment import PaymentState, Refusal
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import authorize
from tokenpay.steps.book_variances import weigh_variances
from tokenpay.steps.propose import enter, enter_refusal
from tokenpay.steps.record import record
from tokenpay.steps.shift_payment import close_counted, drawer_units


def close_shift(bank: Bank, shift_id: str, *, counts: Sequence[CashCount], by: Session, key: str) -> Shift | Refusal:
    """End a shift with a count a currency; who has it may, and for them a supervisor.

    A currency that is not counted has none of its cash in the drawer. Returns, in this order of precedence: the
    shift this key already stands for, wherever it has got to; a Refusal of a variance, and the shift stays open;
    the shift counted, while a variance waits for a second person (when one is refused the shift is open again, to be
    counted anew), and who has it is not told what was `expected`; the shift closed. Raises NotFound, NotPermitted,
    WrongState when it is not open or one of its payments is held, and for a count that differs while payments are
    stopped, KeyReused.
    """
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.SHIFT)
        closing = tuple(sorted(counts, key=lambda count: count.currency))
        content: dict[str, Value] = {
            "shift": shift_id,
            "operator": operator.id,
            "closing": {count.currency: str(count) for count in closing},
        }
        now_s = bank.clock.now_s()
        known = uow.keys.claim(key, verb="shift.close", content=content, result_id=shift_id, at_s=now_s)
        if known is not None:
            return uow.shifts.get(known).told_to(operator.id)
        shift = uow.shifts.get(shift_id, lock=True)
        if shift.operator_id != operator.id and not operator.may(Permission.VAULT):
            raise NotPermitted("a shift is closed by who has it, or by a supervisor")
        expected = drawer_units(uow, shift.drawer)
        cash = tuple(Amount(Asset.cash(currency), expected[currency]) for currency in sorted(expected))
        counted = shift.counted(closing, expected=cash)
        held = uow.payments.find(related=shift_id, states=[PaymentState.HELD], whole=False)
        if held:
            raise WrongState("a payment of the shift waits for a second person", payment=held[0].id)
        found = variances(expected, closing)
        if found and uow.facts.get("stopped", ""):  # a refusal would tell by how much
            raise WrongState("payments are stopped: until they run, no count that differs ends a shift", shift=shift_id)
        weighed = weigh_variances(uow, bank, operator, shift, found, by=by)
        if isinstance(weighed, Refusal):
            uow.keys.release(key)
            return enter_refusal(uow, bank, operator, weighed)
        uow.shifts.update(counted, was=shift.state)
        record(uow, bank, operator, "shift.counted", shift_id, content)
        for variance in weighed:
            enter(uow, bank, operator, variance)
        return close_counted(uow, bank, operator, counted).told_to(operator.id)
