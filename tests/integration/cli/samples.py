"""Every command of the program, found by walking its parser, with arguments that a small bank answers to."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import tokenpay as tp
from tests.armed import register
from tests.long_gone import long_gone
from tests.travel_data import travel_data
from tests.world import CHAIN_ID, LIMITS, OUTSIDE, PASSWORDS, TOKEN, World, address_of, euro
from tokenpay.cli.program import build_parser
from tokenpay.ethereum.grants.authorization import Authorization
from tokenpay.ethereum.grants.grant import sign
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey

FRANC = tp.Address(b"\x33" * 20)
CEREMONY = {
    "name": "Other",
    "founders": [{"id": name, "name": name, "password": "password1"} for name in ("eva", "kim")],
    "chains": [{"chain_id": CHAIN_ID, "name": "fake", "url": "http://fake", "confirmations": 2}],
}
ALSO = {
    "bank found": ("--ceremony", "{ceremony}", "--bank", "{new}"),
    "asset register": ("--symbol", "DCHF", "--decimals", "2"),
    "engine run": ("--once",),
    "list load": ("--dated", "2023-11-14"),
    "receipt print": ("--text",),
    "report large": ("--asset", "DEUR", "--amount", "1"),
    "restore": ("--bank", "{new}"),
}
"""What a command needs besides what its parser requires."""


@cache
def commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command by its words.

    The demo and the simulator found banks of their own. One operator does not open a second shift: test_cli_shift does.
    SQLite has no roles: test_roles makes them. No institution is named: test_travel_exchange
    reaches one. test_cli_chain has a payment overtaken. One proposal waits already, and
    not of the operator's own: test_cli_policy makes one. test_cli_passkey confirms a payment.
    test_cli_names has a hit. Nobody signed the policy in force: test_cli_policy seals one.
    """
    leaves = _leaves(build_parser(), "")
    elsewhere = (
        "shift open",
        "bank roles",
        "chain overtaken",
        "policy propose",
        "policy seal",
        "policy withdraw",
        "payment confirm",
        "case release",
        "case confirm",
        "travel send",
        "travel receive",
    )
    return {
        name: parser for name, parser in leaves if name.split()[0] not in ("demo", "simulate") and name not in elsewhere
    }


def _leaves(parser: argparse.ArgumentParser, name: str) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    below = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not below:
        yield name, parser
    for word, child in (below[0].choices if below else {}).items():
        yield from _leaves(child, f"{name} {word}".strip())


