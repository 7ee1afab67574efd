import pytest

from tokenpay.errors import InvalidInput
from tokenpay.primitives.secp256k1 import HALF_ORDER, ORDER, PrivateKey, PublicKey, Signature, recover

ONE = PrivateKey.from_bytes(bytes(31) + b"\x01")
GENERATOR_X = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"  # SEC 2, section 2.4.1
DIGEST = bytes(range(32))


def test_the_key_one_is_the_generator():
    assert ONE.public_key.compressed().hex() == "02" + GENERATOR_X
    assert ONE.public_key.raw().hex()[:64] == GENERATOR_X
    assert ONE.public_key.address_bytes().hex() == "7e5f4552091a69125d5dfcb7b8c2659029395bdf"


def test_a_public_key_reads_both_its_forms():
    key = ONE.public_key
    assert PublicKey.from_bytes(key.compressed()) == PublicKey.from_bytes(key.raw()) == key
    assert hash(PublicKey.from_bytes(key.raw())) == hash(key)
    assert key != key.compressed()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(33),
        b"\x02" + bytes(31) + b"\x07",
        b"\x04" + bytes.fromhex(GENERATOR_X),
        bytes(64),
        b"\x04" + ONE.public_key.raw(),
    ],
    ids=["empty", "zeros", "not on the curve", "wrong prefix", "raw zeros", "65 bytes"],
)
def test_what_is_no_public_key_is_refused(data):
    with pytest.raises(InvalidInput):
        PublicKey.from_bytes(data)


@pytest.mark.parametrize(
    "secret",
    [b"", bytes(32), bytes(31), b"\x01" * 33, ORDER.to_bytes(32, "big"), b"\xff" * 32],
    ids=["empty", "zero", "short", "long", "order", "above order"],
)
def test_what_is_no_private_key_is_refused(secret):
    with pytest.raises(InvalidInput) as refusal:
        PrivateKey.from_bytes(secret)
    assert refusal.value.__cause__ is None


def test_the_largest_private_key_is_read():
    assert PrivateKey.from_bytes((ORDER - 1).to_bytes(32, "big")).public_key.compressed().hex() == "03" + GENERATOR_X


def test_signing_repeats_and_recovers():
    signature = ONE.sign_digest(DIGEST)
    assert signature == ONE.sign_digest(DIGEST)
    assert signature.s <= HALF_ORDER
    assert recover(DIGEST, signature) == ONE.public_key
    other = Signature(1 - signature.y_parity, signature.r, signature.s)
    assert recover(DIGEST, other) != ONE.public_key


@pytest.mark.parametrize("length", [0, 31, 33])
def test_only_digests_are_signed_and_recovered(length):
    with pytest.raises(InvalidInput):
        ONE.sign_digest(bytes(length))
    with pytest.raises(InvalidInput):
        recover(bytes(length), ONE.sign_digest(DIGEST))


@pytest.mark.parametrize(
    ("y_parity", "r", "s"),
    [
        (2, 1, 1),
        (-1, 1, 1),
        (0, 0, 1),
        (0, 1, 0),
        (0, ORDER, 1),
        (0, 1, ORDER),
        (0, -1, 1),
        (1, 1, HALF_ORDER + 1),
    ],
)
def test_a_signature_out_of_range_cannot_be_made(y_parity, r, s):
    with pytest.raises(InvalidInput):
        Signature(y_parity, r, s)


def test_a_signature_that_fits_no_key_is_refused():
    # 5 is the x coordinate of no point on the curve.
    with pytest.raises(InvalidInput):
        recover(DIGEST, Signature(0, 5, 1))


def test_adding_a_scalar_agrees_on_both_halves():
    scalar = b"\x07" * 32
    assert ONE.add(scalar).public_key == ONE.public_key.add(scalar)


@pytest.mark.parametrize(
    "scalar",
    [
        (ORDER - 1).to_bytes(32, "big"),
        ORDER.to_bytes(32, "big"),
        b"",
        b"\x07",
        b"\x00" * 30 + b"\x07",
        b"\x00" * 32 + b"\x07",
    ],
    ids=["sum is zero", "out of range", "empty", "one byte", "31 bytes", "33 bytes"],
)
def test_a_scalar_that_gives_no_key_is_refused(scalar):
    for key in (ONE, ONE.public_key):
        with pytest.raises(InvalidInput):
            key.add(scalar)


def test_a_private_key_does_not_show():
    key = PrivateKey.from_bytes(b"\x5a" * 32)
    assert key.reveal() == b"\x5a" * 32
    assert f"{key} {key!r} {[key]}" == "PrivateKey(secret) PrivateKey(secret) [PrivateKey(secret)]"
