"""Put a receipt on paper."""

from tokenpay.bank import Bank
from tokenpay.counter.language import Language
from tokenpay.counter.receipt import Receipt
from tokenpay.counter.slip import lay_out


def print_receipt(bank: Bank, receipt: Receipt, *, language: Language = Language.ENGLISH) -> None:
    """Print a receipt on the bank's printer, as wide as its paper.

    It changes nothing in the books: after PrinterUnavailable the same receipt is printed again. Raises
    PrinterUnavailable, MissingExtra.
    """
    printer = bank.required_printer()
    printer.print(lay_out(receipt, width=printer.width, language=language))
