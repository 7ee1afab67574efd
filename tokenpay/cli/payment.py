"""Pay, let a second person decide, take back, and look payments up."""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import tokenpay as tp
from tokenpay.cli.command import add_amount, add_noun, add_reason, add_verb
from tokenpay.cli.desk import amount_of, key_of, signed_in
from tokenpay.cli.journal import add_journal, filter_of, names_of
from tokenpay.cli.output import Answer
from tokenpay.cli.passkey import touched
from tokenpay.cli.payment_batch import COLUMNS, batch
from tokenpay.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from tokenpay import Bank, Payment, Refusal, Session
    from tokenpay.cli.command import Subparsers

EXIT_REFUSED = 1
STATES = (
    "held",
    "cleared",
    "assigned",
    "signed",
    "sent",
    "included",
    "final",
    "failed",
    "refused",
    "cancelled",
    "expired",
)
_WOULD = {"allow": "it would be paid", "hold": "it would be held", "refuse": "it would be refused"}
_PAYER = "customer/<number>, suspense/<case> or blocked/<case>"
_PAYEE = "customer/<number> or a CAIP-10 address"


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(
        subparsers,
        "payment",
        "pay, one or a batch; approve, refuse, cancel, recall, refund, reverse, collect; show and list",
    )
    paying = add_verb(
        verbs, "pay", pay, "pay from a customer, or from what stands under a case", operator=True, key=True
    )
    paying.add_argument("--from", dest="debtor", required=True, metavar="PARTY", help=_PAYER)
    paying.add_argument("--to", dest="creditor", required=True, metavar="PARTY", help=_PAYEE)
    add_amount(paying)
    paying.add_argument("--request", default="", metavar="ID", help="the request that this payment answers")
    paying.add_argument("--remittance", default="", metavar="TEXT", help="what it is for")
    previewing = add_verb(
        verbs, "preview", preview, "say what would become of a payment, and why, before anything is done", operator=True
    )
    previewing.add_argument("--from", dest="debtor", required=True, metavar="PARTY", help=_PAYER)
    previewing.add_argument("--to", dest="creditor", required=True, metavar="PARTY", help=_PAYEE)
    add_amount(previewing)
    previewing.add_argument("--request", default="", metavar="ID", help="the request that this payment would answer")
    previewing.add_argument("--proposal", default="", metavar="ID", help="by this proposed policy, not that in force")
    batching = add_verb(
        verbs, "batch", batch, "pay every line of a file, each by itself, a thousand at a time", operator=True, key=True
    )
    batching.add_argument("file", type=Path, metavar="FILE", help=f"CSV with the columns {', '.join(COLUMNS)}")
    approving = _add_named(verbs, "approve", approve, "consent to a held payment as its second person")
    retyping = "from the order, where the policy asks the second person to type it again: "
    approving.add_argument("--asset", help=f"{retyping}its asset's id, or its symbol where only one asset has it")
    approving.add_argument("--amount", help=f"{retyping}its amount")
    approving.add_argument("--to", dest="payee", metavar="PARTY", help=f"{retyping}its payee")
    approving.add_argument(
        "--passkey", action="store_true", help="with your passkey too: touch the authenticator when it is asked for"
    )
    _add_named(verbs, "confirm", confirm, "put your passkey under a payment that you made and that waits for it")
    refusing = _add_named(verbs, "refuse", refuse, "say no to a held payment: it ends, and its funds are free again")
    add_reason(refusing)
    _add_named(verbs, "cancel", cancel, "stop a payment that has not left")
    recalling = "ask back a payment that has left and is in no block: a no-op takes its nonce, if it is the first"
    add_reason(_add_named(verbs, "recall", recall, recalling))
    refunding = add_verb(
        verbs, "refund", refund, "pay back a case's suspense money or a book payment", operator=True, key=True
    )
    refunding.add_argument("of", help="the id of a case or of a payment")
    refunding.add_argument("--to", dest="creditor", required=True, metavar="PARTY", help=_PAYEE)
    add_amount(refunding)
    reversing = add_verb(verbs, "reverse", reverse, "undo a whole final book payment", operator=True, key=True)
    reversing.add_argument("payment", help="the payment's id")
    collecting = add_verb(
        verbs, "collect", collect, "carry a payer's EIP-3009 authorization to the chain", operator=True, key=True
    )
    collecting.add_argument("request", help="the id of the request that it pays")
    collecting.add_argument(
        "--authorization", type=Path, required=True, metavar="FILE", help="JSON, as wallets sign it"
    )
    showing = add_verb(verbs, "show", show, "show one payment, by its id or by the key of its act", operator=True)
    named = showing.add_mutually_exclusive_group(required=True)
    named.add_argument("payment", nargs="?", help="the payment's id")
    named.add_argument("--key", help="the key that the payment was made with")
    listing = add_verb(
        verbs, "list", list_, "list payments, newest first, page by page or into a CSV file", operator=True
    )
    add_journal(listing, STATES)


def _add_named(verbs: "Subparsers", name: str, run: Callable[[Namespace], Answer], help: str) -> Any:
    parser = add_verb(verbs, name, run, help, operator=True)
    parser.add_argument("payment", help="the payment's id")
    return parser


