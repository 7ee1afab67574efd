"""Many requests out of one file, each with a picture of its QR code."""

from argparse import ArgumentTypeError, Namespace
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import count
from tokenpay.cli.desk import key_of, signed_in
from tokenpay.cli.order_file import AssetOf, answer, ask_in_batches, read_orders
from tokenpay.cli.output import Answer
from tokenpay.cli.request_text import FORMS, text_of
from tokenpay.errors import InvalidInput
from tokenpay.primitives.new_file import new_file

if TYPE_CHECKING:
    from tokenpay import PaymentRequest, RequestOrder, RequestRefusal

_NEEDED = ("customer", "asset")
COLUMNS = (*_NEEDED, "amount", "expires_in_s", "remittance_information", "terms")


def batch(args: Namespace) -> Answer:
    """Issue what a file lists, once every line of it was read; then draw the code of each request into a folder."""
    if args.qr is not None:
        _make(args.qr)
    with signed_in(args) as (bank, by):
        orders = read_orders(bank, args.file, _order, needed=_NEEDED, columns=COLUMNS)
        if args.qr is not None and args.form != FORMS[0]:
            _check_on_chain(orders)
        key = key_of(args)
        outcomes = ask_in_batches(
            orders, lambda some, its_key: tp.issue_requests(bank, orders=some, by=by, key=its_key), key=key
        )
    issued = [outcome for _, outcome in outcomes if not isinstance(outcome, tp.RequestRefusal)]
    pictures = {} if args.qr is None else _draw(issued, args.qr, form=args.form)
    return answer("requests", [_content(line, outcome, pictures) for line, outcome in outcomes], key=key)


def _order(row: dict[str, str], asset_of: AssetOf) -> "RequestOrder":
    """Return the order of a line; an empty cell is as if there were no such column."""
    asset = asset_of(row.pop("asset"))
    said: dict[str, Any] = {name: text for name, text in row.items() if text}
    if "expires_in_s" in said:
        said["expires_in_s"] = _seconds(said["expires_in_s"])
    if "terms" in said:
        said["terms"] = _terms(said["terms"])
    amount = tp.Amount.parse(said.pop("amount"), asset) if "amount" in said else None
    return tp.RequestOrder(payee=said.pop("customer", ""), asset=asset, amount=amount, **said)


def _seconds(text: str) -> int:
    try:
        return count(text)
    except ArgumentTypeError as error:
        raise InvalidInput(f"expires_in_s: {error}") from None


def _terms(text: str) -> "tp.Terms":
    if text not in list(tp.Terms):
        raise InvalidInput(f"the terms are {' or '.join(tp.Terms)}")
    return tp.Terms(text)


def _check_on_chain(orders: "Iterable[tuple[int, RequestOrder]]") -> None:
    for line, order in orders:
        if order.asset.kind is not tp.AssetKind.TOKEN:
            raise InvalidInput(f"{order.asset.symbol} has no address on a chain that a code could say", line=line)


def _make(folder: Path) -> None:
    """Have a folder to draw into, and what draws, before anything is issued."""
    tp.qr_matrices(())
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"the folder cannot be made: {error.strerror}", folder=folder.name) from None


def _draw(issued: "Iterable[PaymentRequest]", folder: Path, *, form: str) -> dict[str, Path]:
    """Return the picture of each request, by its id, drawn now or in an earlier run."""
    pictures = {request.id: folder / f"{request.id}.{form}.png" for request in issued}
    codes = tp.qr_matrices([text_of(request, form) for request in issued])
    for path, code in zip(pictures.values(), codes, strict=True):
        try:
            with suppress(FileExistsError), new_file(path, mode=0o644) as draft:
                draft.write_bytes(tp.qr_png(code))
        except OSError as error:
            raise InvalidInput(f"the file cannot be written: {error.strerror}", file=path.name) from None
    return pictures


def _content(line: int, outcome: "PaymentRequest | RequestRefusal", pictures: Mapping[str, Path]) -> dict[str, Any]:
    if isinstance(outcome, tp.RequestRefusal):
        return {
            "line": line,
            "state": "refused",
            "payee": f"customer/{outcome.order.payee}",
            "amount": outcome.order.amount,
            "id": None,
            "reasons": [{"code": outcome.code, "message": outcome.message}],
        }
    drawn = {"qr": str(pictures[outcome.id])} if outcome.id in pictures else {}
    return {
        "line": line,
        "state": "issued",
        "payee": outcome.payee,
        "amount": outcome.amount,
        "id": outcome.id,
        "reference": outcome.reference,
        "deposit_address": outcome.deposit_address,
        "expires_at_s": outcome.expires_at_s,
        **drawn,
    }
