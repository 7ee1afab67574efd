"""Say what an exchange of cash against tokens costs, and stand by it for a while."""

from tokenpay.bank import Bank
from tokenpay.counter.quote import Direction, Quote, work_out
from tokenpay.counter.shift import ShiftState
from tokenpay.errors import AssetMismatch, NotFound, WrongState
from tokenpay.money.amount import Amount, checked_amount
from tokenpay.money.asset import Asset, AssetKind
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize
from tokenpay.steps.identifiers import new_id
from tokenpay.steps.record import record


def quote_exchange(
    bank: Bank, *, customer_id: str, direction: Direction, amount: Amount, against: Asset, by: Session
) -> Quote:
    """Offer a customer an exchange of so many tokens, or of so much cash, against the other asset.

    The quote is stored: `exchange` takes it by its id, once, by this operator in this shift, before it expires.
    Raises NotFound where the bank has no tariff for the two, for an unknown customer or asset, RateUnavailable where
    no rate is young enough, WrongState without an open shift at this terminal, AssetMismatch, and InvalidInput for an
    amount that is too small or that no coins make.
    """
    asked = checked_amount(amount).asset
    token, cash = (against, asked) if asked.kind is AssetKind.CASH else (asked, against)
    with bank.store.read() as uow:  # whoever says the rate may take long to answer: nobody waits for it
        authorize(uow, bank, by, Permission.PAY)
        tariff = uow.policies.newest().tariff(token.id, cash.symbol)
    if tariff is None or cash.kind is not AssetKind.CASH:
        raise NotFound("the bank does not exchange these two", token=token.id, cash=cash.id)
    rate = bank.required_rates().rate(token, cash)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.PAY)
        policy, now_s = uow.policies.newest(), bank.clock.now_s()
        tariff = policy.tariff(token.id, cash.symbol)
        if tariff is None:
            raise NotFound("the bank does not exchange these two", token=token.id, cash=cash.id)
        rate.check_good(now_s, max_age_s=tariff.rate_max_age_s)
        if any(uow.assets.get(asset.id).asset != asset for asset in (token, cash)):
            raise AssetMismatch("the amount is of an asset that this bank knows otherwise")
        uow.customers.get(customer_id)
        shift = uow.shifts.not_closed(operator_id=operator.id)
        if shift is None or shift.state is not ShiftState.OPEN or shift.terminal != uow.sessions.terminal(by.id):
            raise WrongState("cash is exchanged in an open shift of your own, at its terminal")
        quote = Quote(
            id=new_id(bank, "QU"),
            direction=direction,
            customer_id=customer_id,
            legs=work_out(amount, direction=direction, rate=rate, tariff=tariff),
            rate=rate,
            policy_version=policy.version,
            shift_id=shift.id,
            operator_id=operator.id,
            branch=operator.branch,
            quoted_at_s=now_s,
            expires_at_s=now_s + tariff.quote_lifetime_s,
        )
        uow.quotes.add(quote)
        details = {"direction": direction.value, "customer": customer_id, "policy": policy.version}
        record(uow, bank, operator, "exchange.quoted", quote.id, details)
        return quote
