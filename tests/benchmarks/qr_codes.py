"""QR codes in bulk against the `qrcode` package, their reading, and signed requests against bare Ed25519."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

from tests.benchmarks import Row
from tests.unit.requests.pictures import drawn, file_of, noisy
from tests.unit.requests.samples import TOKEN, request
from tokenpay.money.amount import Amount
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.qr import qr_png
from tokenpay.requests.qr_matrix import qr_matrices, qr_matrix
from tokenpay.requests.qr_reader import read_qr
from tokenpay.requests.reference import reference_id
from tokenpay.requests.signed_request import BankKey, sign_request, verify_request

ROUNDS = 7
BULK, ONE_BY_ONE = 200, 8  # codes a round
GOAL_BULK = 10
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BANK = "First Token Bank"


def _rate(work: Callable[[], object], count: int) -> float:
    gc.collect()
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def _rates(works: Sequence[tuple[Callable[[], object], int]]) -> list[list[float]]:
    """Run every work in turn, round after round, so that a busy machine slows all alike; rates by work."""
    for work, _ in works:
        work()
    rounds = [[_rate(work, count) for work, count in works] for _ in range(ROUNDS)]
    return [list(rates) for rates in zip(*rounds, strict=True)]


def _ratio(ours: list[float], theirs: list[float]) -> float:
    return statistics.median(mine / other for mine, other in zip(ours, theirs, strict=True))


def _peer(texts: list[str], mode: Any) -> None:
    for text in texts:
        code = QRCode(error_correction=ERROR_CORRECT_M)
        code.add_data(QRData(text.encode(), mode=mode), optimize=0)
        code.make()


def _bulk() -> list[Row]:
    rows = []
    references = [request(id=reference_id(number.to_bytes(16))).reference for number in range(BULK)]
    links = [str(Eip681.of(request(amount=Amount(TOKEN, 10**12 + number)))) for number in range(BULK)]
    for name, texts, mode in (("references", references, MODE_ALPHA_NUM), ("ERC-681", links, MODE_8BIT_BYTE)):
        few = texts[:ONE_BY_ONE]
        works: list[tuple[Callable[[], object], int]] = [
            (partial(lambda texts: list(qr_matrices(texts)), texts), BULK),
            (partial(lambda texts: list(map(qr_matrix, texts)), few), ONE_BY_ONE),
            (partial(_peer, few, mode), ONE_BY_ONE),
        ]
        bulk, one, peer = _rates(works)
        rows += [
            Row(
                what=f"{name}, in bulk, to the qrcode package",
                figure=f"{_ratio(bulk, peer):.1f} times",
                goal=f"{GOAL_BULK} times",
            ),
            Row(what=f"{name}, one by one, to the qrcode package", figure=f"{_ratio(one, peer):.2f} times"),
            Row(what=f"{name}, in bulk", figure=f"{statistics.median(bulk):,.0f} a second"),
        ]
    return rows


def _reading() -> list[Row]:
    text = request().reference
    clean, worn = qr_png(text), file_of(noisy(50)(drawn(text)))
    rates = _rates(
        [(lambda: [read_qr(clean) for _ in range(20)], 20), (lambda: [read_qr(worn) for _ in range(20)], 20)]
    )
    names = ("a clean PNG", "a noisy PNG")
    return [
        Row(what=f"read a reference from {name}", figure=f"{statistics.median(rate):,.0f} a second")
        for name, rate in zip(names, rates, strict=True)
    ]


def _signing() -> list[Row]:
    asked = request(remittance_information="Invoice 7")
    text = sign_request(asked, key=KEY, bank=BANK, payee_name="Anna")
    public = KEY.public_key()
    trusted = [BankKey(bank=BANK, public_key=public.public_bytes_raw())]
    body = bytes(len(text) * 5 // 8)
    signature = KEY.sign(body)
    count = 200
    sign, bare_sign, verify, bare_verify = _rates(
        [
            (lambda: [sign_request(asked, key=KEY, bank=BANK, payee_name="Anna") for _ in range(count)], count),
            (lambda: [KEY.sign(body) for _ in range(count)], count),
            (lambda: [verify_request(text, trusted_keys=trusted, now_s=1_500) for _ in range(count)], count),
            (lambda: [public.verify(signature, body) for _ in range(count)], count),
        ]
    )
    return [
        Row(what="sign a request, to a bare Ed25519 signature", figure=f"{_ratio(sign, bare_sign):.2f}"),
        Row(what="verify a request, to a bare verification", figure=f"{_ratio(verify, bare_verify):.2f}"),
        Row(what="verify a request", figure=f"{statistics.median(verify):,.0f} a second"),
    ]


def run() -> list[Row]:
    """Return the rows of all three."""
    return [*_bulk(), *_reading(), *_signing()]
