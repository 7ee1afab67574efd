"""The signer follows who came and who went: by its own rules, the signed times, and no row of the books."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tokenpay as tp
from tests.armed import register, reopen_signer
from tests.integration.operations.test_change_staff import admitted, dismissed, proposed
from tests.integration.operations.test_signer import clearance_of, consent, intent_of, refused, sign, transaction_of
from tests.world import OUTSIDE, World, euro
from tokenpay.adapters.signer.passkey_sealing import seal_passkeys
from tokenpay.adapters.signer.rules import SignerRules, TrustedOperator
from tokenpay.adapters.signer.staff_sealing import seal_staff
from tokenpay.compliance.staff_change import StaffChange, StaffChangeKind
from tokenpay.parties.passkey import VouchPart

pytestmark = pytest.mark.one_database


def keys(world: World) -> Path:
    assert world.bank.directory is not None
    return world.bank.directory / "keys"


def rules(world: World) -> SignerRules:
    """What the signer trusts, once it is opened anew."""
    reopen_signer(world)
    found: SignerRules = world.bank.required_signer()._rules  # type: ignore[attr-defined]
    return found


def change_of(world: World, id: str, kind: StaffChangeKind = StaffChangeKind.ADMIT) -> StaffChange:
    changes = tp.staff_changes(world.bank, by=world.ann)
    return next(it for it in changes if (it.operator.id, it.kind) == (id, kind))


def test_a_newcomers_payments_leave_once_the_signer_was_told(world: World) -> None:
    carol = admitted(world)
    tess = admitted(world, "tess", role=tp.Role.TELLER)
    early = tp.approve(world.bank, world.paid(200, creditor=OUTSIDE).id, by=carol)
    world.to_finality()
    assert (world.now(early).state, world.now(early).reasons[0].code) == (tp.PaymentState.FAILED, "signer.refused")
    with pytest.raises(tp.NotPermitted):
        tp.trust_staff(world.bank, by=world.tom)
    with pytest.raises(tp.WrongPassword):
        tp.trust_staff(world.bank, by=world.ann, key_password="not the wallet's")
    told = tp.trust_staff(world.bank, by=world.ann)
    assert (sorted(it.operator.id for it in told.changes), told.left_out) == (["carol", "tess"], ())
    assert tp.trust_staff(world.bank, by=world.ann) == tp.SignerTold(changes=(), left_out=())
    reopen_signer(world)
    late = tp.approve(world.bank, world.paid(200, creditor=OUTSIDE, by=tess).id, by=carol)
    world.to_finality()
    assert world.now(late).state is tp.PaymentState.FINAL
    happened: list[Any] = tp.read_events(world.bank, by=world.ann, limit=999)
    said = [it for it in happened if it.kind == "operators.trusted"]
    assert [(it.subject, len(it.content["changes"]), it.content["rules"]) for it in said] == [
        ("signer", 2, 1),
        ("signer", 0, 2),
    ]
    world.prove()


def test_who_came_admits_others_and_the_chain_leads_to_the_founders(world: World) -> None:
    """All in one second, and dora's admission stands before carol's where ids say so."""
    carol = admitted(world)
    coming = proposed(world, "dora", by=carol)
    tp.approve_admission(world.bank, coming.id, by=world.bob)
    dismissed(world, "carol")
    dora = tp.open_session(world.bank, operator_id="dora", password="a secret of their own", terminal="t")
    dismissed(world, "ann", by=dora)
    told = tp.trust_staff(world.bank, by=dora).changes
    assert [(it.operator.id, it.kind.value) for it in told] == [
        (it.operator.id, it.kind.value) for it in sorted(told, key=lambda it: (it.proposed_at_s, it.id))
    ]
    assert len(told) == 4
    until = {id: it.until_s for id, it in rules(world).operators.items()}
    at_s = world.clock.now_s()
    assert until == {"ann": at_s + 1, "bob": None, "carol": at_s + 1, "dora": None, "engine": None, "tom": None}


def test_what_a_leaver_signed_before_counts_and_nothing_after(world: World) -> None:
    """As somebody would write it who has the leaver's key, the database, and lets the signer parse what it says."""
    carol = admitted(world)
    tp.trust_staff(world.bank, by=world.ann)
    before = intent_of(world, world.tom)
    world.clock.advance(10)
    dismissed(world, "carol")
    tp.trust_staff(world.bank, by=world.ann)
    reopen_signer(world)
    world.clock.advance(1)
    after = intent_of(world, world.tom)
    assert sign(world, transaction_of(before), before, consent(world, before, world.tom, carol))
    for intent in (after, replace(after, amount=euro(200)), intent_of(world, carol)):
        maker = carol if intent.maker == "carol" else world.tom
        said = refused(world, transaction_of(intent, nonce=8), intent, consent(world, intent, maker, carol))
        assert said == "an approval comes from somebody this signer does not know"


