"""Invalid transactions, each built from a valid one and breaking one rule of the protocol as of Prague."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from tokenpay.ethereum.transaction import (
    AccessListTransaction,
    DynamicFeeTransaction,
    LegacyTransaction,
    SetCodeAuthorization,
    SetCodeTransaction,
    Transaction,
    encode_unsigned,
    sign,
    sign_authorization,
)
from tokenpay.primitives import rlp
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import ORDER, PrivateKey

KEY = PrivateKey.from_bytes(b"\x46" * 32)
_TO, _WORD = b"\x35" * 20, b"\x11" * 32
_SHARED: dict[str, Any] = {"chain_id": 1, "nonce": 9, "gas_limit": 100_000, "to": _TO, "value_wei": 300}
_FEES: dict[str, Any] = {"max_priority_fee_wei": 10**9, "max_fee_wei": 20 * 10**9}
GRANT = sign_authorization(chain_id=1, address=b"\x77" * 20, nonce=0, key=KEY)

EIP155 = LegacyTransaction(gas_price_wei=20 * 10**9, data=b"\xca\xfe", **_SHARED)
LEGACY = replace(EIP155, chain_id=None)
EIP2930 = AccessListTransaction(gas_price_wei=20 * 10**9, access_list=((_TO, (_WORD,)),), **_SHARED)
EIP1559 = DynamicFeeTransaction(data=b"\xca\xfe", **_FEES, **_SHARED)
EIP7702 = SetCodeTransaction(authorization_list=(GRANT,), **_FEES, **_SHARED)
NAMES: dict[str, Transaction] = {
    "legacy": LEGACY,
    "EIP-155": EIP155,
    "EIP-2930": EIP2930,
    "EIP-1559": EIP1559,
    "EIP-7702": EIP7702,
}
"""The valid transactions from which the others are built."""

Member: TypeAlias = "bytes | Encoded | Sequence[Member]"


@dataclass(frozen=True, slots=True)
class Encoded:
    """RLP to be written as it stands, in place of what the canonical form would be."""

    rlp: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Bytes that break `rule` and nothing else, and a valid transaction that they differ from in that."""

    what: str
    rule: str
    raw: bytes
    twin: bytes


def cases() -> Iterator[Case]:
    """Yield every invalid transaction with its valid twin."""
    for family in (_envelopes, _forms, _counts, _shapes, _signatures, _values, _gas, _authorizations):
        yield from family()


def _case(what: str, rule: str, name: str, raw: bytes, twin: Transaction | None = None) -> Case:
    return Case(what=f"{name}: {what}", rule=rule, raw=raw, twin=sign(twin or NAMES[name], KEY).raw)


def members(tx: Transaction) -> list[Any]:
    """Return the members of the signed list: fields, v or y parity, r, s."""
    return list(rlp.decode_list(rlp.decode(sign(tx, KEY).raw[len(tx.TYPE) :])))


def written(tx: Transaction, parts: Sequence[Member]) -> bytes:
    """Return a signed form that has these members, whatever they are."""
    return tx.TYPE + _encode(parts)


def _encode(part: Member) -> bytes:
    if isinstance(part, Encoded):
        return part.rlp
    return rlp.encode_bytes(part) if isinstance(part, bytes) else rlp.encode_list(b"".join(map(_encode, part)))


def _with(tx: Transaction, at: int, member: Member, *, resign: bool = False) -> bytes:
    """Return the signed form with one member in place of another; signed anew where a reader would hash it so."""
    parts = members(tx)
    parts[at] = member
    if resign:
        guard = [rlp.decode(rlp.encode_int(1)), b"", b""] if isinstance(tx, LegacyTransaction) else []
        made = KEY.sign_digest(keccak256(written(tx, [*parts[: tx.FIELDS], *guard])))
        v = 37 + made.y_parity if guard else made.y_parity
        parts[tx.FIELDS :] = [rlp.decode(rlp.encode_int(number)) for number in (v, made.r, made.s)]
    return written(tx, parts)


def _int(number: int) -> bytes:
    return rlp.decode_bytes(rlp.decode(rlp.encode_int(number)))


