"""The bank's rules, what is proposed to follow them, and what that would change for the payments that wait."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

import tokenpay as tp
from terminal_app.commands.anywhere import BACK, HELP
from terminal_app.commands.command import Command
from terminal_app.commands.supervisor import APPROVE_POLICY, REFUSE_POLICY
from terminal_app.language import _
from terminal_app.lookups import typed_first
from terminal_app.policy_words import ANSWERS, rule_text, value_text
from terminal_app.screens.reason import ReasonScreen
from terminal_app.screens.room import Room
from terminal_app.screens.sure import Sure
from terminal_app.sentences import explained
from terminal_app.views import UNSEEN, amount_text, time_text


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyView:
    """The rules in force, a line each; a proposal that waits, and its changes and what they do, a line each."""

    version: int
    rules: tuple[str, ...]
    proposal: tp.PolicyProposal | None = None
    changes: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()


def policy_shown(bank: tp.Bank, *, by: tp.Session) -> PolicyView:
    assets = {known.asset.id: known.asset for known in tp.list_assets(bank)}
    policy = tp.get_policy(bank, by=by)
    rules = tuple(
        f"{rule_text(it.rule, assets)}: {value_text(it.rule, it.becomes, assets)}"
        for it in tp.policy_changes(tp.Policy(), replace(policy, risk=policy.risk or tp.RiskLines()))
    )
    waiting = [it for it in tp.policy_proposals(bank, by=by) if it.state in (WAITS, SIGNED)]
    if not waiting:
        return PolicyView(version=policy.version, rules=rules)
    (proposal,) = waiting
    changes = tuple(
        f"{rule_text(it.rule, assets)}: {value_text(it.rule, it.was, assets)} → "
        f"{value_text(it.rule, it.becomes, assets)}"
        for it in tp.policy_changes(policy, proposal.policy)
    )
    previews = tp.preview_policy(bank, proposal.id, by=by)
    hidden = typed_first(bank, [it.payment for it in previews], by=by)
    tried = tuple(line for it in previews for line in tried_text(it, hidden=it.payment.id in hidden))
    lacks = tp.missing_extras(bank, proposal.policy)
    return PolicyView(version=policy.version, rules=rules, proposal=proposal, changes=changes, lacks=lacks, tried=tried)


WAITS, SIGNED = tp.ProposalState.OPEN, tp.ProposalState.APPROVED


def tried_text(tried: tp.PolicyPreview, *, hidden: bool) -> Iterator[str]:
    """Yield what becomes of a held payment now, and by the proposal, with every reason.

    `hidden`: who reads it types the amount from the order before they see it.
    """
    intent = tried.payment.intent
    amount = UNSEEN if hidden else amount_text(intent.amount)
    yield f"{amount} · {intent.maker}: {ANSWERS[tried.now.answer]} → {ANSWERS[tried.then.answer]}"
    yield from (f"  · {explained(reason)}" for reason in tried.then.reasons)


class PolicyScreen(Room):
    heading = _("Policy")
    purpose = _(
        "What this bank allows, and what is proposed to follow it. A proposal says what it changes, and what would "
        "become of each payment that waits. Who did not propose it approves it, and it counts at once, or refuses it."
    )
    commands = (HELP, BACK, APPROVE_POLICY, REFUSE_POLICY)

    def __init__(self) -> None:
        super().__init__()
        self._seen: PolicyView | None = None

    def body(self) -> Iterator[Widget]:
        with VerticalScroll():
            yield Static(_("Looking…"), id="proposal", markup=False)
            yield Static(id="rules", markup=False)

    def look(self) -> None:
        self.ask(partial(policy_shown, self.bank, by=self.by), self.show)

    def show(self, seen: PolicyView) -> None:
        self._seen = seen
        self.waiting = False
        self.query_one("#proposal", Static).update("\n".join(self._proposed(seen)))
        heading = _("Version {number} is in force").format(number=seen.version)
        self.query_one("#rules", Static).update("\n".join((heading, *(f"  {rule}" for rule in seen.rules))))
        self.refresh_bindings()

    def _proposed(self, seen: PolicyView) -> Iterator[str]:
        proposal = seen.proposal
        if proposal is None:
            yield _("Nothing is proposed.")
            yield ""
            return
        proposed = _("○ Version {number} is proposed by {who}, {when}. It changes")
        yield proposed.format(
            number=proposal.policy.version, who=proposal.proposed_by, when=time_text(proposal.proposed_at_s)
        )
        yield from (f"  {change}" for change in seen.changes)
        lacking = _('! These rules need the extra "{extra}" on every machine that takes payments: it is missing here.')
        yield from (lacking.format(extra=extra) for extra in seen.lacks)
        if seen.tried:
            yield _("Payments that wait, now and by the proposal")
            yield from (f"  {line}" for line in seen.tried)
        if proposal.state is SIGNED:
            yield _("Approved by {who}: the engine puts it in force on its next turn.").format(who=proposal.decided_by)
        elif proposal.proposed_by == self.by.operator.id:
            yield _("You proposed it: another supervisor decides.")
        yield ""

    def offers(self, command: Command) -> bool:
        may = super().offers(command)
        if command not in (APPROVE_POLICY, REFUSE_POLICY) or not may:
            return may
        proposal = None if self._seen is None else self._seen.proposal
        if proposal is None or proposal.proposed_by == self.by.operator.id:
            return False
        return proposal.state is WAITS or command is REFUSE_POLICY

    def action_approve_policy(self) -> None:
        seen = self._seen
        if seen is not None and seen.proposal is not None:
            question = _("Approve exactly these rules? They count at once.")
            approve = partial(self._act, partial(tp.approve_policy, self.bank, seen.proposal.id, by=self.by))
            self.terminal.push_screen(Sure("\n".join((question, *seen.changes)), approve))

    def action_refuse_policy(self) -> None:
        proposal = None if self._seen is None else self._seen.proposal
        if proposal is not None:
            question = _("Why do you refuse these rules? Who proposed them reads the reason.")
            refuse = partial(tp.refuse_policy, self.bank, proposal.id, by=self.by)
            self.terminal.push_screen(ReasonScreen(question, lambda reason: self._act(partial(refuse, reason=reason))))

    def _act(self, verb: partial[tp.PolicyProposal]) -> None:
        if self.waiting:
            return
        self.waiting = True
        self.ask(verb, lambda _done: self.look())

    def failed(self, error: tp.TokenpayError) -> None:
        self.waiting = False
        super().failed(error)
