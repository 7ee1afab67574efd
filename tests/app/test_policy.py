"""The rules at the terminal: read, tried, and decided by the other supervisor; and a large payment typed again."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import tokenpay as tp
from terminal_app.language import _
from terminal_app.policy_words import rule_text, value_text
from terminal_app.screens.branch import BranchScreen
from terminal_app.screens.home import Home
from terminal_app.screens.journal import Journal
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.policy import PolicyScreen
from terminal_app.screens.queue import Queue
from terminal_app.screens.retype import Retype
from terminal_app.screens.sign_in import SignIn
from tests.app.hand import run, terminal
from tests.app.test_screens import check_footer
from tokenpay import bootstrap
from tokenpay.testing import TOKEN, Branch, euro

NBSP = "\N{NO-BREAK SPACE}"


def proposed(branch: Branch, risk: tp.RiskLines | None = None, **units: Any) -> tp.PolicyProposal:
    """Vera proposes other limits of the token, and other risk lines."""
    rules = tp.get_policy(branch.bank, by=branch.vera)
    limits = {**rules.limits, TOKEN.id: replace(rules.limits[TOKEN.id], **units)}
    policy = replace(rules, version=rules.version + 1, limits=limits, risk=risk or rules.risk)
    return tp.propose_policy(branch.bank, policy, by=branch.vera, key=f"policy-{policy.version}")


def held(branch: Branch) -> tp.Payment:
    parties = {"debtor": f"customer/{branch.anna.id}", "creditor": f"customer/{branch.boris.id}"}
    payment = tp.pay(branch.bank, **parties, amount=euro("1500"), by=branch.tim, key="large")
    assert isinstance(payment, tp.Payment)
    assert payment.state is tp.PaymentState.HELD
    return payment


def test_every_rule_has_words_and_no_value_is_left_in_the_librarys_form() -> None:
    limits = tp.AssetLimits(
        payment_units=1, alone_units=1, customer_day_units=1, operator_day_units=1, passkey_units=1, rekey_units=1
    )
    rules = tp.Policy(
        limits={TOKEN.id: limits},
        hours=tp.Hours.always(),
        list_max_age_s=7 * 86_400,
        travel_rule=tp.TravelRule(units={TOKEN.id: 1}),
        lists=(
            tp.ListRule(name="un", form=tp.ListForm.UN, max_age_s=3600, public_keys=("ab" * 32,)),
            tp.ListRule(name="own"),
        ),
        scoped=(tp.ScopedLimit(asset_id=TOKEN.id, of=tp.Scope.CUSTOMER, period=tp.Period.DAY, units=1),),
        payees={"": frozenset({"eip155:1:0x" + "7" * 40})},
        new_payee=tp.NewPayee(free_units={TOKEN.id: 1}, second_person=True, wait_s=90),
        private_transfers=False,
        fee_caps_wei={1: 5 * 10**17},
        risk=tp.RiskLines(habit=True),
    )
    told = {
        rule_text(each.rule, {TOKEN.id: TOKEN}): value_text(each.rule, each.becomes, {TOKEN.id: TOKEN})
        for each in tp.policy_changes(tp.Policy(), rules)
    }
    assert len(told) == len(tp.policy_changes(tp.Policy(), rules))
    assert not [words for pair in told.items() for words in pair if "_" in words or "{" in words]
    assert told[_("a screening list is old after")] == _("{days} d {time}").format(days=7, time="0:00:00")


def test_a_proposal_is_read_tried_and_approved(branch: Branch, tmp_path: Path, size: tuple[int, int]) -> None:
    held(branch)
    proposed(branch, alone_units=euro("1600").units)

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.open(BranchScreen, by="otto", key="f9")
            await hand.press("f8")
            await hand.arrive(PolicyScreen)
            await hand.read("○ Version 2 is proposed by vera")
            was, becomes = (f"1{NBSP}{number}00.00{NBSP}DEUR" for number in (0, 6))
            await hand.read(f"DEUR, one person alone, at most: {was} → {becomes}")
            await hand.read("tim: ‖ held → ✓ paid")
            await hand.read("Version 1 is in force")
            await hand.read("a risk score for a second person, from: 600")
            await hand.read("a risk score for a case, from: 800")
            check_footer(hand)
            await hand.press("f9")
            await hand.read("Approve exactly these rules?")
            await hand.press("f9")
            await hand.read("Version 2 is in force")
            await hand.read("Nothing is proposed.")
            assert not {"Approve", "Refuse"} & hand.footer()

    run(flow())
    assert tp.get_policy(branch.bank, by=branch.tim).version == 2


def test_a_proposal_says_what_is_missing_here_and_no_amount_that_is_typed_again(
    branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tp.approve_policy(branch.bank, proposed(branch, rekey_units=euro("1000").units).id, by=branch.otto)
    held(branch)
    monkeypatch.setattr(bootstrap, "find_spec", lambda _: None)
    proposed(branch, tp.RiskLines(habit=True), alone_units=euro("1600").units)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(BranchScreen, by="otto", key="f9")
            await hand.press("f8")
            await hand.read('! These rules need the extra "risk" on every machine that takes payments')
            await hand.read("••• · tim: ‖ held → ✓ paid")
            assert f"1{NBSP}500.00{NBSP}DEUR" not in hand.seen()

    run(flow())


def test_who_proposed_it_decides_nothing_and_the_other_refuses(branch: Branch, tmp_path: Path) -> None:
    proposal = proposed(branch, alone_units=0)

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            await hand.open(BranchScreen, by="vera", key="f9")
            await hand.press("f8")
            await hand.read("You proposed it: another supervisor decides.")
            assert not {"Approve", "Refuse"} & hand.footer()
            await hand.press("ctrl+o")
            await hand.arrive(SignIn)
            await hand.open(BranchScreen, by="otto", key="f9")
            await hand.press("f8")
            await hand.arrive(PolicyScreen)
            await hand.until(lambda: "Refuse" in hand.footer(), "something to refuse")
            await hand.press("f10")
            await hand.read("Why do you refuse these rules?")
            await hand.enter("nobody could pay")
            await hand.read("Nothing is proposed.")

    run(flow())
    ended = tp.get_policy_proposal(branch.bank, proposal.id, by=branch.tim)
    assert (ended.state, ended.reason) == (tp.ProposalState.REFUSED, "nobody could pay")


def test_a_large_payment_is_typed_from_the_order_before_it_is_seen(
    branch: Branch, tmp_path: Path, size: tuple[int, int]
) -> None:
    tp.approve_policy(branch.bank, proposed(branch, rekey_units=euro("1000").units).id, by=branch.otto)
    payment = held(branch)

    async def flow() -> None:
        async with terminal(branch, tmp_path, size) as hand:
            await hand.sign_in("otto")
            await hand.arrive(Home)
            for room, key in ((Journal, "ctrl+n"), (Queue, "f7")):
                await hand.press(key)
                await hand.arrive(room)
                await hand.read("•••")
                assert not any(told in hand.seen() for told in ("500.00", "Boris", branch.boris.id))
                await hand.press("escape" if room is Journal else "enter")
            await hand.arrive(PaymentScreen)
            await hand.read("amount and payee are typed from the order")
            assert not any(told in hand.seen() for told in ("500.00", "Boris", branch.boris.id))
            for amount, payee in (("1500", branch.anna.id), ("1500", branch.boris.id)):
                await hand.press("f9")
                await hand.arrive(Retype)
                check_footer(hand)
                await hand.enter(amount)
                await hand.enter(payee)
                await hand.arrive(PaymentScreen)
                if payee == branch.anna.id:
                    await hand.read("what was typed is not what was made".capitalize())
            await hand.read("✓ FINAL")
            await hand.read("Boris")

    run(flow())
    assert tp.get_payment(branch.bank, payment.id, by=branch.tim).state is tp.PaymentState.FINAL
