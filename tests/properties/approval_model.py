"""Who may be whose second person: a model of every maker, actor, session, verb and state of a payment.

What the rules say is written here without the library, which is then asked. The suite asks a part of it in which every
role, session, verb and state occurs; all of it: python -m tests.benchmarks.maker_checker
"""

import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import cycle, product
from typing import Any
from unittest.mock import patch

import tokenpay as tp
from tests.armed import register
from tests.integration.operations.test_outgoing import Signing, away, refusing
from tests.world import OUTSIDE, START, World, euro, forge, sign_in
from tokenpay.operations.submit import _Turn
from tokenpay.parties.operator import AT_THE_COUNTER, Role
from tokenpay.payments.payment import UNPAID, PaymentState as S

ROLES = {
    "tom": Role.TELLER,
    "ann": Role.SUPERVISOR,
    "bob": Role.SUPERVISOR,
    "aude": Role.AUDITOR,
    "engine": Role.ENGINE,
    "anna": Role.CUSTOMER,
    "carl": Role.CUSTOMER,
}
MAKERS = ("tom", "ann", "bob", "anna", "carl")
INTRODUCED_BY = {"anna": "tom", "carl": "ann"}
"""Who gave each customer their way in, and registered their passkey."""
LIVE = ("own", "second login")
SESSIONS = (*LIVE, "closed", "expired", "somebody else's name", "another key")
TOUCHING = "approve with a passkey"
VERBS = ("ask_passkey", "approve", TOUCHING, "confirm_payment", "refuse", "cancel", "recall")
OTHER_VERBS = {"get_payment", "preview_policy", "resolve_overtaken", "reverse", "send_travel_rule"}
"""Verbs about one payment that let no waiting one go, and end none: they show, hand on, make another, or find out."""
SMALL, LARGE = 1, 2
STANDINGS = ((S.HELD, LARGE), *((state, SMALL) for state in S))
"""A state and an amount: all wait for a second person, and who signs a large one does so with a passkey too."""
MOVABLE = {S.HELD, S.CLEARED}
SUPERVISORS = {"refuse": {S.HELD, S.REFUSED}, "recall": {S.SIGNED, S.SENT}}
"""What only they do, whoever made the payment, and where it stands then."""
DONE, ENDED, FORBIDDEN, WRONG = "done", "session.expired", "session.not_permitted", "state.wrong"

Standing = tuple[S, int]
_PIN, _PASSWORD = "402857", "aude-secret"
_NOTHING = tp.PasskeyAnswer(
    challenge_id="00" * 32,
    given=tp.Assertion(credential_id=b"k", client_data=b"{}", authenticator_data=b"", signature=b""),
)
_SELF = """SELECT count(*) FROM approvals AS a JOIN payments AS p ON p.id = a.payment_id WHERE a.part = 'checker' AND (
  a.operator_id = p.maker
  OR a.operator_id IN (SELECT b.operator_id FROM approvals AS b WHERE b.payment_id = p.id AND b.part = 'maker')
  OR a.operator_id IN (SELECT i.introduced_by FROM introductions AS i WHERE i.operator_id = p.maker))"""
_CHECKED = "SELECT count(*) FROM approvals WHERE part = 'checker'"


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody does something to a payment."""

    maker: str
    actor: str
    session: str
    verb: str
    standing: Standing


def acts(*, whole: bool) -> Iterator[Act]:
    """Yield every act there is; or of who makes payments all in their own session, and of all others each verb once.

    Then makers and standings come in turn, so that each of them is met.
    """
    if whole:
        for maker, actor, session, verb, standing in product(MAKERS, ROLES, SESSIONS, VERBS, STANDINGS):
            yield Act(maker=maker, actor=actor, session=session, verb=verb, standing=standing)
        return
    for maker, actor, verb, standing in product(MAKERS, MAKERS, VERBS, STANDINGS):
        yield Act(maker=maker, actor=actor, session="own", verb=verb, standing=standing)
    makers, standings = cycle(MAKERS), cycle(STANDINGS)
    for actor, session, verb in product(ROLES, SESSIONS, VERBS):
        if session != "own" or actor not in MAKERS:
            yield Act(maker=next(makers), actor=actor, session=session, verb=verb, standing=next(standings))


def expected(act: Act) -> str:
    """Return what the rules say: a live session first, then the role, the person, and the state."""
    role, own, (state, _) = ROLES[act.actor], act.actor == act.maker, act.standing
    if act.session not in LIVE:
        return ENDED
    if act.verb == "cancel":
        if role not in AT_THE_COUNTER or not (own or role is Role.SUPERVISOR):
            return FORBIDDEN
        given_up = state is S.ASSIGNED and role is Role.SUPERVISOR
        return DONE if given_up or state in MOVABLE | {S.CANCELLED} else WRONG
    if act.verb in SUPERVISORS:
        if role is not Role.SUPERVISOR:
            return FORBIDDEN
        return DONE if state in SUPERVISORS[act.verb] else WRONG
    if act.verb in ("approve", TOUCHING):
        if role is not Role.SUPERVISOR or own or INTRODUCED_BY.get(act.maker) == act.actor:
            return FORBIDDEN
        return WRONG if state in UNPAID - {S.FAILED} else DONE
    if role not in AT_THE_COUNTER and act.actor != debtor_of(act.maker):
        return FORBIDDEN
    if act.verb == "confirm_payment":
        if not own:
            return FORBIDDEN
        return DONE if state is S.HELD else WRONG
    if state is not S.HELD:
        return WRONG
    return DONE if own or role is Role.SUPERVISOR else FORBIDDEN


def debtor_of(maker: str) -> str:
    """Return whose money somebody pays: their own, or Anna's."""
    return maker if maker == "carl" else "anna"


