"""Every screen of the terminal, where each has something to show: for tests that look at all of them.

A screen that has no entry in WALKS fails tests/app/test_widths.py, which names it.
"""

import asyncio
import importlib
import pkgutil
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from textual.screen import Screen

import terminal_app.commands
import terminal_app.screens
import tokenpay as tp
from terminal_app.closing import checks, figures, prove
from terminal_app.commands.command import Command
from terminal_app.lookups import payment_shown
from terminal_app.memory import Order
from terminal_app.reports import day_blocks
from terminal_app.screens.allocation import Allocation
from terminal_app.screens.branch import BranchScreen
from terminal_app.screens.case import CaseScreen
from terminal_app.screens.case_money import CreditFromCase, RefundFromCase
from terminal_app.screens.cases import Cases
from terminal_app.screens.charts import Charts
from terminal_app.screens.code_entry import CodeEntry
from terminal_app.screens.confirm import Confirm, Draft
from terminal_app.screens.count import CountDelivery, CountToClose, CountToOpen
from terminal_app.screens.customer import CustomerScreen
from terminal_app.screens.day import DayReport, DayScreen
from terminal_app.screens.enrol import Enrol
from terminal_app.screens.exchange import Exchange
from terminal_app.screens.exchanged import Exchanged
from terminal_app.screens.export import Export
from terminal_app.screens.find_customer import FindCustomer
from terminal_app.screens.help import Help
from terminal_app.screens.home import Home
from terminal_app.screens.journal import Journal
from terminal_app.screens.journal_dates import JournalDates
from terminal_app.screens.jump import Jump
from terminal_app.screens.key_name import KeyName
from terminal_app.screens.lock import Lock
from terminal_app.screens.own_pin import OwnPin
from terminal_app.screens.passkeys import Passkeys
from terminal_app.screens.pay_confirm import PayConfirm
from terminal_app.screens.pay_out import PayOut
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.policy import PolicyScreen
from terminal_app.screens.queue import Queue
from terminal_app.screens.rates import Rates
from terminal_app.screens.reason import ReasonScreen
from terminal_app.screens.receipt import ReceiptScreen
from terminal_app.screens.refund import Refund, reversal
from terminal_app.screens.request import RequestScreen
from terminal_app.screens.requests import Requests
from terminal_app.screens.retype import Retype
from terminal_app.screens.room import Room
from terminal_app.screens.save_receipt import SaveReceipt
from terminal_app.screens.self_service import SelfServiceScreen
from terminal_app.screens.shift import ShiftScreen
from terminal_app.screens.shift_report import ShiftReportScreen
from terminal_app.screens.shifts import Shifts
from terminal_app.screens.sign_in import SignIn
from terminal_app.screens.statement import StatementScreen
from terminal_app.screens.sure import Sure
from terminal_app.screens.take_payment import TakePayment
from terminal_app.screens.take_quote import TakeQuote
from terminal_app.screens.touch import Touch
from terminal_app.screens.unfinished import Unfinished
from terminal_app.screens.z_reports import ZReports
from terminal_app.views import PaymentView
from tests.app.hand import PASSWORD, Hand
from tokenpay.testing import DENIED, TOKEN, Branch, FakeScreener, euro

