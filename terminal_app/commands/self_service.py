"""What a customer who serves themself is offered."""

from terminal_app.commands.command import Command
from terminal_app.language import _
from tokenpay import Permission

RECEIVE = Command(
    action="receive",
    key="f3",
    footer=_("Receive"),
    help=_("Ask for money: shows a QR code that somebody pays."),
    permission=Permission.REQUEST,
)
PAY_OWN = Command(
    action="pay",
    key="f4",
    footer=_("Pay"),
    help=_("Pay a QR code or an address from your account."),
    permission=Permission.PAY,
)
UNANSWERED = Command(
    action="unanswered",
    key="f6",
    footer=_("Not answered"),
    help=_("Payments that you confirmed here and whose answer never came."),
    permission=Permission.PAY,
)
RECEIPT = Command(
    action="receipt",
    key="f5",
    footer=_("Receipt"),
    help=_("Show what the receipt says; the counter hands it out on paper."),
    permission=Permission.READ,
)
LEAVE = Command(
    action="app.sign_out",
    key="f10",
    footer=_("Sign out"),
    help=_("End your session: nothing of you stays on this screen."),
)
