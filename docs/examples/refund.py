"""More arrives than was asked for: what is over waits in suspense, and goes back to where the payer says."""

import tokenpay as tp
from tokenpay.testing import euro, open_branch

with open_branch() as branch:
    bank, tim, vera = branch.bank, branch.tim, branch.vera

    request = branch.issue(branch.boris, euro("25.00"), key="request-1")
    branch.receive(request, euro("40.00"))
    (case,) = tp.list_cases(bank, by=tim)
    print("Boris", branch.balance(branch.boris), "| request:", tp.get_request(bank, request.id, by=tim).state)
    print("case:", case.kind, "-", case.note)

    print("sweeps:", branch.fill_treasury())  # the treasury pays refunds: bring the deposits to it

    # To the address that the payer states: the sender in the log may be an exchange.
    payer = tp.Address(b"\x77" * 20)
    back = tp.refund(bank, of=case.id, to=payer.caip10(31_337), amount=euro("15.00"), by=vera, key="refund-1")
    print("refund:", back.state)
    branch.turn()
    print("refund:", tp.get_payment(bank, back.id, by=tim).state)
    print("case open:", tp.resolve_case(bank, case.id, resolution="sent back what was over", by=vera).is_open)
    print("the books equal the chain:", tp.reconcile(bank, by=vera).holds)
