import tokenpay as tp

with tp.open_demo() as demo:
    bank, teller = demo.bank, demo.teller
    request = tp.issue_request(bank, payee=demo.bob, amount=tp.Amount.parse("25.00", demo.token), by=teller)
    print(request.text)

    intent = tp.read_request(request.text).intent(payer=demo.alice)
    payment = tp.pay(bank, intent, by=teller, key="counter-1-0001")
    print(payment.state, payment.amount)

    print(tp.reconcile(bank, by=teller))