def _envelopes() -> Iterator[Case]:
    dynamic, legacy = sign(EIP1559, KEY).raw, sign(EIP155, KEY).raw
    yield _case("no bytes at all", "type", "EIP-1559", b"")
    for first in (0x00, 0x05, 0x7F):
        yield _case(f"the type byte 0x{first:02x}", "type", "EIP-1559", bytes((first,)) + dynamic[1:])
    yield _case("the whole written as one RLP string", "type", "EIP-1559", rlp.encode_bytes(dynamic))
    yield _case("a string where the list stands", "rlp_kind", "EIP-1559", b"\x02\x80")
    for name, raw in (("EIP-1559", dynamic), ("EIP-155", legacy)):
        yield _case("a byte after the end", "rlp_trailing", name, raw + b"\x00")
        yield _case("cut before the last byte", "rlp_end", name, raw[:-1])


def _forms() -> Iterator[Case]:
    for name, at, field in (("EIP-155", 0, "nonce"), ("EIP-1559", 0, "chain id"), ("EIP-2930", 3, "gas limit")):
        padded = b"\x00" + members(NAMES[name])[at]
        yield _case(f"the {field} with a leading zero", "leading_zero", name, _with(NAMES[name], at, padded))
    zero = replace(EIP1559, value_wei=0)
    yield _case("the value 0 as a zero byte", "leading_zero", "EIP-1559", _with(zero, 6, b"\x00"), zero)
    even = next(tx for n in range(99) if members(tx := replace(EIP1559, nonce=n))[9] == b"")
    yield _case("the y parity 0 as a zero byte", "leading_zero", "EIP-1559", _with(even, 9, b"\x00"), even)
    for name, letter, at in (("EIP-1559", "r", -2), ("EIP-1559", "s", -1), ("EIP-155", "s", -1)):
        padded = b"\x00" + members(NAMES[name])[at]
        yield _case(f"{letter} with a leading zero", "leading_zero", name, _with(NAMES[name], at, padded))
    for name, at in (("EIP-155", 0), ("EIP-1559", 1)):
        raw = _with(NAMES[name], at, Encoded(b"\x81\x09"))
        yield _case("the nonce 9 with a prefix", "rlp_prefix", name, raw)
    short = replace(EIP1559, data=b"\x01")
    yield _case(
        "one byte of data with a prefix", "rlp_prefix", "EIP-1559", _with(short, 7, Encoded(b"\x81\x01")), short
    )
    long = Encoded(b"\xb8\x02\xca\xfe")
    yield _case("two bytes of data with a long length", "rlp_length", "EIP-1559", _with(EIP1559, 7, long))
    yield _case("two bytes of data with a long length", "rlp_length", "EIP-155", _with(EIP155, 5, long))
    yield _case(
        "an empty access list with a long length", "rlp_length", "EIP-1559", _with(EIP1559, 8, Encoded(b"\xf8\x00"))
    )
    for name in ("EIP-155", "EIP-1559"):
        raw, type_size = sign(NAMES[name], KEY).raw, len(NAMES[name].TYPE)
        padded = raw[:type_size] + b"\xf9\x00" + raw[type_size + 1 :]
        yield _case("the length of the list with a leading zero", "rlp_length", name, padded)
    for name, at, field in (
        ("EIP-1559", 1, "nonce"),
        ("EIP-1559", 5, "to"),
        ("EIP-1559", 7, "data"),
        ("EIP-155", 6, "v"),
    ):
        yield _case(f"a list where {field} stands", "rlp_kind", name, _with(NAMES[name], at, ()))
    yield _case("bytes where the access list stands", "rlp_kind", "EIP-1559", _with(EIP1559, 8, b""))
    yield _case("bytes where the access list stands", "rlp_kind", "EIP-2930", _with(EIP2930, 7, b""))
    yield _case("bytes where the authorization list stands", "rlp_kind", "EIP-7702", _with(EIP7702, 9, b""))
    deep = Encoded(rlp.encode(()))
    for _ in range(20):
        deep = Encoded(rlp.encode_list(deep.rlp))
    yield _case("an access list of 20 nested lists", "rlp_depth", "EIP-1559", _with(EIP1559, 8, deep))


def _counts() -> Iterator[Case]:
    for name, tx in NAMES.items():
        parts = members(tx)
        yield _case("one member short", "field_count", name, written(tx, parts[:-1]))
        yield _case("one member more", "field_count", name, written(tx, [*parts, b""]))
    yield _case("not signed", "field_count", "EIP-1559", encode_unsigned(EIP1559))
    yield _case("not signed: v is the chain id, r and s are 0", "v", "EIP-155", encode_unsigned(EIP155))


