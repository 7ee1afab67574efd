"""Nobody is their own second person: the model of `tests.properties.approval_model`, asked in its short form.

The same by raw SQL, under the terminal's database role, stands in `test_roles`.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product

import pytest

import tokenpay as tp
from tests.armed import arm
from tests.properties import approval_model as am
from tests.properties.approval_model import DONE, ENDED, FORBIDDEN, WRONG, Model
from tests.world import Template, opened
from tokenpay.parties.operator import PERMISSIONS, Permission, Role
from tokenpay.payments.payment import PaymentState


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, template_of: Callable[..., Template]) -> Iterator[Model]:
    folder = tmp_path_factory.mktemp("maker_checker")
    url = f"sqlite:///{folder / 'bank.sqlite'}"
    with opened(template_of(url, arm), folder, url) as world:
        made = Model(world=world)
        made.set_up()
        yield made


def test_the_model_knows_every_role_state_and_verb() -> None:
    """What comes new to the library fails here until the rules say what it may do."""
    assert set(am.ROLES.values()) == set(Role)
    assert {am.ROLES[maker] for maker in am.MAKERS} == {it for it in Role if Permission.PAY in PERMISSIONS[it]}
    assert {state for state, _ in am.STANDINGS} == set(PaymentState)
    assert {verb for verb in am.VERBS if verb != am.TOUCHING} | am.OTHER_VERBS == am.verbs_about_payments()
    assert set(am.INTRODUCED_BY) == {actor for actor, role in am.ROLES.items() if role is Role.CUSTOMER}
    short, whole = set(am.acts(whole=False)), set(am.acts(whole=True))
    assert len(whole) == len(am.ROLES) * len(am.MAKERS) * len(am.SESSIONS) * len(am.VERBS) * len(am.STANDINGS)
    assert short < whole
    for name in ("maker", "actor", "session", "verb", "standing"):
        assert {getattr(act, name) for act in short} == {getattr(act, name) for act in whole}


def test_no_maker_is_their_own_checker_from_any_session_in_any_state(model: Model) -> None:
    tried = list(am.acts(whole=False))
    assert model.judge(tried) == []
    assert sum(model.said.values()) == len(tried)
    assert set(model.said) == {DONE, ENDED, FORBIDDEN, WRONG}
    own, everything = model.self_approvals()
    assert own == 0
    assert everything > len(am.MAKERS) * len(PaymentState)
    for actor in {*am.ROLES} - {*am.MAKERS}:  # who makes no payment has none to approve
        with pytest.raises(tp.NotPermitted):
            model.world.pay(1, by=model.own(actor))
    model.world.prove()


def test_every_proposer_actor_session_and_action_on_a_policy(model: Model) -> None:
    world = model.world
    allowed = 0
    for proposer, actor, session, action in product(
        ("ann", "bob"), am.ROLES, am.SESSIONS, ("approve", "refuse", "withdraw")
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
        if session not in am.LIVE:
            wanted = ENDED
        elif am.ROLES[actor] is not Role.SUPERVISOR or (actor == proposer) is not (action == "withdraw"):
            wanted = FORBIDDEN
        else:
            wanted = DONE
        assert (proposer, actor, session, action, found) == (proposer, actor, session, action, wanted)
        allowed += found == DONE
    assert allowed == 12
    with world.bank.store.read() as uow:
        query = "SELECT count(*) FROM policies WHERE maker = checker"
        assert uow.connection.exec_driver_sql(query).scalar() == 0
