import hashlib
import time
from base64 import b32decode, b32encode
from itertools import pairwise

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.unit.requests.samples import COIN, CONTRACT, EURO, PAYEE, TOKEN, request
from tokenpay.errors import InvalidRequest
from tokenpay.money.amount import MAX_UNITS, Amount
from tokenpay.requests.qr_size import QrMode, qr_plan
from tokenpay.requests.request_claims import RequestClaims
from tokenpay.requests.signed_request import (
    MAX_TEXT,
    BankKey,
    SignedRule,
    VerifiedRequest,
    sign_request,
    verify_request,
)

BANK = "First Token Bank"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
TRUSTED = [BankKey(bank="Other Bank", public_key=bytes(range(1, 33))), BankKey(bank=BANK, public_key=PUBLIC)]
KID = hashlib.sha256(b"\xa3\x01\x01\x20\x06\x21\x58\x20" + PUBLIC).digest()  # RFC 9679, by hand
ASKED = request(remittance_information="Invoice 7")
TEXT = sign_request(ASKED, key=KEY, bank=BANK, payee_name="Bäckerei Müller")
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493

HEADER = {1: -19, 4: KID}
CLAIMS = {
    1: BANK,
    4: 2_000,
    6: 1_000,
    7: bytes(range(16)),
    -65537: {
        1: "Bäckerei Müller",
        2: f"eip155:8453/erc20:{CONTRACT.text}",
        3: 100,
        4: f"eip155:8453:{PAYEE.text}",
        5: "Invoice 7",
    },
}


def text_of(message: bytes) -> str:
    return "TKS:" + b32encode(message).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return b32decode(text[4:] + "=" * (-len(text[4:]) % 8))


def signed(payload: bytes, *, header: bytes | None = None, key: Ed25519PrivateKey = KEY) -> list[object]:
    """The parts of a message, with a signature that is right for whatever they are."""
    header = cbor2.dumps(HEADER, canonical=True) if header is None else header
    what = cbor2.dumps(["Signature1", header, b"tokenpay/signed-request/1", payload])
    return [header, {}, payload, key.sign(what)]


def claimed(changes: dict[int, object] | None = None, parts: dict[int, object] | None = None) -> str:
    claims = CLAIMS | (changes or {}) | {-65537: CLAIMS[-65537] | (parts or {})}  # type: ignore[operator]
    return text_of(cbor2.dumps(signed(cbor2.dumps(claims, canonical=True)), canonical=True))


def rule_of(text: str, *, trusted=TRUSTED, now_s: int = 1_500) -> str:
    with pytest.raises(InvalidRequest) as refused:
        verify_request(text, trusted_keys=trusted, now_s=now_s)
    rule = str(refused.value.fields["rule"])
    assert refused.value.message == SignedRule[rule.upper()].message
    return rule


def test_what_is_signed_is_verified():
    assert verify_request(TEXT, trusted_keys=TRUSTED, now_s=1_500) == VerifiedRequest(
        claims=RequestClaims(
            bank=BANK,
            id=ASKED.id,
            payee_name="Bäckerei Müller",
            asset_id=TOKEN.id,
            units=100,
            deposit_address=PAYEE,
            issued_at_s=1_000,
            expires_at_s=2_000,
            remittance_information="Invoice 7",
        ),
        key=TRUSTED[1],
    )


def test_the_bytes_are_those_of_the_standards():
    assert claimed() == TEXT
    message = bytes_of(TEXT)
    # An array of four; 38 bytes of header: Ed25519 (1: -19) and the key id of 32 bytes (4).
    assert message[:9].hex() == "845826a20132045820"
    assert message[9:41] == KID == TRUSTED[1].thumbprint
    assert message[41:42] == b"\xa0"
    assert message[-66:-64].hex() == "5840"


@pytest.mark.parametrize("keys", [HEADER, CLAIMS, CLAIMS[-65537], {1: 1, -1: 6, -2: b""}])
def test_keys_stand_in_the_order_of_rfc_8949(keys):
    written = list(cbor2.loads(cbor2.dumps(keys, canonical=True)))
    assert all(cbor2.dumps(first) < cbor2.dumps(second) for first, second in pairwise(written))


def test_it_is_alphanumeric_for_a_qr_code_and_needs_no_escape_in_a_link():
    assert qr_plan(TEXT).mode is QrMode.ALPHANUMERIC
    assert set(TEXT) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:")


def test_the_same_request_gives_the_same_text():
    assert sign_request(ASKED, key=KEY, bank=BANK, payee_name="Bäckerei Müller") == TEXT


