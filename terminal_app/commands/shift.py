"""What is done with a drawer and its cash."""

from terminal_app.commands.command import Command
from terminal_app.language import _
from tokenpay import Permission

OPEN_SHIFT = Command(
    action="open_shift",
    key="f3",
    footer=_("Open"),
    help=_("Count a drawer and begin to answer for it."),
    permission=Permission.SHIFT,
)
FROM_VAULT = Command(
    action="from_vault",
    key="f4",
    footer=_("From vault"),
    help=_("Bring cash from the vault to your drawer."),
    permission=Permission.SHIFT,
)
TO_VAULT = Command(
    action="to_vault",
    key="f5",
    footer=_("To vault"),
    help=_("Bring cash from your drawer to the vault."),
    permission=Permission.SHIFT,
)
DELIVERY = Command(
    action="delivery",
    key="f6",
    footer=_("Delivery"),
    help=_("Take a counted delivery of cash into the vault."),
    permission=Permission.VAULT,
)
CLOSE_SHIFT = Command(
    action="close_shift",
    key="f9",
    footer=_("Count, close"),
    help=_("Count the drawer blind and end the shift."),
    permission=Permission.SHIFT,
)
REPORT = Command(
    action="report",
    key="f10",
    footer=_("X/Z"),
    help=_("The shift's report: X while it runs, Z once it is closed."),
    permission=Permission.READ,
)
COUNTED = Command(
    action="counted",
    key="f10",
    footer=_("Counted"),
    help=_("The count is whole: see it once more, and confirm it on the next screen."),
)
NEXT_CURRENCY = Command(
    action="next_currency", key="f5", footer=_("Next currency"), help=_("Count the next currency's notes and coins.")
)
