"""What is done with keys on authenticators."""

from terminal_app.commands.command import Command
from terminal_app.language import _
from tokenpay import Permission

PASSKEYS = Command(
    action="app.show_passkeys",
    key="ctrl+k",
    footer=_("Keys"),
    help=_("The passkeys of the bank's people: make one, confirm one, revoke one."),
    permission=Permission.CREDENTIAL,
    shown=False,
    code="keys",
)
NEW_KEY = Command(
    action="new_key",
    key="f3",
    footer=_("New key"),
    help=_("Make a passkey of your own on the security key that is plugged in."),
    permission=Permission.CREDENTIAL,
)
CONFIRM_KEY = Command(
    action="confirm_key",
    key="f4",
    footer=_("Confirm"),
    help=_("Vouch that the chosen key is its owner's: look at who holds it first."),
    permission=Permission.CONTROL,
)
REVOKE_KEY = Command(
    action="revoke_key",
    key="f6",
    footer=_("Revoke"),
    help=_("Let the chosen key sign nothing more, at once and for good."),
    permission=Permission.CREDENTIAL,
)
TOUCH = Command(
    action="touch_key",
    key="f8",
    footer=_("Touch key"),
    help=_("Put your passkey under this payment: plug in your security key and touch it."),
    permission=Permission.PAY,
)
AGAIN = Command(action="again", key="f9", footer=_("Again"), help=_("Ask the security key once more."))
"""No rule is here: who may have which key, and what it signs, is the library's to say."""
