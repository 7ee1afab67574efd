"""Signed heads on paper: the strip that nobody changes later."""

from tokenpay.audit.signed_head import HeadStep
from tokenpay.counter.slip import Slip, SlipQr, SlipText, wrapped
from tokenpay.errors import PrinterUnavailable, SinkUnavailable
from tokenpay.ports import Printer
from tokenpay.primitives.utc_text import utc_text

_GROUP = 8


class PaperSink:
    """Prints each head with its QR code, which holds the signed line; a head may be printed twice."""

    name = "printer"

    def __init__(self, printer: Printer) -> None:
        self._printer = printer

    def keep(self, step: HeadStep) -> None:
        """Print a head; raises SinkUnavailable."""
        try:
            self._printer.print(head_slip(step, width=self._printer.width))
        except PrinterUnavailable as error:
            raise SinkUnavailable(error.message) from None


def head_slip(step: HeadStep, *, width: int) -> Slip:
    """Lay a head out for paper: what it says in figures that can be compared by eye, and the line itself as a code."""
    head = step.signed.head
    at = utc_text(head.at_s)
    rows = [
        *(SlipText(text=line, align="center", bold=True) for line in wrapped(head.bank, width)),
        SlipText(text="AUDIT HEAD", align="center", bold=True),
        SlipText(text="-" * width),
        *(SlipText(text=line) for line in wrapped(f"stream {head.stream}", width)),
        SlipText(text=f"records {head.size}"),
        SlipText(text=at),
    ]
    for label, value in (("root", head.root), ("last record", head.hash), ("key", step.signed.key)):
        digits = value.hex()
        groups = " ".join(digits[begin : begin + _GROUP] for begin in range(0, len(digits), _GROUP))
        rows += [SlipText(text=label), *(SlipText(text=line, align="right") for line in wrapped(groups, width))]
    name = f"head-{head.size}-{head.hash.hex()[:_GROUP]}"
    return Slip(name=name, width=width, lines=(*rows, SlipText(text="-" * width), SlipQr(text=step.signed.text())))