PAYEE = tp.Address(b"\x42" * 20)
EUR = tp.Asset.cash("EUR")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A branch where everything that a screen can show stands: Vera looks at it."""

    branch: Branch
    requests: dict[str, tp.PaymentRequest]
    payments: dict[str, tp.Payment]
    shifts: dict[str, tp.Shift]
    cases: dict[tp.CaseKind, tp.Case]

    @property
    def bank(self) -> tp.Bank:
        return self.branch.bank

    @property
    def overpaid(self) -> tp.Case:
        return self.cases[tp.CaseKind.OVERPAYMENT]

    @property
    def money(self) -> list[tp.Amount]:
        return tp.case_balances(self.bank, self.overpaid.id, by=self.branch.vera)

    def shown(self, name: str) -> PaymentView:
        return payment_shown(self.bank, self.payments[name], by=self.branch.vera)

    def order(self) -> Order:
        """A payment that Vera confirmed and the bank never got."""
        fields = {"debtor": f"customer/{self.branch.anna.id}", "creditor": DENIED.caip10(31_337), "amount": "1"}
        fields["asset_id"] = euro("1").asset.id
        act = {"operator": "vera", "act": "pay", "amount": "1.00 DEUR", "whom": DENIED.text, "confirmed_at_s": 0}
        return Order(key="terminal/0", fields=fields, **act)  # type: ignore[arg-type]


def set_scene(branch: Branch) -> Scene:
    """Let a day's work happen at a branch, of each kind something."""
    bank, anna, boris = branch.bank, f"customer/{branch.anna.id}", f"customer/{branch.boris.id}"
    branch.receive(branch.issue(branch.anna, euro("5000"), key="more"), euro("5000"))
    branch.fill_treasury()
    branch.fill_vault("8x50, 5x20")
    requests = {name: branch.issue(branch.boris, euro("45"), key=name) for name in ("ended", "over")}
    branch.receive(requests["ended"], euro("20"))
    branch.receive(requests["over"], euro("50"))
    branch.clock.advance(1_000)
    branch.turn()
    branch.receive(requests["ended"], euro("5"))
    requests["part"] = branch.issue(branch.boris, euro("45"), key="part again")
    branch.receive(requests["part"], euro("20"))
    requests["open"] = branch.issue(branch.anna, euro("9999.99"), key="open again")
    stolen = branch.issue(branch.anna, euro("7"), key="stolen")
    branch.receive(stolen, euro("7"), sender=DENIED)

    def pay(key: str, creditor: str, amount: str, by: tp.Session) -> tp.Payment:
        paid = tp.pay(bank, debtor=anna, creditor=creditor, amount=euro(amount), by=by, key=key)
        assert isinstance(paid, tp.Payment), paid
        return paid

    payments = {
        "final": pay("final", boris, "25", branch.tim),
        "held": pay("held", PAYEE.caip10(31_337), "1200", branch.tim),
        "own": pay("own", PAYEE.caip10(31_337), "1100", branch.vera),
        "cleared": pay("cleared", PAYEE.caip10(31_337), "12", branch.tim),
        "part back": pay("part back", boris, "30", branch.tim),
    }
    tp.refund(bank, of=payments["part back"].id, to=anna, amount=euro("10"), by=branch.tim, key="back")
    shifts = {}
    at = {
        "drawer-1": _at("counter-2", "tim", bank),
        "drawer-2": _at("counter-3", "otto", bank),
        "drawer-3": branch.vera,
    }
    for drawer, by in at.items():
        shift = tp.open_shift(bank, drawer=drawer, opening=[], by=by, key=drawer)
        assert isinstance(shift, tp.Shift)
        cash = tp.Amount.parse("100", EUR)
        tp.allocate_cash(
            bank, drawer=drawer, amount=cash, direction=tp.CashDirection.TO_DRAWER, by=by, key=f"to {drawer}"
        )
        shifts[drawer] = shift
    exchanged = tp.exchange(bank, quote_id=_quote(branch).id, by=branch.vera, key="exchanged")
    assert isinstance(exchanged, tp.Payment), exchanged
    payments["exchanged"] = exchanged
    for drawer, pieces in (("drawer-1", "1x100, 1x0.50"), ("drawer-2", "20x100")):
        counts = [tp.CashCount.parse(pieces, "EUR")]
        tp.close_shift(bank, shifts[drawer].id, counts=counts, by=at[drawer], key=f"close {drawer}")
    _list_boris(branch)
    cases = {case.kind: case for case in tp.list_cases(bank, by=branch.vera)}
    other = tp.open_case(bank, kind=tp.CaseKind.OTHER, subject=shifts["drawer-1"].id, note="…", by=branch.vera)
    cases[tp.CaseKind.OTHER] = other
    return Scene(branch=branch, requests=requests, payments=payments, shifts=shifts, cases=cases)


def _list_boris(branch: Branch) -> None:
    """Let the engine find that Boris has a name of somebody who is sought."""
    name = tp.get_customer(branch.bank, branch.boris.id, by=branch.vera).name
    listed = f"id,kind,names,addresses,programs\n7,person,{name},,\n".encode()
    dated_s = branch.clock.now_s()
    tp.load_list(branch.bank, name="own-2", form=tp.ListForm.OWN, files=[listed], dated_s=dated_s, by=branch.vera)
    tp.screen_names(replace(branch.bank, screener=FakeScreener()), by=branch.engine)


def _quote(branch: Branch) -> tp.Quote:
    return tp.quote_exchange(
        branch.bank,
        customer_id=branch.anna.id,
        direction=tp.Direction.CASH_OUT,
        amount=euro("10"),
        against=EUR,
        by=branch.vera,
    )


def _at(terminal: str, operator_id: str, bank: tp.Bank) -> tp.Session:
    """Sign in at another terminal: each has one shift."""
    return tp.open_session(bank, operator_id=operator_id, password=PASSWORD, terminal=terminal)


