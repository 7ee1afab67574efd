"""The vectors of ethers.js, read from outside the repository."""

import gzip
import json

import pytest

from tokenpay.errors import InvalidMnemonic, InvalidTransaction, WrongPassword
from tokenpay.ethereum.preflight import intrinsic_gas, preflight
from tokenpay.ethereum.transaction import DynamicFeeTransaction, decode, decode_unsigned, encode_unsigned, sign
from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.wallets.hd import ExtendedPrivateKey, ExtendedPublicKey
from tokenpay.wallets.keystore import decrypt_key
from tokenpay.wallets.mnemonic import generate, parse, to_seed


def load(vectors, name):
    with gzip.open(vectors / "ethers" / f"{name}.json.gz") as file:
        return json.load(file)


def number(value):
    return int(value, 16) if isinstance(value, str) else value


def raw(text):
    return bytes.fromhex(text[2:])


def london(fields):
    return DynamicFeeTransaction(
        chain_id=number(fields.get("chainId", 0)),
        nonce=number(fields.get("nonce", 0)),
        max_priority_fee_wei=number(fields.get("maxPriorityFeePerGas", 0)),
        max_fee_wei=number(fields.get("maxFeePerGas", 0)),
        gas_limit=number(fields.get("gasLimit", 0)),
        to=raw(fields["to"]) if fields.get("to") else None,
        value_wei=number(fields.get("value", 0)),
        data=raw(fields.get("data", "0x")),
        access_list=tuple(
            (raw(entry["address"]), tuple(raw(key) for key in entry["storageKeys"]))
            for entry in fields.get("accessList", [])
        ),
    )


@pytest.fixture(scope="module")
def transactions(vectors):
    cases = load(vectors, "transactions")
    assert len(cases) == 3_200
    return cases


def test_london_transactions(transactions):
    for case in transactions:
        transaction, key = london(case["transaction"]), PrivateKey.from_bytes(raw(case["privateKey"]))
        assert encode_unsigned(transaction) == raw(case["unsignedLondon"]), case["name"]
        assert decode_unsigned(raw(case["unsignedLondon"])) == transaction, case["name"]
        signed = sign(transaction, key)
        assert signed.raw == raw(case["signedLondon"]), case["name"]
        assert decode(signed.raw) == signed, case["name"]


def test_other_kinds_are_not_read_as_london(transactions):
    for case in transactions:
        for kind in ("Legacy", "Eip155", "Berlin", "Cancun"):
            for form in ("unsigned", "signed"):
                with pytest.raises(InvalidTransaction):
                    decode(raw(case[form + kind]))


def test_preflight_refuses_what_pays_too_little_gas(transactions):
    poor = 0
    for case in transactions:
        transaction = london(case["transaction"])
        if transaction.gas_limit < intrinsic_gas(transaction):
            poor += 1
            with pytest.raises(InvalidTransaction):
                preflight(transaction)
    assert 0 < poor < len(transactions)


def test_accounts(vectors):
    for case in load(vectors, "accounts"):
        key = PrivateKey.from_bytes(raw(case["privateKey"]))
        assert Address(key.public_key.address_bytes()) == Address.parse(case["address"]), case["name"]


def test_english_mnemonics(vectors):
    cases = [case for case in load(vectors, "mnemonics") if case["locale"] == "en"]
    assert len(cases) == 40
    for case in cases:
        mnemonic = parse(raw(case["phrase"]).decode())
        assert generate(raw(case["entropy"])) == mnemonic
        seed = to_seed(mnemonic, raw(case["password"]).decode())
        assert seed.reveal() == raw(case["seed"])
        root = ExtendedPrivateKey.from_seed(seed)
        for node in case["nodes"]:
            key = root.derive(node["path"])
            assert (key.xprv(), key.public().xpub()) == (node["xpriv"], node["xpub"])
            assert ExtendedPublicKey.parse(node["xpub"]) == key.public()


def test_mnemonics_in_other_languages_are_refused(vectors):
    others = [case for case in load(vectors, "mnemonics") if case["locale"] != "en"]
    for case in others:
        with pytest.raises(InvalidMnemonic):
            parse(raw(case["phrase"]).decode())


def test_keystores(vectors):
    cases = [case for case in load(vectors, "wallets") if case["type"] == "keystore"]
    assert len(cases) == 7
    for case in cases:
        key = decrypt_key(case["content"], raw(case["password"]).decode())
        assert Address(key.public_key.address_bytes()).text == case["address"]


def test_a_keystore_does_not_open_with_another_password(vectors):
    cheap = next(case for case in load(vectors, "wallets") if case["name"] == "wallet_random3")
    with pytest.raises(WrongPassword):
        decrypt_key(cheap["content"], "fool")
