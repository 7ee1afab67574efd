"""The wallet's password changes: the same keys, under one password or the other, whatever happens in between."""

from pathlib import Path

import pytest

import tokenpay as tp
from tests.world import OUTSIDE, World
from tokenpay.adapters.signer import wallet_file
from tokenpay.adapters.signer.wallet_file import WALLET, WALLET_PASSWORD, open_wallet
from tokenpay.wallets.keystore import Keystore

pytestmark = pytest.mark.one_database

NEW = "known-to-nobody-who-left"


@pytest.fixture
def keys(world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("TOKENPAY_KEY_PASSWORD", raising=False)
    assert world.bank.directory is not None
    return world.bank.directory / "keys"


def change(world: World, new: str = NEW, *, now: str | None = None) -> None:
    tp.change_key_password(world.bank, new=new, by=world.ann, key_password=now)


def test_the_same_wallet_opens_with_the_new_password_alone(world: World, keys: Path) -> None:
    beside, before = (keys / WALLET_PASSWORD).read_text(), (keys / WALLET).read_text()
    treasury, request_key = world.treasury, world.bank.required_signer().request_key()
    change(world)
    assert not (keys / WALLET_PASSWORD).exists()
    assert [path.name for path in keys.glob("*.partial")] == []
    assert (keys / WALLET).stat().st_mode & 0o777 == 0o600
    assert Keystore.parse((keys / WALLET).read_text()).kdf == Keystore.parse(before).kdf
    opened = open_wallet(keys, NEW)
    assert (opened.treasury(), opened.request_key()) == (treasury, request_key)
    for password in (beside, "", "x" * 8):
        with pytest.raises(tp.WrongPassword):
            open_wallet(keys, password)
    with pytest.raises(tp.SignerUnavailable, match="no password"):
        open_wallet(keys, None)
    told = [event.kind for event in tp.read_events(world.bank, by=world.ann, limit=999)]
    assert told.count("wallet.password_changed") == 1


def test_what_holds_the_signer_open_goes_on_and_ceremonies_take_the_new_one(world: World, keys: Path) -> None:
    change(world)
    change(world, "and-once-more", now=NEW)
    payment = world.paid(creditor=OUTSIDE)
    world.to_finality()
    assert world.now(payment).state is tp.PaymentState.FINAL
    with pytest.raises(tp.WrongPassword):
        tp.trust_staff(world.bank, by=world.ann, key_password=NEW)
    assert tp.trust_staff(world.bank, by=world.ann, key_password="and-once-more").left_out == ()


@pytest.mark.parametrize(
    ("new", "now", "error"),
    [("short", None, tp.InvalidInput), ("", None, tp.InvalidInput), (NEW, "not the wallet's", tp.WrongPassword)],
)
def test_what_is_refused_changes_nothing(
    world: World, keys: Path, new: str, now: str | None, error: type[Exception]
) -> None:
    before = {path.name: path.read_bytes() for path in keys.iterdir()}
    with pytest.raises(error):
        change(world, new, now=now)
    for session in (world.tom, world.engine):
        with pytest.raises(tp.NotPermitted):
            tp.change_key_password(world.bank, new=NEW, by=session)
    assert {path.name: path.read_bytes() for path in keys.iterdir()} == before


def test_a_crash_before_the_old_one_is_taken_away_is_mended_by_calling_again(
    world: World, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", _killed)
        with pytest.raises(KeyboardInterrupt):
            change(world)
    assert (keys / WALLET_PASSWORD).exists()
    assert open_wallet(keys, NEW).treasury() == world.treasury
    change(world, now=NEW)
    assert not (keys / WALLET_PASSWORD).exists()


def _killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_two_at_once_do_not_write_over_each_other(world: World, keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = wallet_file._encrypted

    def slowly(*given: object, **named: object) -> str:
        text = whole(*given, **named)  # type: ignore[arg-type]
        monkeypatch.setattr(wallet_file, "_encrypted", whole)
        change(world, "the-other-was-quicker")
        return text

    monkeypatch.setattr(wallet_file, "_encrypted", slowly)
    with pytest.raises(tp.SignerUnavailable, match="meanwhile"):
        change(world)
    assert open_wallet(keys, "the-other-was-quicker").treasury() == world.treasury


def test_a_disk_that_is_full_leaves_the_wallet_as_it_was(
    world: World, keys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (keys / WALLET).read_bytes()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(tp.SignerUnavailable, match=r"keys/wallet.json cannot be written: No space left on device"):
            change(world)
    assert (keys / WALLET).read_bytes() == before
    assert open_wallet(keys, None).treasury() == world.treasury
