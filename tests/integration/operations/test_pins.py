"""PINs and passwords: what opens an operator's key, what no longer does, and what a thief of the database has."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import tokenpay as tp
from tests.world import PASSWORDS, World, sign_in
from tokenpay.parties.credential import Credential, CredentialKind, unseal, unseal_with_pin
from tokenpay.payments.payment import PaymentState as S

pytestmark = pytest.mark.one_database

PIN = "402857"


def enter(world: World, pin: str, operator_id: str = "tom") -> tp.Session:
    return tp.open_session(world.bank, operator_id=operator_id, pin=pin, terminal="t")


def test_a_pin_opens_what_the_password_opens(world: World) -> None:
    tp.set_pin(world.bank, pin=PIN, by=world.tom)
    session = enter(world, PIN)
    assert session.operator == world.tom.operator
    assert world.paid(20, by=session).state is S.FINAL
    assert tp.open_session(world.bank, operator_id="tom", password=PASSWORDS["tom"], terminal="t")


def test_a_new_pin_ends_the_old_one(world: World) -> None:
    tp.set_pin(world.bank, pin=PIN, by=world.tom)
    tp.set_pin(world.bank, pin="918273645546", by=world.tom)
    with pytest.raises(tp.WrongPassword):
        enter(world, PIN)
    assert enter(world, "918273645546")


@pytest.mark.parametrize("given", [{}, {"password": PASSWORDS["tom"], "pin": PIN}])
def test_one_of_the_two_is_given(world: World, given: dict[str, str]) -> None:
    tp.set_pin(world.bank, pin=PIN, by=world.tom)
    with pytest.raises(tp.InvalidInput, match="exactly one"):
        tp.open_session(world.bank, operator_id="tom", terminal="t", **given)  # type: ignore[arg-type]


def test_wrong_pins_and_wrong_passwords_are_counted_together(world: World) -> None:
    tp.set_pin(world.bank, pin=PIN, by=world.tom)
    for wrong in ({"pin": "402858"}, {"password": "wrong-secret"}, {"pin": "x"}, {"pin": ""}, {"pin": "402859"}):
        with pytest.raises(tp.WrongPassword):
            tp.open_session(world.bank, operator_id="tom", terminal="t", **wrong)  # type: ignore[arg-type]
    with pytest.raises(tp.WrongPassword):
        enter(world, PIN)
    with pytest.raises(tp.WrongPassword):
        tp.open_session(world.bank, operator_id="tom", password=PASSWORDS["tom"], terminal="t")
    world.clock.advance(900)
    assert enter(world, PIN)


@pytest.mark.parametrize("kind", ["pin", "password", "change"])
def test_a_right_one_among_many_at_once_is_no_better_than_after_them(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """While the right one is stretched, at another terminal five wrong ones are counted."""
    tp.set_pin(world.bank, pin=PIN, by=world.tom)
    verb = f"tokenpay.operations.{'credentials' if kind == 'change' else 'open_session'}"
    name = "unseal_with_pin" if kind == "pin" else "unseal"
    whole = unseal_with_pin if kind == "pin" else unseal

    def slow(credential: Credential, given: str, **more: bytes) -> bytes:
        monkeypatch.undo()
        key = whole(credential, given, **more)  # type: ignore[operator]
        for number in range(5):
            with pytest.raises(tp.WrongPassword):
                enter(world, f"40285{number}")
        return key  # type: ignore[no-any-return]

    tries: dict[str, Callable[[], object]] = {
        "pin": lambda: enter(world, PIN),
        "password": lambda: sign_in(world.bank, "tom"),
        "change": lambda: tp.change_password(world.bank, old=PASSWORDS["tom"], new="another-secret", by=world.tom),
    }
    monkeypatch.setattr(f"{verb}.{name}", slow)
    with pytest.raises(tp.WrongPassword):
        tries[kind]()
    world.clock.advance(900)
    assert sign_in(world.bank, "tom")


def test_who_has_no_pin_and_who_does_not_exist_are_told_the_same(world: World) -> None:
    said = set()
    for operator_id in ("tom", "nobody", "engine"):
        with pytest.raises(tp.WrongPassword) as caught:
            enter(world, PIN, operator_id)
        said.add(caught.value.message)
    assert len(said) == 1


def test_a_session_of_a_pin_changes_no_credential(world: World) -> None:
    tp.set_pin(world.bank, pin=PIN, by=world.tom)
    session = enter(world, PIN)
    with pytest.raises(tp.NotPermitted):
        tp.set_pin(world.bank, pin="573920", by=session)
    with pytest.raises(tp.NotPermitted):
        tp.change_password(world.bank, old=PASSWORDS["tom"], new="another-secret", by=session)
    assert enter(world, PIN)
    with pytest.raises(tp.NotPermitted):
        tp.set_pin(world.bank, pin=PIN, by=world.engine)


def test_the_password_changes_and_the_pin_stays(world: World) -> None:
    tp.set_pin(world.bank, pin=PIN, by=world.tom)
    with pytest.raises(tp.WrongPassword):
        tp.change_password(world.bank, old="wrong-secret", new="another-secret", by=world.tom)
    with pytest.raises(tp.InvalidInput):
        tp.change_password(world.bank, old=PASSWORDS["tom"], new="short", by=world.tom)
    tp.change_password(world.bank, old=PASSWORDS["tom"], new="another-secret", by=world.tom)
    with pytest.raises(tp.WrongPassword):
        tp.open_session(world.bank, operator_id="tom", password=PASSWORDS["tom"], terminal="t")
    session = tp.open_session(world.bank, operator_id="tom", password="another-secret", terminal="t")
    assert world.paid(20, by=session).state is S.FINAL
    assert enter(world, PIN)


def test_a_new_secret_ends_every_other_session(world: World) -> None:
    for change in (
        lambda by: tp.set_pin(world.bank, pin=PIN, by=by),
        lambda by: tp.change_password(world.bank, old=PASSWORDS["tom"], new="another-secret", by=by),
    ):
        elsewhere = tp.open_session(world.bank, operator_id="tom", password=PASSWORDS["tom"], terminal="elsewhere")
        change(world.tom)
        with pytest.raises(tp.SessionExpired):
            world.paid(20, by=elsewhere)
        assert world.paid(20, by=world.tom).state is S.FINAL


def test_the_database_alone_tries_no_pin(world: World) -> None:
    tp.set_pin(world.bank, pin=PIN, by=world.tom)
    with world.bank.store.read() as uow:
        credential = uow.operators.credential("tom", CredentialKind.PIN)
        dumped = "".join(str(row) for row in uow.connection.exec_driver_sql("SELECT * FROM bank"))
    assert world.bank.pin_key is not None
    assert unseal_with_pin(credential, PIN, pin_key=world.bank.pin_key)
    with pytest.raises(tp.WrongPassword):  # the right PIN with a guessed key is as wrong as any
        unseal_with_pin(credential, PIN, pin_key=bytes(32))
    assert world.bank.pin_key.hex() not in dumped
    assert world.bank.pin_key.hex() not in repr(world.bank)
    keyless = replace(world.bank, pin_key=None)
    with pytest.raises(tp.PinKeyUnavailable):
        tp.open_session(keyless, operator_id="tom", pin=PIN, terminal="t")
    with pytest.raises(tp.PinKeyUnavailable):
        tp.set_pin(keyless, pin=PIN, by=world.tom)
    assert tp.open_session(keyless, operator_id="tom", password=PASSWORDS["tom"], terminal="t")
    assert enter(world, PIN)  # nothing of that was counted


def test_the_pin_key_lies_beside_the_settings_for_its_owner_alone(world: World) -> None:
    folder = world.bank.directory
    assert folder is not None
    path = folder / "pin.key"
    assert world.bank.pin_key is not None
    assert path.read_text() == world.bank.pin_key.hex() + "\n"
    for text, error in (("ab" * 32, tp.IntegrityError), ("zz", tp.InvalidInput), ("", tp.InvalidInput)):
        path.write_text(text)
        with pytest.raises(error), tp.open_bank(folder, chain_ports={}):
            pass
    path.unlink()
    with tp.open_bank(folder, chain_ports={}) as bank:
        assert bank.pin_key is None


def test_the_pin_key_is_written_for_its_owner_alone(tmp_path: Path) -> None:
    from tokenpay.testing import open_branch

    with open_branch() as branch:
        assert branch.bank.directory is not None
        assert (branch.bank.directory / "pin.key").stat().st_mode & 0o777 == 0o600