@pytest.mark.parametrize(
    ("asked", "units", "contract"),
    [
        (request(amount=None), None, CONTRACT),
        (request(amount=Amount(TOKEN, 1)), 1, CONTRACT),
        (request(amount=Amount(TOKEN, 2**64 - 1)), 2**64 - 1, CONTRACT),
        (request(amount=Amount(TOKEN, 2**64)), 2**64, CONTRACT),
        (request(amount=Amount(TOKEN, MAX_UNITS)), MAX_UNITS, CONTRACT),
        (request(asset=COIN, amount=Amount(COIN, 10**18)), 10**18, None),
    ],
)
def test_every_amount_and_asset_comes_through(asked, units, contract):
    text = sign_request(asked, key=KEY, bank=BANK, payee_name="Anna")
    claims = verify_request(text, trusted_keys=TRUSTED, now_s=1_000).claims
    assert (claims.units, claims.contract, claims.chain_id) == (units, contract, 8453)
    assert (claims.asset_id, claims.deposit_address, claims.id) == (asked.asset.id, PAYEE, asked.id)


def test_the_longest_request_is_within_the_limits():
    longest = request(amount=Amount(TOKEN, MAX_UNITS), remittance_information="𝄞" * 140, expires_at_s=2**53 - 1)
    text = sign_request(longest, key=KEY, bank="𝄞" * 70, payee_name="𝄞" * 70)
    assert len(text) < MAX_TEXT
    verify_request(text, trusted_keys=[BankKey(bank="𝄞" * 70, public_key=PUBLIC)], now_s=1_500)


@pytest.mark.parametrize(
    ("now_s", "rule"), [(999, "not_yet_valid"), (1_000, None), (1_999, None), (2_000, "expired"), (2**70, "expired")]
)
def test_it_holds_from_when_it_was_issued_until_before_it_expires(now_s, rule):
    if rule is None:
        verify_request(TEXT, trusted_keys=TRUSTED, now_s=now_s)
    else:
        assert rule_of(TEXT, now_s=now_s) == rule


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (request(deposit_address=None), {}),
        (request(asset=EURO, amount=Amount(EURO, 5), deposit_address=None), {}),
        (ASKED, {"payee_name": ""}),
        (ASKED, {"payee_name": " Anna"}),
        (ASKED, {"payee_name": "A" * 71}),
        (ASKED, {"payee_name": "Anna\u202etfel"}),
        (ASKED, {"bank": "Bank\u200b"}),
        (ASKED, {"bank": ""}),
    ],
)
def test_what_cannot_be_vouched_for_is_not_signed(asked, names):
    with pytest.raises(InvalidRequest):
        sign_request(asked, **{"key": KEY, "bank": BANK, "payee_name": "Anna"} | names)


def test_only_a_trusted_key_counts_and_only_for_its_own_bank():
    assert rule_of(TEXT, trusted=[]) == rule_of(TEXT, trusted=TRUSTED[:1]) == "unknown_key"
    assert rule_of(TEXT, trusted=[BankKey(bank="Other Bank", public_key=PUBLIC)]) == "wrong_bank"
    other = Ed25519PrivateKey.from_private_bytes(bytes(32))
    forged = cbor2.dumps(signed(cbor2.dumps(CLAIMS, canonical=True), key=other), canonical=True)
    assert rule_of(text_of(forged)) == "bad_signature"


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length):
    with pytest.raises(InvalidRequest):
        BankKey(bank=BANK, public_key=bytes(length))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "not_signed"),
        ("TKS:", "not_signed"),
        ("TKP:" + TEXT[4:], "not_signed"),
        (TEXT.lower(), "not_signed"),
        (TEXT + " ", "not_signed"),
        (TEXT + "\n", "not_signed"),
        (TEXT + "=", "not_signed"),
        ("TKS:A", "not_signed"),  # no lengths of base 32
        ("TKS:AAA", "not_signed"),
        ("TKS:AAAAAA", "not_signed"),
        (TEXT + "AAAAAAAA", "not_canonical"),  # five bytes more
        ("TKS:" + TEXT, "not_signed"),
        (TEXT[:-1] + "1", "not_signed"),
        (TEXT[:-1] + "\u0410", "not_signed"),
        ("TKS:" + "A" * (MAX_TEXT - 3), "too_long"),
        ("TKS:" + "A" * 1_000_000, "too_long"),
        ("TKS:AAAAAAAA", "not_cose"),
        (TEXT[:-8], "not_cose"),
        (text_of(b"\x84"), "not_cose"),
        (text_of(b"\x9b\x7f" + b"\xff" * 7), "not_cose"),
        (text_of(b"\x81" * 1_000), "not_cose"),
        (text_of(b"\xd8\x23\x61a"), "not_cose"),  # a regular expression
    ],
)
def test_a_text_that_is_no_message_is_refused(text, rule):
    assert rule_of(text) == rule