def verbs_about_payments() -> set[str]:
    """Return the public verbs that somebody is asked for and that are about one payment."""
    found = {name: getattr(tp, name) for name in tp.__all__}
    asked = {name: inspect.signature(verb).parameters for name, verb in found.items() if inspect.isfunction(verb)}
    return {name for name, parameters in asked.items() if {"by", "payment_id"} <= set(parameters)}


@dataclass(kw_only=True)
class Model:
    """A bank whose people have passkeys, everybody signed in, and a payment of each maker at each standing."""

    world: World
    customers: dict[str, tp.Customer] = field(default_factory=dict)
    sessions: dict[tuple[str, str], tp.Session] = field(default_factory=dict)
    payments: dict[tuple[str, Standing], tp.Payment] = field(default_factory=dict)
    said: Counter[str] = field(default_factory=Counter)

    def own(self, actor: str) -> tp.Session:
        return self.sessions[actor, "own"]

    def judge(self, tried: Iterable[Act]) -> list[str]:
        """Do these one after another, and return what became of any that the rules say otherwise of."""
        unlike, given_up = [], set()
        for act in tried:
            wanted = expected(act)
            payment = self.payments.get((act.maker, act.standing)) or self._waiting(act.maker, act.standing)
            if act.verb == "cancel" and act.standing[0] is S.ASSIGNED:
                if wanted == DONE:
                    given_up.add(payment.id)
                elif wanted == WRONG and payment.id in given_up:
                    wanted = DONE  # it is returned as it stands
            self.payments[act.maker, act.standing] = payment
            found = self._done(act.verb, payment.id, self.sessions[act.actor, act.session])
            self.said[found] += 1
            if found != wanted:
                unlike.append(f"{act}: {found}, not {wanted}")
            if found == DONE and act.standing[0] in MOVABLE and act.verb != "ask_passkey":
                del self.payments[act.maker, act.standing]  # nobody else is asked about what was moved
        for (maker, standing), payment in self.payments.items():
            now = self.world.now(payment)
            if now.state is not standing[0]:
                unlike.append(f"{maker}'s {standing} is {now.state}, and nobody did that")
        return unlike

    def self_approvals(self) -> tuple[int, int]:
        """Return how many approvals are of somebody's own payment, or their own customer's, and how many there are."""
        with self.world.bank.store.read() as uow:
            own, everything = (uow.connection.exec_driver_sql(query).scalar_one() for query in (_SELF, _CHECKED))
        return int(own), int(everything)

    def _done(self, verb: str, payment_id: str, by: tp.Session) -> str:
        bank = self.world.bank
        verbs: dict[str, Callable[[], object]] = {
            "ask_passkey": lambda: tp.ask_passkey(bank, payment_id, by=by),
            "approve": lambda: tp.approve(bank, payment_id, by=by),
            TOUCHING: lambda: tp.approve(bank, payment_id, passkey=self._touched(payment_id, by), by=by),
            "confirm_payment": lambda: tp.confirm_payment(
                bank, payment_id, passkey=self._touched(payment_id, by), by=by
            ),
            "refuse": lambda: tp.refuse(bank, payment_id, reason="no", by=by),
            "cancel": lambda: tp.cancel(bank, payment_id, by=by),
            "recall": lambda: tp.recall(bank, payment_id, reason="deceived", by=by),
        }
        try:
            verbs[verb]()
        except tp.TokenpayError as error:
            return error.code
        return DONE

    def _touched(self, payment_id: str, by: tp.Session) -> tp.PasskeyAnswer:
        """Return what somebody's authenticator signs of a payment; of one that it is not asked for, nothing."""
        try:
            asked = tp.ask_passkey(self.world.bank, payment_id, by=by)
        except tp.TokenpayError:
            return _NOTHING
        signed = self.world.bank.required_authenticator().sign(asked, tp.Presence())
        return tp.PasskeyAnswer(challenge_id=asked.id, given=signed)

    def _waiting(self, maker: str, standing: Standing) -> tp.Payment:
        """Make a payment that is held, or cleared."""
        state, whole = standing
        made = self.world.paid(
            whole, by=self.own(maker), debtor=f"customer/{self.customers[debtor_of(maker)].id}", creditor=OUTSIDE
        )
        return made if state is S.HELD else self._cleared(maker, made)

    def _cleared(self, maker: str, made: tp.Payment) -> tp.Payment:
        cleared = tp.approve(self.world.bank, made.id, by=self.own("ann" if maker == "bob" else "bob"))
        assert cleared.state is S.CLEARED
        return cleared

    # Setting up

    def set_up(self) -> None:
        """Let everybody sign in, and a payment of each maker come to each standing; what expires is made first."""
        world = self.world
        world.limit(alone_units=0, passkey_units=euro(SMALL).units)
        self._enrol()
        self._sign_in_all()
        expiring = {maker: self._waiting(maker, (S.HELD, SMALL)) for maker in MAKERS}
        world.next_day()
        self._sign_in_all()
        tp.expire(world.bank, by=world.engine)
        self._go_their_ways()
        for maker in MAKERS:
            refused, cancelled = (self._waiting(maker, (S.HELD, SMALL)) for _ in range(2))
            tp.refuse(world.bank, refused.id, reason="no", by=world.ann)
            tp.cancel(world.bank, cancelled.id, by=world.ann)
            self.payments |= {
                (maker, (S.EXPIRED, SMALL)): expiring[maker],
                (maker, (S.REFUSED, SMALL)): refused,
                (maker, (S.CANCELLED, SMALL)): cancelled,
                **{(maker, it): self._waiting(maker, it) for it in STANDINGS if it[0] in MOVABLE},
            }
        standing = {key: self.world.now(payment).state for key, payment in self.payments.items()}
        assert standing == {(maker, it): it[0] for maker, it in product(MAKERS, STANDINGS)}

    def _enrol(self) -> None:
        """Give the two customers a way in and a passkey, each by who introduced them, and let an auditor be there."""
        world, bank = self.world, self.world.bank
        self.customers = {"anna": world.anna, "carl": tp.enrol_customer(bank, name="Carl", by=world.tom, key="carl")}
        world.endow(self.customers["carl"], START)
        for name, customer in self.customers.items():
            by = getattr(world, INTRODUCED_BY[name])
            tp.open_self_service(bank, customer_id=customer.id, pin=_PIN, by=by, key=f"way in of {name}")
            register(world, by, customer_id=customer.id)
        person: dict[str, Any] = {"id": "aude", "name": "Aude", "role": Role.AUDITOR, "branch": "main"}
        coming = tp.propose_admission(bank, **person, password=_PASSWORD, by=world.ann, key="aude")
        tp.approve_admission(bank, coming.id, by=world.bob)

    def _sign_in(self, actor: str) -> tp.Session:
        bank = self.world.bank
        if actor == "engine":
            return tp.engine_session(bank)
        if actor in self.customers:
            id = self.customers[actor].id
            return tp.open_customer_session(bank, customer_id=id, pin=_PIN, terminal="kiosk")
        if actor == "aude":
            return tp.open_session(bank, operator_id="aude", password=_PASSWORD, terminal="office")
        return sign_in(bank, actor)

    def _sign_in_all(self) -> None:
        """Sign everybody in twice, with sessions that ended and sessions that are lies beside them."""
        self.sessions = {(actor, "own"): self._sign_in(actor) for actor in ROLES}
        for actor in ROLES:
            own, other = self.own(actor), self.own("ann" if actor == "bob" else "bob")
            closed = self._sign_in(actor)
            tp.close_session(self.world.bank, by=closed)
            self.sessions |= {
                (actor, "second login"): self._sign_in(actor),
                (actor, "closed"): closed,
                (actor, "expired"): forge(own, id="0" * 32),
                (actor, "somebody else's name"): forge(own, operator=other.operator),
                (actor, "another key"): forge(own, _key=other._key),
            }

    def _go_their_ways(self) -> None:
        """Bring payments to a chain, each state's as far as it goes; what was sent last is in no block."""
        world, sound = self.world, self.world.bank
        self._clear(S.FINAL)
        failing = self._clear(S.FAILED)
        world.bank = replace(sound, signer=refusing(world, *failing))
        world.turn()
        world.bank = sound
        world.to_finality()
        self._clear(S.INCLUDED)
        world.turn()
        world.mine()
        world.turn()
        self._clear(S.SENT)
        world.turn()
        with patch.object(_Turn, "_send"):  # stopped before anything leaves
            self._clear(S.SIGNED)
            world.turn()
            self._clear(S.ASSIGNED)
            world.bank = replace(sound, signer=Signing(world, before=away))
            world.turn()
        world.bank = sound

    def _clear(self, state: S) -> list[tp.Payment]:
        made = {maker: self._waiting(maker, (S.CLEARED, SMALL)) for maker in MAKERS}
        self.payments |= {(maker, (state, SMALL)): payment for maker, payment in made.items()}
        return list(made.values())
