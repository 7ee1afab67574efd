"""What a supervisor does for the branch."""

from terminal_app.commands.command import Command
from terminal_app.language import _
from tokenpay import Permission

CREDIT_CASE = Command(
    action="credit_case",
    key="f3",
    footer=_("Credit"),
    help=_("Credit a customer with the money that waits under the case."),
    permission=Permission.CASE,
)
REFUND_CASE = Command(
    action="refund_case",
    key="f4",
    footer=_("Refund"),
    help=_("Pay the money that waits under the case to an address that the payee states."),
    permission=Permission.CASE,
)
RELEASE_HIT = Command(
    action="release_hit",
    key="f5",
    footer=_("Not them"),
    help=_("Say that somebody is not the one on the list, or confirm what another supervisor said: two people do."),
    permission=Permission.CASE,
    alone=True,
)
RESOLVE_CASE = Command(
    action="resolve_case",
    key="f9",
    footer=_("Resolve"),
    help=_("Close the case with what was done; no money may stand under it."),
    permission=Permission.CASE,
    alone=True,
)
VOLUMES = Command(
    action="volumes",
    key="f5",
    footer=_("Charts"),
    help=_("How much moved, by day, branch and kind, and what the books hold."),
    permission=Permission.VAULT,
)
STOP = Command(
    action="stop_payments",
    key="f6",
    footer=_("Stop all"),
    help=_("Refuse every payment of the whole bank from now on, with a reason. One person may."),
    permission=Permission.CONTROL,
    alone=True,
)
RESUME = Command(
    action="resume_payments",
    key="f7",
    footer=_("Resume"),
    help=_("Ask to let payments go on, or agree to it: two people do."),
    permission=Permission.CONTROL,
)
POLICY = Command(
    action="policy",
    key="f8",
    footer=_("Policy"),
    help=_("What this bank allows, and what is proposed to follow it."),
    permission=Permission.POLICY,
)
APPROVE_POLICY = Command(
    action="approve_policy",
    key="f9",
    footer=_("Approve"),
    help=_("Sign the proposed rules as their second person: they count at once."),
    permission=Permission.POLICY,
    alone=True,
)
REFUSE_POLICY = Command(
    action="refuse_policy",
    key="f10",
    footer=_("Refuse"),
    help=_("Say no to the proposed rules, with a reason."),
    permission=Permission.POLICY,
    alone=True,
)
DAY_HERE = Command(
    action="app.close_day",
    key="f10",
    footer=_("Close of day"),
    help=_("Check what is open, prove the books, and see the day's report."),
    permission=Permission.VAULT,
)
OTHER_CHART = Command(action="other_chart", key="f6", footer=_("Other chart"), help=_("Show the next chart."))
PROVE = Command(
    action="prove",
    key="f9",
    footer=_("Prove"),
    help=_("Check the whole ledger against itself, the chain and the drawers, and every audit stream."),
    permission=Permission.VAULT,
)
DAY_REPORT = Command(
    action="day_report",
    key="f10",
    footer=_("Report"),
    help=_("The end-of-day report, with the proof."),
    permission=Permission.VAULT,
)
