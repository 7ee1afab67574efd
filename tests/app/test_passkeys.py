"""Touching a key in the terminal: a payment approved by two of them, and everything that keeps one from it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import tokenpay as tp
from terminal_app.screens.key_name import KeyName
from terminal_app.screens.passkeys import Passkeys
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.queue import Queue
from terminal_app.screens.touch import Touch
from tests.app.hand import Hand, run, terminal
from tokenpay.testing import Branch, euro
from tokenpay.testing.branch import LIMITS, TOKEN


class Waiting:
    """A device that nobody touches until the test does; it may want a PIN, or be pulled out."""

    def __init__(self, real: tp.Authenticator, *, wants_pin: bool = False) -> None:
        self.real, self.wants_pin = real, wants_pin
        self.touched, self.pins, self.gone = Event(), list[str | None](), Event()

    def make(self, asked: tp.PasskeyChallenge, person: tp.Presence) -> tp.Attestation:
        self._wait(person)
        return self.real.make(asked, person)

    def sign(self, asked: tp.PasskeyChallenge, person: tp.Presence) -> tp.Assertion:
        self._wait(person)
        return self.real.sign(asked, person)

    def _wait(self, person: tp.Presence) -> None:
        if self.wants_pin:
            self.pins.append(person.pin())
        person.touch()
        while not self.touched.wait(0.01):
            if person.stop.is_set():
                raise tp.AuthenticatorUnavailable("the authenticator was not waited for")
            if self.gone.is_set():
                raise tp.AuthenticatorUnavailable("the authenticator was taken away, or may not be opened here")


def give_keys(branch: Branch) -> None:
    """Give everybody a passkey in force, and ask for one above 100."""
    bank = branch.bank
    limits = replace(LIMITS, passkey_units=euro("100").units)
    old = tp.get_policy(bank, by=branch.vera)
    new = replace(old, version=old.version + 1, limits={**old.limits, TOKEN.id: limits})
    tp.approve_policy(bank, tp.propose_policy(bank, new, by=branch.vera, key="keys").id, by=branch.otto)
    for session in (branch.vera, branch.otto, branch.tim):
        asked = tp.begin_passkey(bank, by=session)
        made = bank.required_authenticator().make(asked, tp.Presence())
        answer = tp.PasskeyAnswer(challenge_id=asked.id, given=made)
        key = tp.register_passkey(bank, name="blue", answer=answer, by=session)
        tp.confirm_passkey(bank, key.id, by=branch.otto if session is branch.vera else branch.vera)
    tp.trust_passkeys(bank, by=branch.vera)


def held(branch: Branch, amount: str, by: tp.Session) -> tp.Payment:
    order = {"debtor": f"customer/{branch.anna.id}", "creditor": f"customer/{branch.boris.id}"}
    payment = tp.pay(branch.bank, **order, amount=euro(amount), by=by, key=amount)
    assert isinstance(payment, tp.Payment), payment
    assert payment.state is tp.PaymentState.HELD
    return payment


def with_device(branch: Branch, **named: bool) -> tuple[Branch, Waiting]:
    device = Waiting(branch.bank.required_authenticator(), **named)
    return replace(branch, bank=replace(branch.bank, authenticator=device)), device


def state_of(branch: Branch, payment: tp.Payment) -> Callable[[], tp.PaymentState]:
    return lambda: tp.get_payment(branch.bank, payment.id, by=branch.vera).state


def test_a_supervisor_approves_by_touching_a_key(branch: Branch, tmp_path: Path) -> None:
    give_keys(branch)
    payment = held(branch, "1500", branch.tim)
    asked = tp.ask_passkey(branch.bank, payment.id, by=branch.tim)
    signed = branch.bank.required_authenticator().sign(asked, tp.Presence())
    answer = tp.PasskeyAnswer(challenge_id=asked.id, given=signed)
    tp.confirm_payment(branch.bank, payment.id, passkey=answer, by=branch.tim)
    branch, device = with_device(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(Queue, by="vera", key="f7")
            await hand.press("enter")
            await hand.arrive(PaymentScreen)
            await hand.read("this payment needs a second person")
            await hand.press("f9")
            await hand.read("Approve exactly this payment?")
            await hand.press("f9")
            await hand.arrive(Touch)
            await hand.read("Touch your security key now")
            await hand.read("1500.000000 DEUR")
            assert state_of(branch, payment)() is tp.PaymentState.HELD
            device.touched.set()
            await hand.arrive(PaymentScreen)
            await hand.until(lambda: state_of(branch, payment)() is tp.PaymentState.FINAL, "a final payment")

    run(flow())


def test_a_maker_touches_and_may_stop_lose_the_key_and_ask_again(branch: Branch, tmp_path: Path) -> None:
    give_keys(branch)
    payment = held(branch, "150", branch.tim)
    branch, device = with_device(branch, wants_pin=True)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await to_payment(hand, payment)
            await hand.press("f8")
            await hand.arrive(Touch)
            await hand.read("The security key wants its PIN")
            await hand.press("escape")
            await hand.arrive(PaymentScreen)  # stopped: nothing was signed
            await hand.press("f8")
            await hand.arrive(Touch)
            await hand.read("The security key wants its PIN")
            await hand.enter("2580")
            await hand.read("Touch your security key now")
            assert "2580" not in hand.seen()
            device.gone.set()
            await hand.read("taken away")
            await hand.read("Nothing was signed.")
            assert state_of(branch, payment)() is tp.PaymentState.HELD
            device.gone.clear()
            device.wants_pin = False
            await hand.press("f9")
            await hand.read("Touch your security key now")
            device.touched.set()
            await hand.arrive(PaymentScreen)
            await hand.until(lambda: state_of(branch, payment)() is tp.PaymentState.FINAL, "a final payment")
            assert device.pins == [None, "2580"]

    run(flow())


async def to_payment(hand: Hand, payment: tp.Payment) -> None:
    await hand.until(lambda: "Find" in hand.footer(), "home")
    hand.app.push_screen(PaymentScreen(payment.id))
    await hand.arrive(PaymentScreen)
    await hand.until(lambda: "Touch key" in hand.footer(), "a payment that waits for a key")


def test_keys_are_made_confirmed_and_revoked(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(Passkeys, by="tim", key="ctrl+k")
            await hand.read("Nobody has a passkey yet")
            await hand.press("f3")
            await hand.arrive(KeyName)
            await hand.enter("blue key")
            await hand.arrive(Passkeys)
            await hand.read("waits for a second person")
            assert "Confirm" not in hand.footer()
            await hand.press("escape")
            await hand.press("ctrl+o")
            await hand.open(Passkeys, by="vera", key="ctrl+k")
            await hand.until(lambda: "Confirm" in hand.footer(), "a key to confirm")
            await hand.press("f4")
            await hand.read("Is the key blue key that of tim")
            await hand.press("f9")
            await hand.read("waits for the signer to be told")
            await hand.press("f6")
            await hand.read("Revoke the key blue key of tim?")
            await hand.press("f9")
            await hand.read("revoked")
            assert not {"Confirm", "Revoke"} & hand.footer()
            (key,) = tp.list_passkeys(branch.bank, by=branch.vera)
            assert (key.state, key.revoked_by) == (tp.PasskeyState.REVOKED, "vera")

    run(flow())
