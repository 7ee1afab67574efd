"""Above the limit of one person: held for a second one, who is never the maker."""

import tokenpay as tp
from tokenpay.testing import TOKEN, euro, open_branch

with open_branch() as branch:
    bank, vera, otto = branch.bank, branch.vera, branch.otto
    order = {
        "debtor": f"customer/{branch.anna.id}",
        "creditor": f"customer/{branch.boris.id}",
        "amount": euro("1500.00"),
        "key": "counter-1/0001",
    }

    held = tp.pay(bank, **order, by=vera)
    print(held.state, [reason.code for reason in held.reasons])
    left = tp.statement(bank, customer_id=branch.anna.id, asset_id=TOKEN.id, by=vera)
    print("balance", left.balance, "of which available", left.available)

    # The answer was lost, or somebody took "held" for "failed": the same key does not pay a second time.
    print("again:", tp.pay(bank, **order, by=vera).id == held.id)
    try:
        tp.approve(bank, held.id, by=vera)
    except tp.NotPermitted as error:
        print(error.code, "-", error)

    paid = tp.approve(bank, held.id, by=otto)
    print(paid.state, "| Boris", branch.balance(branch.boris))

    # Above what the policy allows at all there is nobody to ask.
    refused = tp.pay(bank, **{**order, "amount": euro("10000.01"), "key": "counter-1/0002"}, by=vera)
    for reason in refused.reasons:
        print(type(refused).__name__, reason.code, "-", reason.message)