def last_bits_set(text: str) -> str:
    """The same bytes with the unused bits of the last base 32 letter set."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    spare = (len(text) - 4) * 5 % 8
    assert spare
    return text[:-1] + letters[letters.index(text[-1]) | (1 << spare) - 1]


def test_one_spelling_in_base_32():
    other = last_bits_set(TEXT)
    assert bytes_of(other) == bytes_of(TEXT)
    assert other != TEXT
    assert rule_of(other) == "not_canonical"


PAYLOAD = cbor2.dumps(CLAIMS, canonical=True)
GOOD = signed(PAYLOAD)


@pytest.mark.parametrize(
    ("parts", "rule"),
    [
        (GOOD[:3], "not_cose"),
        ([*GOOD, b""], "not_cose"),
        ([GOOD[0], {4: KID}, *GOOD[2:]], "not_cose"),
        ([GOOD[0], [], *GOOD[2:]], "not_cose"),
        ([GOOD[0], None, *GOOD[2:]], "not_cose"),
        ([HEADER, *GOOD[1:]], "not_cose"),
        ([GOOD[0], {}, CLAIMS, GOOD[3]], "not_cose"),
        ([*GOOD[:3], None], "not_cose"),
        ([*GOOD[:3], "signature"], "not_cose"),
        (cbor2.CBORTag(18, GOOD), "not_cose"),
        (dict(enumerate(GOOD)), "not_cose"),
        ([*GOOD[:3], b""], "bad_signature"),
        ([*GOOD[:3], bytes(64)], "bad_signature"),
        ([*GOOD[:3], GOOD[3] + b"\x00"], "bad_signature"),  # type: ignore[operator]
        ([*GOOD[:2], b"", GOOD[3]], "bad_signature"),
        (signed(PAYLOAD, header=b""), "not_cose"),
        (signed(PAYLOAD, header=cbor2.dumps({})), "not_cose"),
        (signed(PAYLOAD, header=cbor2.dumps({1: -19})), "not_cose"),
        (signed(PAYLOAD, header=cbor2.dumps(HEADER | {2: [1]})), "not_cose"),
        (signed(PAYLOAD, header=cbor2.dumps([1, -19])), "not_cose"),
        (signed(PAYLOAD, header=cbor2.dumps(HEADER | {1: -8})), "wrong_algorithm"),
        (signed(PAYLOAD, header=cbor2.dumps(HEADER | {1: -7})), "wrong_algorithm"),
        (signed(PAYLOAD, header=cbor2.dumps(HEADER | {1: "none"})), "wrong_algorithm"),
        (signed(PAYLOAD, header=cbor2.dumps(HEADER | {1: None})), "wrong_algorithm"),
        (signed(PAYLOAD, header=cbor2.dumps(HEADER | {1: -19.0})), "not_canonical"),
        (signed(PAYLOAD, header=cbor2.dumps({4: KID, 1: -19})), "not_canonical"),
        (signed(PAYLOAD, header=cbor2.dumps(HEADER | {4: KID[:8]})), "unknown_key"),
        (signed(PAYLOAD, header=cbor2.dumps(HEADER | {4: "kid"})), "unknown_key"),
    ],
)
def test_a_message_of_another_shape_is_refused(parts, rule):
    assert rule_of(text_of(cbor2.dumps(parts))) == rule


def test_the_malleable_half_of_a_signature_is_refused():
    signature = GOOD[3]
    assert isinstance(signature, bytes)
    other = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    twin = signature[:32] + other.to_bytes(32, "little")
    assert rule_of(text_of(cbor2.dumps([*GOOD[:3], twin]))) == "bad_signature"


def test_a_signature_over_something_else_is_no_request():
    header = cbor2.dumps(HEADER, canonical=True)
    for purpose in (b"", b"tokenpay/signed-request/2"):
        signature = KEY.sign(cbor2.dumps(["Signature1", header, purpose, PAYLOAD]))
        assert rule_of(text_of(cbor2.dumps([header, {}, PAYLOAD, signature]))) == "bad_signature"
    assert rule_of(text_of(cbor2.dumps([header, {}, PAYLOAD, KEY.sign(PAYLOAD)]))) == "bad_signature"


OTHER_CHAIN = f"eip155:1:{PAYEE.text}"


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({5: 1}, {}),  # a claim that is not ours
        ({"x": 1}, {}),
        ({}, {6: 0}),
        ({1: b"bank"}, {}),
        ({1: ""}, {}),
        ({1: "Bank\u202e"}, {}),
        ({4: True}, {}),
        ({4: 2_000.0}, {}),
        ({4: 1_000}, {}),
        ({4: 2**53}, {}),
        ({4: -1}, {}),
        ({6: -1}, {}),
        ({6: "1000"}, {}),
        ({6: None}, {}),
        ({7: bytes(15)}, {}),
        ({7: bytes(17)}, {}),
        ({7: ASKED.id}, {}),
        ({}, {1: "a\nb"}),
        ({}, {1: "A" * 71}),
        ({}, {2: TOKEN.id.lower()}),
        ({}, {2: TOKEN.id[:-1]}),
        ({}, {2: "iso4217:EUR"}),
        ({}, {2: "eip155:08453/slip44:60"}),
        ({}, {2: "eip155:8453/slip44:060"}),
        ({}, {2: 1}),
        ({}, {3: 0}),
        ({}, {3: -1}),
        ({}, {3: 2**256}),
        ({}, {3: 1.0}),
        ({}, {3: True}),
        ({}, {3: "100"}),
        ({}, {4: OTHER_CHAIN}),
        ({}, {4: PAYEE.text}),
        ({}, {4: f"eip155:8453:{CONTRACT.text}"}),
        ({}, {4: "eip155:8453:0x" + "0" * 40}),
        ({}, {5: "x" * 141}),
        ({}, {5: None}),
    ],
)
def test_signed_claims_that_are_no_request_are_refused(changes, parts):
    assert rule_of(claimed(changes, parts)) == "bad_claims"


@pytest.mark.parametrize("missing", [1, 4, 6, 7, -65537])
def test_a_missing_claim_is_refused(missing):
    left = {key: value for key, value in CLAIMS.items() if key != missing}
    assert rule_of(text_of(cbor2.dumps(signed(cbor2.dumps(left, canonical=True))))) == "bad_claims"


@pytest.mark.parametrize(
    ("payload", "rule"),
    [
        (PAYLOAD + b"\x00", "not_canonical"),
        (b"\xbf" + PAYLOAD[1:] + b"\xff", "bad_claims"),  # indefinite length
        (b"\xb8\x05" + PAYLOAD[1:], "not_canonical"),  # a length in a byte more than it needs
        (b"\xa6\x04\x00" + PAYLOAD[1:], "bad_claims"),  # a key twice
        (PAYLOAD.replace(b"\x04\x19\x07\xd0", b"\x04\x1a\x00\x00\x07\xd0"), "not_canonical"),
        (PAYLOAD.replace(b"\x03\x18\x64", b"\x03\xc2\x41\x64"), "not_canonical"),  # a bignum that is small
        (PAYLOAD.replace(b"\x03\x18\x64", b"\x03\xc2\x49" + bytes(8) + b"\x64"), "not_canonical"),
        (PAYLOAD.replace(b"\x03\x18\x64", b"\x03\xf5"), "bad_claims"),
        (PAYLOAD.replace(b"\x03\x18\x64", b"\x03\xf7"), "bad_claims"),  # undefined
        (PAYLOAD.replace(b"\x03\x18\x64", b"\x03\xd8\x1c\x18\x64"), "bad_claims"),  # a shared value
        (PAYLOAD.replace(b"\x04\x19\x07\xd0", b"\x04\xc1\x19\x07\xd0"), "bad_claims"),  # a tagged date
        (cbor2.dumps(dict(reversed(CLAIMS.items()))), "not_canonical"),
        (cbor2.dumps({**CLAIMS, -65537: dict(reversed(CLAIMS[-65537].items()))}), "not_canonical"),  # type: ignore
        (cbor2.dumps([1, 2]), "bad_claims"),
        (b"", "bad_claims"),
        (PAYLOAD.replace(PAYEE.text.encode(), PAYEE.text.lower().encode()), "not_canonical"),
    ],
)
def test_signed_claims_have_one_spelling(payload, rule):
    assert payload != PAYLOAD
    assert rule_of(text_of(cbor2.dumps(signed(payload)))) == rule


def test_a_refusal_repeats_nothing_and_no_key_is_shown():
    with pytest.raises(InvalidRequest) as refused:
        verify_request(claimed({}, {1: "a secret\n"}), trusted_keys=TRUSTED, now_s=1_500)
    assert "secret" not in str(refused.value)
    assert KEY.private_bytes_raw().hex() not in repr(KEY)


def test_the_worst_texts_take_no_time():
    began = time.process_time()
    for message in (b"\x81" * 1_500, b"\x98\xff" + b"\x00" * 1_400, b"\x5b" + b"\x00" * 7 + b"\xff", b"\xd8\x1c" * 700):
        assert rule_of(text_of(message)) == "not_cose"
    assert time.process_time() - began < 1
