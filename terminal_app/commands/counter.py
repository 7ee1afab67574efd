"""What a screen of the counter offers."""

from terminal_app.commands.command import Command
from terminal_app.language import _
from tokenpay import Permission

ENROL = Command(
    action="enrol", key="f5", footer=_("Enrol"), help=_("Enrol a new customer."), permission=Permission.ENROL
)
TAKE_HERE = Command(
    action="take_payment",
    key="f3",
    footer=_("Take"),
    help=_("Take a payment for this customer: shows a QR code to pay to."),
    permission=Permission.REQUEST,
)
PAY_HERE = Command(
    action="pay_out",
    key="f4",
    footer=_("Pay"),
    help=_("Pay out from this customer's account."),
    permission=Permission.PAY,
)
OTHER_CODE = Command(
    action="other_code",
    key="f5",
    footer=_("Other code"),
    help=_("Show the next form of the code: our reference, the bare address, a wallet's link if the screen has room."),
)
CANCEL_REQUEST = Command(
    action="cancel_request",
    key="f6",
    footer=_("Cancel request"),
    help=_("Stop asking: what still arrives goes to suspense, with a case."),
    permission=Permission.REQUEST,
)
CONFIRM = Command(
    action="confirm",
    key="f9",
    footer=_("Confirm"),
    help=_("Do exactly what stands here, once. No scanner and no Enter presses this key."),
    alone=True,
)
CANCEL_PAYMENT = Command(
    action="cancel_payment",
    key="f6",
    footer=_("Cancel payment"),
    help=_("Stop a payment that has not left, and free its funds."),
    permission=Permission.PAY,
)
RECALL = Command(
    action="recall",
    key="f3",
    footer=_("Ask it back"),
    help=_("Ask back a payment that has left and is in no block yet. It may be paid all the same."),
    permission=Permission.APPROVE,
    alone=True,
)
APPROVE = Command(
    action="approve",
    key="f9",
    footer=_("Approve"),
    help=_("Consent, as the second person, to exactly what stands here."),
    permission=Permission.APPROVE,
    alone=True,
)
REFUSE = Command(
    action="refuse",
    key="f10",
    footer=_("Refuse"),
    help=_("Say no, with a reason; the funds are free again."),
    permission=Permission.APPROVE,
    alone=True,
)
DROP = Command(
    action="drop",
    key="f10",
    footer=_("Forget it"),
    help=_("Forget what the bank never got. What it did get cannot be forgotten here."),
    permission=Permission.PAY,
)
YES = Command(action="yes", key="f9", footer=_("Yes"), help=_("Do it."), alone=True)
DO_AGAIN = Command(
    action="do_again",
    key="f9",
    footer=_("Do it now"),
    help=_("Send the chosen one as it was confirmed: under the same key, so that it is done once."),
    permission=Permission.PAY,
    alone=True,
)
SELF_SERVICE = Command(
    action="self_service",
    key="f11",
    footer=_("PIN"),
    help=_("Let the customer choose a PIN for self-service, another one, or end it."),
    permission=Permission.ENROL,
    shown=False,
    alone=True,
)
END_SELF_SERVICE = Command(
    action="end_self_service",
    key="f10",
    footer=_("End self-service"),
    help=_("Let the customer's PIN open nothing more; the sessions that it opened end at once."),
    permission=Permission.ENROL,
)
REFUND = Command(
    action="refund",
    key="f4",
    footer=_("Refund"),
    help=_("Pay back some or all of it, as a new payment to who paid."),
    permission=Permission.PAY,
)
REVERSE = Command(
    action="reverse",
    key="f5",
    footer=_("Reverse"),
    help=_("Undo the whole payment by the opposite one; another supervisor approves it."),
    permission=Permission.REVERSE,
)
REST = Command(
    action="ask_for_rest",
    key="f4",
    footer=_("Ask for the rest"),
    help=_("Open a new request for what is still missing."),
    permission=Permission.REQUEST,
)
SHOW_CASE = Command(
    action="show_case",
    key="f8",
    footer=_("The case"),
    help=_("Open the case that holds the money which could not be credited."),
    permission=Permission.READ,
)
STATEMENT = Command(
    action="statement",
    key="f6",
    footer=_("Statement"),
    help=_("Every movement on the customer's account, with the balance after each."),
    permission=Permission.READ,
)
REQUESTS_HERE = Command(
    action="requests",
    key="f7",
    footer=_("Requests"),
    help=_("The customer's requests and where each stands."),
    permission=Permission.READ,
    shown=False,
)
FREEZE = Command(
    action="freeze",
    key="f8",
    footer=_("Freeze"),
    help=_("Let the customer pay nothing and be paid nothing in the books, with a reason."),
    permission=Permission.FREEZE,
    alone=True,
)
UNFREEZE = Command(
    action="unfreeze",
    key="f9",
    footer=_("Unfreeze"),
    help=_("Let the customer pay and be paid again, with a reason."),
    permission=Permission.FREEZE,
    alone=True,
)
OTHER_ASSET = Command(action="other_asset", key="f5", footer=_("Other asset"), help=_("Show the next asset."))
ENDED = Command(
    action="ended", key="f5", footer=_("All or open"), help=_("Show also what is over, or only what is open.")
)
