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
    footer=_("Customer"),
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
UNFINISHED = Command(
    action="app.show_unfinished",
    key="f6",
    footer=_("Unfinished"),
    help=_("Payments that were confirmed here and not answered yet."),
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

EVERYWHERE = (HELP, THEME, SIGN_OUT)
FROM_HOME = (FIND, TAKE, PAY, UNFINISHED, QUEUE, CASES, BRANCH)
