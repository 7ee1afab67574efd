"""Follow what happens in the bank with a cursor: every event once, in order, none missed."""

import tokenpay as tp
from tokenpay.testing import euro, open_branch

with open_branch() as branch:
    bank, tim = branch.bank, branch.tim
    cursor = "0.0"
    while events := tp.read_events(bank, by=tim, after=cursor, limit=10):
        cursor = events[-1].cursor  # keep it: whoever starts again goes on from here

    tp.pay(
        bank,
        debtor=f"customer/{branch.anna.id}",
        creditor=f"customer/{branch.boris.id}",
        amount=euro("12.50"),
        by=tim,
        key="counter-1/0001",
    )
    request = branch.issue(branch.boris, euro("5"), key="request-1")
    branch.receive(request, euro("5"))
    for event in tp.read_events(bank, by=tim, after=cursor):
        kept = {name: value for name, value in (event.content or {}).items() if name in ("purpose", "state", "outcome")}
        print(event.kind, kept or "")
