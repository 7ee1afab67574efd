"""What a screen shows of a result: frozen, in words, made from the library's results alone. No rule is here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import tokenpay as tp
from terminal_app.language import _, spoken
from terminal_app.sentences import explained, sentence

STATES = {
    tp.PaymentState.HELD: ("‖", _("HELD"), _("The funds are reserved. It is not lost: do not pay it again.")),
    tp.PaymentState.CLEARED: ("▸", _("CLEARED"), _("Allowed; the engine takes it to the chain.")),
    tp.PaymentState.ASSIGNED: ("▸", _("ON ITS WAY"), _("The engine is sending it.")),
    tp.PaymentState.SIGNED: ("▸", _("ON ITS WAY"), _("Signed; the engine is sending it.")),
    tp.PaymentState.SENT: ("▸", _("SENT"), _("The chain has been told; no block holds it yet.")),
    tp.PaymentState.INCLUDED: ("»", _("IN A BLOCK"), _("On the chain, not final yet.")),
    tp.PaymentState.FINAL: ("✓", _("FINAL"), _("Paid, for good.")),
    tp.PaymentState.FAILED: ("✗", _("FAILED"), _("The chain refused it; the funds are free again.")),
    tp.PaymentState.REFUSED: ("✗", _("REFUSED"), _("Nothing left; the funds are free again.")),
    tp.PaymentState.CANCELLED: ("✗", _("CANCELLED"), _("Nothing left; the funds are free again.")),
    tp.PaymentState.EXPIRED: ("✗", _("EXPIRED"), _("Nothing left; the funds are free again.")),
}
LEAVING = (tp.PaymentState.SIGNED, tp.PaymentState.SENT)
REQUEST_STATES = {
    tp.RequestState.OPEN: ("○", _("OPEN"), _("Waiting for the payer.")),
    tp.RequestState.PART_PAID: ("◐", _("PART PAID"), _("The rest is still open.")),
    tp.RequestState.PAID: ("✓", _("PAID"), _("Final: the customer has the money.")),
    tp.RequestState.OVERPAID: ("!", _("OVERPAID"), _("Paid; what is above waits in suspense, with a case.")),
    tp.RequestState.EXPIRED: ("✗", _("EXPIRED"), _("What still arrives goes to suspense, with a case.")),
    tp.RequestState.LATE_PAID: ("!", _("PAID TOO LATE"), _("The money waits in suspense, with a case.")),
    tp.RequestState.CANCELLED: ("✗", _("CANCELLED"), _("What still arrives goes to suspense, with a case.")),
}
STATUSES = {
    tp.CustomerStatus.ACTIVE: _("active"),
    tp.CustomerStatus.FROZEN: _("frozen"),
    tp.CustomerStatus.CLOSED: _("closed"),
}
ROLES = {
    tp.Role.TELLER: _("teller"),
    tp.Role.SUPERVISOR: _("supervisor"),
    tp.Role.AUDITOR: _("auditor"),
    tp.Role.ENGINE: _("engine"),
    tp.Role.CUSTOMER: _("customer"),
}
WAITING = (tp.RequestState.OPEN, tp.RequestState.PART_PAID)
NEXT_STEPS = {
    tp.RequestState.PART_PAID: _("The same code takes the rest."),
    tp.RequestState.EXPIRED: _("Ask again from the customer's screen if the money is still wanted."),
}
PURPOSES = {
    tp.Purpose.PAYMENT: _("payment"),
    tp.Purpose.REFUND: _("refund"),
    tp.Purpose.REVERSAL: _("reversal"),
    tp.Purpose.COLLECTION: _("collection"),
    tp.Purpose.SWEEP: _("sweep to the treasury"),
    tp.Purpose.FILL: _("filled nonce"),
    tp.Purpose.DELIVERY: _("delivery of cash"),
    tp.Purpose.ALLOCATION: _("vault and drawer"),
    tp.Purpose.VARIANCE: _("variance of a count"),
    tp.Purpose.EXCHANGE: _("exchange"),
}
IN_WORDS = {
    tp.Purpose.PAYMENT: _("{debtor} pays {amount} to {creditor}."),
    tp.Purpose.REFUND: _("Pay back {amount} from {debtor} to {creditor}. It is a refund of {related}."),
    tp.Purpose.REVERSAL: _("Undo payment {related}: {amount} goes back from {debtor} to {creditor}."),
    tp.Purpose.COLLECTION: _("Collect {amount} from {debtor} for {creditor}, as the payer has signed."),
    tp.Purpose.SWEEP: _("Bring {amount} from a deposit address to the treasury."),
    tp.Purpose.FILL: _("Send nothing, so that a nonce is used up."),
    tp.Purpose.DELIVERY: _("Take a counted delivery of {amount} into the {creditor}."),
    tp.Purpose.ALLOCATION: _("Bring {amount} of cash from the {debtor} to the {creditor}."),
}
PLACES = {
    tp.AccountKind.DRAWER: _("drawer {owner}"),
    tp.AccountKind.VAULT: _("vault {owner}"),
    tp.AccountKind.SUSPENSE: _("suspense of case {owner}"),
    tp.AccountKind.BLOCKED: _("blocked money of case {owner}"),
    tp.AccountKind.VARIANCE: _("variances"),
    tp.AccountKind.FUNDING: _("outside the bank"),
    tp.AccountKind.CONVERSION: _("the bank's position"),
}
GONE = (tp.PaymentState.FAILED, tp.PaymentState.REFUSED, tp.PaymentState.CANCELLED, tp.PaymentState.EXPIRED)
"""A payment that ended like this moved nothing."""
UNDER_WAY = (
    tp.PaymentState.CLEARED,
    tp.PaymentState.ASSIGNED,
    tp.PaymentState.SIGNED,
    tp.PaymentState.SENT,
    tp.PaymentState.INCLUDED,
)


UNSEEN = "•••"
"""What stands where amount and payee are typed before they are seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """A payment in words. `fours` is a chain payee's address in groups of four digits, else empty.

    `codes` are those of the reasons. `cash` and `fee` are the other half of an exchange, `later` the refunds and
    reversal, a line each, `todo` is what to do about it now. `rest` is what may still be refunded to `payer`, if any.
    `blind`: what it is of, where amount and payee are typed before they are seen. `explained` are the reasons as they
    are told to who decides, and to no customer.
    """

    id: str
    purpose: tp.Purpose
    state: tp.PaymentState
    mark: str
    word: str
    meaning: str
    amount: str
    debtor: str
    creditor: str
    fours: str
    maker: str
    about: str
    reasons: tuple[str, ...]
    explained: tuple[str, ...]
    codes: tuple[str, ...]
    made_at: str
    updated_at_s: int
    words: str
    cash: str = ""
    fee: str = ""
    later: tuple[str, ...] = ()
    rest: tp.Amount | None = None
    reversible: bool = False
    recallable: bool = False
    payer: str = ""
    todo: str = ""
    blind: tp.Asset | None = None

    @property
    def standing(self) -> str:
        return f"{self.mark} {self.word}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request in words; `due` is the rest of a part paid one, `rest` what may be asked for anew.

    `case_id` holds what could not be credited; `todo` is what to do about it; `codes` are the forms of its QR code,
    with names.
    """

    id: str
    state: tp.RequestState
    mark: str
    word: str
    meaning: str
    asks: str
    credited: str
    due: str
    payee: str
    reference: str
    remittance: str
    made_at_s: int
    expires_at_s: int
    ended: bool
    deposits: tuple[str, ...]
    customer: str
    rest: tp.Amount | None
    case_id: str
    todo: str
    codes: tuple[tuple[str, str], ...]

    @property
    def standing(self) -> str:
        return f"{self.mark} {self.word}"


def payment_view(
    payment: tp.Payment, names: Mapping[str, str], later: Iterable[tp.Payment] | None = None
) -> PaymentView:
    """Return a payment in words; `names` are the names of customers, by party, `later` what was paid back of it."""
    intent = payment.intent
    standing = [after for after in later or () if after.state not in GONE]
    final_book = later is not None and payment.state is tp.PaymentState.FINAL and intent.rail is tp.Rail.BOOK
    of_people = intent.purpose in (tp.Purpose.PAYMENT, tp.Purpose.REFUND)
    mark, word, _meaning = STATES[payment.state]
    creditor = intent.creditor
    return PaymentView(
        id=payment.id,
        purpose=intent.purpose,
        state=payment.state,
        mark=mark,
        word=word,
        meaning=meaning(payment),
        amount=halves_text(intent),
        debtor=party_text(intent.debtor, names),
        creditor=party_text(creditor, names),
        fours=in_fours(creditor.address) if isinstance(creditor, tp.ChainParty) else "",
        maker=intent.maker,
        about=intent.remittance_information,
        reasons=tuple(sentence(reason) for reason in payment.reasons),
        explained=tuple(explained(reason) for reason in payment.reasons),
        codes=tuple(reason.code for reason in payment.reasons),
        made_at=time_text(intent.created_at_s),
        updated_at_s=payment.updated_at_s,
        words=in_words(payment, names),
        cash="" if intent.cash is None else _cash_text(intent, intent.cash),
        fee="" if intent.cash is None else _("{amount}, within the cash").format(amount=amount_text(intent.cash.fee)),
        later=tuple(
            f"{STATES[after.state][0]} {PURPOSES[after.intent.purpose]} {amount_text(after.intent.amount)} "
            f"{STATES[after.state][1]}"
            for after in later or ()
        ),
        rest=_rest(intent, standing) if final_book and intent.purpose is tp.Purpose.PAYMENT else None,
        reversible=final_book and of_people and not standing,
        recallable=_is_recallable(payment),
        payer=str(intent.debtor),
    )


def _is_recallable(payment: tp.Payment) -> bool:
    """Tell whether a payment has left, is in no block, and may still be asked back."""
    overtaken = any(why.code == "chain.nonce_taken" for why in payment.reasons)
    free = payment.state in LEAVING and payment.recalled_by is None and not overtaken
    return free and payment.intent.purpose is not tp.Purpose.FILL


def meaning(payment: tp.Payment) -> str:
    """Return in a sentence what it means that a payment stands where it does."""
    if payment.recalled_by is not None and payment.state in (*LEAVING, tp.PaymentState.INCLUDED):
        return _("{who} has asked it back. It may be paid all the same: a final block tells.").format(
            who=payment.recalled_by
        )
    if payment.state is tp.PaymentState.FAILED and any(why.code == "payment.recalled" for why in payment.reasons):
        return _("It came back: nothing was paid, and the funds are free again.")
    return STATES[payment.state][2]


def _rest(intent: tp.Intent, standing: Iterable[tp.Payment]) -> tp.Amount | None:
    """Return what was not paid back yet, or None where that is nothing."""
    units = intent.amount.units - sum(after.intent.amount.units for after in standing)
    return tp.Amount(intent.amount.asset, units) if units > 0 else None


def unseen(view: PaymentView, payment: tp.Payment) -> PaymentView:
    """Return a payment without what its second person types from the order before they see it."""
    return replace(
        view,
        amount=UNSEEN,
        creditor=UNSEEN,
        fours="",
        about="",
        words=unseen_words(view.debtor),
        blind=payment.intent.amount.asset,
    )


def unseen_words(debtor: str) -> str:
    """Return in one sentence what a payment is whose second person has yet to type it."""
    words = _("A large payment by {debtor}: amount and payee are typed from the order, before it is approved.")
    return words.format(debtor=debtor)


def in_words(payment: tp.Payment, names: Mapping[str, str]) -> str:
    """Return in one sentence what a payment does."""
    intent = payment.intent
    amount = amount_text(intent.amount)
    debtor, creditor = party_text(intent.debtor, names), party_text(intent.creditor, names)
    if intent.cash is not None:
        into = intent.cash_comes_in
        sold = _("{customer} brings {cash} in cash into {drawer} and gets {amount}. The fee in it is {fee}.")
        bought = _("{customer} gives {amount} and takes {cash} in cash out of {drawer}. The fee kept is {fee}.")
        return (sold if into else bought).format(
            customer=creditor if into else debtor,
            cash=amount_text(intent.cash.amount),
            drawer=intent.cash.drawer,
            amount=amount,
            fee=amount_text(intent.cash.fee),
        )
    if intent.purpose is tp.Purpose.VARIANCE:
        over = isinstance(intent.debtor, tp.BookParty) and intent.debtor.kind is tp.AccountKind.VARIANCE
        if over:
            return _("The count of {drawer} found {amount} more than the books say: book it as over.").format(
                drawer=creditor, amount=amount
            )
        return _("The count of {drawer} found {amount} less than the books say: book it as short.").format(
            drawer=debtor, amount=amount
        )
    return IN_WORDS[intent.purpose].format(
        amount=amount, debtor=debtor, creditor=creditor, related=intent.related or _("nothing named")
    )


def halves_text(intent: tp.Intent) -> str:
    """Return what moves: the amount, and for an exchange the cash against it."""
    amount = amount_text(intent.amount)
    return amount if intent.cash is None else f"{amount} ↔ {amount_text(intent.cash.amount)}"


def _cash_text(intent: tp.Intent, cash: tp.CashLeg) -> str:
    words = _("{amount} into {drawer}") if intent.cash_comes_in else _("{amount} out of {drawer}")
    return words.format(amount=amount_text(cash.amount), drawer=cash.drawer)


def request_view(
    issued: tp.IssuedRequest, deposits: list[tp.Deposit], payee: str, *, now_s: int, case_id: str = ""
) -> RequestView:
    """Return a request in words, with what came for it and the case that holds what could not be credited."""
    request, state = issued.request, state_of(issued, now_s=now_s)
    mark, word, meaning = REQUEST_STATES[state]
    credited = tp.Amount(request.asset, issued.credited_units)
    part_paid = state is tp.RequestState.PART_PAID
    ended = state not in WAITING
    rest = None
    if ended and request.amount is not None and credited and credited < request.amount:
        rest = request.amount - credited
    todo = NEXT_STEPS.get(state, "")
    if rest is not None:
        todo = _("Paid in part: F4 asks for the rest. The customer keeps what came.")
    elif case_id:
        todo = _(
            "Tell the payer: the money is safe in suspense. F8 opens the case; a supervisor credits or refunds it."
        )
    codes = [(_("our reference"), request.reference)]
    if request.deposit_address is not None:
        codes += [(_("bare address"), request.deposit_address.text), (_("wallet link"), str(tp.Eip681.of(request)))]
    return RequestView(
        id=request.id,
        state=state,
        mark=mark,
        word=word,
        meaning=meaning,
        asks=asks_text(request.asset, request.amount),
        credited=amount_text(credited) if credited else "",
        due=amount_text(request.amount - credited) if part_paid and request.amount is not None else "",
        payee=payee,
        reference=request.reference,
        remittance=request.remittance_information,
        made_at_s=request.created_at_s,
        expires_at_s=request.expires_at_s,
        ended=ended,
        customer=request.payee.partition("/")[2],
        rest=rest,
        case_id=case_id,
        todo=todo,
        deposits=tuple(deposit_text(deposit) for deposit in deposits),
        codes=tuple(codes),
    )


def state_of(issued: tp.IssuedRequest, *, now_s: int) -> tp.RequestState:
    """Return how a request stands now: the engine writes down at its next turn that one has expired."""
    over = issued.state in WAITING and now_s >= issued.request.expires_at_s
    return tp.RequestState.EXPIRED if over else issued.state


def asks_text(asset: tp.Asset, amount: tp.Amount | None) -> str:
    """Return how much a request asks for."""
    return _("any amount of {asset}").format(asset=asset.symbol) if amount is None else amount_text(amount)


def deposit_text(deposit: tp.Deposit) -> str:
    """Return one line on money that came in."""
    words = {
        (tp.DepositState.SEEN, None): _("» {amount} seen, not final yet"),
        (tp.DepositState.ORPHANED, None): _("✗ {amount} gone: its block was replaced"),
        (tp.DepositState.FINAL, tp.DepositOutcome.CREDITED): _("✓ {amount} final, credited"),
        (tp.DepositState.FINAL, tp.DepositOutcome.SUSPENSE): _("! {amount} final, in suspense with a case"),
        (tp.DepositState.FINAL, tp.DepositOutcome.BLOCKED): _("! {amount} final, blocked: see the cases"),
    }
    outcome = deposit.outcome if deposit.state is tp.DepositState.FINAL else None
    line = words.get((deposit.state, outcome), _("✗ {amount} final, credited to nobody"))
    return line.format(amount=amount_text(deposit.amount))


def party_text(party: tp.BookParty | tp.ChainParty, names: Mapping[str, str]) -> str:
    """Return who a party is: an address whole, a customer by name and number."""
    if isinstance(party, tp.ChainParty):
        return party.address.text
    name = names.get(str(party))
    if name:
        return f"{name} ({party.owner})"
    return PLACES[party.kind].format(owner=party.owner) if party.kind in PLACES else str(party)


def labelled(lines: Iterable[tuple[str, str]]) -> str:
    """Return labels and texts, a line each that says something, the texts below one another."""
    shown = [(label, text) for label, text in lines if text]
    width = max((len(label) for label, _text in shown), default=0) + 2
    return "\n".join(f"{label:<{width}}{text}" for label, text in shown)


def in_fours(address: tp.Address) -> str:
    """Return an address in groups of four digits, as people compare it aloud."""
    digits = address.text[2:]
    return "0x " + " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def amount_text(amount: tp.Amount) -> str:
    """Return an amount as the language writes it, thousands set apart by spaces that do not break: `12 500.00 DEUR`."""
    return f"{spoken().written.number(amount.short())}\N{NO-BREAK SPACE}{amount.asset}"


def time_text(at_s: int) -> str:
    """Return a moment on this terminal's clock, as the language writes it."""
    return spoken().written.moment(datetime.fromtimestamp(at_s).astimezone())


def left_text(seconds: int) -> str:
    """Return a time that is left: minutes and seconds, hours before them, and days of a day or more."""
    minutes, rest = divmod(max(seconds, 0), 60)
    if minutes < 60:
        return f"{minutes}:{rest:02d}"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    time = f"{hours}:{minutes:02d}:{rest:02d}"
    return _("{days} d {time}").format(days=days, time=time) if days else time
