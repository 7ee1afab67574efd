"""Every random tampering with an audit stream is found beside one outside head; the long form is a benchmark."""

from math import ceil, log2
from pathlib import Path

import pytest

from tests.properties.audit_tampering import WAYS, longest_proofs, stream_of, tampered

TIMES = 2


@pytest.mark.parametrize(("records", "seed"), [(60, 1), (1_200, 2)])
def test_every_tampering_is_found_and_named(records: int, seed: int, tmp_path: Path) -> None:
    with stream_of(records, tmp_path, apart=25) as stream:
        tampered(stream, TIMES * len(WAYS), seed, in_full=1)
        assert stream.missed == []
        assert stream.found == dict.fromkeys(WAYS, TIMES)


def test_a_proof_is_a_logarithm_of_hashes(tmp_path: Path) -> None:
    with stream_of(1_500, tmp_path) as stream:
        included, grown = longest_proofs(stream, 30, 3)
    assert included <= ceil(log2(1_500))
    assert grown <= ceil(log2(1_500)) + 1
