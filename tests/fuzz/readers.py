"""Every reader of the library: one entry adds another."""

import atexit
import json
import shutil
import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from tests.fuzz import samples
from tests.fuzz.reader import Reader, Unread
from tokenpay import settings
from tokenpay.adapters.chain import answers
from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.compliance.ivms101.read import read_ivms101
from tokenpay.compliance.ivms101.write import write_ivms101
from tokenpay.errors import (
    ChainUnavailable,
    IntegrityError,
    InvalidAddress,
    InvalidAmount,
    InvalidAsset,
    InvalidAuthorization,
    InvalidInput,
    InvalidKeystore,
    InvalidMnemonic,
    InvalidPath,
    InvalidQr,
    InvalidRequest,
    InvalidTransaction,
    InvalidTravelRule,
    InvalidTypedData,
    PrecisionLost,
)
from tokenpay.ethereum import abi, erc20, transaction
from tokenpay.ethereum.grants import authorization, cancel_authorization, dai_permit, permit
from tokenpay.ethereum.meanings.explain_transaction import explain_transaction
from tokenpay.ethereum.meanings.explain_typed_data import explain_typed_data
from tokenpay.ethereum.meanings.meaning import Meaning
from tokenpay.ethereum.preflight import preflight
from tokenpay.ethereum.transaction import LegacyTransaction, SignedTransaction, Transaction
from tokenpay.ethereum.typed_json import parse_typed_data
from tokenpay.money.address import Address, caip2, parse_caip2
from tokenpay.money.amount import Amount
from tokenpay.money.asset import parse_caip19
from tokenpay.money.token_list import parse_token_list
from tokenpay.payments.intent import parse_party
from tokenpay.primitives import rlp
from tokenpay.primitives.secp256k1 import PrivateKey, PublicKey
from tokenpay.primitives.strict_json import read_json
from tokenpay.requests.contract_call import ContractCall
from tokenpay.requests.eip681 import Eip681, read_eip681
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_object import checksum, read_objects, write_objects
from tokenpay.requests.ens import EnsName
from tokenpay.requests.qr import qr_png
from tokenpay.requests.qr_reader import read_qr
from tokenpay.requests.reference import parse_reference
from tokenpay.requests.request_claims import RequestClaims
from tokenpay.requests.scanned import Scanned, ScannedAddress, ScannedAsset, ScannedReference, Unreadable, read_request
from tokenpay.requests.signed_request import verify_request
from tokenpay.requests.token_template import TEMPLATE_NAME, TokenTemplate
from tokenpay.requests.visible import is_visible
from tokenpay.settings import BankSettings
from tokenpay.wallets import base58, mnemonic
from tokenpay.wallets.hd import HARDENED, ExtendedPrivateKey, ExtendedPublicKey, parse_path
from tokenpay.wallets.keystore import Keystore
from tokenpay.wallets.word_list import Language, words

ADDRESS = samples.TOKEN.text
ADDRESSES = (ADDRESS, ADDRESS.lower(), samples.HOLDER.text)
REFERENCE = "TKP:0123456789ABCDEFGHJKMNPQRS"
ETHEREUM = (
    f"ethereum:{ADDRESS}@1/transfer?address={samples.PAYEE}&uint256=1.5e6",
    f"ethereum:pay-{ADDRESS}?value=1000&gas=21000",
    f"ethereum:{ADDRESS}/approve?address={samples.PAYEE}&uint256=1&value=2",
    "ethereum:pay-bank.eth?value=1e3",
)
ETHEREUM_WORDS = (
    "ethereum:",
    "pay-",
    "@",
    "/transfer",
    "?address=",
    "&uint256=",
    "?value=",
    "gasLimit=",
    "e18",
    ".eth",
)
JSON_WORDS = ("{}", "[]", '"', ":", ",", "null", "true", "1e999", "NaN", "\\u0000", "\\ud800", "0x")
TYPE_WORDS = ("uint256", "bytes32", "int8", "string", "[]", "[2]", "salt", "EIP712Domain", "Permit")
EMVCO_WORDS = ("6304", "5303978", "5802", "000201", "010212", "2629", "6207", "6407", "A0")
FILE_ID = UUID(int=0, version=4)
FOLDER = Path(tempfile.mkdtemp(prefix="tokenpay-fuzz-"))
"""For readers that open a file by its name; it goes when the process ends."""
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)


