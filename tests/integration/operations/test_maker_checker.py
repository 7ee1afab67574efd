"""Nobody is their own second person: a model of every maker, actor, session, action and state, against the library.

The same by raw SQL, under the terminal's database role, stands in `test_roles`.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import product
from pathlib import Path

import pytest

import tokenpay as tp
from tests.world import Template, World, forge, opened, sign_in
from tokenpay.payments.payment import PaymentState as S

MAKERS, ACTORS = ("tom", "ann", "bob"), ("tom", "ann", "bob", "engine")
SUPERVISORS = {"ann", "bob"}
SESSIONS = ("own", "second login", "closed", "expired", "somebody else's name", "another key")
STATES = (S.HELD, S.FINAL, S.REFUSED, S.CANCELLED, S.EXPIRED)
ACTIONS = ("approve", "refuse", "cancel")
DONE, ENDED, FORBIDDEN, WRONG = "done", "session.expired", "session.not_permitted", "state.wrong"

_SELF = """SELECT count(*) FROM approvals AS a JOIN payments AS p ON p.id = a.payment_id
  WHERE a.part = 'checker' AND (a.operator_id = p.maker OR a.operator_id IN
  (SELECT b.operator_id FROM approvals AS b WHERE b.payment_id = a.payment_id AND b.part = 'maker'))"""


def expected(maker: str, actor: str, session: str, action: str, state: S) -> str:
    """What the rules say, written without the code: a live session first, then the role, the person, the state."""
    if session not in ("own", "second login"):
        return ENDED
    if action == "cancel":
        if actor == "engine" or (actor != maker and actor not in SUPERVISORS):
            return FORBIDDEN
        return DONE if state in (S.HELD, S.CANCELLED) else WRONG
    if actor not in SUPERVISORS or (action == "approve" and actor == maker):
        return FORBIDDEN
    if action == "approve":
        return DONE if state in (S.HELD, S.FINAL) else WRONG
    return DONE if state in (S.HELD, S.REFUSED) else WRONG


@dataclass(kw_only=True)
class Model:
    world: World
    payments: dict[tuple[str, S], tp.Payment]
    sessions: dict[tuple[str, str], tp.Session]

    def payment(self, maker: str, state: S) -> tp.Payment:
        """A payment by this maker that stands there; it is used again while nobody moved it."""
        known = self.payments.get((maker, state))
        if known is None or self.world.now(known).state is not state:
            known = self.payments[maker, state] = self._made(maker, state)
        return known

    def _made(self, maker: str, state: S) -> tp.Payment:
        world, payment = self.world, self.world.paid(1, by=getattr(self.world, maker))
        other = world.bob if maker == "ann" else world.ann
        if state is S.FINAL:
            return tp.approve(world.bank, payment.id, by=other)
        if state is S.REFUSED:
            return tp.refuse(world.bank, payment.id, reason="no", by=other)
        if state is S.CANCELLED:
            return tp.cancel(world.bank, payment.id, by=getattr(world, maker))
        return payment

    def act(self, action: str, payment_id: str, by: tp.Session) -> str:
        verbs: dict[str, Callable[[], object]] = {
            "approve": lambda: tp.approve(self.world.bank, payment_id, by=by),
            "refuse": lambda: tp.refuse(self.world.bank, payment_id, reason="no", by=by),
            "cancel": lambda: tp.cancel(self.world.bank, payment_id, by=by),
        }
        try:
            verbs[action]()
        except tp.TokenpayError as error:
            return error.code
        return DONE


@pytest.fixture
def model(sqlite_url: str, tmp_path: Path, template_of: Callable[..., Template]) -> Iterator[Model]:
    """Everybody signed in twice, with sessions that ended and sessions that are lies beside them."""
    with opened(template_of(sqlite_url), tmp_path, sqlite_url) as world:
        yield modelled(world)


def modelled(world: World) -> Model:
    world.limit(alone_units=0)
    bank = world.bank
    sessions: dict[tuple[str, str], tp.Session] = {}
    for actor in ACTORS:
        own = getattr(world, actor)
        again = tp.engine_session(bank) if actor == "engine" else sign_in(bank, actor)
        closed = tp.engine_session(bank) if actor == "engine" else sign_in(bank, actor)
        tp.close_session(bank, by=closed)
        other = world.bob if actor != "bob" else world.ann
        sessions |= {
            (actor, "own"): own,
            (actor, "second login"): again,
            (actor, "closed"): closed,
            (actor, "expired"): forge(own, id="0" * 32),
            (actor, "somebody else's name"): forge(own, operator=other.operator),
            (actor, "another key"): forge(own, _key=other._key),
        }
    made = Model(world=world, payments={}, sessions=sessions)
    for maker in MAKERS:  # what expires is made first: then time goes on, and everybody signs in anew
        made.payments[maker, S.EXPIRED] = world.paid(1, by=getattr(world, maker))
    return made


def test_every_maker_actor_session_action_and_state(model: Model) -> None:
    world = model.world
    states = [state for state in STATES if state is not S.EXPIRED]
    said: Counter[str] = Counter()
    unlike = []
    for maker, actor, session, action, state in product(MAKERS, ACTORS, SESSIONS, ACTIONS, states):
        payment = model.payment(maker, state)
        wanted = expected(maker, actor, session, action, state)
        found = model.act(action, payment.id, model.sessions[actor, session])
        said[found] += 1
        if found != wanted:
            unlike.append((maker, actor, session, action, state.value, wanted, found))
    assert unlike == []
    assert sum(said.values()) == len(MAKERS) * len(ACTORS) * len(SESSIONS) * len(ACTIONS) * len(states)
    assert set(said) == {DONE, ENDED, FORBIDDEN, WRONG}
    with world.bank.store.read() as uow:
        assert uow.connection.exec_driver_sql(_SELF).scalar() == 0
    world.prove()


def test_every_proposer_actor_session_and_action_on_a_policy(model: Model) -> None:
    world = model.world
    allowed = 0
    for proposer, actor, session, action in product(
        ("ann", "bob"), ACTORS, SESSIONS, ("approve", "refuse", "withdraw")
    ):
        rules = tp.get_policy(world.bank, by=world.ann)
        waiting = [it for it in tp.policy_proposals(world.bank, by=world.ann) if it.state is tp.ProposalState.OPEN]
        if not waiting or waiting[0].proposed_by != proposer:
            for it in waiting:
                tp.withdraw_policy(world.bank, it.id, by=getattr(world, it.proposed_by))
            following = replace(rules, version=rules.version + 1)
            key = world.key()
            waiting = [tp.propose_policy(world.bank, following, by=getattr(world, proposer), key=key)]
        by, proposal_id = model.sessions[actor, session], waiting[0].id
        verbs: dict[str, Callable[[], object]] = {
            "approve": partial(tp.approve_policy, world.bank, proposal_id, by=by),
            "refuse": partial(tp.refuse_policy, world.bank, proposal_id, reason="no", by=by),
            "withdraw": partial(tp.withdraw_policy, world.bank, proposal_id, by=by),
        }
        try:
            verbs[action]()
            found = DONE
        except tp.TokenpayError as error:
            found = error.code
        if session not in ("own", "second login"):
            wanted = ENDED
        elif actor not in SUPERVISORS or (actor == proposer) is not (action == "withdraw"):
            wanted = FORBIDDEN
        else:
            wanted = DONE
        assert (proposer, actor, session, action, found) == (proposer, actor, session, action, wanted)
        allowed += found == DONE
    assert allowed == 12
    with world.bank.store.read() as uow:
        query = "SELECT count(*) FROM policies WHERE maker = checker"
        assert uow.connection.exec_driver_sql(query).scalar() == 0


def test_what_expired_is_nobodys_to_approve(model: Model) -> None:
    world = model.world
    world.next_day()
    tp.expire(world.bank, by=world.engine)
    for maker, actor, action in product(MAKERS, ACTORS, ACTIONS):
        payment = model.payments[maker, S.EXPIRED]
        found = model.act(action, payment.id, getattr(world, actor))
        assert found == expected(maker, actor, "own", action, S.EXPIRED)
