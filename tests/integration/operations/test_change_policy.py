"""Propose, approve, refuse and withdraw a policy: the rules are changed by two people, or not at all."""

from dataclasses import replace
from typing import Any

import pytest

import tokenpay as tp
from tests.world import LIMITS, OUTSIDE, TOKEN, World, sign_in
from tokenpay.payments.payment import PaymentState
from tokenpay.store.unit_of_work import UnitOfWork

pytestmark = pytest.mark.one_database

S = tp.ProposalState


def following(world: World, **units: int) -> tp.Policy:
    """The next version, with these limits of the token."""
    now = tp.get_policy(world.bank, by=world.ann)
    return replace(now, version=now.version + 1, limits={TOKEN.id: replace(LIMITS, **units)})


def proposed(world: World, *, by: tp.Session | None = None, **units: int) -> tp.PolicyProposal:
    policy = following(world, **(units or {"alone_units": 500 * 10**6}))
    return tp.propose_policy(world.bank, policy, by=by or world.ann, key=world.key())


def events(world: World, subject: str = "2") -> list[str]:
    return [event.kind for event in tp.read_events(world.bank, by=world.ann, limit=1_000) if event.subject == subject]


@pytest.mark.every_database
def test_two_people_put_a_version_in_force_at_once(world: World) -> None:
    assert world.paid(200).state is PaymentState.HELD
    proposal = proposed(world)
    assert proposal.state is S.OPEN
    assert world.paid(200).state is PaymentState.HELD  # a proposal decides nothing
    in_force = tp.approve_policy(world.bank, proposal.id, by=world.bob)
    assert (in_force.state, in_force.proposed_by, in_force.decided_by) == (S.IN_FORCE, "ann", "bob")
    assert tp.get_policy(world.bank, by=world.tom) == proposal.policy
    assert world.paid(200).state is PaymentState.FINAL
    assert tp.approve_policy(world.bank, proposal.id, by=world.bob) == in_force
    assert tp.policy_proposals(world.bank, by=world.tom) == [in_force]
    assert events(world) == ["policy.proposed", "policy.approved", "policy.in_force"]
    world.prove()


def test_both_signatures_are_over_the_whole_policy(world: World) -> None:
    in_force = tp.approve_policy(world.bank, proposed(world).id, by=world.bob)
    keys = [world.ann.public_key, world.bob.public_key]
    in_force.verify(*keys)
    for changed in (
        replace(in_force, policy=replace(in_force.policy, held_for_s=1)),
        replace(in_force, id="PP-other"),
        replace(in_force, decided_by="tom"),
        replace(in_force, proposed_at_s=in_force.proposed_at_s + 1),
        replace(in_force, decided_signature=in_force.signature),
        replace(in_force, decided_by="ann"),
    ):
        with pytest.raises(tp.IntegrityError):
            changed.verify(*keys)
    with pytest.raises(tp.IntegrityError):
        in_force.verify(keys[0], keys[0])


def test_nobody_approves_or_refuses_what_they_proposed(world: World) -> None:
    proposal = proposed(world)
    with pytest.raises(tp.NotPermitted):
        tp.approve_policy(world.bank, proposal.id, by=sign_in(world.bank, "ann"))  # nor from another login of theirs
    with pytest.raises(tp.NotPermitted):
        tp.refuse_policy(world.bank, proposal.id, reason="no", by=world.ann)
    with pytest.raises(tp.NotPermitted):
        tp.withdraw_policy(world.bank, proposal.id, by=world.bob)
    assert tp.policy_proposals(world.bank, by=world.ann) == [proposal]
    assert tp.get_policy(world.bank, by=world.ann).version == 1


@pytest.mark.parametrize("who", ["tom", "engine"])
def test_only_supervisors_change_it(world: World, who: str) -> None:
    proposal, by = proposed(world), getattr(world, who)
    for refused in (
        lambda: tp.propose_policy(world.bank, following(world), by=by, key="k"),
        lambda: tp.approve_policy(world.bank, proposal.id, by=by),
        lambda: tp.refuse_policy(world.bank, proposal.id, reason="no", by=by),
        lambda: tp.withdraw_policy(world.bank, proposal.id, by=by),
    ):
        with pytest.raises(tp.NotPermitted):
            refused()


def test_a_refused_or_withdrawn_proposal_is_over_and_another_may_follow(world: World) -> None:
    first = tp.refuse_policy(world.bank, proposed(world).id, reason="too much", by=world.bob)
    assert (first.state, first.decided_by, first.reason) == (S.REFUSED, "bob", "too much")
    assert tp.refuse_policy(world.bank, first.id, reason="again", by=world.bob) == first
    second = tp.withdraw_policy(world.bank, proposed(world).id, by=world.ann)
    assert second.state is S.WITHDRAWN
    assert tp.withdraw_policy(world.bank, second.id, by=world.ann) == second
    for ended in (first, second):
        with pytest.raises(tp.WrongState):
            tp.approve_policy(world.bank, ended.id, by=world.bob)
    assert tp.approve_policy(world.bank, proposed(world).id, by=world.bob).state is S.IN_FORCE
    kinds = ["policy.proposed", "policy.refused", "policy.proposed", "policy.withdrawn", "policy.proposed"]
    assert events(world) == [*kinds, "policy.approved", "policy.in_force"]