@pytest.mark.parametrize("later_s", [10, -60])
def test_a_customer_whom_a_leaver_knows_goes_on_paying(world: World, later_s: int) -> None:
    """Whether the clock of who dismisses stands after the leaver's, or a minute behind it."""
    tess = admitted(world, "tess", role=tp.Role.TELLER)
    world.clock.advance(100)
    tp.open_self_service(world.bank, customer_id=world.anna.id, pin="482915", by=tess, key=world.key())
    world.clock.advance(later_s)
    dismissed(world, "tess")
    world.clock.advance(100)
    tp.trust_staff(world.bank, by=world.ann)
    reopen_signer(world)
    anna = tp.open_customer_session(world.bank, customer_id=world.anna.id, pin="482915", terminal="kiosk")
    out = world.paid(20, creditor=OUTSIDE, by=anna)
    world.to_finality()
    assert world.now(out).state is tp.PaymentState.FINAL
    # An introduction that the leaver dates after their end is nobody's word.
    payment = world.paid(30, creditor=OUTSIDE, by=anna)
    clearance = clearance_of(world, payment)
    (approval,) = clearance.approvals
    assert approval.introduction is not None
    late = replace(approval.introduction, at_s=world.clock.now_s() + 1)
    forged = replace(clearance, approvals=(replace(approval, introduction=late),))
    said = refused(world, transaction_of(payment.intent, nonce=50), payment.intent, forged)
    assert said == "a customer was introduced by somebody this signer does not know"


def test_no_row_makes_a_signer_believe_in_somebody(world: World) -> None:
    """Each row: a change as somebody would write it who owns the books and knows the wallet's password."""
    carol = admitted(world)
    change = change_of(world, "carol")
    eve = replace(change.operator, id="eve", public_key=world.tom.public_key)
    unknown, known = "is not signed by supervisors", "is not signed by who"
    table: dict[str, tuple[StaffChange, ...]] = {
        unknown: (
            StaffChange.admission("ST-1", eve, by=world.tom, at_s=1).approved(by=world.bob, at_s=1),
            StaffChange.admission("ST-1", eve, by=world.ann, at_s=1).approved(by=world.tom, at_s=1),
            StaffChange.admission("ST-1", eve, by=world.ann, at_s=1).approved(by=carol, at_s=1),  # she is not told of
            StaffChange.dismissal("ST-2", world.bob.operator, reason="", by=world.tom, at_s=1),
            StaffChange.dismissal("ST-2", carol.operator, reason="", by=world.ann, at_s=1),  # nobody came
        ),
        known: (
            replace(change, operator=replace(change.operator, public_key=world.tom.public_key)),
            replace(change, operator=replace(change.operator, role=tp.Role.TELLER)),
            replace(change, proposed_by="bob", decided_by="ann"),
            replace(change, decided_at_s=2),
        ),
        "two different people": (
            StaffChange.admission("ST-1", eve, by=world.ann, at_s=1),
            StaffChange.admission("ST-1", eve, by=world.ann, at_s=1).approved(by=world.ann, at_s=1),
        ),
        "somebody else by this id": (
            StaffChange.admission("ST-1", replace(eve, id="tom"), by=world.ann, at_s=1).approved(by=world.bob, at_s=1),
            StaffChange.dismissal("ST-2", replace(eve, id="tom"), reason="", by=world.ann, at_s=1),
        ),
    }
    before = rules(world).operators
    for why, changes in table.items():
        for forged in changes:
            _, told = seal_staff(keys(world), None, [forged])
            assert told.changes == ()
            ((left, said),) = told.left_out
            assert left is forged
            assert why in said
    assert rules(world).operators == before
    every = [forged for changes in table.values() for forged in changes]
    numbered = [replace(forged, id=f"ST-{number}") for number, forged in enumerate(every)]  # their signatures too
    sealed, told = seal_staff(keys(world), None, [*numbered, change])
    assert ([*told.changes], len(told.left_out)) == ([change], len(every)), "nothing forged keeps carol from coming"
    assert sealed.operators.keys() == {*before, "carol"}