@dataclass(frozen=True, kw_only=True)
class Look:
    """A screen to open and what is pressed on it, before it is looked at."""

    screen: Screen[Any]
    keys: tuple[str, ...] = ()


Walk = Callable[[Scene, Hand], Iterator[Look]]


def _plain(*make: Callable[[Scene], Screen[Any]]) -> Walk:
    return lambda scene, _hand: (Look(screen=one(scene)) for one in make)


def _seen(scene: Scene, **otherwise: Any) -> PaymentScreen:
    """A payment as it would be seen otherwise."""
    screen = PaymentScreen(next(iter(scene.payments.values())).id)
    seen_as = screen._shown

    def shown(payment: tp.Payment) -> PaymentView:
        return replace(seen_as(payment), **otherwise)

    setattr(screen, "_shown", shown)  # noqa: B010 - a method of this one screen
    return screen


def _passkeys(scene: Scene, _hand: Hand) -> Iterator[Look]:
    """Nobody has a key, and Vera has one that waits."""
    yield Look(screen=Passkeys())
    asked = tp.begin_passkey(scene.bank, by=scene.branch.vera)
    made = scene.bank.required_authenticator().make(asked, tp.Presence())
    answer = tp.PasskeyAnswer(challenge_id=asked.id, given=made)
    tp.register_passkey(scene.bank, name="W" * 30, answer=answer, by=scene.branch.vera)
    yield Look(screen=Passkeys())


def _touch(scene: Scene) -> Touch:
    """Somebody is shown what they pay, and the device has no key of theirs."""
    shown = tp.PaymentShown(
        payee=DENIED.caip10(31_337), currency="DEUR", value="9999.990000", instrument=f"customer/{scene.branch.anna.id}"
    )
    asked = tp.PasskeyChallenge(
        id="00", challenge=bytes(32), party=tp.RelyingParty(id="bank.example", origins=("https://bank.example",)),
        operator_id="vera", expires_at_s=1, credentials=((b"k", ()),), shown=shown,
    )  # fmt: skip
    return Touch(lambda: asked, lambda answer: answer, lambda result: None)


def _payments(scene: Scene, _hand: Hand) -> Iterator[Look]:
    yield from (Look(screen=PaymentScreen(payment.id)) for payment in scene.payments.values())
    yield Look(screen=_seen(scene, state=tp.PaymentState.HELD, maker="vera", codes=("approval.passkey",)))
    yield Look(screen=_seen(scene, state=tp.PaymentState.SENT, recallable=True))


def _requests(scene: Scene, _hand: Hand) -> Iterator[Look]:
    for request in scene.requests.values():
        yield Look(screen=RequestScreen(request.id))
    yield Look(screen=RequestScreen(scene.requests["open"].id), keys=("f5",))


def _cases(scene: Scene, _hand: Hand) -> Iterator[Look]:
    yield from (Look(screen=CaseScreen(case.id)) for case in scene.cases.values())


def _shifts(scene: Scene, _hand: Hand) -> Iterator[Look]:
    yield Look(screen=ShiftScreen())
    yield from (Look(screen=ShiftScreen(shift.id)) for shift in scene.shifts.values())


def _day_report(scene: Scene, hand: Hand) -> Iterator[Look]:
    bank, by = scene.bank, scene.branch.vera
    told = figures(bank, by=by)
    looked_at = [("!", check.what, check.details) for check in checks(bank, hand.app.memory, by=by)]
    blocks = day_blocks("…", "Vera", looked_at, told.shifts, told.volumes, told.balances, prove(bank, by=by))
    yield Look(screen=DayReport(blocks))


def _customer(scene: Scene, _hand: Hand) -> Iterator[Look]:
    bank, vera, boris = scene.bank, scene.branch.vera, scene.branch.boris
    yield Look(screen=CustomerScreen(scene.branch.anna))
    yield Look(screen=CustomerScreen(tp.freeze_customer(bank, boris.id, reason="…", by=vera)))
    tp.unfreeze_customer(bank, boris.id, reason="…", by=vera)


def _branch(scene: Scene, _hand: Hand) -> Iterator[Look]:
    yield Look(screen=BranchScreen())
    tp.stop_payments(scene.bank, reason="…", by=scene.branch.otto)
    yield Look(screen=BranchScreen())
    tp.resume_payments(scene.bank, by=scene.branch.otto)
    yield Look(screen=BranchScreen())
    tp.resume_payments(scene.bank, by=scene.branch.vera)


