"""The story the demo tells: what a bank does with token payments, each step done for real and each claim checked."""

from tokenpay import (
    Address,
    Amount,
    Authorization,
    CaseKind,
    DepositOutcome,
    DepositState,
    Payment,
    PaymentRequest,
    PaymentState,
    Refusal,
    RequestState,
    Resolution,
    approve,
    collect,
    get_request,
    issue_request,
    list_cases,
    pay,
    qr_png,
    read_qr,
    refund,
    register_asset,
    request_deposits,
    resolve_case,
    resolve_request,
    sweep,
)
from tokenpay.cli.demo.founding import CONFIRMATIONS, LISTED
from tokenpay.cli.demo.proof import proof
from tokenpay.cli.demo.show import NotAsTold, Show
from tokenpay.cli.demo.world import World
from tokenpay.devnet import DEVNET_CHAIN_ID
from tokenpay.ethereum.grants.grant import sign
from tokenpay.primitives.keccak import keccak256


def deposit(world: World, show: Show) -> None:
    """Money arrives on the chain: seen at once, spendable when final."""
    amount, before = world.amount(2_000), world.balance(world.anna)
    request = _request(world, "deposit", world.anna.id, amount)
    show.say(f"Anna asks for {amount}. The request has an address of its own: {request.deposit_address}")
    payer = world.outsider(tokens=amount)
    sent = payer.transfer(world.contract, _address(request), amount.units)
    world.turn()
    seen = request_deposits(world.bank, request.id, by=world.tim)[0]
    show.claim(
        seen.state is DepositState.SEEN and seen.transaction_hash == sent and world.balance(world.anna) == before,
        f"a wallet outside paid: seen in block {seen.block_number}, not yet Anna's to spend",
        request=request.id,
        transaction=sent,
    )
    _until_final(world, request)
    show.claim(
        world.balance(world.anna) == before + amount and _state(world, request) is RequestState.PAID,
        f"final {CONFIRMATIONS} blocks later: the request is paid, Anna has {world.balance(world.anna)}",
        credited=amount,
    )


def counter(world: World, show: Show) -> None:
    """A request as a QR code, scanned and paid in the books."""
    amount, before = world.amount(250), world.balance(world.boris)
    request = _request(world, "counter", world.boris.id, amount)
    show.say(f"Boris asks for {amount}. His QR code carries the request's reference alone:")
    show.code(request.reference)
    picture = world.codes / f"{request.id}.png"
    picture.write_bytes(qr_png(request.reference))
    (scanned,) = read_qr(picture)
    found = resolve_request(world.bank, scanned)
    if found.request is None or found.amount is None:
        raise NotAsTold(f"the scanned code leads to a request of the bank: {found.message}")
    show.claim(
        found.trusted and found.resolution is Resolution.OPEN and found.amount == amount,
        f"read back from {picture.name}: {found.message}",
        request=request.id,
        picture=picture,
    )
    payment = _made(
        pay(
            world.bank,
            debtor=f"customer/{world.anna.id}",
            creditor=found.request.payee,
            amount=found.amount,
            by=world.tim,
            key=world.key("counter/pay"),
            request_id=found.request.id,
        )
    )
    if payment.state is PaymentState.HELD:  # many rounds on one day are odd to the rules of risk
        show.say(f"The bank holds it: {payment.reasons[0].message}. Otto looks at it, and approves.")
        payment = approve(world.bank, payment.id, by=world.otto)
    show.claim(
        payment.state is PaymentState.FINAL
        and _state(world, request) is RequestState.PAID
        and world.balance(world.boris) == before + amount,
        f"Anna pays in the bank's books, final at once: Boris has {world.balance(world.boris)}",
        payment=payment.id,
    )