def read_value(text: str) -> Any:
    return read_json(text, max_characters=20_000, max_depth=16)


def write_value(value: Any) -> str:
    match value:
        case dict():
            return "{" + ",".join(f"{json.dumps(name)}:{write_value(item)}" for name, item in value.items()) + "}"
        case list():
            return "[" + ",".join(map(write_value, value)) + "]"
        case Decimal():
            return str(value)
    return json.dumps(value)


def write_path(indexes: tuple[int, ...]) -> str:
    return "/".join(["m", *(f"{index - HARDENED}'" if index >= HARDENED else str(index) for index in indexes)])


def write_signed(signed: SignedTransaction) -> bytes:
    """Write it again from its parts: a legacy one says its chain in v (EIP-155), the others their kind."""
    unsigned, v = transaction.encode_unsigned(signed.transaction), signed.signature.y_parity
    kind, count = unsigned[:1], None
    if isinstance(signed.transaction, LegacyTransaction):
        chain_id = signed.transaction.chain_id
        kind, count, v = b"", 6, v + (27 if chain_id is None else 35 + 2 * chain_id)
    fields: Any = rlp.decode(unsigned[len(kind) :])
    tail = map(rlp.encode_int, (v, signed.signature.r, signed.signature.s))
    return kind + rlp.encode_list(b"".join((*map(rlp.encode, fields[:count]), *tail)))


def read_scanned(text: str) -> Scanned:
    read = read_request(text)
    if isinstance(read, Unreadable):
        raise Unread(read.message)
    return without_gas(read)


def without_gas(read: Scanned) -> Scanned:
    """Return a reading without what it ignores and does not write back."""
    return replace(read, ignored=()) if isinstance(read, Eip681 | ContractCall) else read


def write_scanned(read: Scanned) -> str:
    match read:
        case ScannedReference():
            return f"TKP:{read.id}"
        case ScannedAddress(chain_id=int(chain_id)):
            return read.address.caip10(chain_id)
        case ScannedAddress():
            return read.address.text
        case ScannedAsset():
            return f"{caip2(read.chain_id)}/{f'erc20:{read.contract}' if read.contract else 'slip44:60'}"
        case EnsName():
            return f"ethereum:pay-{read}"
    return str(read)


def read_claims(data: bytes) -> RequestClaims:
    """Read claims in their one spelling, as `verify_request` does after the signature."""
    claims = RequestClaims.of_cbor(data)
    if claims.to_cbor() != data:
        raise Unread("another spelling")
    return claims


def checked_emvco(text: str, *, strict: bool = False) -> EmvcoRequest:
    """Read fuzzed text as a code whose checksum is right, which no mutator would make it, and all that it says."""
    read = EmvcoRequest.parse(text[:-4] + checksum(text[:-4]), strict=strict)
    for said in (name for name, kind in vars(EmvcoRequest).items() if isinstance(kind, property)):
        getattr(read, said)
    return read


def read_template(text: str) -> TokenTemplate:
    template = TokenTemplate.find(read_objects(text))
    if template is None:
        raise Unread("not ours")
    return template


def read_preflighted(raw: bytes) -> Transaction:
    """Read what may be signed, sign it, and read that again."""
    read = transaction.decode_unsigned(raw)
    preflight(read)
    signed = transaction.sign(read, samples.KEY)
    assert transaction.decode(signed.raw) == signed, "what is signed here reads back as it is"
    return read


def explained(meaning: Meaning) -> Meaning:
    shown = [part for line in meaning.lines for part in line]
    assert all(map(is_visible, shown)), "a line of the explanation hides something"
    return meaning


def read_language(phrase: str) -> tuple[str, Language]:
    fitting = mnemonic.detect(phrase)
    if not fitting:
        raise Unread("no mnemonic")
    read = {mnemonic.to_seed(mnemonic.parse(phrase, language)).reveal() for language in fitting}
    assert len(read) == 1, "a phrase has one seed whatever its language"
    return mnemonic.parse(phrase, fitting[0]).phrase(), fitting[0]


def read_bank_json(data: bytes) -> BankSettings:
    path = FOLDER / settings.FILE_NAME
    path.write_bytes(data)
    return settings.read_settings(FOLDER)


