"""Staff comes by two supervisors and goes by one, for good, and never so that fewer than two supervisors stay."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest

import tokenpay as tp
from tests.world import OUTSIDE, World, sign_in
from tokenpay.store import migrate

pytestmark = pytest.mark.one_database

S = tp.ProposalState
SECRET = "a secret of their own"


def proposed(world: World, id: str = "carol", *, by: tp.Session | None = None, **changes: Any) -> tp.StaffChange:
    person = {"name": "Carol Vane", "role": tp.Role.SUPERVISOR, "branch": "main", "password": SECRET}
    return tp.propose_admission(world.bank, id=id, **{**person, **changes}, by=by or world.ann, key=world.key())


def admitted(world: World, id: str = "carol", **changes: Any) -> tp.Session:
    """Somebody new, signed in."""
    change = tp.approve_admission(world.bank, proposed(world, id, **changes).id, by=world.bob)
    assert change.state is S.IN_FORCE
    return tp.open_session(world.bank, operator_id=id, password=SECRET, terminal=f"till-{id}")


def dismissed(world: World, id: str, *, by: tp.Session | None = None) -> tp.StaffChange:
    return tp.dismiss_operator(world.bank, id, reason="left", by=by or world.ann, key=world.key())


def events(world: World, subject: str = "carol") -> list[str]:
    return [event.kind for event in tp.read_events(world.bank, by=world.ann, limit=1_000) if event.subject == subject]


def who(world: World) -> dict[str, bool]:
    return {it.id: it.active for it in tp.list_operators(world.bank, by=world.ann)}


@pytest.mark.every_database
def test_somebody_comes_works_and_goes(world: World) -> None:
    change = proposed(world)
    assert (change.state, change.operator.name, "carol" in who(world)) == (S.OPEN, "Carol Vane", False)
    with pytest.raises(tp.WrongPassword):
        tp.open_session(world.bank, operator_id="carol", password=SECRET, terminal="till-9")
    in_force = tp.approve_admission(world.bank, change.id, by=world.bob)
    assert (in_force.state, in_force.proposed_by, in_force.decided_by) == (S.IN_FORCE, "ann", "bob")
    assert tp.approve_admission(world.bank, change.id, by=world.bob) == in_force
    carol = tp.open_session(world.bank, operator_id="carol", password=SECRET, terminal="till-9")
    assert carol.operator == in_force.operator
    assert tp.approve(world.bank, world.paid(200).id, by=carol).state is tp.PaymentState.FINAL
    made = world.paid(200, by=carol)

    gone = dismissed(world, "carol", by=world.bob)
    assert (gone.state, gone.operator, gone.reason) == (S.IN_FORCE, in_force.operator, "left")
    with pytest.raises(tp.SessionExpired):
        tp.list_operators(world.bank, by=carol)
    with pytest.raises(tp.WrongPassword):
        tp.open_session(world.bank, operator_id="carol", password=SECRET, terminal="till-9")
    assert not who(world)["carol"]
    refused = tp.approve(world.bank, made.id, by=world.bob)
    assert [reason.code for reason in refused.reasons] == ["approval.gone"]
    assert tp.staff_changes(world.bank, by=world.tom) in ([gone, in_force], [in_force, gone])
    came = ["operator.proposed", "operator.approved", "operator.admitted", "session.opened"]
    assert [it for it in events(world) if it != "session.failed"] == [*came, "operator.proposed", "operator.dismissed"]
    with world.bank.store.read() as uow:
        assert uow.connection.exec_driver_sql("SELECT count(*) FROM waiting_credentials").scalar() == 0
    world.prove()


def test_who_may_not(world: World) -> None:
    """Each row: who asks, what, and the error; nothing is changed by any of them."""
    carol = admitted(world)
    open_ = proposed(world, "dora")
    bank = world.bank
    aude = admitted(world, "aude", role=tp.Role.AUDITOR)
    before = (who(world), tp.staff_changes(bank, by=world.ann))
    anns_other = sign_in(bank, "ann")
    table: list[tuple[Callable[[], object], type[tp.TokenpayError]]] = [
        *((lambda by=by: proposed(world, "eve", by=by), tp.NotPermitted) for by in (world.tom, world.engine, aude)),
        *((lambda by=by: dismissed(world, "tom", by=by), tp.NotPermitted) for by in (world.tom, world.engine, aude)),
        (lambda: tp.approve_admission(bank, open_.id, by=world.tom), tp.NotPermitted),
        (lambda: tp.approve_admission(bank, open_.id, by=anns_other), tp.NotPermitted),
        (lambda: tp.refuse_admission(bank, open_.id, reason="no", by=world.ann), tp.NotPermitted),
        (lambda: tp.withdraw_admission(bank, open_.id, by=world.bob), tp.NotPermitted),
        (lambda: tp.approve_admission(bank, "ST-NONE", by=world.bob), tp.NotFound),
        (lambda: dismissed(world, "nobody"), tp.NotFound),
        (lambda: dismissed(world, "ann"), tp.NotPermitted),
        (lambda: dismissed(world, "engine"), tp.NotPermitted),
        (lambda: proposed(world, "tom"), tp.WrongState),
        (lambda: proposed(world, "dora"), tp.WrongState),
        (lambda: proposed(world, "engine"), tp.InvalidInput),
        (lambda: proposed(world, "Eve"), tp.InvalidInput),
        (lambda: proposed(world, "eve", password="short"), tp.InvalidInput),
        (lambda: proposed(world, "eve", name=""), tp.InvalidInput),
        (lambda: proposed(world, "eve", branch="No Branch"), tp.InvalidInput),
        *((lambda role=role: proposed(world, "eve", role=role), tp.InvalidInput) for role in ("engine", "customer")),
        (lambda: tp.dismiss_operator(bank, "tom", reason=" ", by=carol, key="k"), tp.InvalidInput),
    ]
    for attempt, error in table:
        with pytest.raises(error):
            attempt()
    assert (who(world), tp.staff_changes(bank, by=world.ann)) == before


def test_two_supervisors_stay(world: World) -> None:
    for id in ("ann", "bob"):
        with pytest.raises(tp.WrongState, match="two supervisors stay"):
            dismissed(world, id, by=world.bob if id == "ann" else world.ann)
    carol = admitted(world)
    dismissed(world, "ann", by=carol)
    with pytest.raises(tp.WrongState, match="two supervisors stay"):
        dismissed(world, "bob", by=carol)
    dismissed(world, "tom", by=carol)  # a teller may be the last
    assert tp.list_operators(world.bank, by=carol)


def test_an_id_is_somebodys_for_good(world: World) -> None:
    admitted(world)
    dismissed(world, "carol")
    with pytest.raises(tp.WrongState, match="another"):
        proposed(world)
    with pytest.raises(tp.WrongState, match="before"):
        dismissed(world, "carol")
    assert admitted(world, "carol2", name="Carol Vane").operator.name == "Carol Vane"  # who comes back


def test_what_is_refused_or_withdrawn_is_over_and_its_id_is_free(world: World) -> None:
    first = tp.refuse_admission(world.bank, proposed(world).id, reason="unknown", by=world.bob)
    assert (first.state, first.decided_by, first.reason) == (S.REFUSED, "bob", "unknown")
    assert tp.refuse_admission(world.bank, first.id, reason="again", by=world.bob) == first
    second = tp.withdraw_admission(world.bank, proposed(world).id, by=world.ann)
    assert tp.withdraw_admission(world.bank, second.id, by=world.ann) == second
    for ended in (first, second):
        with pytest.raises(tp.WrongState):
            tp.approve_admission(world.bank, ended.id, by=world.bob)
    carol = admitted(world)
    gone = dismissed(world, "tom", by=carol)
    for verb in (
        lambda: tp.approve_admission(world.bank, gone.id, by=world.bob),
        lambda: tp.refuse_admission(world.bank, gone.id, reason="no", by=world.bob),
        lambda: tp.withdraw_admission(world.bank, gone.id, by=carol),
    ):
        with pytest.raises(tp.WrongState):
            verb()


def test_the_same_key_is_the_same_change_and_the_first_password_counts(world: World) -> None:
    person: dict[str, Any] = {"id": "carol", "name": "Carol", "role": tp.Role.SUPERVISOR, "branch": "main"}
    first = tp.propose_admission(world.bank, **person, password=SECRET, by=world.ann, key="once")
    assert tp.propose_admission(world.bank, **person, password="another one", by=world.ann, key="once") == first
    with pytest.raises(tp.KeyReused):
        tp.propose_admission(world.bank, **{**person, "branch": "b"}, password=SECRET, by=world.ann, key="once")
    tp.approve_admission(world.bank, first.id, by=world.bob)
    assert tp.open_session(world.bank, operator_id="carol", password=SECRET, terminal="t")
    gone = tp.dismiss_operator(world.bank, "carol", reason="left", by=world.ann, key="gone")
    assert tp.dismiss_operator(world.bank, "carol", reason="left", by=world.ann, key="gone") == gone
    with pytest.raises(tp.KeyReused):
        tp.dismiss_operator(world.bank, "tom", reason="left", by=world.ann, key="gone")


def test_nothing_of_a_password_is_kept(world: World) -> None:
    proposed(world)
    with world.bank.store.read() as uow:
        names = ("staff_changes", "waiting_credentials", "keys", "outbox", "audit_records", "audit_texts")
        kept = [str(uow.connection.exec_driver_sql(f"SELECT * FROM {name}").all()) for name in names]  # noqa: S608
    assert not [text for text in kept if SECRET in text or SECRET.encode().hex() in text]


def test_who_signed_and_was_dismissed_since_admits_nobody(world: World) -> None:
    carol = admitted(world)
    coming = proposed(world, "dora", by=carol)
    dismissed(world, "carol")
    refused = tp.approve_admission(world.bank, coming.id, by=world.bob)
    assert (refused.state, "dora" in who(world)) == (S.REFUSED, False)
    assert "may not do so any more" in refused.reason


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tokenpay.store.policy_store.PolicyStore.may_add", lambda _: False)


def test_from_a_terminal_the_engine_does_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    admitted(world)
    with monkeypatch.context() as patched:
        at_a_terminal(patched)
        coming = tp.approve_admission(world.bank, proposed(world, "dora").id, by=world.bob)
        gone = dismissed(world, "carol")
        with pytest.raises(tp.WrongState, match="waits"):
            dismissed(world, "carol", by=world.bob)
    assert (coming.state, gone.state) == (S.APPROVED, S.APPROVED)
    with pytest.raises(tp.WrongPassword):  # the engine may be a while
        tp.open_session(world.bank, operator_id="carol", password=SECRET, terminal="till-9")
    assert (who(world)["carol"], "dora" in who(world)) == (True, False)
    assert world.turn().error is None
    assert {it.state for it in tp.staff_changes(world.bank, by=world.ann)} == {S.IN_FORCE}
    assert (who(world)["carol"], who(world)["dora"]) == (False, True)
    assert tp.enact_staff_changes(world.bank, by=world.engine) == []


def test_the_engine_keeps_two_supervisors_whoever_dismissed_whom(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    carol = admitted(world)
    with monkeypatch.context() as patched:
        at_a_terminal(patched)
        dismissed(world, "bob", by=carol)
        dismissed(world, "carol", by=world.ann)
    ended = tp.enact_staff_changes(world.bank, by=world.engine)
    assert sorted(it.state for it in ended) == [S.IN_FORCE, S.REFUSED]
    assert sum(active for id, active in who(world).items() if id in ("ann", "bob", "carol")) == 2


def forged(world: World, of: str, *, proposed_by: str = "bob") -> None:
    """A dismissal that nobody signed, as a terminal's own SQL writes it."""
    world.sql(
        "INSERT INTO staff_changes (id, kind, operator_id, name, role, branch, public_key, proposed_by, proposed_at_s,"
        " signature, state, reason) SELECT 'ST-' || id, 'dismiss', id, name, role, branch, public_key, :by, 1,"
        " public_key, 'approved', 'x' FROM operators WHERE id = :of",
        of=of,
        by=proposed_by,
    )


