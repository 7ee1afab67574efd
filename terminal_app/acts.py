"""The acts that move money, each by its name: how one is carried out, asked after, and who may do it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import tokenpay as tp
from terminal_app.language import _
from terminal_app.memory import Order

Done = tp.Payment | tp.Shift
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """`carry_out` gives the verb what stands in the fields; done again under the same key it is still one act."""

    words: str
    permission: tp.Permission
    carry_out: Callable[[tp.Bank, Fields, tp.Session, str], Done | tp.Refusal]
    opens_shift: bool = False
    """Its key stands for a shift, and not for a payment."""


def written_counts(counts: tuple[tp.CashCount, ...]) -> str:
    """Return counts as an order keeps them, a line each; a drawer without cash is no line."""
    return "\n".join(f"{count.currency} {count}" for count in counts if count.amount)


def _counts(text: str) -> tuple[tp.CashCount, ...]:
    lines = (line.partition(" ") for line in text.splitlines())
    return tuple(tp.CashCount.parse(pieces, currency) for currency, _space, pieces in lines)


def _amount(bank: tp.Bank, fields: Fields) -> tp.Amount:
    return tp.Amount.parse(fields["amount"], tp.find_asset(bank, fields["asset_id"]))


def _pay(bank: tp.Bank, fields: Fields, by: tp.Session, key: str) -> Done | tp.Refusal:
    return tp.pay(
        bank,
        debtor=fields["debtor"],
        creditor=fields["creditor"],
        amount=_amount(bank, fields),
        by=by,
        key=key,
        request_id=fields.get("request_id", ""),
        remittance_information=fields.get("remittance", ""),
    )


def _refund(bank: tp.Bank, fields: Fields, by: tp.Session, key: str) -> Done | tp.Refusal:
    return tp.refund(bank, of=fields["of"], to=fields["to"], amount=_amount(bank, fields), by=by, key=key)


def _reverse(bank: tp.Bank, fields: Fields, by: tp.Session, key: str) -> Done | tp.Refusal:
    return tp.reverse(bank, fields["of"], by=by, key=key)


def _exchange(bank: tp.Bank, fields: Fields, by: tp.Session, key: str) -> Done | tp.Refusal:
    return tp.exchange(bank, quote_id=fields["quote_id"], by=by, key=key)


def _allocate(bank: tp.Bank, fields: Fields, by: tp.Session, key: str) -> Done | tp.Refusal:
    direction = tp.CashDirection(fields["direction"])
    amount = _amount(bank, fields)
    return tp.allocate_cash(bank, drawer=fields["drawer"], amount=amount, direction=direction, by=by, key=key)


def _deliver(bank: tp.Bank, fields: Fields, by: tp.Session, key: str) -> Done | tp.Refusal:
    (count,) = _counts(fields["counts"])
    return tp.receive_cash(bank, count=count, by=by, key=key)


def _open_shift(bank: tp.Bank, fields: Fields, by: tp.Session, key: str) -> Done | tp.Refusal:
    return tp.open_shift(bank, drawer=fields["drawer"], opening=_counts(fields["counts"]), by=by, key=key)


def _close_shift(bank: tp.Bank, fields: Fields, by: tp.Session, key: str) -> Done | tp.Refusal:
    return tp.close_shift(bank, fields["shift"], counts=_counts(fields["counts"]), by=by, key=key)


ACTS = {
    "pay": Act(words=_("Pay"), permission=tp.Permission.PAY, carry_out=_pay),
    "pay_from_case": Act(words=_("Pay from a case"), permission=tp.Permission.CASE, carry_out=_pay),
    "refund": Act(words=_("Refund"), permission=tp.Permission.PAY, carry_out=_refund),
    "refund_case": Act(words=_("Refund a case"), permission=tp.Permission.CASE, carry_out=_refund),
    "reverse": Act(words=_("Reverse"), permission=tp.Permission.REVERSE, carry_out=_reverse),
    "exchange": Act(words=_("Exchange"), permission=tp.Permission.PAY, carry_out=_exchange),
    "allocate": Act(words=_("Move cash"), permission=tp.Permission.SHIFT, carry_out=_allocate),
    "deliver": Act(words=_("Delivery"), permission=tp.Permission.VAULT, carry_out=_deliver),
    "open_shift": Act(words=_("Open a shift"), permission=tp.Permission.SHIFT, carry_out=_open_shift, opens_shift=True),
    "close_shift": Act(
        words=_("Close a shift"), permission=tp.Permission.SHIFT, carry_out=_close_shift, opens_shift=True
    ),
}


def act_of(order: Order) -> Act:
    """Return what an order is; raises tp.IntegrityError for one that this terminal does not know."""
    if order.act not in ACTS:
        raise tp.IntegrityError(_("what this terminal wrote down is of a kind that it does not know"))
    return ACTS[order.act]


def carry_out(bank: tp.Bank, order: Order, by: tp.Session) -> Done | tp.Refusal:
    """Do what was confirmed; done again with the same order it is still done once."""
    try:
        return act_of(order).carry_out(bank, order.fields, by, order.key)
    except KeyError:
        raise tp.IntegrityError(_("what this terminal wrote down is not whole")) from None


def ask_after(bank: tp.Bank, order: Order, by: tp.Session) -> Done | None:
    """Return what the bank has under an order's key, or None where it never got it."""
    if act_of(order).opens_shift:
        return tp.shift_of_key(bank, order.key, by=by)
    return tp.payment_of_key(bank, order.key, by=by)