def test_what_is_in_force_is_not_taken_back(world: World) -> None:
    proposal = tp.approve_policy(world.bank, proposed(world).id, by=world.bob)
    with pytest.raises(tp.WrongState):
        tp.refuse_policy(world.bank, proposal.id, reason="no", by=world.bob)
    with pytest.raises(tp.WrongState):
        tp.withdraw_policy(world.bank, proposal.id, by=world.ann)


@pytest.mark.parametrize("version", [1, 3, 7])
def test_versions_follow_one_another(world: World, version: int) -> None:
    with pytest.raises(tp.WrongState, match="next version of the policy is 2"):
        tp.propose_policy(world.bank, replace(following(world), version=version), by=world.ann, key="k")


def test_one_proposal_waits_at_a_time(world: World) -> None:
    first = proposed(world)
    with pytest.raises(tp.WrongState) as caught:
        proposed(world, by=world.bob)
    assert caught.value.fields["proposal"] == first.id


def test_the_same_key_is_the_same_proposal(world: World) -> None:
    policy = following(world, alone_units=1)
    first = tp.propose_policy(world.bank, policy, by=world.ann, key="once")
    assert tp.propose_policy(world.bank, policy, by=world.ann, key="once") == first
    approved = tp.approve_policy(world.bank, first.id, by=world.bob)
    assert tp.propose_policy(world.bank, policy, by=world.ann, key="once") == approved
    with pytest.raises(tp.KeyReused):
        tp.propose_policy(world.bank, replace(policy, held_for_s=5), by=world.ann, key="once")


def test_a_held_payment_is_decided_anew_by_the_version_in_force(world: World) -> None:
    payment = world.paid(200)
    tp.approve_policy(world.bank, proposed(world, payment_units=150 * 10**6).id, by=world.bob)
    refused = tp.approve(world.bank, payment.id, by=world.ann)
    assert (refused.state, [reason.code for reason in refused.reasons]) == (PaymentState.REFUSED, ["limit.payment"])


def test_a_cleared_payment_goes_though_the_next_version_asks_for_more(world: World) -> None:
    """Its money is promised: it is asked for the consents of the version that cleared it, and for those it still is."""
    payment = world.paid(90, creditor=OUTSIDE)
    assert payment.state is PaymentState.CLEARED
    tp.approve_policy(world.bank, proposed(world, alone_units=0, payment_units=10**6).id, by=world.bob)
    world.to_finality()
    assert world.now(payment).state is PaymentState.FINAL
    assert world.paid(1, creditor=OUTSIDE).state is PaymentState.HELD


def test_a_stop_does_not_keep_the_rules_from_being_made_stricter(world: World) -> None:
    tp.stop_payments(world.bank, reason="drill", by=world.ann)
    assert tp.approve_policy(world.bank, proposed(world).id, by=world.bob).state is S.IN_FORCE


# --- a database that was edited ---------------------------------------------------------------


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE policies SET content = replace(content, '500000000', '900000000') WHERE version = 2",
        "UPDATE policy_proposals SET state = 'withdrawn', decided_by = proposed_by, decided_signature = NULL",
        "UPDATE policy_proposals SET signature = decided_signature",
        "UPDATE operators SET public_key = substr(public_key, 2) WHERE id = 'bob'",
    ],
)
def test_an_edited_policy_decides_nothing(world: World, edit: str) -> None:
    tp.approve_policy(world.bank, proposed(world).id, by=world.bob)
    world.sql(edit)
    with pytest.raises(tp.IntegrityError):
        world.pay(1)


def test_a_version_that_nobody_proposed_decides_nothing(world: World) -> None:
    world.sql("INSERT INTO policies SELECT 2, replace(content, :one, :two), at_s, maker, checker FROM policies",
              one='"version":1', two='"version":2')  # fmt: skip
    with pytest.raises(tp.IntegrityError, match="signatures"):
        world.pay(1)


def test_a_proposal_that_its_proposer_did_not_sign_is_not_signed_by_a_second(world: World) -> None:
    proposal = proposed(world)
    world.sql("UPDATE policy_proposals SET content = replace(content, '500000000', '900000000')")
    with pytest.raises(tp.IntegrityError):
        tp.approve_policy(world.bank, proposal.id, by=world.bob)
    assert tp.refuse_policy(world.bank, proposal.id, reason="forged", by=world.bob).state is S.REFUSED


def test_the_engine_refuses_an_approval_that_nobody_signed(world: World) -> None:
    proposal = proposed(world)
    assert tp.enact_policies(world.bank, by=world.engine) is None  # open: a person decides
    world.sql("UPDATE policy_proposals SET state = 'approved', decided_by = 'bob', decided_at_s = proposed_at_s,"
              " decided_signature = signature")  # fmt: skip
    assert world.turn().error is None
    (refused,) = tp.policy_proposals(world.bank, by=world.ann)
    assert (refused.id, refused.state, refused.decided_by) == (proposal.id, S.REFUSED, "engine")
    assert tp.get_policy(world.bank, by=world.ann).version == 1
    assert tp.approve_policy(world.bank, proposed(world).id, by=world.bob).state is S.IN_FORCE