@pytest.mark.parametrize("in_the_name_of", ["bob", "ann"])
def test_a_dismissal_that_nobody_signed_keeps_nobody_out_and_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch, in_the_name_of: str
) -> None:
    forged(world, "tom", proposed_by=in_the_name_of)
    assert sign_in(world.bank, "tom").operator.id == "tom"
    at_a_terminal(monkeypatch)
    assert dismissed(world, "tom").state is S.APPROVED
    with pytest.raises(tp.WrongPassword):
        sign_in(world.bank, "tom")
    states = {change.state for change in tp.staff_changes(world.bank, by=world.ann)}
    assert states == {S.REFUSED, S.APPROVED}
    happened: list[Any] = tp.read_events(world.bank, by=world.ann, limit=999)
    said = [it.content["reason"] for it in happened if (it.kind, it.subject) == ("operator.refused", "tom")]
    assert said == ["nobody signed it"]


@pytest.mark.every_database
def test_no_clock_says_that_who_is_dismissed_stays_for_years(world: World) -> None:
    now_s = int(time.time())
    with world.bank.store.read() as uow:
        assert uow.staff.not_ahead(now_s) == now_s
        ahead_s = uow.staff.not_ahead(now_s + 10**9)
    own_clock = world.bank.store.engine.dialect.name == "postgresql"
    assert (ahead_s <= now_s + 600) == own_clock


