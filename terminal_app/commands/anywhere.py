"""What every screen offers, and what begins from the home screen or the palette."""

from terminal_app.commands.command import Command
from terminal_app.commands.passkey import PASSKEYS
from terminal_app.commands.till import EXCHANGE, JOURNAL, RATES
from terminal_app.language import _
from tokenpay import Permission

HELP = Command(
    action="app.explain", key="f1", footer=_("Help"), help=_("Say what this screen is for, and its keys."), code="help"
)
BACK = Command(action="back", key="escape", footer=_("Back"), help=_("Go back; nothing that was confirmed is undone."))
THEME = Command(
    action="app.next_theme",
    key="ctrl+t",
    footer=_("Colours"),
    help=_("Change the colours: dark, light, high contrast, and those of your terminal."),
    shown=False,
    code="col",
)
LOCK = Command(
    action="app.lock",
    key="ctrl+l",
    footer=_("Lock"),
    help=_("Cover the screen until you are back; what is open stays."),
    shown=False,
    code="lock",
)
SIGN_OUT = Command(
    action="app.sign_out",
    key="ctrl+o",
    footer=_("Sign out"),
    help=_("End your session here."),
    shown=False,
    code="out",
)
JUMP = Command(
    action="app.jump",
    key="ctrl+g",
    footer=_("Jump"),
    help=_("Show a letter beside each field and row; the letter goes there."),
    shown=False,
)
CODE = Command(
    action="app.type_code",
    key="colon,ctrl+r",
    footer=_("Code"),
    help=_("Run a command by its short code, in a field with Ctrl+R."),
    shown=False,
)
FIND = Command(
    action="app.find_customer",
    key="f2",
    footer=_("Find"),
    help=_("Find a customer by name or number, or enrol one."),
    permission=Permission.READ,
    code="find",
)
TAKE = Command(
    action="app.take_payment",
    key="f3",
    footer=_("Take"),
    help=_("Take a payment for a customer: shows a QR code to pay to."),
    permission=Permission.REQUEST,
    code="take",
)
PAY = Command(
    action="app.pay_out",
    key="f4",
    footer=_("Pay"),
    help=_("Pay out from a customer's account to a QR code or an address."),
    permission=Permission.PAY,
    code="pay",
)
SHIFT = Command(
    action="app.show_shift",
    key="f5",
    footer=_("Shift"),
    help=_("Your drawer: count it, bring cash from and to the vault, close it."),
    permission=Permission.SHIFT,
    code="shift",
)
UNFINISHED = Command(
    action="app.show_unfinished",
    key="f6",
    footer=_("Recover"),
    help=_("What was confirmed here and not answered yet."),
    permission=Permission.PAY,
    code="unf",
)
QUEUE = Command(
    action="app.show_queue",
    key="f7",
    footer=_("Approve"),
    help=_("Payments that wait for a second person."),
    permission=Permission.APPROVE,
    code="app",
)
CASES = Command(
    action="app.show_cases",
    key="f8",
    footer=_("Cases"),
    help=_("What a person must look at: late or wrong payments, possible matches."),
    permission=Permission.READ,
    shown=False,  # the counter names its key where it counts them
    code="cases",
)
BRANCH = Command(
    action="app.show_branch",
    key="f9",
    footer=_("Branch"),
    help=_("Whether the chain and the engine keep up, and what waits."),
    permission=Permission.READ,
    shown=False,  # the line has room for what is done for customers
    code="branch",
)
CHANGE_PIN = Command(
    action="app.change_pin",
    key="ctrl+y",
    footer=_("My PIN"),
    help=_("Set the PIN that you sign in with beside your password, or another one."),
    permission=Permission.CREDENTIAL,
    shown=False,
    code="pin",
    alone=True,
)

REQUESTS = Command(
    action="app.show_requests",
    key="f10",
    footer=_("Requests"),
    help=_("Every request of the branch: what is open, and what ended."),
    permission=Permission.READ,
    shown=False,
    code="req",
)
DAY = Command(
    action="app.close_day",
    key="f11",
    footer=_("Close of day"),
    help=_("Check what is open, prove the books, and see the day's report."),
    permission=Permission.VAULT,
    shown=False,
    code="eod",
)

EVERYWHERE = (HELP, JUMP, CODE, THEME, LOCK, CHANGE_PIN, PASSKEYS, SIGN_OUT)
AT_THE_DOOR = (HELP, THEME)
"""What may be done before anybody has signed in, and while the terminal is locked."""
FROM_HOME = (FIND, TAKE, PAY, SHIFT, UNFINISHED, QUEUE, CASES, BRANCH, REQUESTS, DAY, EXCHANGE, JOURNAL, RATES)
