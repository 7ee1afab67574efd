"""What is done at the till besides payments: cash against tokens, receipts, and the journal."""

from terminal_app.commands.command import Command
from terminal_app.language import _
from tokenpay import Permission

EXCHANGE = Command(
    action="app.exchange",
    key="f12",
    footer=_("Exchange"),
    help=_("Exchange cash against tokens for a customer, in or out, at a quote."),
    permission=Permission.PAY,
    code="ex",
)
JOURNAL = Command(
    action="app.show_journal",
    key="ctrl+n",
    footer=_("Journal"),
    help=_("Every payment, newest first: search, filter, export to CSV."),
    permission=Permission.READ,
    shown=False,
    code="jou",
)
RATES = Command(
    action="app.show_rates",
    key="ctrl+e",
    footer=_("Rates"),
    help=_("What the bank exchanges against cash, at which rate, and why not."),
    permission=Permission.READ,
    shown=False,
    code="rates",
)
EXCHANGE_HERE = Command(
    action="exchange",
    key="f5",
    footer=_("Exchange"),
    help=_("Exchange cash against tokens for this customer."),
    permission=Permission.PAY,
)
OTHER_WAY = Command(
    action="other_way",
    key="f5",
    footer=_("In or out"),
    help=_("Change the way: the customer brings cash, or takes it."),
)
OTHER_SIDE = Command(
    action="other_side",
    key="f6",
    footer=_("Cash or tokens"),
    help=_("Change what the amount is of: the other side of the exchange."),
)
TO_SHIFT = Command(
    action="to_shift",
    key="f3",
    footer=_("To the shift"),
    help=_("Count a drawer and open a shift: without one no cash moves."),
    permission=Permission.SHIFT,
)
NEW_QUOTE = Command(
    action="new_quote",
    key="f5",
    footer=_("New quote"),
    help=_("Ask for the price of this moment, for the same amount."),
    permission=Permission.PAY,
)
RECEIPT = Command(
    action="receipt",
    key="f7",
    footer=_("Receipt"),
    help=_("See the receipt as it will look, print it, or save it."),
    permission=Permission.READ,
)
PRINT = Command(
    action="print_receipt",
    key="f9",
    footer=_("Print"),
    help=_("Issue the receipt and print it: the original once, and then copies with their numbers."),
    permission=Permission.RECEIPT,
)
RECEIPT_LANGUAGE = Command(
    action="other_language", key="f5", footer=_("Language"), help=_("Write the receipt in the next language.")
)
SAVE = Command(
    action="save_receipt",
    key="f6",
    footer=_("Save"),
    help=_("Issue the receipt and save it in a folder, as PDF or as text."),
    permission=Permission.RECEIPT,
)
OTHER_FORM = Command(action="other_form", key="f5", footer=_("PDF or text"), help=_("Change the form of the file."))
Z_REPORTS = Command(
    action="z_reports",
    key="f7",
    footer=_("Z reports"),
    help=_("See and print the Z report of every shift that was closed today."),
    permission=Permission.VAULT,
)
PRINT_ALL = Command(
    action="print_all",
    key="f9",
    footer=_("Print all"),
    help=_("Print the Z report of every shift in the list."),
    permission=Permission.RECEIPT,
)
BY_STATE = Command(
    action="by_state", key="f3", footer=_("State"), help=_("Show payments of the next state."), shown=False
)
BY_PURPOSE = Command(
    action="by_purpose", key="f4", footer=_("Kind"), help=_("Show payments of the next kind."), shown=False
)
BY_DATES = Command(
    action="by_dates", key="f5", footer=_("Dates"), help=_("Show payments of a day, or from a day to another.")
)
BY_ASSET = Command(
    action="by_asset", key="f6", footer=_("Asset"), help=_("Show payments of the next asset."), shown=False
)
BY_OPERATOR = Command(
    action="by_operator",
    key="f7",
    footer=_("Operator"),
    help=_("Show payments that the next operator made."),
    shown=False,
)
BY_CUSTOMER = Command(
    action="by_customer",
    key="f8",
    footer=_("Customer"),
    help=_("Show payments of one customer; again, of all."),
)
ALL_AGAIN = Command(action="all_again", key="f9", footer=_("All"), help=_("Show everything again, without filters."))
EXPORT = Command(
    action="export",
    key="f10",
    footer=_("Export"),
    help=_("Write what is shown here, all of it, to a CSV file."),
    permission=Permission.READ,
)
