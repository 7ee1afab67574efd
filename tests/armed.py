"""A world whose people have passkeys that the signer trusts, and a policy that asks for them above LARGE."""

from dataclasses import replace
from typing import Any

import tokenpay as tp
from tests.world import World, euro

LARGE = 50
STAFF = ("ann", "bob", "tom")


def arm(world: World) -> None:
    """Register a passkey for everybody, have it confirmed and the signer told of it: it is, where it is opened next."""
    world.limit(passkey_units=euro(LARGE).units)
    for id in STAFF:
        key = register(world, getattr(world, id))
        tp.confirm_passkey(world.bank, key.id, by=world.bob if id == "ann" else world.ann)
    tp.trust_passkeys(world.bank, by=world.ann)


def key_of(world: World, operator_id: str) -> tp.Passkey:
    """The first passkey of somebody of the staff."""
    return next(key for key in tp.list_passkeys(world.bank, by=world.ann) if key.operator_id == operator_id)


def register(world: World, session: tp.Session, *, customer_id: str = "", name: str = "blue key") -> tp.Passkey:
    asked = tp.begin_passkey(world.bank, by=session, customer_id=customer_id)
    made = world.bank.required_authenticator().make(asked, tp.Presence())
    return tp.register_passkey(
        world.bank, name=name, answer=tp.PasskeyAnswer(challenge_id=asked.id, given=made), by=session
    )


def trust(world: World) -> list[tp.Passkey]:
    """Tell the signer, and let it be opened again."""
    trusted = tp.trust_passkeys(world.bank, by=world.ann)
    reopen_signer(world)
    return trusted


def reopen_signer(world: World) -> None:
    """Let the signer read its rules again, as a program does that is started anew."""
    assert world.bank.directory is not None
    ports: dict[str, Any] = {"clock": world.clock, "entropy": world.bank.entropy, "chain_ports": world.bank.chains}
    with tp.open_bank(world.bank.directory, signer=True, **ports) as again:
        world.bank = replace(world.bank, signer=again.signer)


def answer(world: World, payment: tp.Payment, session: tp.Session) -> tp.PasskeyAnswer:
    """Ask somebody to touch their key for a payment, and let them."""
    asked = tp.ask_passkey(world.bank, payment.id, by=session)
    signed = world.bank.required_authenticator().sign(asked, tp.Presence())
    return tp.PasskeyAnswer(challenge_id=asked.id, given=signed)


def confirm(world: World, payment: tp.Payment, session: tp.Session) -> tp.Payment:
    return tp.confirm_payment(world.bank, payment.id, passkey=answer(world, payment, session), by=session)


def approve(world: World, payment: tp.Payment, session: tp.Session) -> tp.Payment:
    return tp.approve(world.bank, payment.id, passkey=answer(world, payment, session), by=session)
