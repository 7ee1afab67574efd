"""What a screen shows of a result: frozen, in words, made from the library's results alone. No rule is here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import tokenpay as tp
from terminal_app.language import _, spoken
from terminal_app.sentences import sentence

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
UNDER_WAY = (
    tp.PaymentState.CLEARED,
    tp.PaymentState.ASSIGNED,
    tp.PaymentState.SIGNED,
    tp.PaymentState.SENT,
    tp.PaymentState.INCLUDED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentView:
    """A payment in words. `fours` is a chain payee's address in groups of four digits, else empty."""

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
    made_at: str
    updated_at_s: int

    @property
    def standing(self) -> str:
        return f"{self.mark} {self.word}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """A request in words; `due` is the rest of a part paid one; `codes` are the forms of its QR code, with names."""

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
    expires_at_s: int
    ended: bool
    deposits: tuple[str, ...]
    codes: tuple[tuple[str, str], ...]

    @property
    def standing(self) -> str:
        return f"{self.mark} {self.word}"


def payment_view(payment: tp.Payment, names: Mapping[str, str]) -> PaymentView:
    """Return a payment in words; `names` are the names of customers, by party."""
    intent = payment.intent
    mark, word, meaning = STATES[payment.state]
    creditor = intent.creditor
    return PaymentView(
        id=payment.id,
        purpose=intent.purpose,
        state=payment.state,
        mark=mark,
        word=word,
        meaning=meaning,
        amount=amount_text(intent.amount),
        debtor=party_text(intent.debtor, names),
        creditor=party_text(creditor, names),
        fours=in_fours(creditor.address) if isinstance(creditor, tp.ChainParty) else "",
        maker=intent.maker,
        about=intent.remittance_information,
        reasons=tuple(sentence(reason) for reason in payment.reasons),
        made_at=time_text(intent.created_at_s),
        updated_at_s=payment.updated_at_s,
    )


def request_view(issued: tp.IssuedRequest, deposits: list[tp.Deposit], payee: str, *, now_s: int) -> RequestView:
    """Return a request in words, with what came for it."""
    request, state = issued.request, issued.state
    waits = state in (tp.RequestState.OPEN, tp.RequestState.PART_PAID)
    if waits and now_s >= request.expires_at_s:  # the engine writes it down at its next turn
        state = tp.RequestState.EXPIRED
    mark, word, meaning = REQUEST_STATES[state]
    credited = tp.Amount(request.asset, issued.credited_units)
    part_paid = state is tp.RequestState.PART_PAID
    codes = [(_("our reference"), request.reference)]
    if request.deposit_address is not None:
        codes += [(_("bare address"), request.deposit_address.text), (_("wallet link"), str(tp.Eip681.of(request)))]
    return RequestView(
        id=request.id,
        state=state,
        mark=mark,
        word=word,
        meaning=meaning,
        asks=_("any amount of {asset}").format(asset=request.asset.symbol)
        if request.amount is None
        else amount_text(request.amount),
        credited=amount_text(credited) if credited else "",
        due=amount_text(request.amount - credited) if part_paid and request.amount is not None else "",
        payee=payee,
        reference=request.reference,
        remittance=request.remittance_information,
        expires_at_s=request.expires_at_s,
        ended=not waits or state is tp.RequestState.EXPIRED,
        deposits=tuple(deposit_text(deposit) for deposit in deposits),
        codes=tuple(codes),
    )


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
    return f"{name} ({party.owner})" if name else str(party)


def in_fours(address: tp.Address) -> str:
    """Return an address in groups of four digits, as people compare it aloud."""
    digits = address.text[2:]
    return "0x " + " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))


def amount_text(amount: tp.Amount) -> str:
    """Return an amount as the language writes it, thousands set apart by spaces that do not break: `12 500.00 DEUR`."""
    whole, point, decimals = amount.short().partition(".")
    return f"{int(whole):,}".replace(",", "\N{NO-BREAK SPACE}") + (
        f"{point and spoken().decimal}{decimals}\N{NO-BREAK SPACE}{amount.asset}"
    )


def time_text(at_s: int) -> str:
    """Return a moment on this terminal's clock, as the language writes it."""
    return datetime.fromtimestamp(at_s).astimezone().strftime(spoken().moment)


def labelled(lines: Iterable[tuple[str, str]]) -> str:
    """Return a line for each value there is, behind its label; the values stand below each other."""
    shown = [(label, value) for label, value in lines if value]
    width = max((len(label) for label, _value in shown), default=0)
    return "\n".join(f"{label:<{width}}  {value}" for label, value in shown)


def left_text(seconds: int) -> str:
    """Return a time that is left, as minutes and seconds."""
    minutes, rest = divmod(max(seconds, 0), 60)
    return f"{minutes}:{rest:02d}"