def payment_out(world: World, show: Show) -> None:
    """A payment above the limit waits for a second person; then the engine carries it."""
    amount = world.amount(1_500)
    payee = world.address_outside()
    show.say(f"Anna pays {amount} to {payee}")
    payment = _made(
        pay(
            world.bank,
            debtor=f"customer/{world.anna.id}",
            creditor=payee.caip10(DEVNET_CHAIN_ID),
            amount=amount,
            by=world.tim,
            key=world.key("out/pay"),
        )
    )
    show.claim(
        payment.state is PaymentState.HELD and "approval.second_person" in [why.code for why in payment.reasons],
        f"Tim proposes it, and it is held: {payment.reasons[0].message if payment.reasons else payment.state}",
        payment=payment.id,
    )
    payment = approve(world.bank, payment.id, by=world.otto)
    show.claim(payment.state is PaymentState.CLEARED, "Otto approves exactly what Tim proposed: it is cleared")
    payment, states = world.carry_payment(payment)
    show.claim(
        payment.state is PaymentState.FINAL and world.holding(payee) == amount.units,
        f"the engine carries it ({', '.join(states)}): the payee holds {amount} since block {payment.included_block}",
        states=states,
        transaction=payment.transaction_hash,
    )


def gasless(world: World, show: Show) -> None:
    """A payer without coin for gas signs; the bank carries it and pays the gas (EIP-3009)."""
    amount, before = world.amount(320), world.balance(world.boris)
    request = _request(world, "gasless", world.boris.id, amount)
    payer = world.outsider(tokens=amount, gas=False)
    treasury = world.bank.required_signer().treasury()
    coin_before = world.holding(treasury, coin=True)
    show.say(f"Boris asks for {amount}. The payer has tokens, but no coin to pay a transaction with.")
    authorization = Authorization(
        domain=register_asset(world.bank, world.token, by=world.vera).domain(),
        sender=payer.address,
        recipient=_address(request),
        units=amount.units,
        valid_after_s=0,
        valid_before_s=request.expires_at_s,
        nonce=keccak256(request.reference.encode()),
    )
    signed = sign(authorization, payer.key)
    payment = _made(
        collect(
            world.bank,
            request_id=request.id,
            authorization=authorization,
            signature=signed.signature,
            by=world.tim,
            key=world.key("gasless/collect"),
        )
    )
    show.say(f"The payer only signs; the bank takes the signed word to the chain ({payment.state}).")
    payment, _ = world.carry_payment(payment)
    _until_final(world, request)
    show.claim(
        payment.state is PaymentState.FINAL and world.balance(world.boris) == before + amount,
        f"collected: Boris has {world.balance(world.boris)}",
        payment=payment.id,
        request=request.id,
    )
    paid = Amount(world.coin, coin_before - world.holding(treasury, coin=True))
    show.claim(
        bool(paid) and world.holding(payer.address, coin=True) == 0,
        f"the payer had no coin and has none; the bank paid the gas, {paid}",
        gas=paid,
    )


def overpayment(world: World, show: Show) -> None:
    """Too much arrives: what was asked is credited, the rest waits under a case and is paid back."""
    asked, paid, before = world.amount(100), world.amount(130), world.balance(world.anna)
    extra = paid - asked
    request = _request(world, "over", world.anna.id, asked)
    world.outsider(tokens=paid).transfer(world.contract, _address(request), paid.units)
    _until_final(world, request)
    arrived = request_deposits(world.bank, request.id, by=world.tim)[0]
    cases = [case for case in list_cases(world.bank, by=world.vera) if case.subject == arrived.id]
    show.claim(
        _state(world, request) is RequestState.OVERPAID
        and arrived.outcome is DepositOutcome.SUSPENSE
        and [case.kind for case in cases] == [CaseKind.OVERPAYMENT]
        and world.balance(world.anna) == before + asked,
        f"Anna asked for {asked} and {paid} came: she is credited {asked}, "
        f"{extra} wait in suspense under case {cases[0].id if cases else '-'}",
        request=request.id,
    )
    (case,) = cases
    stated = world.address_outside()
    show.say(f"The payer states where the rest should go: {stated}")
    payment = _made(
        refund(
            world.bank,
            of=case.id,
            to=stated.caip10(DEVNET_CHAIN_ID),
            amount=extra,
            by=world.vera,
            key=world.key("over/refund"),
        )
    )
    payment, _ = world.carry_payment(payment)
    show.claim(
        payment.state is PaymentState.FINAL and world.holding(stated) == extra.units,
        f"Vera refunds {extra} there, final in block {payment.included_block}",
        payment=payment.id,
    )
    case = resolve_case(world.bank, case.id, resolution=f"refunded by payment {payment.id}", by=world.vera)
    show.claim(not case.is_open, f"case {case.id} is resolved: no money stands on it", case=case.id)


