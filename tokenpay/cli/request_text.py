"""What the QR code of a request says."""

from typing import TYPE_CHECKING

import tokenpay as tp

if TYPE_CHECKING:
    from tokenpay import PaymentRequest
    from tokenpay.cli.command import Parser

FORMS = ("reference", "eip681", "address")


def add_form(parser: "Parser") -> None:
    """Let a command choose what the code says."""
    parser.add_argument(
        "--as", dest="form", choices=FORMS, default=FORMS[0], help=f"what the code says (default: {FORMS[0]})"
    )


def text_of(request: "PaymentRequest", form: str) -> str:
    """Return what a code of this form says; raises InvalidRequest for a request without a deposit address."""
    if form == "reference":
        return request.reference
    on_chain = tp.Eip681.of(request)
    return str(on_chain) if form == "eip681" else on_chain.payee.text