def _shapes() -> Iterator[Case]:
    for name, at in (("EIP-155", 3), ("EIP-2930", 4), ("EIP-1559", 5), ("EIP-7702", 5)):
        for to in (bytes(1), b"\x35" * 19, b"\x35" * 21, b"\x35" * 32):
            raw = _with(NAMES[name], at, to, resign=True)
            yield _case(f"to has {len(to)} bytes", "to_length", name, raw)
    yield _case("to is empty", "set_code_without_to", "EIP-7702", _with(EIP7702, 5, b"", resign=True))
    entries: dict[str, Member] = {
        "an access list with an address of 19 bytes": ((b"\x35" * 19, ()),),
        "an access list with a storage key of 31 bytes": ((_TO, (bytes(31),)),),
        "an access list with a storage key of 33 bytes": ((_TO, (bytes(33),)),),
        "an access list entry without keys": ((_TO,),),
        "an access list entry of three": ((_TO, (), ()),),
    }
    for what, entry in entries.items():
        yield _case(what, "access_list", "EIP-1559", _with(EIP1559, 8, entry, resign=True))
    yield _case(
        "an access list with a storage key of 31 bytes",
        "access_list",
        "EIP-2930",
        _with(EIP2930, 7, ((_TO, (bytes(31),)),), resign=True),
    )


def _signatures() -> Iterator[Case]:
    for v in (0, 1, 26, 29, 34):
        yield _case(f"v is {v}", "v", "legacy", _with(LEGACY, 6, _int(v)))
    for v in (2, 27, 37):
        yield _case(f"the y parity is {v}", "y_parity", "EIP-1559", _with(EIP1559, 9, _int(v)))
    yield _case("the y parity is 2", "y_parity", "EIP-7702", _with(EIP7702, 10, _int(2)))
    for name in ("EIP-155", "EIP-1559"):
        tx, s = NAMES[name], int.from_bytes(members(NAMES[name])[-1])
        for letter, at in (("r", -2), ("s", -1)):
            for number, text in ((0, "0"), (ORDER, "the order of the curve"), (2**256, "2**256")):
                yield _case(f"{letter} is {text}", "signature_range", name, _with(tx, at, _int(number)))
        parts = members(tx)
        v = int.from_bytes(parts[-3])
        other = (v ^ 1) if name == "EIP-1559" else 75 - v
        high = [*parts[:-3], _int(other), parts[-2], _int(ORDER - s)]
        yield _case("s is high, with the parity that makes it hold", "high_s", name, written(tx, high))
        yield _case("r is of no point on the curve", "signature", name, _with(tx, -2, _int(5)))


def _changed(what: str, rule: str, name: str, changes: dict[str, Any], valid: dict[str, Any] | None = None) -> Case:
    """Return a transaction with a value that breaks a rule; its twin has `valid` in its place, or the usual values."""
    tx = NAMES[name]
    return _case(what, rule, name, sign(replace(tx, **changes), KEY).raw, replace(tx, **(valid or {})))


def _values() -> Iterator[Case]:
    for name in ("EIP-155", "EIP-2930", "EIP-1559", "EIP-7702"):
        yield _changed("chain id 0", "chain_id", name, {"chain_id": 0})
    for name in ("legacy", "EIP-1559"):
        last = {"nonce": 2**64 - 2}
        yield _changed("the nonce 2**64 - 1", "nonce", name, {"nonce": 2**64 - 1}, last)
        yield _changed("the nonce 2**64", "nonce", name, {"nonce": 2**64}, last)
        yield _changed("a gas limit of 2**64", "gas_overflow", name, {"gas_limit": 2**64}, {"gas_limit": 2**64 - 1})
        yield _changed("a value of 2**256", "value_overflow", name, {"value_wei": 2**256})
    yield _changed("a gas price of 2**256", "fee_overflow", "EIP-155", {"gas_price_wei": 2**256})
    yield _changed("a gas price of 2**256", "fee_overflow", "EIP-2930", {"gas_price_wei": 2**256})
    yield _changed("a maximum fee of 2**256", "fee_overflow", "EIP-1559", {"max_fee_wei": 2**256})
    both = {"max_priority_fee_wei": 2**256, "max_fee_wei": 2**256}
    yield _changed("a tip and a maximum fee of 2**256", "fee_overflow", "EIP-1559", both)
    for name in ("EIP-1559", "EIP-7702"):
        above = {"max_priority_fee_wei": 20 * 10**9 + 1}
        yield _changed(
            "a tip above the maximum fee", "tip_above_max_fee", name, above, {"max_priority_fee_wei": 20 * 10**9}
        )
    for name, price in (("legacy", "gas_price_wei"), ("EIP-1559", "max_fee_wei")):
        fits = {price: 10**60, "gas_limit": 100_000, "value_wei": 2**256 - 1 - 10**65}
        over = fits | {"value_wei": fits["value_wei"] + 1}
        yield _changed("gas, price and value of 2**256 wei together", "cost_overflow", name, over, fits)