def denied(world: World, show: Show) -> None:
    """A payment to a listed address is refused, with a case."""
    amount, before = world.amount(50), world.balance(world.boris)
    result = pay(
        world.bank,
        debtor=f"customer/{world.boris.id}",
        creditor=LISTED.caip10(DEVNET_CHAIN_ID),
        amount=amount,
        by=world.tim,
        key=world.key("denied/pay"),
    )
    show.say(f"Boris wants to pay {amount} to {LISTED}")
    reasons = result.reasons if isinstance(result, Refusal) else ()
    show.claim(
        "screening.match" in [reason.code for reason in reasons] and world.balance(world.boris) == before,
        f"nothing moved: {reasons[0].message if reasons else 'it was not refused'}",
        reasons=[reason.code for reason in reasons],
    )
    cases = [case for case in list_cases(world.bank, by=world.vera) if case.subject == str(result.intent.creditor)]
    show.claim(
        [case.kind for case in cases] == [CaseKind.SCREENING_MATCH],
        f"case {cases[0].id if cases else '-'} stays open until somebody has looked at it",
        case=cases[0].id if cases else "",
    )


def sweeping(world: World, show: Show) -> None:
    """What stands on deposit addresses goes to the treasury, which pays the gas."""
    treasury = world.bank.required_signer().treasury()
    before = world.holding(treasury)
    payments = sweep(world.bank, asset_id=world.token.id, by=world.engine)
    total = Amount(world.token, sum(payment.intent.amount.units for payment in payments))
    show.say(f"{len(payments)} deposit addresses hold {total} together.", addresses=len(payments))
    ended = [world.carry_payment(payment)[0].state for payment in payments]
    show.claim(
        bool(payments) and set(ended) == {PaymentState.FINAL} and world.holding(treasury) == before + total.units,
        f"they are emptied into the treasury, which now holds {Amount(world.token, world.holding(treasury))}",
        swept=total,
    )


STEPS = (
    (deposit, "A deposit arrives on the chain"),
    (counter, "A QR code at the counter, paid in the books"),
    (payment_out, "A payment out, too large for one person alone"),
    (gasless, "A payer without gas signs, and the bank carries it"),
    (overpayment, "An overpayment, its case and its refund"),
    (denied, "A payment that the deny-list stops"),
    (sweeping, "The deposit addresses are swept"),
    (proof, "The proof"),
)


def tell(world: World, show: Show) -> None:
    """Tell every step after the opening; raises NotAsTold, IntegrityError or what stopped it."""
    for number, (step, title) in enumerate(STEPS, 1):
        with show.step(number, step.__name__, title):
            step(world, show)


def _request(world: World, name: str, payee: str, amount: Amount) -> PaymentRequest:
    return issue_request(
        world.bank, payee=payee, asset=world.token, amount=amount, by=world.tim, key=world.key(f"{name}/request")
    )


def _address(request: PaymentRequest) -> Address:
    if request.deposit_address is None:
        raise NotAsTold("a request for tokens has a deposit address")
    return request.deposit_address


def _state(world: World, request: PaymentRequest) -> RequestState:
    return get_request(world.bank, request.id, by=world.tim).state


def _until_final(world: World, request: PaymentRequest) -> None:
    def final() -> bool:
        deposits = request_deposits(world.bank, request.id, by=world.tim)
        return bool(deposits) and all(deposit.state is DepositState.FINAL for deposit in deposits)

    world.carry(final)


def _made(result: Payment | Refusal) -> Payment:
    if isinstance(result, Refusal):
        raise NotAsTold("a payment was refused: " + "; ".join(reason.message for reason in result.reasons))
    return result