def pay(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        amount = amount_of(bank, args)
        return keyed(
            args,
            lambda key: tp.pay(
                bank,
                debtor=args.debtor,
                creditor=args.creditor,
                amount=amount,
                by=by,
                key=key,
                request_id=args.request,
                remittance_information=args.remittance,
            ),
        )


def preview(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        seen = tp.preview_payment(
            bank,
            debtor=args.debtor,
            creditor=args.creditor,
            amount=amount_of(bank, args),
            by=by,
            request_id=args.request,
            ask_chain=False,
            proposal_id=args.proposal,
        )
    content = {"answer": seen.decision.answer, "reasons": seen.decision.reasons, "payee": seen.payee}
    if args.json:
        return Answer(content=content)
    why = "".join(f"\n  - {reason.message}" for reason in seen.decision.reasons)
    return Answer(content=content, text=f"{_WOULD[seen.decision.answer.value]}{':' if why else ''}{why}")


def approve(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        typed = [args.asset, args.amount, args.payee]
        if any(typed) and not all(typed):
            raise InvalidInput("what is typed again is typed whole: --asset, --amount and --to")
        rekeyed = tp.Rekeyed(amount=amount_of(bank, args), payee=args.payee) if all(typed) else None
        passkey = touched(bank, args.payment, by) if args.passkey else None
        payment = tp.approve(bank, args.payment, by=by, passkey=passkey, rekeyed=rekeyed)
    refused = payment.state is tp.PaymentState.REFUSED
    return Answer(content=payment_content(payment), exit_code=EXIT_REFUSED if refused else 0)


def confirm(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        payment = tp.confirm_payment(bank, args.payment, passkey=touched(bank, args.payment, by), by=by)
    refused = payment.state is tp.PaymentState.REFUSED
    return Answer(content=payment_content(payment), exit_code=EXIT_REFUSED if refused else 0)


def refuse(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=payment_content(tp.refuse(bank, args.payment, reason=args.reason, by=by)))


def cancel(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=payment_content(tp.cancel(bank, args.payment, by=by)))


def recall(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=payment_content(tp.recall(bank, args.payment, reason=args.reason, by=by)))


def refund(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        amount = amount_of(bank, args)
        return keyed(args, lambda key: tp.refund(bank, of=args.of, to=args.creditor, amount=amount, by=by, key=key))


def reverse(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return keyed(args, lambda key: tp.reverse(bank, args.payment, by=by, key=key))


def collect(args: Namespace) -> Answer:
    from tokenpay.cli.authorization import read_authorization

    with signed_in(args) as (bank, by):
        authorization, signature = read_authorization(bank, args.authorization, args.request, by=by)
        return keyed(
            args,
            lambda key: tp.collect(
                bank, request_id=args.request, authorization=authorization, signature=signature, by=by, key=key
            ),
        )


def show(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content=payment_content(_find(bank, args, by=by)))


def list_(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        wanted = filter_of(bank, args)
        if args.csv is not None:
            rows = tp.export_journal(bank, args.csv, by=by, wanted=wanted)
            return Answer(content={"file": str(args.csv), "rows": rows})
        page = tp.journal(bank, by=by, wanted=wanted, after=args.after, limit=args.limit)
    content = [{**payment_content(entry.payment), **names_of(entry)} for entry in page.entries]
    following = page.following or None
    if args.json:
        return Answer(content={"payments": content, "following": following})
    short = ("id", "created_at_s", "state", "purpose", "debtor", "creditor", "amount")
    rest = {} if following is None else {"following": following}
    return Answer(content={"payments": [{name: row[name] for name in short} for row in content], **rest})


def _find(bank: "Bank", args: Namespace, *, by: "Session") -> "Payment":
    if args.key is None:
        return tp.get_payment(bank, args.payment, by=by)
    payment = tp.payment_of_key(bank, args.key, by=by)
    if payment is None:
        raise NotFound("no payment was made with this key")
    return payment


def keyed(args: Namespace, verb: "Callable[[str], Payment | Refusal]") -> Answer:
    """Run a verb under one key and answer with the payment, or with the reasons against it."""
    key = key_of(args)
    result = verb(key)
    if isinstance(result, tp.Payment):
        return Answer(content={**payment_content(result), "key": key})
    return Answer(content=refusal_content(result), exit_code=EXIT_REFUSED)


def refusal_content(refusal: "Refusal") -> dict[str, Any]:
    """Return what is said of a refusal: nothing was stored, and no key is bound."""
    return {"state": "refused", "reasons": refusal.reasons, "id": None, "key": None}


def payment_content(payment: "Payment") -> dict[str, Any]:
    """Return a payment's stable field names."""
    intent = payment.intent
    return {
        "id": payment.id,
        "state": payment.state,
        "reasons": payment.reasons,
        "purpose": intent.purpose,
        "rail": intent.rail,
        "debtor": intent.debtor,
        "creditor": intent.creditor,
        "amount": intent.amount,
        "cash": intent.cash,
        "maker": intent.maker,
        "created_at_s": intent.created_at_s,
        "expires_at_s": intent.expires_at_s,
        "request_id": intent.request_id,
        "related": intent.related,
        "remittance_information": intent.remittance_information,
        "intent_hash": intent.hash(),
        "nonce": payment.nonce,
        "recalled_by": payment.recalled_by,
        "transaction_hash": payment.transaction_hash,
    }
