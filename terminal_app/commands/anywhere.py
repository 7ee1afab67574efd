"""What every screen offers, and what begins from the home screen or the palette."""

from terminal_app.commands.command import Command
from terminal_app.language import _
from tokenpay import Permission

HELP = Command(action="app.explain", key="f1", footer=_("Help"), help=_("Say what this screen is for, and its keys."))
BACK = Command(action="back", key="escape", footer=_("Back"), help=_("Go back; nothing that was confirmed is undone."))
THEME = Command(
    action="app.light_or_dark", key="ctrl+t", footer=_("Light or dark"), help=_("Change the colours."), shown=False
)
SIGN_OUT = Command(
    action="app.sign_out", key="ctrl+o", footer=_("Sign out"), help=_("End your session here."), shown=False
)
FIND = Command(
    action="app.find_customer",
    key="f2",
    footer=_("Find"),
    help=_("Find a customer by name or number, or enrol one."),
    permission=Permission.READ,
)
TAKE = Command(
    action="app.take_payment",
    key="f3",
    footer=_("Take"),
    help=_("Take a payment for a customer: shows a QR code to pay to."),
    permission=Permission.REQUEST,
)
PAY = Command(
    action="app.pay_out",
    key="f4",
    footer=_("Pay"),
    help=_("Pay out from a customer's account to a QR code or an address."),
    permission=Permission.PAY,
)
SHIFT = Command(
    action="app.show_shift",
    key="f5",
    footer=_("Shift"),
    help=_("Your drawer: count it, bring cash from and to the vault, close it."),
    permission=Permission.SHIFT,
)
UNFINISHED = Command(
    action="app.show_unfinished",
    key="f6",
    footer=_("Recover"),
    help=_("What was confirmed here and not answered yet."),
    permission=Permission.PAY,
)
QUEUE = Command(
    action="app.show_queue",
    key="f7",
    footer=_("Approve"),
    help=_("Payments that wait for a second person."),
    permission=Permission.APPROVE,
)
CASES = Command(
    action="app.show_cases",
    key="f8",
    footer=_("Cases"),
    help=_("What a person must look at: late or wrong payments, possible matches."),
    permission=Permission.READ,
)
BRANCH = Command(
    action="app.show_branch",
    key="f9",
    footer=_("Branch"),
    help=_("Whether the chain and the engine keep up, and what waits."),
    permission=Permission.READ,
)

REQUESTS = Command(
    action="app.show_requests",
    key="f10",
    footer=_("Requests"),
    help=_("Every request of the branch: what is open, and what ended."),
    permission=Permission.READ,
    shown=False,
)
DAY = Command(
    action="app.close_day",
    key="f11",
    footer=_("Close of day"),
    help=_("Check what is open, prove the books, and see the day's report."),
    permission=Permission.VAULT,
    shown=False,
)

EVERYWHERE = (HELP, THEME, SIGN_OUT)
FROM_HOME = (FIND, TAKE, PAY, SHIFT, UNFINISHED, QUEUE, CASES, BRANCH, REQUESTS, DAY)