def test_the_engine_refuses_what_cannot_be_read_and_all_else_goes_on(world: World) -> None:
    proposal, held = proposed(world), world.paid(200)
    world.sql("UPDATE policy_proposals SET content = '{'")
    assert tp.policy_proposals(world.bank, by=world.ann) == []
    with pytest.raises(tp.IntegrityError):
        tp.get_policy_proposal(world.bank, proposal.id, by=world.ann)
    world.next_day()
    turn = tp.run_once(world.bank, by=world.engine)
    assert (turn.error, turn.signed_heads > 0, world.now(held).state) == (None, True, PaymentState.EXPIRED)
    world.prove()
    assert tp.approve_policy(world.bank, proposed(world).id, by=world.bob).state is S.IN_FORCE


def test_one_step_of_the_engine_that_fails_stops_no_other(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise tp.IntegrityError("a row that cannot be read")

    held = world.paid(200)
    world.next_day()
    for step in ("enact_policies", "sign_heads"):
        monkeypatch.setattr(f"tokenpay.engine.{step}", broken)
    turn = tp.run_once(world.bank, by=world.engine)
    assert (str(turn.error), turn.expired.payments, turn.signed_heads) == ("a row that cannot be read", 1, 0)
    assert world.now(held).state is PaymentState.EXPIRED


@pytest.mark.parametrize(
    "change",
    [
        {"limits": {"\ud800": LIMITS}},
        {"limits": {7: LIMITS}},
        {"payees": {"\ud800": frozenset()}},
        {"payees": {5: frozenset()}},
    ],
)
def test_a_policy_that_could_not_be_read_again_is_none(world: World, change: dict[str, Any]) -> None:
    rules = tp.get_policy(world.bank, by=world.ann)
    with pytest.raises(tp.InvalidInput):
        replace(rules, version=rules.version + 1, **change)


def test_a_crash_between_approval_and_force_loses_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """As at a terminal, whose database role may write no policy: the engine does it."""
    proposal = proposed(world)
    with monkeypatch.context() as at_a_terminal:
        at_a_terminal.setattr("tokenpay.store.policy_store.PolicyStore.may_add", lambda _: False)
        assert tp.approve_policy(world.bank, proposal.id, by=world.bob).state is S.APPROVED
        assert tp.approve_policy(world.bank, proposal.id, by=world.bob).state is S.APPROVED
    assert world.paid(200).state is PaymentState.HELD
    in_force = tp.enact_policies(world.bank, by=world.engine)
    assert in_force is not None
    assert (in_force.state, in_force.decided_by) == (S.IN_FORCE, "bob")
    assert tp.enact_policies(world.bank, by=world.engine) is None
    assert world.paid(200).state is PaymentState.FINAL


def test_old_versions_stay_readable(world: World) -> None:
    first = tp.get_policy(world.bank, by=world.ann)
    tp.approve_policy(world.bank, proposed(world).id, by=world.bob)

    def version(uow: UnitOfWork, number: int) -> tp.Policy:
        return uow.policies.get(number)

    with world.bank.store.read() as uow:
        assert version(uow, 1) == first
        assert version(uow, 2) == uow.policies.newest()
        with pytest.raises(tp.NotFound):
            version(uow, 3)


def test_a_policy_of_somebody_who_was_dismissed_since_is_refused(world: World) -> None:
    proposal = proposed(world)
    world.sql("UPDATE operators SET active = false WHERE id = 'ann'")
    ended = tp.approve_policy(world.bank, proposal.id, by=world.bob)
    assert (ended.state, tp.get_policy(world.bank, by=world.bob).version) == (S.REFUSED, 1)


def test_limits_and_lists_are_for_who_and_what_is_there(world: World) -> None:
    day = tp.Period.DAY
    limit = tp.ScopedLimit(asset_id=TOKEN.id, of=tp.Scope.OPERATOR, name="tom", period=day)
    scoped = [
        replace(limit, asset_id=TOKEN.id[:-1] + "0"),
        replace(limit, name="tomm"),
        replace(limit, of=tp.Scope.BRANCH, name="mian"),
        replace(limit, of=tp.Scope.CUSTOMER, name="C0"),
    ]
    policy = following(world)
    wrong = [replace(policy, scoped=(each,)) for each in scoped]
    for proposal in [*wrong, replace(policy, payees={"C0": frozenset({OUTSIDE})})]:
        with pytest.raises(tp.InvalidInput, match="does not have"):
            tp.propose_policy(world.bank, proposal, by=world.ann, key=world.key())
    names = (("operator", "tom"), ("branch", "main"), ("customer", world.anna.id), ("customer", ""), ("role", "teller"))
    right = tuple(replace(limit, of=tp.Scope(of), name=name) for of, name in names)
    told = replace(policy, scoped=right, payees={"": frozenset({OUTSIDE}), world.anna.id: frozenset()})
    assert tp.propose_policy(world.bank, told, by=world.ann, key=world.key()).policy == told
