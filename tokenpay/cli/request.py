"""Ask for money, show it as a QR code, and read what others ask for."""

import sys
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb, count
from tokenpay.cli.desk import key_of, opened, signed_in
from tokenpay.cli.files import new_file
from tokenpay.cli.output import Answer, plain
from tokenpay.errors import InvalidQr, InvalidRequest

if TYPE_CHECKING:
    from tokenpay import IssuedRequest, PaymentRequest, Unreadable
    from tokenpay.cli.command import Subparsers
    from tokenpay.requests.emvco import EmvcoRequest

FORMS = ("reference", "eip681", "address")
DEFAULT_LIFETIME_S = 900
# By name, so that no command but `read` waits for the readers to load.
KINDS = {
    "ScannedReference": "reference",
    "ScannedAddress": "address",
    "ScannedAsset": "asset",
    "Eip681": "eip681",
    "ContractCall": "contract_call",
    "EmvcoRequest": "emvco",
    "EnsName": "ens_name",
}


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "request", "ask for money: issue, show, cancel, read and resolve requests")
    issuing = add_verb(verbs, "issue", issue, "issue a request for a customer", operator=True, key=True)
    issuing.add_argument("customer", help="who is to be paid, by number")
    issuing.add_argument("--asset", required=True, help="an asset's id, or its symbol where only one asset has it")
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
    for name, run, help in (
        ("show", show, "show a request and what came for it"),
        ("cancel", cancel, "cancel a request that still waits for money"),
        ("qr", qr, "draw a request as a QR code, here or in a file"),
    ):
        parser = add_verb(verbs, name, run, help, operator=True)
        parser.add_argument("request", help="the request's id or reference")
    parser.add_argument(
        "--as", dest="form", choices=FORMS, default=FORMS[0], help=f"what it says (default: {FORMS[0]})"
    )
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


def qr(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        request = tp.get_request(bank, _id(args), by=by).request
    text = _text(request, args.form)
    for path, data in ((args.png, tp.qr_png), (args.svg, tp.qr_svg)):
        if path is not None:
            picture = data(text)
            with new_file(path) as draft:
                draft.write_bytes(picture if isinstance(picture, bytes) else picture.encode())
    written = [str(path) for path in (args.png, args.svg) if path is not None]
    content = {"id": request.id, "form": args.form, "text": text, "files": written}
    if written:
        return Answer(content=content)
    drawn = tp.qr_ansi(text) if sys.stdout.isatty() else "\n".join(tp.qr_lines(text)) + "\n"
    return Answer(content=content, text=drawn + text)


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


def _text(request: "PaymentRequest", form: str) -> str:
    if form == "reference":
        return request.reference
    on_chain = tp.Eip681.of(request)  # says so when there is no deposit address
    return str(on_chain) if form == "eip681" else on_chain.payee.text


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
