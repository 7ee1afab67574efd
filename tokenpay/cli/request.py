"""Ask for money, show it as a QR code, and read what others ask for."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_asset, add_limit, add_noun, add_verb, count
from tokenpay.cli.desk import key_of, opened, signed_in
from tokenpay.cli.files import new_file
from tokenpay.cli.output import Answer, plain
from tokenpay.cli.request_batch import COLUMNS, batch
from tokenpay.cli.request_text import add_form, text_of
from tokenpay.errors import InvalidQr, InvalidRequest

if TYPE_CHECKING:
    from tokenpay import IssuedRequest, PaymentRequest, Unreadable
    from tokenpay.cli.command import Subparsers
    from tokenpay.requests.emvco import EmvcoRequest

DEFAULT_LIFETIME_S = 900
# By name, so that no command but `read` waits for the readers to load.
KINDS = {
    "ScannedReference": "reference",
    "ScannedSigned": "signed",
    "ScannedAddress": "address",
    "ScannedAsset": "asset",
    "Eip681": "eip681",
    "ContractCall": "contract_call",
    "EmvcoRequest": "emvco",
    "EnsName": "ens_name",
}


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(
        subparsers, "request", "ask for money: issue, one or a batch; sign, list, show, cancel, draw, resolve and read"
    )
    issuing = add_verb(verbs, "issue", issue, "issue a request for a customer", operator=True, key=True)
    issuing.add_argument("customer", help="who is to be paid, by number")
    add_asset(issuing)
    issuing.add_argument("--amount", help="in whole assets, written like 12.50 (default: left open to the payer)")
    issuing.add_argument(
        "--expires-in-s",
        type=count,
        default=DEFAULT_LIFETIME_S,
        metavar="S",
        help=f"in seconds (default: {DEFAULT_LIFETIME_S})",
    )
    issuing.add_argument("--remittance", default="", metavar="TEXT", help="what it is for")
    issuing.add_argument("--terms", choices=("parts", "exact"), default="parts", help="of the amount (default: parts)")
    batching = add_verb(
        verbs, "batch", batch, "issue a request for every line of a file, a thousand at a time", operator=True, key=True
    )
    batching.add_argument("file", type=Path, metavar="FILE", help=f"CSV with the columns {', '.join(COLUMNS)}")
    batching.add_argument("--qr", type=Path, metavar="FOLDER", help="draw each as a QR code there, in a PNG image")
    add_form(batching)
    listing = add_verb(verbs, "list", list_, "list requests, newest first", operator=True)
    listing.add_argument("--customer", metavar="NUMBER", help="only of this customer")
    states = [state.value for state in tp.RequestState]
    listing.add_argument("--state", action="append", choices=states, help="only these; may be repeated")
    add_limit(listing)
    for name, run, help in (
        ("show", show, "show a request and what came for it"),
        ("cancel", cancel, "cancel a request that still waits for money"),
        ("sign", sign, "sign a request that waits for money, for those who trust the bank's key"),
        ("qr", qr, "draw a request as a QR code, here or in a file"),
    ):
        parser = add_verb(verbs, name, run, help, operator=True)
        parser.add_argument("request", help="the request's id or reference")
        if name == "sign":
            parser.add_argument("--qr", action="store_true", help="draw it as a QR code here")
        if name == "qr":
            add_form(parser)
        if name in ("sign", "qr"):
            parser.add_argument("--png", type=Path, metavar="FILE", help="write a PNG image")
            parser.add_argument("--svg", type=Path, metavar="FILE", help="write an SVG image")
    resolving = add_verb(verbs, "resolve", resolve, "say what this bank knows of a text that was scanned or typed")
    resolving.add_argument("text")
    reading = add_verb(verbs, "read", read, "say what a text or an image claims to be; needs no bank", bank=False)
    where = reading.add_mutually_exclusive_group(required=True)
    where.add_argument("text", nargs="?")
    where.add_argument("--image", type=Path, metavar="FILE", help="read the QR code in this image")


def issue(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        asset = tp.find_asset(bank, args.asset)
        amount = None if args.amount is None else tp.Amount.parse(args.amount, asset)
        key = key_of(args)
        request = tp.issue_request(
            bank,
            payee=args.customer,
            asset=asset,
            amount=amount,
            by=by,
            key=key,
            expires_in_s=args.expires_in_s,
            remittance_information=args.remittance,
            terms=tp.Terms(args.terms),
        )
    return Answer(content={**_content(request), "key": key})


def list_(args: Namespace) -> Answer:
    states = None if args.state is None else [tp.RequestState(state) for state in args.state]
    with signed_in(args) as (bank, by):
        found = tp.find_requests(bank, by=by, customer_id=args.customer, states=states, limit=args.limit)
    content = [_standing(issued) for issued in found]
    short = ("id", "state", "payee", "amount", "credited", "created_at_s", "expires_at_s")
    people = Answer(content={"requests": [{name: row[name] for name in short} for row in content]})
    return Answer(content={"requests": content}) if args.json else people


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        request_id = _id(args)
        issued = tp.get_request(bank, request_id, by=by)
        deposits = tp.request_deposits(bank, request_id, by=by)
    return Answer(content={**_standing(issued), "deposits": [_deposit(deposit) for deposit in deposits]})


def cancel(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        request_id = _id(args)
        state = tp.cancel_request(bank, request_id, by=by)
    return Answer(content={"id": request_id, "state": state})


def sign(args: Namespace) -> Answer:
    with _pictures(args) as draw:  # a file that is in the way is said before anything is signed
        with signed_in(args, signer=True) as (bank, by):
            request_id = _id(args)
            text = tp.sign_issued_request(bank, request_id, by=by)
        files = draw(text)
    content = {"id": request_id, "text": text, "files": files}
    return Answer(content=content, text=None if files else _drawn(text) if args.qr else text)


def qr(args: Namespace) -> Answer:
    with _pictures(args) as draw:
        with signed_in(args) as (bank, by):
            request = tp.get_request(bank, _id(args), by=by).request
        text = text_of(request, args.form)
        files = draw(text)
    content = {"id": request.id, "form": args.form, "text": text, "files": files}
    return Answer(content=content, text=None if files else _drawn(text))


def resolve(args: Namespace) -> Answer:
    with opened(args) as bank:
        resolved = tp.resolve_request(bank, args.text)
    if resolved.unreadable is not None:
        raise _unreadable(resolved.unreadable)
    content = {
        "resolution": resolved.resolution,
        "message": resolved.message,
        "payable": resolved.resolution.payable,
        "trusted": resolved.trusted,
        "request_id": None if resolved.request is None else resolved.request.id,
        "payee": resolved.payee,
        "payee_name": resolved.payee_name or None,
        "asset": resolved.asset,
        "amount": resolved.amount,
    }
    return Answer(content=content)


def read(args: Namespace) -> Answer:
    from tokenpay.requests.emvco import EmvcoRequest

    text = args.text
    if args.image is not None:
        texts = tp.read_qr(args.image)
        if len(texts) != 1:
            raise InvalidQr("the image shows several QR codes: show one", found=len(texts))
        text = texts[0]
    scanned = tp.read_request(text)
    if isinstance(scanned, tp.Unreadable):
        raise _unreadable(scanned)
    content = _code(scanned) if isinstance(scanned, EmvcoRequest) else plain(scanned)
    return Answer(content={"kind": KINDS[type(scanned).__name__], **content})


@contextmanager
def _pictures(args: Namespace) -> Iterator[Callable[[str], list[str]]]:
    """Hold the picture files that the command names, and yield what draws a text into them and names them."""
    with ExitStack() as stack:
        png = None if args.png is None else stack.enter_context(new_file(args.png))
        svg = None if args.svg is None else stack.enter_context(new_file(args.svg))

        def draw(text: str) -> list[str]:
            if png is not None:
                png.write_bytes(tp.qr_png(text))
            if svg is not None:
                svg.write_text(tp.qr_svg(text), encoding="utf-8")
            return [str(path) for path in (args.png, args.svg) if path is not None]

        yield draw


def _drawn(text: str) -> str:
    return (tp.qr_ansi(text) if sys.stdout.isatty() else "\n".join(tp.qr_lines(text)) + "\n") + text


def _unreadable(unreadable: "Unreadable") -> InvalidRequest:
    network = {"network": unreadable.network} if unreadable.network else {}
    return InvalidRequest(unreadable.message, reason=unreadable.reason.value, **network)


def _code(code: "EmvcoRequest") -> dict[str, Any]:
    """What a merchant's code claims, in words; its data objects are for programs."""
    return {
        "merchant": code.merchant,
        "local_name": code.local_name,
        "currency": code.currency or code.currency_numeric or None,
        "amount": code.amount or code.amount_text or None,
        "tip": code.tip,
        "additional": {name: value for name, value in plain(code.additional).items() if value},
        "token": code.token,
        "static": code.static,
        "beyond_ascii": code.beyond_ascii,
        "warnings": [rule.message for rule in code.warnings],
    }


def _id(args: Namespace) -> str:
    scanned = tp.read_request(args.request)
    return scanned.id if isinstance(scanned, tp.ScannedReference) else str(args.request)


def _content(request: "PaymentRequest") -> dict[str, Any]:
    return {
        "id": request.id,
        "reference": request.reference,
        "payee": request.payee,
        "asset": request.asset,
        "amount": request.amount,
        "terms": request.terms,
        "remittance_information": request.remittance_information,
        "created_at_s": request.created_at_s,
        "expires_at_s": request.expires_at_s,
        "deposit_address": request.deposit_address,
    }


def _standing(issued: "IssuedRequest") -> dict[str, Any]:
    credited = tp.Amount(issued.request.asset, issued.credited_units)
    return {**_content(issued.request), "state": issued.state, "credited": credited}


def _deposit(deposit: "tp.Deposit") -> dict[str, Any]:
    return {
        "id": deposit.id,
        "state": deposit.state,
        "amount": deposit.amount,
        "sender": deposit.sender,
        "block_number": deposit.block_number,
        "transaction_hash": deposit.transaction_hash,
    }