def test_a_dismissal_of_a_clock_that_was_ahead_keeps_out_at_once_and_stands_in_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.clock.advance(3_000)
    with monkeypatch.context() as patched:
        at_a_terminal(patched)
        ahead = dismissed(world, "tom")
    world.clock.advance(-3_000)
    assert tp.enact_staff_changes(world.bank, by=world.engine) == []
    with pytest.raises(tp.WrongPassword):
        sign_in(world.bank, "tom")
    world.clock.advance(3_000)
    (change,) = tp.enact_staff_changes(world.bank, by=world.engine)
    assert (change.id, change.state) == (ahead.id, S.IN_FORCE)


def test_no_lock_is_longer_than_a_lock(world: World) -> None:
    world.sql("UPDATE operators SET locked_until_s = 9223372036854775000 WHERE id = 'tom'")
    assert sign_in(world.bank, "tom").operator.id == "tom"


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE staff_changes SET state = 'approved', decided_by = 'bob', decided_at_s = 1,"
        " decided_signature = signature",
        "UPDATE staff_changes SET role = 'auditor', state = 'approved', decided_by = 'bob', decided_at_s = 1,"
        " decided_signature = signature",
    ],
)
def test_what_nobody_signed_admits_nobody(world: World, edit: str) -> None:
    proposed(world)
    world.sql(edit)
    (refused,) = tp.enact_staff_changes(world.bank, by=world.engine)
    assert (refused.state, refused.decided_by, "carol" in who(world)) == (S.REFUSED, "engine", False)
    assert admitted(world)