def needed(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Return what must be given: required arguments, and the first of each group of which one is."""
    groups = [group for group in parser._mutually_exclusive_groups if group.required]
    for action in parser._actions:
        of_group = any(action is group._group_actions[0] for group in groups)
        if of_group or (action.required and not any(action in group._group_actions for group in groups)):
            yield action


def words(name: str, samples: dict[str, str]) -> list[str]:
    """Return a whole command line: `samples` are by `command argument`, or by argument alone."""
    line = name.split()
    for action in needed(commands()[name]):
        value = samples.get(f"{name} {action.dest}") or samples[action.dest]
        line += [action.option_strings[0], value] if action.option_strings else [value]
    return line + [word.format(**samples) for word in ALSO.get(name, ())]


def stock(world: World, folder: Path) -> dict[str, str]:
    """Put something of each kind into the bank and files into a folder, and return how commands name them."""
    anna, boris = f"customer/{world.anna.id}", f"customer/{world.boris.id}"
    request, held, paid = world.request(5), world.paid(200), world.paid(20)
    empty = tp.enrol_customer(world.bank, name="Empty", by=world.tom, key=world.key())
    frozen = tp.enrol_customer(world.bank, name="Frozen", by=world.tom, key=world.key())
    tp.freeze_customer(world.bank, frozen.id, reason="a drill", by=world.ann)
    gone = long_gone(world)
    case = tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject="till", note="", by=world.ann)
    shift, quote = _counter(world)
    passkey = register(world, world.tom)
    sent = world.paid(1, creditor=OUTSIDE)
    world.turn()
    rules = tp.get_policy(world.bank, by=world.bob)
    changed = replace(rules, version=rules.version + 1, held_for_s=3_600)
    out = tp.pay(world.bank, debtor=anna, creditor=OUTSIDE, amount=euro(1), by=world.tom, key=world.key())
    assert isinstance(out, tp.Payment)
    tp.attach_travel_rule(world.bank, out.id, travel_data(world.anna.id), by=world.tom, key=world.key())
    proof, signature = _wallet(world)
    proposal = tp.propose_policy(world.bank, changed, by=world.bob, key=world.key())
    coming, own = (_to_come(world, id, by) for id, by in (("carol", world.bob), ("dora", world.ann)))
    world.chain.add_token(FRANC, symbol="DCHF", decimals=2)
    files = {
        "ceremony": json.dumps(CEREMONY),
        "denied": f"{OUTSIDE.rpartition(':')[2]}\n",
        "tokens": json.dumps(_token_list()),
        "authorization": json.dumps(_authorization(world, request)),
        "document": tp.write_ivms101(travel_data(world.anna.id)),
        "asked": f"customer,asset,amount\n{world.anna.id},DEUR,1\n",
        "orders": f"debtor,creditor,asset,amount\n{anna},{boris},DEUR,1\n",
    }
    tp.sign_heads(world.bank, by=world.engine, at_once=True)
    tp.export_audit(world.bank, folder / "exported", stream="main", by=world.ann)
    for file, text in files.items():
        (folder / file).write_text(text)
    return {
        **{file: str(folder / file) for file in files},
        "audit check path": str(folder / "exported"),
        "audit check key": world.bank.required_signer().head_key().hex(),
        "asset": "DEUR",
        "asset register asset": f"eip155:{CHAIN_ID}/erc20:{FRANC}",
        "code_hash": keccak256(b"code").hex(),
        "asset import file": str(folder / "tokens"),
        "amount": "1",
        "name": "Somebody",
        "text": request.reference,
        "reason": "a drill",
        "customer": world.anna.id,
        "customer close customer": empty.id,
        "customer erase customer": gone.id,
        "customer erasure customer": gone.id,
        "customer set-kind kind": "business",
        "customer unfreeze customer": frozen.id,
        "request": request.id,
        "payment": paid.id,
        "payment approve payment": held.id,
        "payment refuse payment": held.id,
        "payment cancel payment": held.id,
        "payment recall payment": sent.id,
        "of": paid.id,
        "debtor": anna,
        "creditor": boris,
        "payment refund creditor": anna,
        "case": case.id,
        "subject": "another till",
        "note": "look",
        "resolution": "looked",
        "list load file": str(folder / "denied"),
        "address": OUTSIDE,
        "dated": "2023-11-14",
        "chain_id": str(CHAIN_ID),
        "restore file": str(folder / "copy"),
        "payment batch file": str(folder / "orders"),
        "request batch file": str(folder / "asked"),
        "folder": str(folder / "statements"),
        "count": "EUR:1x5",
        "drawer": "d1",
        "shift": shift.id,
        "shift allocate asset": "EUR",
        "quote": quote.id,
        "direction": "cash_out",
        "against": "EUR",
        "price": "1.0005",
        "source": "desk",
        "proposal": proposal.id,
        "change": coming.id,
        "operator withdraw change": own.id,
        "operator admit id": "eve",
        "role": "teller",
        "operator dismiss id": "tom",
        "travel attach subject": out.id,
        "travel show subject": out.id,
        "wallet": OUTSIDE,
        "proof": proof,
        "signature": signature,
        "customer statements since": "2023-11-12",
        "customer statements until": "2023-11-13",
        "since": "2023-11-14",
        "until": "2023-11-20",
        "passkey": passkey.id,
        "policy export file": str(folder / "rules"),
        "stream": "main",
        "before": "2999-01-01",
    }


def _to_come(world: World, id: str, by: tp.Session) -> tp.StaffChange:
    """Somebody whose admission waits for a second person."""
    person = {"id": id, "name": id.title(), "branch": "main", "password": "a secret of their own"}
    return tp.propose_admission(world.bank, **person, role=tp.Role.TELLER, by=by, key=world.key())


def _wallet(world: World) -> tuple[str, str]:
    """A challenge, and what the wallet signs over it."""
    key = PrivateKey.from_bytes(b"\x07" * 32)
    wallet = tp.Address(key.public_key.address_bytes()).caip10(CHAIN_ID)
    proof = tp.begin_wallet_proof(world.bank, customer_id=world.anna.id, wallet=wallet, by=world.tom)
    made = tp.sign_personal_message(proof.challenge.encode(), key)
    return proof.id, f"0x{made.r:064x}{made.s:064x}{27 + made.y_parity:02x}"


def _counter(world: World) -> tuple[tp.Shift, tp.Quote]:
    """A vault with cash, a rate, and Ann's shift at the command line's own terminal, in which a quote was made."""
    bank, cash = world.bank, tp.Asset.cash("EUR")
    limits = replace(LIMITS, alone_units=10**6, payment_units=10**6)
    tariff = tp.Tariff(
        token=TOKEN.id,
        currency="EUR",
        sell_basis_points=0,
        buy_basis_points=0,
        quote_lifetime_s=600,
        rate_max_age_s=600,
    )
    world.decree(limits={TOKEN.id: LIMITS, cash.id: limits}, tariffs=(tariff,))
    tp.register_asset(bank, cash, by=world.ann)
    tp.receive_cash(bank, count=tp.CashCount.parse("4x50", "EUR"), by=world.ann, key=world.key())
    rate = tp.Rate(token=TOKEN, cash=cash, price=Decimal(1), source="desk", at_s=world.clock.now_s())
    tp.set_rate(bank, rate, by=world.ann)
    ann = tp.open_session(bank, operator_id="ann", password=PASSWORDS["ann"], terminal="cli")
    shift = tp.open_shift(bank, drawer="d1", opening=[], by=ann, key=world.key())
    assert isinstance(shift, tp.Shift)
    moved, out = tp.Amount(cash, 10_000), tp.CashDirection.TO_DRAWER
    tp.allocate_cash(bank, drawer="d1", amount=moved, direction=out, by=ann, key=world.key())
    wanted = tp.Amount(cash, 500)
    return shift, tp.quote_exchange(
        bank, customer_id=world.anna.id, direction=tp.Direction.CASH_OUT, amount=wanted, against=TOKEN, by=ann
    )


def _token_list() -> dict[str, object]:
    franc = {"chainId": CHAIN_ID, "address": FRANC.text, "symbol": "DCHF", "decimals": 2, "name": "Demo Franc"}
    version = {"major": 1, "minor": 0, "patch": 0}
    return {"name": "Demo", "timestamp": "2023-11-14T00:00:00Z", "version": version, "tokens": [franc]}


def _authorization(world: World, request: tp.PaymentRequest) -> dict[str, object]:
    key = PrivateKey.from_bytes(b"\x07" * 32)
    (registered,) = [known for known in tp.list_assets(world.bank) if known.asset == TOKEN]
    grant = Authorization(
        domain=registered.domain(),
        sender=tp.Address(key.public_key.address_bytes()),
        recipient=address_of(request),
        units=5 * 10**6,
        valid_after_s=0,
        valid_before_s=world.clock.now_s() + 3600,
        nonce=b"\x01" * 32,
    )
    signature = sign(grant, key).signature
    return {
        "from": grant.sender.text,
        "to": grant.recipient.text,
        "value": str(grant.units),
        "validAfter": 0,
        "validBefore": grant.valid_before_s,
        "nonce": "0x" + grant.nonce.hex(),
        "signature": f"0x{signature.r:064x}{signature.s:064x}{27 + signature.y_parity:02x}",
    }
