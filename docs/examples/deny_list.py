"""A payment to a listed address is refused; with no fresh list nothing is taken for clear."""

import tokenpay as tp
from tokenpay.testing import DENIED, euro, open_branch

with open_branch() as branch:
    bank, tim = branch.bank, branch.tim
    branch.fill_treasury()
    order = {"debtor": f"customer/{branch.anna.id}", "amount": euro("10"), "by": tim}
    stranger = tp.Address(b"\x77" * 20).caip10(31_337)

    refused = tp.pay(bank, **order, creditor=DENIED.caip10(31_337), key="counter-1/0001")
    print(type(refused).__name__, [reason.code for reason in refused.reasons])

    # Money from a listed address is not credited and not sent back: it is blocked, with a case.
    request = branch.issue(branch.boris, euro("5"), key="request-1")
    branch.receive(request, euro("5"), sender=DENIED)
    (deposit,) = tp.request_deposits(bank, request.id, by=tim)
    print("deposit:", deposit.state, deposit.outcome, "| Boris", branch.balance(branch.boris))

    # Eight days later the list is older than the policy allows.
    branch.clock.advance(8 * 86_400)
    fresh = tp.open_session(bank, operator_id="tim", password="at-the-desk", terminal="counter-1")
    held = tp.pay(bank, **{**order, "by": fresh}, creditor=stranger, key="counter-1/0002")
    print(held.state, [reason.code for reason in held.reasons])

    # What a case about a match says, a supervisor reads and no teller.
    vera = tp.open_session(bank, operator_id="vera", password="at-the-desk", terminal="office")
    for case in tp.list_cases(bank, by=vera):
        print("case:", case.kind, "-", case.note)
