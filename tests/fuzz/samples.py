"""Valid samples, from which fuzzing starts: a reader's seeds must be accepted."""

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.ethereum import erc20, transaction
from tokenpay.ethereum.grants import authorization, cancel_authorization, dai_permit, permit
from tokenpay.ethereum.grants.authorization import Authorization
from tokenpay.ethereum.grants.cancel_authorization import Cancellation
from tokenpay.ethereum.grants.dai_permit import DaiPermit
from tokenpay.ethereum.grants.grant import sign
from tokenpay.ethereum.grants.permit import Permit
from tokenpay.ethereum.transaction import (
    AccessListTransaction,
    DynamicFeeTransaction,
    LegacyTransaction,
    SetCodeTransaction,
    sign_authorization,
)
from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address
from tokenpay.money.amount import Amount
from tokenpay.money.asset import Asset
from tokenpay.primitives.secp256k1 import PrivateKey
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_object import write_objects
from tokenpay.requests.merchant import Merchant
from tokenpay.requests.payment_request import PaymentRequest
from tokenpay.requests.signed_request import BankKey, sign_request, verify_request
from tokenpay.requests.token_template import TokenTemplate
from tokenpay.settings import BankSettings, ChainSettings
from tokenpay.wallets import mnemonic
from tokenpay.wallets.hd import ExtendedPrivateKey
from tokenpay.wallets.kdf import Kdf, Pbkdf2, Scrypt
from tokenpay.wallets.keystore import encrypt
from tokenpay.wallets.secret import Secret
from tokenpay.wallets.word_list import Language

KEY = PrivateKey.from_bytes(b"\x46" * 32)
HOLDER = Address(KEY.public_key.address_bytes())
PAYEE, TOKEN = Address(b"\xbb" * 20), Address(b"\xaa" * 20)
USDC = Asset.token(1, TOKEN, symbol="USDC", decimals=6)
DOMAIN = Domain(name="USDC", version="2", chain_id=1, verifying_contract=TOKEN)
TRANSFER = erc20.transfer(PAYEE, 5)

_PAYMENT = DynamicFeeTransaction(
    chain_id=1,
    nonce=200,
    max_priority_fee_wei=1,
    max_fee_wei=2_000_000_000,
    gas_limit=90_000,
    to=TOKEN.raw,
    data=TRANSFER,
    access_list=((b"\x03" * 20, (b"\x04" * 32,)),),
)
_OLD: Any = {"nonce": 1, "gas_price_wei": 1, "gas_limit": 50_000, "to": TOKEN.raw, "data": TRANSFER}
_TRANSACTIONS: tuple[transaction.Transaction, ...] = (
    _PAYMENT,
    replace(_PAYMENT, to=None, value_wei=3, access_list=()),
    LegacyTransaction(chain_id=None, **_OLD),
    LegacyTransaction(chain_id=1, **_OLD),
    AccessListTransaction(chain_id=1, access_list=_PAYMENT.access_list, **_OLD),
    SetCodeTransaction(
        chain_id=1,
        nonce=200,
        max_priority_fee_wei=1,
        max_fee_wei=2,
        gas_limit=90_000,
        to=TOKEN.raw,
        authorization_list=(sign_authorization(chain_id=1, address=TOKEN.raw, nonce=1, key=KEY),),
    ),
)
UNSIGNED = tuple(map(transaction.encode_unsigned, _TRANSACTIONS))
SIGNED = tuple(transaction.sign(sample, KEY).raw for sample in _TRANSACTIONS)

_GRANT = Authorization(
    domain=DOMAIN,
    sender=HOLDER,
    recipient=PAYEE,
    units=5,
    valid_after_s=1,
    valid_before_s=1_000,
    nonce=b"\x01" * 32,
)
AUTHORIZATIONS = tuple(authorization.calldata(sign(grant, KEY)) for grant in (_GRANT, replace(_GRANT, kind="receive")))
_PERMIT = Permit(domain=DOMAIN, owner=HOLDER, spender=PAYEE, units=5, nonce=0, deadline_s=1_000)
PERMITS = (permit.calldata(sign(_PERMIT, KEY)),)
_DAI_PERMIT = DaiPermit(domain=DOMAIN, holder=HOLDER, spender=PAYEE, nonce=0, expiry_s=1_000, allowed=True)
DAI_PERMITS = tuple(
    dai_permit.calldata(sign(grant, KEY)) for grant in (_DAI_PERMIT, replace(_DAI_PERMIT, allowed=False))
)
_CANCELLATION = Cancellation(domain=DOMAIN, authorizer=HOLDER, nonce=b"\x01" * 32)
CANCELLATIONS = (cancel_authorization.calldata(sign(_CANCELLATION, KEY)),)

