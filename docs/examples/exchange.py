"""Cash against tokens: a quote, the same quote again, a larger one that a second person agrees to, and the Z report."""

import tokenpay as tp
from tokenpay.testing import TOKEN, euro, open_branch

with open_branch() as branch:
    bank, tim, vera, anna = branch.bank, branch.tim, branch.vera, branch.anna
    branch.fill_counter(tokens=euro("5000"), cash=tp.CashCount.parse("10x50", "EUR"))
    cash = tp.find_asset(bank, "EUR")
    shift = tp.open_shift(bank, drawer="drawer-1", opening=[], by=tim, key="open")

    # Anna brings 202.00 in notes.
    paying = tp.Amount.parse("202", cash)
    into = {"customer_id": anna.id, "direction": tp.Direction.CASH_IN, "against": TOKEN, "by": tim}
    quote = tp.quote_exchange(bank, amount=paying, **into)
    print(f"{quote.legs.cash}, of which {quote.legs.fee} fee, for {quote.legs.tokens}")
    print(tp.exchange(bank, quote_id=quote.id, by=tim, key="1").state, "| Anna", branch.balance(anna))
    again = tp.exchange(bank, quote_id=quote.id, by=tim, key="2")
    print("again:", [reason.code for reason in again.reasons])

    # More than one person may take in alone: held at its price, for as long as the quote is good.
    quote = tp.quote_exchange(bank, amount=tp.Amount.parse("1006", cash), **into)
    held = tp.exchange(bank, quote_id=quote.id, by=tim, key="3")
    print(held.state, [reason.code for reason in held.reasons])
    print(tp.approve(bank, held.id, by=vera).state, "| Anna", branch.balance(anna))

    # Tokens back into cash, and a quote that nobody took in time.
    out = {"customer_id": anna.id, "direction": tp.Direction.CASH_OUT, "against": cash, "by": tim}
    quote = tp.quote_exchange(bank, amount=euro("100"), **out)
    late = tp.quote_exchange(bank, amount=euro("100"), **out)
    print(f"{quote.legs.tokens} for {quote.legs.cash}:", tp.exchange(bank, quote_id=quote.id, by=tim, key="4").state)
    branch.clock.advance(300)
    print("late:", [reason.code for reason in tp.exchange(bank, quote_id=late.id, by=tim, key="5").reasons])

    counted = tp.CashCount.parse("5x200, 2x50, 1x5, 2x2, 1x0.50", "EUR")
    tp.close_shift(bank, shift.id, counts=[counted], by=tim, key="close")
    report = tp.shift_report(bank, shift.id, by=tim)
    (line,) = report.cash
    print(f"{report.letter}: in {line.cash_in}, out {line.cash_out}, fees {line.fees}, counted {line.counted}")
    print("the books equal the chain:", tp.reconcile(bank, by=vera).holds)
