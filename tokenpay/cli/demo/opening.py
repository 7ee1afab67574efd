"""How the story begins: the bank has its token, money of its own, and a deny-list."""

from datetime import UTC, datetime
from decimal import Decimal

from tokenpay import (
    Amount,
    CashCount,
    ListForm,
    Payment,
    PaymentState,
    Rate,
    approve,
    load_list,
    receive_cash,
    recognise_holding,
    register_asset,
    set_rate,
)
from tokenpay.cli.demo.founding import CASH, LISTED
from tokenpay.cli.demo.show import Show
from tokenpay.cli.demo.world import World

_TREASURY_WEI, _TREASURY_TOKENS = 10 * 10**18, 100_000
_DELIVERY = "60x100, 80x50"


def opening(world: World, show: Show) -> None:
    """Give the bank its token, its own money and its deny-list."""
    bank = world.bank
    if world.continues:
        show.say(
            f"This bank was here already, and goes on: its chain is at block {world.chain.head().number}, "
            f"Anna has {world.balance(world.anna)}, Boris {world.balance(world.boris)}.",
            continues=True,
        )
        world.settle_all()
    else:
        show.say(
            "Demo Bank is founded by two supervisors, Vera Lind and Otto Brandt, who stand for its first policy. "
            "Tim Wolf is its teller, Anna Berger and Boris Keller its customers.",
            continues=False,
        )
    treasury = bank.required_signer().treasury()
    world.endow(treasury, coin_wei=_TREASURY_WEI, tokens=world.amount(_TREASURY_TOKENS))
    token = register_asset(bank, world.token, by=world.vera)
    show.claim(token.active, f"the demo euro is taken into use; its contract {world.contract} was read")
    world.settle_all()
    for asset in (world.coin, world.token):
        units = recognise_holding(bank, asset_id=asset.id, by=world.vera)
        if units:
            show.say(f"The bank's own money, seen on the chain, is booked: {Amount(asset, units)}.")
    _fill_vault(world, show)
    today_s = bank.clock.now_s() // 86_400 * 86_400
    loaded = load_list(
        bank, name="demo", form=ListForm.OWN, files=[f"# made up\n{LISTED}\n".encode()], dated_s=today_s, by=world.vera
    )
    listed = loaded.screening_list
    date = datetime.fromtimestamp(listed.dated_s, UTC).date()
    show.claim(
        listed.parties == 1, f"a deny-list dated {date} is in force, with {listed.parties} address", list_dated=date
    )
    show.say(
        f"The policy: one person alone may pay up to {world.alone}, above it a second one approves.",
        anna=world.anna.id,
        boris=world.boris.id,
        token=world.token,
        treasury=treasury,
    )


def _fill_vault(world: World, show: Show) -> None:
    """Price the demo euro in cash and, in the first run, take cash into the vault: the two can be exchanged."""
    bank, now_s = world.bank, world.bank.clock.now_s()
    register_asset(bank, CASH, by=world.vera)
    set_rate(bank, Rate(token=world.token, cash=CASH, price=Decimal(1), source="demo", at_s=now_s), by=world.vera)
    count = CashCount.parse(_DELIVERY, CASH.symbol)
    delivery = receive_cash(bank, count=count, by=world.vera, key="demo/delivery")  # one key for all runs
    taken_in = isinstance(delivery, Payment) and approve(bank, delivery.id, by=world.otto).state is PaymentState.FINAL
    show.claim(taken_in, f"{count.amount} in the vault, counted by Vera, agreed to by Otto")
