"""A printer that keeps what it printed, and can be out of reach."""

from tokenpay.counter.slip import Slip
from tokenpay.errors import PrinterUnavailable


class FakePrinter:
    """`slips` are what was printed; while it is `unreachable` nothing is."""

    def __init__(self, *, width: int = 42) -> None:
        self.width = width
        self.slips: list[Slip] = []
        self.unreachable = False

    def print(self, slip: Slip) -> None:
        if self.unreachable:
            raise PrinterUnavailable("the printer is out of reach")
        self.slips.append(slip)