@pytest.mark.parametrize("field", ["name = 'Eve'", "role = 'teller'", "branch = 'other'", "operator_id = 'eve'"])
def test_an_edited_admission_is_not_signed_by_a_second(world: World, field: str) -> None:
    change = proposed(world)
    world.sql(f"UPDATE staff_changes SET {field}")  # noqa: S608
    with pytest.raises(tp.IntegrityError):
        tp.approve_admission(world.bank, change.id, by=world.bob)


def test_an_admission_without_its_password_is_refused(world: World) -> None:
    change = proposed(world)
    world.sql("DELETE FROM waiting_credentials")
    assert tp.approve_admission(world.bank, change.id, by=world.bob).state is S.REFUSED


def test_a_change_that_cannot_be_read_holds_up_nobody(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a row that a terminal wrote would keep somebody from being dismissed, or an id from being given."""
    admitted(world)
    with monkeypatch.context() as patched:
        at_a_terminal(patched)
        tp.approve_admission(world.bank, proposed(world, "dora").id, by=world.bob)
        dismissed(world, "carol")
        tp.approve_admission(world.bank, proposed(world, "emma").id, by=world.bob)
        proposed(world, "fred")
    world.sql("UPDATE staff_changes SET branch = '' WHERE operator_id IN ('carol', 'dora', 'fred')"
              " AND state IN ('open', 'approved')")  # fmt: skip
    assert world.turn().error is None
    assert (who(world)["carol"], {"dora", "emma", "fred"} & who(world).keys()) == (True, {"emma"})
    assert [events(world, id)[-1] for id in ("carol", "dora", "fred")] == ["operator.refused"] * 3
    assert dismissed(world, "carol").state is S.IN_FORCE
    assert admitted(world, "dora")
    world.prove()


def back(world: World, seconds: int) -> None:
    """Put the clock back, and let people sign in by it."""
    world.clock.at_s -= seconds
    world.ann, world.engine = sign_in(world.bank, "ann"), tp.engine_session(world.bank)


def test_dismissals_come_first_and_whatever_the_clock(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    carol, _ = admitted(world), admitted(world, "emma")
    with monkeypatch.context() as patched:
        at_a_terminal(patched)
        tp.approve_admission(world.bank, proposed(world, "dora", by=carol).id, by=world.bob)
        dismissed(world, "carol")
    back(world, 280)  # the other clock was ahead by less than five minutes
    ended = tp.enact_staff_changes(world.bank, by=world.engine)
    assert [(it.operator.id, it.state) for it in ended] == [("carol", S.IN_FORCE), ("dora", S.REFUSED)]
    back(world, 400)
    with pytest.raises(tp.Halted):
        proposed(world, "dora")
    admitter = dismissed(world, "bob")  # who signed by the clock of before
    assert (admitter.state, who(world)["bob"]) == (S.IN_FORCE, False)


def test_who_is_dismissed_puts_no_policy_in_force(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    carol = admitted(world)
    following = replace(tp.get_policy(world.bank, by=world.ann), version=2)
    proposal = tp.propose_policy(world.bank, following, by=world.ann, key=world.key())
    with monkeypatch.context() as patched:
        at_a_terminal(patched)
        tp.approve_policy(world.bank, proposal.id, by=carol)
        dismissed(world, "carol")
    assert world.turn().error is None
    assert tp.get_policy_proposal(world.bank, proposal.id, by=world.ann).state is S.REFUSED


def test_a_newcomer_works_in_the_books_and_the_signer_waits_to_be_told(world: World) -> None:
    carol = admitted(world)
    assert world.paid(20, by=carol).state is tp.PaymentState.FINAL
    out = world.paid(20, by=carol, creditor=OUTSIDE)
    world.turn()
    assert world.now(out).state is not tp.PaymentState.SENT


@pytest.mark.every_database
def test_of_three_who_dismiss_each_other_at_once_two_stay(world: World) -> None:
    """Each by a program of their own, behind one gate; who comes second is told, or is out already."""
    carol = admitted(world)
    pairs = (("bob", world.ann), ("carol", world.bob), ("ann", carol))
    gate = Barrier(len(pairs))

    def dismiss(id: str, by: tp.Session) -> str:
        gate.wait(timeout=30)
        try:
            return tp.dismiss_operator(world.bank, id, reason="at once", by=by, key=f"dismiss-{id}").state
        except (tp.WrongState, tp.SessionExpired, tp.NotPermitted) as error:
            return error.code

    with ThreadPoolExecutor(len(pairs)) as pool:
        said = list(pool.map(lambda pair: dismiss(*pair), pairs))
    assert said.count(S.IN_FORCE) == 1, said
    with world.bank.store.read() as uow:
        active = [it.id for it in uow.operators.all() if it.active and it.role is tp.Role.SUPERVISOR]
    assert len(active) == 2


@pytest.mark.every_database
def test_who_came_stays_when_the_bank_goes_down_a_revision_and_up_again(world: World, database_url: str) -> None:
    admitted(world)
    dismissed(world, "tom")
    world.bank.store.engine.dispose()
    migrate.downgrade(database_url, "0025")
    migrate.upgrade(database_url)
    assert (who(world)["carol"], who(world)["tom"]) == (True, False)
    assert tp.open_session(world.bank, operator_id="carol", password=SECRET, terminal="t")
    assert tp.staff_changes(world.bank, by=world.ann) == []  # what a revision does not know goes with it
    assert admitted(world, "dora")
    with pytest.raises(tp.WrongState):
        proposed(world)
