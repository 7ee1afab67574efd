"""A bank with something in nearly every table, for all who attack it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import tokenpay as tp
from tests.armed import confirm, register
from tests.long_gone import long_gone
from tests.travel_data import travel_data
from tests.world import CHAIN_ID, LIMITS, LISTED, OUTSIDE, TOKEN, World, found_template, sign_in
from tokenpay.counter.cash_count import CashCount
from tokenpay.testing import FakeScreener
from tokenpay.testing.fake_system import FakeClock, FakeEntropy

EUR = tp.Asset.cash("EUR")
CASH = tp.AssetLimits(payment_units=10**9, alone_units=10**9, customer_day_units=10**9, operator_day_units=10**9)


@contextmanager
def guarded_bank(folder: Path, url: str) -> Iterator[World]:
    """Found the bank in a folder and let it live for a while."""
    template = found_template(folder, url)
    ports: dict[str, Any] = {"clock": FakeClock(template.at_s), "entropy": FakeEntropy(2)}
    with tp.open_bank(folder, signer=True, chain_ports={CHAIN_ID: template.chain}, **ports) as bank:
        world = World(bank=bank, chain=template.chain, clock=ports["clock"], _keys=100, **template.people)
        _live(world)
        yield world


def _give_passkeys(world: World, held: tp.Payment) -> None:
    """Leave a key in each state, and one that signed."""
    keys = {session.operator.id: register(world, session) for session in (world.tom, world.ann, world.bob)}
    tp.confirm_passkey(world.bank, keys["tom"].id, by=world.ann)
    tp.trust_passkeys(world.bank, by=world.ann)
    tp.revoke_passkey(world.bank, keys["bob"].id, by=world.bob)
    confirm(world, held, world.tom)


def _hit_a_name(world: World) -> None:
    """Leave verdicts on names and a release that waits, of a list that has no names any more."""
    bank = replace(world.bank, screener=FakeScreener())
    tp.enrol_customer(bank, name="Cora Vane", by=world.tom, key=world.key())
    for names, people in (("Vane Cora", [world.ann]), ("", [world.ann, world.bob])):
        rows = f"id,kind,names,addresses,programs\n7,person,{names},0x{'ab' * 20},\n".encode()
        world.clock.advance(1)
        dated_s = world.clock.now_s()
        for by in people:
            tp.load_list(bank, name="sought", form=tp.ListForm.OWN, files=[rows], dated_s=dated_s, by=by)
        for case_id in tp.screen_names(bank, by=world.engine).cases:
            tp.release_hit(bank, case_id, list_name="sought", entry_id="7", reason="another", by=world.ann)


def _change_staff(world: World) -> None:
    """Leave a supervisor who came and went, and another who is to come."""
    person: dict[str, Any] = {"role": tp.Role.SUPERVISOR, "branch": "main", "password": "a secret of their own"}
    came, _ = (
        tp.propose_admission(world.bank, id=id, name=id.title(), **person, by=world.ann, key=world.key())
        for id in ("carol", "dora")
    )
    tp.approve_admission(world.bank, came.id, by=world.bob)
    tp.dismiss_operator(world.bank, "carol", reason="drill", by=world.bob, key=world.key())


def _live(world: World) -> None:
    """Leave payments of every kind, a deposit, a shift, a case, an original and a customer's closed way in."""
    bank, tom, ann = world.bank, world.tom, world.ann
    world.decree(limits={TOKEN.id: LIMITS, EUR.id: CASH})
    tp.register_asset(bank, EUR, by=ann)
    assert isinstance(tp.receive_cash(bank, count=CashCount.parse("10x50", "EUR"), by=ann, key=world.key()), tp.Payment)
    opened = tp.open_shift(bank, drawer="drawer-1", opening=[CashCount.parse("", "EUR")], by=tom, key=world.key())
    assert not isinstance(opened, tp.Refusal)
    paid = world.paid(20, remittance_information="Rent for May")
    tp.issue_receipt(bank, of=paid.id, by=tom)
    _give_passkeys(world, world.paid(200))
    world.paid(200, by=world.ann)
    out = world.paid(30, creditor=OUTSIDE)
    world.turn()
    assert world.now(out).state is tp.PaymentState.SENT
    tp.cancel(bank, world.paid(150).id, by=tom)
    tp.refuse(bank, world.paid(150).id, reason="no", by=ann)
    long_gone(world)
    world.refused(5, creditor=LISTED.caip10(CHAIN_ID))
    case = tp.open_case(bank, kind=tp.CaseKind.OTHER, subject="s", note="n", by=ann)
    tp.resolve_case(bank, case.id, resolution="done", by=ann)
    tp.open_self_service(bank, customer_id=world.anna.id, pin="482915", by=tom, key=world.key())
    tp.close_self_service(bank, customer_id=world.anna.id, by=tom)
    tp.attach_travel_rule(bank, out.id, travel_data(world.anna.id), by=tom, key=world.key())
    tp.begin_wallet_proof(bank, customer_id=world.anna.id, wallet=OUTSIDE, by=tom)
    _hit_a_name(world)
    tp.close_session(bank, by=world.bob)
    world.bob = sign_in(bank, "bob")
    rules = tp.get_policy(bank, by=ann)
    tp.propose_policy(bank, replace(rules, version=rules.version + 1, held_for_s=7), by=ann, key=world.key())
    _change_staff(world)
    world.request(5)
    world.deposit(world.request(40), 40)
    world.mine()
    world.turn()
