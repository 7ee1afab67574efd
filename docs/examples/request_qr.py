"""Show a request as a QR code, read it back, and let a customer of the bank pay it in the books."""

import tokenpay as tp
from tokenpay.testing import TOKEN, euro, open_branch

with open_branch() as branch:
    bank, tim, anna, boris = branch.bank, branch.tim, branch.anna, branch.boris

    request = tp.issue_request(
        bank, payee=boris.id, asset=TOKEN, amount=euro("25.00"), by=tim, key="request-1", expires_in_s=600
    )
    print("short reference:", request.reference)
    print("deposit address:", request.deposit_address)
    print("\n".join(tp.qr_lines(request.reference)))

    scanned = tp.resolve_request(bank, request.reference.lower() + "\r\n")  # as a scanner types it
    print(scanned.resolution, scanned.amount, "trusted" if scanned.trusted else "not trusted")

    payment = tp.pay(
        bank,
        debtor=f"customer/{anna.id}",
        creditor=f"customer/{boris.id}",
        amount=scanned.amount,
        by=tim,
        key="counter-1/0001",
        request_id=scanned.request.id,
    )
    print("payment:", payment.state, "| request:", tp.get_request(bank, request.id, by=tim).state)
    print("Anna", branch.balance(anna), "| Boris", branch.balance(boris))
    print("scanned again:", tp.resolve_request(bank, request.reference).message)