_WORD = [{"name": "owner", "type": "address"}, {"name": "spender", "type": "address"}]
_WORD += [{"name": name, "type": "uint256"} for name in ("value", "nonce", "deadline")]
_TYPED = {
    "types": {
        "EIP712Domain": [
            {"name": "name", "type": "string"},
            {"name": "version", "type": "string"},
            {"name": "chainId", "type": "uint256"},
            {"name": "verifyingContract", "type": "address"},
        ],
        "Permit": _WORD,
    },
    "primaryType": "Permit",
    "domain": {"name": "USDC", "version": "2", "chainId": 1, "verifyingContract": TOKEN.text},
    "message": {"owner": HOLDER.text, "spender": PAYEE.text, "value": "5", "nonce": 0, "deadline": 1_000},
}
_NESTED = {
    "types": {
        "EIP712Domain": [{"name": "salt", "type": "bytes32"}],
        "Cow": [{"name": "name", "type": "string"}, {"name": "wallet", "type": "address"}],
        "Herd": [
            {"name": "cows", "type": "Cow[2]"},
            {"name": "data", "type": "bytes"},
            {"name": "flags", "type": "bool[][1]"},
            {"name": "small", "type": "int8"},
        ],
    },
    "primaryType": "Herd",
    "domain": {"salt": "0x" + "01" * 32},
    "message": {
        "cows": [{"name": "A", "wallet": PAYEE.text}, {"name": "", "wallet": PAYEE.text}],
        "data": "0x0102",
        "flags": [[True, False]],
        "small": -1,
    },
}
TYPED_DATA = (json.dumps(_TYPED), json.dumps(_NESTED))
ASSETS = {(1, TOKEN): USDC, (1, None): Asset.native(1)}

_ASKED = PaymentRequest(
    id="0123456789ABCDEFGHJKMNPQRS",
    payee="customer:C7K2",
    asset=USDC,
    amount=Amount(USDC, 100),
    created_at_s=1_000,
    expires_at_s=2_000,
    deposit_address=PAYEE,
)
_REQUESTS = (_ASKED, replace(_ASKED, amount=None, remittance_information="Invoice 7"))
_MERCHANT = Merchant(name="BEST TRANSPORT", city="BEIJING", country="CN", category="4111")
EMVCO = tuple(str(EmvcoRequest.of(asked, _MERCHANT)) for asked in _REQUESTS)
TEMPLATES = tuple(
    write_objects(template.objects())
    for template in (
        TokenTemplate.of(_ASKED),
        TokenTemplate(reference=_ASKED.id),
        TokenTemplate(chain_id=1, payee=PAYEE, units=10**18),
    )
)
_BANK, _BANK_KEY = "First Token Bank", Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUSTED = (BankKey(bank=_BANK, public_key=_BANK_KEY.public_key().public_bytes_raw()),)
SIGNED_REQUESTS = tuple(sign_request(asked, key=_BANK_KEY, bank=_BANK, payee_name="Bäckerei") for asked in _REQUESTS)
SIGNED_AS = {verify_request(text, trusted_keys=TRUSTED, now_s=1_500): text for text in SIGNED_REQUESTS}
CLAIMS = tuple(verified.claims.to_cbor() for verified in SIGNED_AS)

ROOT = ExtendedPrivateKey.from_seed(Secret(bytes(range(32))))
CHILD = ROOT.derive("m/44'/60'/0'/0")


def phrases(language: Language) -> tuple[str, ...]:
    return tuple(mnemonic.generate(bytes(range(size)), language).phrase() for size in (16, 24, 32))


def keystore(kdf: Kdf) -> str:
    return encrypt(Secret(b"\x46" * 32), "password", salt=bytes(32), iv=bytes(16), uuid=UUID(int=0, version=4), kdf=kdf)