def _policy(scene: Scene, _hand: Hand) -> Iterator[Look]:
    yield Look(screen=PolicyScreen())
    rules = tp.get_policy(scene.bank, by=scene.branch.otto)
    limits = {TOKEN.id: replace(rules.limits[TOKEN.id], alone_units=0, rekey_units=1)}
    weekly = tp.ScopedLimit(asset_id=TOKEN.id, of=tp.Scope.ROLE, name="teller", period=tp.Period.WEEK, units=1)
    changed = replace(
        rules, version=rules.version + 1, limits={**rules.limits, **limits}, scoped=(weekly,), payees={"": frozenset()}
    )
    proposal = tp.propose_policy(scene.bank, changed, by=scene.branch.otto, key="policy")
    yield Look(screen=PolicyScreen())
    tp.withdraw_policy(scene.bank, proposal.id, by=scene.branch.otto)


def _confirm(scene: Scene, _hand: Hand) -> Iterator[Look]:
    yield Look(screen=Confirm(reversal(scene.shown("final"))))


def _pay_confirm(scene: Scene, _hand: Hand) -> Iterator[Look]:
    parties = {"debtor": f"customer/{scene.branch.anna.id}", "creditor": f"eip155:{TOKEN.chain_id}:0x{'7' * 40}"}
    fields = {**parties, "asset_id": TOKEN.id, "amount": "1", "request_id": "", "remittance": ""}
    yield Look(screen=PayConfirm(Draft(act="pay", fields=fields, amount="", whom="", lines=())))


def _refund(scene: Scene, _hand: Hand) -> Iterator[Look]:
    seen = scene.shown("part back")
    assert seen.rest is not None
    yield Look(screen=Refund(seen, seen.rest))


def _above(make: Callable[[Room], Screen[Any]]) -> Walk:
    """A screen that stands above another one: here above the counter."""

    def walk(_scene: Scene, hand: Hand) -> Iterator[Look]:
        assert hand.app.room is not None
        yield Look(screen=make(hand.app.room))

    return walk


def _two_currencies(scene: Scene, _hand: Hand) -> Iterator[Look]:
    yield Look(screen=CountDelivery())
    tp.register_asset(scene.bank, tp.Asset.cash("USD"), by=scene.branch.vera)
    yield Look(screen=CountDelivery(), keys=("f5",))


def _take_quote(scene: Scene, _hand: Hand) -> Iterator[Look]:
    asked = partial(_quote, scene.branch)
    yield Look(screen=TakeQuote(asked(), scene.branch.anna, asked))


def _save_receipt(scene: Scene, _hand: Hand) -> Iterator[Look]:
    receipt = tp.preview_receipt(scene.bank, scene.payments["final"].id, by=scene.branch.vera)
    screen = SaveReceipt(receipt, tp.Language.ENGLISH, 42, lambda path: None)
    yield Look(screen=screen)


