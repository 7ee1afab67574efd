"""A payment's receipt: the original as it stands on paper of 32 columns, then a copy, when the printer is back."""

import tokenpay as tp
from tokenpay.testing import euro, open_branch

with open_branch() as branch:
    bank, tim = branch.bank, branch.tim
    order = {"debtor": f"customer/{branch.anna.id}", "creditor": f"customer/{branch.boris.id}"}
    payment = tp.pay(bank, **order, amount=euro("25.00"), by=tim, key="counter-1/1", remittance_information="Rent, May")
    assert isinstance(payment, tp.Payment)

    original = tp.issue_receipt(bank, payment.id, by=tim)
    slip = tp.lay_out(original, width=32)
    print("\n".join(line.text for line in slip.lines if isinstance(line, tp.SlipText)))

    branch.printer.unreachable = True
    try:
        tp.print_receipt(bank, original)
    except tp.PrinterUnavailable as error:
        print(error.code, "| the payment is", tp.get_payment(bank, payment.id, by=tim).state)
    branch.printer.unreachable = False
    tp.print_receipt(bank, original)

    copy = tp.issue_receipt(bank, payment.id, by=tim)
    print("then: copy", copy.copy, "of", copy.number)
    print("on paper:", tp.lay_out(copy, language=tp.Language.BELARUSIAN).lines[4].text)
