import tokenpay as tp
from tokenpay.testing import TOKEN, open_branch

with open_branch() as branch:  # a founded bank on a chain in memory; `found_bank` and `open_bank` are the real ones
    bank, tim = branch.bank, branch.tim

    amount = tp.Amount.parse("25.00", TOKEN)
    request = tp.issue_request(bank, payee=branch.boris.id, asset=TOKEN, amount=amount, by=tim, key="request-1")
    print(*tp.qr_lines(request.reference), sep="\n")

    scanned = tp.resolve_request(bank, request.reference)  # what Anna's scanner read, and what the bank knows of it
    if scanned.request is None or scanned.amount is None:
        raise SystemExit(scanned.message)
    order = {"debtor": f"customer/{branch.anna.id}", "creditor": scanned.request.payee}
    payment = tp.pay(bank, **order, amount=scanned.amount, request_id=scanned.request.id, by=tim, key="payment-1")
    if isinstance(payment, tp.Refusal):
        raise SystemExit(payment.reasons[0].message)
    print(payment.state, *tp.balances(bank, branch.boris.id, by=tim))
    print("the books equal the chain:", tp.reconcile(bank, by=branch.vera).holds)