def _gas() -> Iterator[Case]:
    many = {"access_list": tuple((_TO, (_WORD, _WORD)) for _ in range(3))}
    charged: list[tuple[str, str, str, dict[str, Any], int]] = [
        ("gas below the 21,000 of every transaction", "intrinsic_gas", "legacy", {"data": b""}, 21_000),
        ("gas below the 21,000 of every transaction", "intrinsic_gas", "EIP-1559", {"data": b""}, 21_000),
        ("gas below the 53,000 of a creation", "intrinsic_gas", "EIP-1559", {"to": None, "data": b""}, 53_000),
        (
            "gas below what initcode costs by the word",
            "intrinsic_gas",
            "EIP-155",
            {"to": None, "data": bytes(33)},
            53_136,
        ),
        ("gas below what its access list costs", "intrinsic_gas", "EIP-2930", many, 21_000 + 3 * 6_200),
        (
            "gas below 25,000 an authorization",
            "intrinsic_gas",
            "EIP-7702",
            {"authorization_list": (GRANT,) * 2},
            71_000,
        ),
        ("gas below the floor for its data", "floor_gas", "EIP-1559", {"data": b"\x01" * 100}, 25_000),
        ("gas below the floor for its data", "floor_gas", "EIP-155", {"data": b"\x01" * 100}, 25_000),
    ]
    for what, rule, name, changes, least in charged:
        enough, poor = changes | {"gas_limit": least}, changes | {"gas_limit": least - 1}
        yield _changed(what, rule, name, poor, enough)
    for name in ("EIP-155", "EIP-1559"):
        creation = {"to": None, "gas_limit": 10**7}
        size = "a creation with 49,153 bytes of code"
        yield _changed(
            size, "initcode_size", name, creation | {"data": bytes(49_153)}, creation | {"data": bytes(49_152)}
        )


def _authorizations() -> Iterator[Case]:
    yield _changed("an empty authorization list", "authorization_list_empty", "EIP-7702", {"authorization_list": ()})
    wide: dict[str, dict[str, int]] = {
        "a chain id of 2**256": {"chain_id": 2**256},
        "a nonce of 2**64": {"nonce": 2**64},
        "a y parity of 256": {"y_parity": 256},
        "an r of 2**256": {"r": 2**256},
        "an s of 2**256": {"s": 2**256},
    }
    for what, change in wide.items():
        grant: SetCodeAuthorization = replace(GRANT, **change)  # type: ignore[arg-type]
        yield _changed(
            f"an authorization with {what}", "authorization_range", "EIP-7702", {"authorization_list": (grant,)}
        )
    six = list(rlp.decode_list(rlp.decode(GRANT.encode())))
    shapes: dict[str, list[Any]] = {
        "an authorization of five": six[:5],
        "an authorization of seven": [*six, b""],
        "an authorization for an address of 19 bytes": [six[0], bytes(19), *six[2:]],
        "an authorization for no address": [six[0], b"", *six[2:]],
    }
    for what, shape in shapes.items():
        raw = _with(EIP7702, 9, (shape,), resign=True)
        yield _case(what, "authorization_fields", "EIP-7702", raw)
    padded = (([six[0], six[1], b"\x00", *six[3:]]),)
    yield _case(
        "an authorization with the nonce 0 as a zero byte", "leading_zero", "EIP-7702", _with(EIP7702, 9, padded)
    )
