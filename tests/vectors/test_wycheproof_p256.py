"""Google's Wycheproof vectors for ECDSA on P-256 with SHA-256, through the path that verifies a passkey."""

import json
from pathlib import Path

from tests.conftest import missing
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.cose_key import p256_cose_key, verify_signature


def test_every_signature_is_judged_as_published(vectors: Path) -> None:
    path = vectors / "wycheproof" / "ecdsa_secp256r1_sha256_test.json"
    if not path.is_file():
        missing("Wycheproof's P-256 vectors", f"put {path.name} into {path.parent}")
    seen = {"valid": 0, "invalid": 0}
    wrong = []
    for group in json.loads(path.read_text())["testGroups"]:
        point = bytes.fromhex(group["publicKey"]["uncompressed"])
        key = p256_cose_key(point[1:33], point[33:])
        for case in group["tests"]:
            try:
                verify_signature(key, bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
                found = "valid"
            except (IntegrityError, InvalidInput):
                found = "invalid"
            seen[case["result"]] += 1
            if found != case["result"]:
                wrong.append((case["tcId"], case["comment"], case["result"]))
    assert wrong == []
    assert min(seen.values()) > 100, seen  # a file that lost its cases proves nothing