def extended(data: bytes, read: Any) -> Any:
    """Read fuzzed bytes as an extended key's, past a checksum that no mutator would hit."""
    return read(base58.encode_check(data))


def extended_bytes(key: ExtendedPrivateKey | ExtendedPublicKey) -> bytes:
    return base58.decode_check(key.xprv() if isinstance(key, ExtendedPrivateKey) else key.xpub())


UNSIGNED: dict[str, Any] = {"refuses": InvalidTransaction, "seeds": samples.UNSIGNED}
TYPED_DATA: dict[str, Any] = {
    "refuses": InvalidTypedData,
    "seeds": samples.TYPED_DATA,
    "words": (*JSON_WORDS, *TYPE_WORDS),
    "max_length": 2_048,
    "speed": 0.25,
}
GRANTS: tuple[tuple[Any, dict[str, Any], tuple[bytes, ...]], ...] = (
    (authorization, {}, samples.AUTHORIZATIONS),
    (permit, {"nonce": 0}, samples.PERMITS),
    (dai_permit, {}, samples.DAI_PERMITS),
    (cancel_authorization, {}, samples.CANCELLATIONS),
)
"""Each kind that is a call, what a call of it leaves unsaid, and calls."""

READERS: tuple[Reader, ...] = (
    Reader(
        name="rlp",
        read=rlp.decode,
        write=rlp.encode,
        seeds=(
            *(raw.lstrip(b"\x01\x02\x04") for raw in samples.SIGNED),  # without the byte of its kind
            b"\xc0",
            b"\x80",
            b"\x7f",
            b"\xc2\xc1\xc0",
            b"\xb8\x38" + bytes(56),
        ),
    ),
    Reader(
        name="transaction",
        read=transaction.decode,
        write=write_signed,
        refuses=InvalidTransaction,
        seeds=samples.SIGNED,
        speed=0.5,
    ),
    *(
        Reader(name=name, read=read, write=transaction.encode_unsigned, speed=speed, **UNSIGNED)
        for name, read, speed in (
            ("unsigned_transaction", transaction.decode_unsigned, 1.0),
            ("preflighted_transaction", read_preflighted, 0.5),
        )
    ),
    *(
        Reader(
            name=kind.__name__.rpartition(".")[2],
            read=partial(kind.decode_calldata, domain=samples.DOMAIN, **unsaid),
            write=kind.calldata,
            refuses=InvalidAuthorization,
            seeds=seeds,
            speed=0.5,
        )
        for kind, unsaid, seeds in GRANTS
    ),
    Reader(
        name="explain_transaction",
        read=lambda raw: explained(explain_transaction(transaction.decode_unsigned(raw), samples.ASSETS)),
        speed=0.5,
        **UNSIGNED,
    ),
    Reader(name="typed_data", read=lambda text: parse_typed_data(text).digest(), **TYPED_DATA),
    Reader(
        name="explain_typed_data",
        read=lambda text: explained(explain_typed_data(parse_typed_data(text), samples.ASSETS)),
        **TYPED_DATA,
    ),
    *(
        Reader(
            name=name, read=read, write=str, exact=exact, seeds=samples.EMVCO, refuses=InvalidRequest, words=EMVCO_WORDS
        )
        for name, read, exact in (
            ("emvco", EmvcoRequest.parse, True),
            ("emvco_checked", checked_emvco, False),
            ("emvco_strict", partial(checked_emvco, strict=True), False),
        )
    ),
    Reader(
        name="token_template",
        read=read_template,
        write=lambda template: write_objects(template.objects()),
        exact=False,
        refuses=(InvalidRequest, Unread),
        seeds=samples.TEMPLATES,
        words=(TEMPLATE_NAME, "eip155:1", "0x"),
    ),
    Reader(
        name="signed_request",
        read=partial(verify_request, trusted_keys=samples.TRUSTED, now_s=1_500),
        write=samples.SIGNED_AS.__getitem__,  # what is accepted and no sample would be a forgery
        refuses=InvalidRequest,
        seeds=samples.SIGNED_REQUESTS,
        max_length=1_024,
        speed=0.5,
    ),
    Reader(
        name="request_claims",
        read=read_claims,
        write=RequestClaims.to_cbor,
        refuses=(InvalidRequest, Unread),
        seeds=samples.CLAIMS,
        speed=0.5,
    ),
    Reader(
        name="ens_name",
        read=EnsName.parse,
        write=str,
        exact=False,
        refuses=InvalidRequest,
        seeds=("bank.eth", "a-b.example.org"),
    ),
    Reader(
        name="token_transfer",
        read=erc20.decode_transfer,
        write=lambda transfer: erc20.transfer(*transfer),
        refuses=InvalidTransaction,
        seeds=(samples.TRANSFER,),
    ),
    Reader(
        name="abi_text",
        read=abi.read_text,
        seeds=(b"USDC".ljust(32, b"\0"), abi.uint_word(32) + abi.uint_word(4) + b"USDC".ljust(32, b"\0")),
    ),
    Reader(
        name="public_key",
        read=PublicKey.from_bytes,
        write=PublicKey.compressed,
        exact=False,
        seeds=(samples.KEY.public_key.compressed(), samples.KEY.public_key.raw()),
    ),
    Reader(name="private_key", read=PrivateKey.from_bytes, write=PrivateKey.reveal, seeds=(samples.KEY.reveal(),)),
    Reader(
        name="address",
        read=Address.parse,
        write=str,
        exact=False,
        refuses=InvalidAddress,
        seeds=ADDRESSES,
        words=("0x",),
    ),
    Reader(name="caip2", read=parse_caip2, write=caip2, refuses=InvalidAsset, seeds=("eip155:1", "eip155:8453")),
    Reader(
        name="caip10",
        read=Address.parse_caip10,
        write=lambda read: read[1].caip10(read[0]),
        exact=False,
        refuses=(InvalidAddress, InvalidAsset),
        seeds=tuple(f"eip155:1:{address}" for address in ADDRESSES),
    ),
    Reader(
        name="caip19",
        read=parse_caip19,
        refuses=(InvalidAddress, InvalidAsset),
        seeds=(samples.USDC.id, "eip155:1/slip44:60"),
        words=("/erc20:", "/slip44:"),
    ),
    Reader(
        name="party",
        read=parse_party,
        write=str,
        exact=False,
        seeds=("customer/C1", "suspense/case", f"eip155:1:{ADDRESS}"),
    ),
    Reader(
        name="amount",
        read=partial(Amount.parse, asset=samples.USDC),
        write=Amount.number,
        exact=False,
        refuses=(InvalidAmount, PrecisionLost),
        seeds=("0", "12.50", "0.000001", str(2**256)[:-7]),
    ),
    Reader(
        name="token_list",
        read=parse_token_list,
        refuses=InvalidAsset,
        seeds=(samples.TOKEN_LIST,),
        words=(*JSON_WORDS, "extensions", "logoURI", "keywords"),
        max_length=2_048,
        speed=0.25,
    ),
    Reader(
        name="ivms101",
        read=partial(read_ivms101, today=date(2026, 1, 2)),
        write=write_ivms101,
        exact=False,
        refuses=InvalidTravelRule,
        seeds=samples.IVMS101,
        words=(*JSON_WORDS, "customerNumber", "originatorPerson", "101.2023", "LEGL", "addressLine"),
        max_length=4_096,
        speed=0.25,
    ),
    Reader(
        name="json",
        read=read_value,
        write=write_value,
        exact=False,
        seeds=(samples.BLOCK, '{"a": [1, -2.5e3, true, null, "\\u00e9"], "b": {"c": {}}}'),
        words=JSON_WORDS,
    ),
    Reader(
        name="eip681",
        read=lambda text: without_gas(read_eip681(text)),
        write=write_scanned,
        exact=False,
        refuses=InvalidRequest,
        seeds=ETHEREUM,
        words=ETHEREUM_WORDS,
    ),
    Reader(
        name="reference",
        read=parse_reference,
        write="TKP:{}".format,
        exact=False,
        refuses=InvalidRequest,
        seeds=(REFERENCE, "tkp:oil3456789abcdefghjkmnpqrs"),
    ),
    Reader(
        name="scanned",
        read=read_scanned,
        write=write_scanned,
        exact=False,
        refuses=Unread,
        seeds=(REFERENCE, *ADDRESSES, f"eip155:1:{ADDRESS}", samples.USDC.id, "bank.eth", *ETHEREUM, *samples.EMVCO),
        words=("TKP:", "eip155:", "\u200b", *ETHEREUM_WORDS),
    ),
    Reader(
        name="qr_image",
        read=read_qr,
        refuses=InvalidQr,
        seeds=tuple(qr_png(text, scale=2) for text in (REFERENCE, ADDRESS)),
        max_length=4_096,
        speed=0.005,
    ),
    Reader(
        name="keystore",
        read=lambda text: replace(Keystore.parse(text), address=None),
        write=lambda keystore: keystore.text(FILE_ID),
        exact=False,
        refuses=InvalidKeystore,
        seeds=samples.KEYSTORES,
        words=(*JSON_WORDS, "crypto", "address", "encseed", "scrypt", "pbkdf2", "hmac-sha256", "version", "dklen"),
        max_length=1_024,
        speed=0.25,
    ),
    *(
        Reader(
            name=f"mnemonic_{language}",
            read=partial(mnemonic.parse, language=language),
            write=mnemonic.Mnemonic.phrase,
            exact=False,
            refuses=InvalidMnemonic,
            seeds=samples.phrases(language),
            words=words(language)[::16],
            speed=0.5,
        )
        for language in (Language.ENGLISH, Language.JAPANESE, Language.KOREAN)
    ),
    Reader(
        name="mnemonic_language",
        read=read_language,
        refuses=Unread,
        seeds=tuple(samples.phrases(language)[0] for language in Language),
        words=tuple(word for language in Language for word in words(language)[::128]),
        speed=0.02,
    ),
    Reader(
        name="path",
        read=parse_path,
        write=write_path,
        refuses=InvalidPath,
        seeds=("m", "m/44'/60'/0'/0/5", "m/2147483647'"),
    ),
    Reader(
        name="base58",
        read=base58.decode_check,
        write=base58.encode_check,
        seeds=(samples.ROOT.xprv(), samples.CHILD.public().xpub(), base58.encode_check(b"")),
    ),
    *(
        Reader(
            name=name,
            read=partial(extended, read=read),
            write=extended_bytes,
            seeds=tuple(map(extended_bytes, keys)),
            speed=0.25,
        )
        for name, read, keys in (
            ("xpub_bytes", ExtendedPublicKey.parse, (samples.ROOT.public(), samples.CHILD.public())),
            ("xprv_bytes", ExtendedPrivateKey.parse, (samples.ROOT, samples.CHILD)),
        )
    ),
    Reader(
        name="node_block",
        read=lambda text: answers.block(read_value(text)),
        refuses=(InvalidInput, ChainUnavailable, IntegrityError),
        seeds=(samples.BLOCK,),
        words=JSON_WORDS,
    ),
    Reader(
        name="node_receipt",
        read=lambda text: answers.receipt(read_value(text), samples.TRANSACTION_HASH),
        refuses=(InvalidInput, ChainUnavailable, IntegrityError),
        seeds=(samples.RECEIPT, "null"),
        words=("l1Fee", *JSON_WORDS),
    ),
    Reader(
        name="node_transfer",
        read=lambda text: answers.transfer_log(
            read_value(text), answers.block(json.loads(samples.BLOCK)), frozenset({samples.TOKEN.raw})
        ),
        refuses=(InvalidInput, ChainUnavailable, IntegrityError),
        seeds=(samples.TRANSFER_LOG,),
        words=("removed", *JSON_WORDS),
        max_length=1_024,
    ),
    Reader(
        name="settings",
        read=read_bank_json,
        write=lambda read: read.model_dump_json().encode(),
        exact=False,
        seeds=(samples.SETTINGS,),
        words=(*JSON_WORDS, "confirmations", "timeout_s", "bump_after_s"),
        speed=0.05,
    ),
    Reader(
        name="signer_rules",
        read=partial(SignerRules.unseal, key=samples.RULES_KEY),
        write=lambda rules: rules.seal(samples.RULES_KEY),
        exact=False,
        refuses=IntegrityError,
        seeds=(samples.RULES,),
        words=JSON_WORDS,
    ),
)
BY_NAME = {reader.name: reader for reader in READERS}