WALKS: dict[type[Screen[Any]], Walk] = {
    Allocation: _plain(lambda scene: Allocation("drawer-3", tp.CashDirection.TO_DRAWER)),
    BranchScreen: _branch,
    CaseScreen: _cases,
    Cases: lambda scene, _hand: iter((Look(screen=Cases()), Look(screen=Cases(), keys=("f5",)))),
    Charts: lambda scene, _hand: (Look(screen=Charts(), keys=("f6",) * times) for times in range(4)),
    CodeEntry: _above(lambda room: CodeEntry([command for command in commands() if command.code])),
    Confirm: _confirm,
    CountDelivery: _two_currencies,
    CountToClose: _plain(lambda scene: CountToClose(scene.shifts["drawer-3"].id, "drawer-3")),
    CountToOpen: _plain(lambda scene: CountToOpen()),
    CreditFromCase: _plain(lambda scene: CreditFromCase(scene.overpaid, scene.money, scene.branch.anna)),
    CustomerScreen: _customer,
    DayReport: _day_report,
    DayScreen: lambda scene, _hand: iter((Look(screen=DayScreen()), Look(screen=DayScreen(), keys=("f9",)))),
    Enrol: _plain(lambda scene: Enrol(CustomerScreen, "")),
    Exchange: lambda scene, _hand: (Look(screen=Exchange(scene.branch.anna, direction)) for direction in tp.Direction),
    Exchanged: _plain(lambda scene: Exchanged(scene.payments["exchanged"].id)),
    Export: _plain(lambda scene: Export(tp.JournalFilter())),
    FindCustomer: lambda scene, _hand: iter(
        (Look(screen=FindCustomer(CustomerScreen)), Look(screen=FindCustomer(CustomerScreen), keys=("0", "0")))
    ),
    Help: _above(Help),
    Home: _plain(lambda scene: Home()),
    Journal: lambda scene, _hand: (Look(screen=Journal(), keys=keys) for keys in ((), ("f3",), ("f4",), ("f6",))),
    JournalDates: _plain(lambda scene: JournalDates(None, None, lambda first, last: None)),
    Jump: _above(Jump),
    Lock: _plain(lambda scene: Lock(scene.branch.vera, lambda session: None)),
    KeyName: _plain(lambda scene: KeyName(lambda name: None)),
    OwnPin: _plain(lambda scene: OwnPin()),
    Passkeys: _passkeys,
    Touch: _plain(_touch),
    PayConfirm: _pay_confirm,
    PayOut: _plain(lambda scene: PayOut(scene.branch.anna)),
    PaymentScreen: _payments,
    PolicyScreen: _policy,
    Queue: _plain(lambda scene: Queue()),
    Rates: _plain(lambda scene: Rates()),
    ReasonScreen: _plain(lambda scene: ReasonScreen("?", lambda reason: None)),
    ReceiptScreen: lambda scene, _hand: (
        Look(screen=ReceiptScreen(of))
        for of in (scene.payments["exchanged"].id, scene.requests["part"].id, scene.shifts["drawer-2"].id)
    ),
    Refund: _refund,
    RefundFromCase: _plain(lambda scene: RefundFromCase(scene.overpaid, scene.money)),
    RequestScreen: _requests,
    Retype: _plain(lambda scene: Retype(TOKEN, lambda typed: None)),
    Requests: lambda scene, _hand: iter((Look(screen=Requests()), Look(screen=Requests(), keys=("f5",)))),
    SaveReceipt: _save_receipt,
    SelfServiceScreen: _plain(lambda scene: SelfServiceScreen(scene.branch.anna)),
    ShiftReportScreen: lambda scene, _hand: (
        Look(screen=ShiftReportScreen(shift.id)) for shift in scene.shifts.values()
    ),
    ShiftScreen: _shifts,
    Shifts: lambda scene, _hand: iter((Look(screen=Shifts()), Look(screen=Shifts(), keys=("f5",)))),
    SignIn: _plain(lambda scene: SignIn("vera")),
    StatementScreen: _plain(lambda scene: StatementScreen(scene.branch.anna)),
    Sure: _plain(lambda scene: Sure("?", lambda: None)),
    TakeQuote: _take_quote,
    TakePayment: _plain(lambda scene: TakePayment(scene.branch.anna)),
    Unfinished: _plain(lambda scene: Unfinished()),
    ZReports: _plain(lambda scene: ZReports()),
}


def screens() -> set[type[Screen[Any]]]:
    """Every screen of the terminal that is opened as it is: others only derive from one that has no heading."""
    for module in pkgutil.iter_modules(terminal_app.screens.__path__):
        importlib.import_module(f"terminal_app.screens.{module.name}")
    found: set[type[Screen[Any]]] = set()
    grow: list[type[Screen[Any]]] = [Screen]
    while grow:
        kind = grow.pop()
        grow += kind.__subclasses__()
        if kind.__module__.startswith("terminal_app.screens.") and (
            not issubclass(kind, Room) or vars(kind).get("heading")
        ):
            found.add(kind)
    return found


def commands() -> tuple[Command, ...]:
    """Every command of the terminal at the counter."""
    found: list[Command] = []
    for module in pkgutil.iter_modules(terminal_app.commands.__path__):
        if module.name == "self_service":
            continue
        things = vars(importlib.import_module(f"terminal_app.commands.{module.name}")).values()
        found += [thing for thing in things if isinstance(thing, Command)]
    return tuple(dict.fromkeys(found))


async def walk(hand: Hand, scene: Scene) -> AsyncIterator[Screen[Any]]:
    """Open every screen in turn as Vera, and yield each when the bank has answered it."""
    hand.app.memory.keep(scene.order())
    hand.app.begin(scene.branch.vera)
    await settle(hand)
    yield hand.app.screen
    await hand.app.pop_screen()
    for kind, looks in WALKS.items():
        for look in looks(scene, hand):
            assert type(look.screen) is kind
            await hand.app.push_screen(look.screen)
            await settle(hand)
            for key in look.keys:
                await hand.press(key)
                await settle(hand)
            assert hand.app.screen is look.screen
            yield look.screen
            await hand.app.pop_screen()


async def settle(hand: Hand) -> None:
    """Wait until the bank has answered all that was asked, and the screen shows it."""
    await hand.pilot.pause()
    while any(worker.is_running for worker in hand.app.workers):  # an answer may ask again
        await asyncio.sleep(0.005)
        if not any(worker.is_running for worker in hand.app.workers):
            await hand.pilot.pause()
    await hand.pilot.pause(0.05)  # a table measures its columns after it is filled