KEYSTORES = (
    keystore(Scrypt(n=16, r=1)),
    keystore(Pbkdf2(rounds=1)),
    keystore(Scrypt(n=16)).replace("crypto", "Crypto"),
)

TOKEN_LIST = json.dumps(
    {
        "name": "A list",
        "timestamp": "2020-06-12T00:00:00+00:00",
        "version": {"major": 1, "minor": 0, "patch": 0},
        "tags": {"stable": {"name": "Stable", "description": "A tag."}},
        "tokens": [
            {"chainId": 1, "address": TOKEN.text, "symbol": "USDC", "name": "USD", "decimals": 6, "tags": ["stable"]}
        ],
    }
)

BLOCK_HASH, TRANSACTION_HASH = b"\x11" * 32, b"\x33" * 32
BLOCK = json.dumps(
    {
        "number": "0x10",
        "hash": f"0x{BLOCK_HASH.hex()}",
        "parentHash": "0x" + "22" * 32,
        "timestamp": "0x65",
        "baseFeePerGas": "0x7",
    }
)
RECEIPT = json.dumps(
    {
        "transactionHash": f"0x{TRANSACTION_HASH.hex()}",
        "blockNumber": "0x10",
        "blockHash": f"0x{BLOCK_HASH.hex()}",
        "status": "0x1",
        "gasUsed": "0x5208",
        "effectiveGasPrice": "0x9",
    }
)
TRANSFER_LOG = json.dumps(
    {
        "address": TOKEN.text.lower(),
        "topics": [f"0x{topic.hex()}" for topic in (erc20.TRANSFER_TOPIC, bytes(32), bytes(12) + PAYEE.raw)],
        "data": "0x" + "05".zfill(64),
        "blockHash": f"0x{BLOCK_HASH.hex()}",
        "blockNumber": "0x10",
        "logIndex": "0x0",
        "transactionHash": f"0x{TRANSACTION_HASH.hex()}",
    }
)
SETTINGS = (
    BankSettings(chains=(ChainSettings(chain_id=1, name="main", url="http://localhost", confirmations=2),))
    .model_dump_json()
    .encode()
)
RULES_KEY = bytes(32)
RULES = SignerRules(operators={}, fee_caps_wei={1: 10**15}, alone_units={USDC.id: 5}).seal(RULES_KEY)
_FIRM = (
    '{"legalPerson": {"name": {"nameIdentifier": [{"legalPersonName": "B", "legalPersonNameIdentifierType": "LEGL"}]},'
    ' "customerNumber": "7", "geographicAddress": [{"addressType": "GEOG", "streetName": "S", "buildingNumber": "1",'
    ' "townName": "T", "country": "DE", "addressLine": ["x"]}],'
    ' "nationalIdentification": {"nationalIdentifier": "1", "nationalIdentifierType": "RAID",'
    ' "registrationAuthority": "RA000242"}}}'
)
_HUMAN = (
    '{"naturalPerson": {"name": {"nameIdentifier": [{"primaryIdentifier": "A", "naturalPersonNameIdentifierType":'
    ' "LEGL"}], "localNameIdentifier": [{"primaryIdentifier": "Ж", "nameIdentifierType": "LEGL"}]},'
    ' "dateAndPlaceOfBirth": {"dateOfBirth": "1990-01-01", "placeOfBirth": "P"}}, "accountNumber": ["0x1"]}'
)
IVMS101 = (
    f'{{"Originator": {{"originatorPersons": [{_FIRM}], "accountNumber": ["1"]}},'
    f' "Beneficiary": {{"beneficiaryPersons": [{_FIRM}]}}, "BeneficiaryVASP": {{"beneficiaryVASP": {_FIRM}}}}}',
    f'{{"originator": {{"originatorPerson": [{_HUMAN}]}}, "beneficiary": {{"beneficiaryPerson": [{_HUMAN}]}},'
    f' "transferPath": {{"transferPath": [{{"intermediaryVASP": {_HUMAN}, "sequence": 0}}]}},'
    ' "payloadMetadata": {"payloadVersion": "101.2023", "transliterationMethod": ["cyrl"]}}',
)