@pytest.mark.parametrize("told_before", [False, True])
def test_a_leaver_admits_nobody_later(world: World, told_before: bool) -> None:
    carol = admitted(world)
    dismissed(world, "carol")
    if told_before:
        tp.trust_staff(world.bank, by=world.ann)
    at_s = world.clock.now_s() + 1
    eve = replace(carol.operator, id="eve", public_key=world.tom.public_key)
    forged = StaffChange.admission("ST-1", eve, by=carol, at_s=at_s).approved(by=world.bob, at_s=at_s)
    real = [change_of(world, "carol"), change_of(world, "carol", StaffChangeKind.DISMISS)]
    _, told = seal_staff(keys(world), None, [*real, forged])
    assert [(left.id, "is not signed by supervisors" in why) for left, why in told.left_out] == [("ST-1", True)]
    assert rules(world).operators.keys() & {"eve", "carol"} == {"carol"}
    earlier = StaffChange.admission("ST-1", eve, by=carol, at_s=at_s - 1).approved(by=world.bob, at_s=at_s)
    assert "eve" in seal_staff(keys(world), None, [earlier, *real])[0].operators


def test_what_a_leaver_signs_late_undoes_nothing_that_others_signed(world: World) -> None:
    carol, dora = admitted(world), admitted(world, "dora")
    world.clock.advance(10)
    dismissed(world, "carol")
    at_s = world.clock.now_s()
    late = StaffChange.dismissal("ST-1", dora.operator, reason="", by=carol, at_s=at_s + 5)
    eve = replace(carol.operator, id="eve", public_key=world.tom.public_key)
    after = StaffChange.admission("ST-2", eve, by=dora, at_s=at_s + 6).approved(by=world.bob, at_s=at_s + 7)
    real = [it for it in tp.staff_changes(world.bank, by=world.ann) if it.state is tp.ProposalState.IN_FORCE]
    sealed, told = seal_staff(keys(world), None, [after, late, *real])
    assert [left.id for left, _ in told.left_out] == ["ST-1"]
    assert {id: it.until_s for id, it in sealed.operators.items() if id in ("carol", "dora", "eve")} == {
        "carol": at_s + 1, "dora": None, "eve": None,
    }  # fmt: skip


def test_an_id_that_came_twice_keeps_nobody_else_from_coming_or_going(world: World) -> None:
    """The books came back from a copy; the signer had been told since, and an id was given anew."""
    lost = replace(world.tom.operator, id="carol")
    earlier = StaffChange.admission("ST-1", lost, by=world.ann, at_s=1).approved(by=world.bob, at_s=1)
    seal_staff(keys(world), None, [earlier])
    admitted(world)
    admitted(world, "tess", role=tp.Role.TELLER)
    told = tp.trust_staff(world.bank, by=world.ann)
    assert [it.operator.id for it in told.changes] == ["tess"]
    ((left, why),) = told.left_out
    assert (left.operator.id, why) == ("carol", "this signer knows somebody else by this id")
    dismissed(world, "tess")
    assert [it.kind for it in tp.trust_staff(world.bank, by=world.ann).changes] == [StaffChangeKind.DISMISS]
    assert rules(world).operators["carol"].public_key == lost.public_key


