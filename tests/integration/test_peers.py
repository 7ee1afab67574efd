"""The peers answer what their own documentation promises, so that a comparison with them means something."""

from typing import Any

import pytest

from tokenpay.money.address import Address
from tokenpay.primitives.secp256k1 import PublicKey

KEY = "0x" + "46" * 32
SENDER = "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"  # of the example in EIP-155
PEERS = ("ethers", "viem")
TRANSACTION = {"nonce": "9", "gasLimit": "90000", "to": "0x" + "35" * 20, "value": "1000000000000000000", "data": "0x"}
FEES = {"maxFeePerGas": "3", "maxPriorityFeePerGas": "2", "accessList": []}
GRANT = {"chainId": "1", "address": "0x" + "11" * 20, "nonce": "0", "yParity": "1", "r": "0x" + "22" * 32}
KINDS: dict[str, dict[str, Any]] = {
    "legacy": {"gasPrice": "20000000000"},
    "eip155": {"chainId": "1", "gasPrice": "20000000000"},
    "eip2930": {"chainId": "1", "gasPrice": "1", "accessList": [{"address": "0x" + "11" * 20, "storageKeys": []}]},
    "eip1559": {"chainId": "1", **FEES},
    "eip7702": {"chainId": "1", **FEES, "authorizationList": [{**GRANT, "s": "0x" + "33" * 32}]},
}
TYPES = {"Note": [{"name": "text", "type": "string"}]}
NOTE: dict[str, Any] = {"domain": {"name": "a"}, "types": TYPES, "primaryType": "Note", "message": {"text": "b"}}


@pytest.mark.parametrize("kind", KINDS)
def test_both_sign_and_read_every_kind_alike(peers, kind):
    transaction = {"kind": kind, **TRANSACTION, **KINDS[kind]}
    ours, theirs = (peers.result(peer=peer, verb="sign", key=KEY, transaction=transaction) for peer in PEERS)
    assert ours == theirs
    unsigned = {peers.result(peer=peer, verb="serialize", transaction=transaction) for peer in PEERS}
    assert len(unsigned) == 1
    for peer in PEERS:
        assert peers.result(peer=peer, verb="read", raw=ours["raw"])["sender"] == SENDER


def test_the_example_of_eip_155(peers):
    transaction = {"kind": "eip155", **TRANSACTION, "gasLimit": "21000", **KINDS["eip155"]}
    unsigned = "ec098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080018080"
    assert peers.result(peer="ethers", verb="serialize", transaction=transaction) == "0x" + unsigned


def test_typed_data_authorizations_and_children(peers):
    hashes = {peers.result(peer=peer, verb="typedDataHash", **NOTE) for peer in PEERS}
    signed = {peers.result(peer=peer, verb="typedDataSign", key=KEY, **NOTE) for peer in PEERS}
    grant = {"chainId": "1", "address": "0x" + "11" * 20, "nonce": "7"}
    granted = [peers.result(peer=peer, verb="signAuthorization", key=KEY, **grant) for peer in PEERS]
    assert (len(hashes), len(signed), granted[0]) == (1, 1, granted[1])
    xpub = (  # chain m/0' of test vector 1 in BIP-32
        "xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw"
    )
    child = bytes.fromhex("03501e454bf00751f24b1b489aa925215d66af2234e3891c3b21a52bedb3cd711c")  # chain m/0'/1 there
    expected = Address(PublicKey.from_bytes(child).address_bytes()).text
    assert peers.result(peer="ethers", verb="child", xpub=xpub, index="1") == expected


def test_a_refusal_is_an_answer_and_the_batch_goes_on(peers):
    good = {"peer": "viem", "verb": "typedDataHash", **NOTE}
    first, second = peers.ask([{"peer": "viem", "verb": "read", "raw": "0x02c0"}, good])
    assert first["refused"]
    assert second["result"].startswith("0x")
    with pytest.raises(ValueError, match="no verb"):
        peers.result(peer="viem", verb="child")
    assert peers.seconds(2, **good) > 0
