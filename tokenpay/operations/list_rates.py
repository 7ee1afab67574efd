"""What the bank exchanges against cash, and at which rate just now."""

from dataclasses import dataclass

from tokenpay.bank import Bank
from tokenpay.errors import NotFound, RateUnavailable
from tokenpay.money.asset import Asset
from tokenpay.money.rate import Rate
from tokenpay.money.tariff import Tariff
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.steps.authorize import authorize


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedRate:
    """One tariff of the policy with the rate that quotes are made at; `rate` is None where there is none that may be
    used, and `why_not` says in one line why."""

    token: Asset
    cash: Asset
    tariff: Tariff
    rate: Rate | None
    why_not: str


def list_rates(bank: Bank, *, by: Session) -> tuple[OfferedRate, ...]:
    """Return every exchange that the policy offers in assets of the bank, ordered by asset."""
    offered = []
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.READ)
        for tariff in sorted(uow.policies.newest().tariffs, key=lambda tariff: (tariff.token, tariff.currency)):
            try:
                cash = uow.assets.get(Asset.cash(tariff.currency).id).asset
                offered.append((uow.assets.get(tariff.token).asset, cash, tariff))
            except NotFound:  # a tariff may stand before its assets are taken into use
                continue
    return tuple(_offered(bank, token, cash, tariff) for token, cash, tariff in offered)


def _offered(bank: Bank, token: Asset, cash: Asset, tariff: Tariff) -> OfferedRate:
    try:
        rate = bank.required_rates().rate(token, cash)
        rate.check_good(bank.clock.now_s(), max_age_s=tariff.rate_max_age_s)
    except RateUnavailable as error:
        return OfferedRate(token=token, cash=cash, tariff=tariff, rate=None, why_not=error.message)
    return OfferedRate(token=token, cash=cash, tariff=tariff, rate=rate, why_not="")