def test_passkeys_that_a_leaver_vouched_for_go_on(world: World) -> None:
    carol = admitted(world)
    toms, boris_ = register(world, world.tom), register(world, world.bob)
    tp.confirm_passkey(world.bank, toms.id, by=carol)
    tp.confirm_passkey(world.bank, boris_.id, by=world.ann)
    with pytest.raises(tp.IntegrityError, match="supervisor"):  # the signer does not know carol
        tp.trust_passkeys(world.bank, by=world.ann)
    world.clock.advance(10)
    dismissed(world, "carol")
    tp.trust_staff(world.bank, by=world.ann)
    assert [key.state for key in tp.trust_passkeys(world.bank, by=world.ann)] == [tp.PasskeyState.ACTIVE] * 2
    late = replace(boris_, confirmed=boris_.facts.vouch(carol, VouchPart.CONFIRMED, at_s=world.clock.now_s() + 1))
    with pytest.raises(tp.IntegrityError, match="supervisor"):
        seal_passkeys(
            keys(world), None, [replace(late, state=tp.PasskeyState.CONFIRMED)],
            party=world.bank.required_relying_party(), units={},
        )  # fmt: skip


def test_a_policy_that_somebody_signed_who_left_is_sealed(world: World) -> None:
    carol = admitted(world)
    now = tp.get_policy(world.bank, by=world.ann)
    policy = replace(now, version=2, held_for_s=3_600)
    proposal = tp.propose_policy(world.bank, policy, by=carol, key=world.key())
    tp.approve_policy(world.bank, proposal.id, by=world.bob)
    dismissed(world, "carol")
    with pytest.raises(tp.IntegrityError, match="two supervisors"):
        tp.seal_policy(world.bank, by=world.ann)
    tp.trust_staff(world.bank, by=world.ann)
    assert tp.seal_policy(world.bank, by=world.ann).version == 2


def test_a_dismissal_that_is_dated_back_is_refused_and_one_ahead_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one supervisor could write it past the verbs: the signer would believe the time."""
    carol = admitted(world)
    tp.approve_admission(world.bank, proposed(world, "dora", by=carol).id, by=world.bob)
    monkeypatch.setattr("tokenpay.store.policy_store.PolicyStore.may_add", lambda _: False)
    for at_s in (1, world.clock.now_s() + 10_000):
        with world.bank.store.unit_of_work() as uow:
            change = StaffChange.dismissal(f"ST-{at_s}", carol.operator, reason="x", by=world.ann, at_s=at_s)
            uow.staff.add(change)
        ended = [(it.state, "dated" in it.reason) for it in tp.enact_staff_changes(world.bank, by=world.engine)]
        assert ended == ([(tp.ProposalState.REFUSED, True)] if at_s == 1 else [])


def test_rules_from_before_open_and_say_the_same() -> None:
    key = bytes(range(32))
    person = TrustedOperator(public_key=b"\1" * 32, role=tp.Role.TELLER)
    old = SignerRules(operators={"tom": person}, fee_caps_wei={}, alone_units={})
    text = old.seal(key)
    assert "until_s" not in text
    assert SignerRules.unseal(text, key) == old
    gone = replace(old, operators={"tom": replace(person, until_s=7)})
    assert SignerRules.unseal(gone.seal(key), key) == gone
    assert (gone.known("tom", at_s=6) is not None, gone.known("tom", at_s=7)) == (True, None)
    assert gone.known("eve", at_s=0) is None
