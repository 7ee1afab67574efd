"""The Merkle tree of RFC 6962, against the roots of the Certificate Transparency reference tests."""

from hashlib import sha256

import pytest

from tokenpay.audit.merkle import heads_root, merkle_root
from tokenpay.audit.record import AuditHead

# The leaves and roots that the Certificate Transparency log tests publish for RFC 6962 trees.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(9))
def test_published_roots(size: int) -> None:
    assert merkle_root(LEAVES[:size]).hex() == ROOTS[size]


def test_a_leaf_is_never_read_as_a_node() -> None:
    left, right = sha256(b"\x00a").digest(), sha256(b"\x00b").digest()
    assert merkle_root([left + right]) != merkle_root([b"a", b"b"])


def test_the_root_over_heads_depends_on_every_head_and_not_on_their_order() -> None:
    heads = [AuditHead(stream=name, seq=number, hash=bytes([number]) * 32) for number, name in enumerate("abc", 1)]
    root = heads_root(heads)
    assert heads_root(reversed(heads)) == root
    changed = [
        [*heads[:2], AuditHead(stream="c", seq=4, hash=heads[2].hash)],
        [*heads[:2], AuditHead(stream="c", seq=3, hash=bytes(32))],
        [*heads[:2], AuditHead(stream="d", seq=3, hash=heads[2].hash)],
        heads[:2],
    ]
    assert root not in [heads_root(others) for others in changed]
