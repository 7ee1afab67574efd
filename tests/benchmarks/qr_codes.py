"""QR codes in bulk against the `qrcode` package, their reading, and signed requests against bare Ed25519."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode
from qrcode.util import MODE_8BIT_BYTE, MODE_ALPHA_NUM, QRData

from tests.benchmarks import Row
from tests.benchmarks.interleaved import measure, rate_row, ratio_row, repeat
from tests.unit.requests.pictures import drawn, file_of, noisy
from tests.unit.requests.samples import TOKEN, request
from tokenpay.money.amount import Amount
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.qr import qr_png
from tokenpay.requests.qr_matrix import qr_matrices, qr_matrix
from tokenpay.requests.qr_reader import read_qr
from tokenpay.requests.reference import reference_id
from tokenpay.requests.signed_request import BankKey, sign_request, verify_request

BULK, ONE_BY_ONE = 100, 4  # codes a round
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
BANK = "First Token Bank"


def _peer(texts: list[str], mode: Any) -> None:
    for text in texts:
        code = QRCode(error_correction=ERROR_CORRECT_M)
        code.add_data(QRData(text.encode(), mode=mode), optimize=0)
        code.make()


def _bulk(name: str, texts: list[str], mode: Any) -> list[Row]:
    few = texts[:ONE_BY_ONE]
    seconds = measure(
        {
            "bulk": lambda: repeat(1, lambda: list(qr_matrices(texts))) / BULK,
            "one by one": lambda: repeat(1, lambda: list(map(qr_matrix, few))) / ONE_BY_ONE,
            "peer": lambda: repeat(1, lambda: _peer(few, mode)) / ONE_BY_ONE,
        }
    )
    return [
        ratio_row(f"{name}, in bulk, times the qrcode package", seconds["peer"], seconds["bulk"], at_least=10),
        ratio_row(f"{name}, one by one, times the qrcode package", seconds["peer"], seconds["one by one"]),
        rate_row(f"{name}, in bulk", seconds["bulk"]),
    ]


def _reading() -> list[Row]:
    text = request().reference
    clean, worn = qr_png(text), file_of(noisy(50)(drawn(text)))
    seconds = measure(
        {
            "a clean PNG": lambda: repeat(10, lambda: read_qr(clean)),
            "a noisy PNG": lambda: repeat(10, lambda: read_qr(worn)),
        }
    )
    return [rate_row(f"read a reference from {name}", each) for name, each in seconds.items()]


def _signing() -> list[Row]:
    asked = request(remittance_information="Invoice 7")
    text = sign_request(asked, key=KEY, bank=BANK, payee_name="Anna")
    public = KEY.public_key()
    trusted = [BankKey(bank=BANK, public_key=public.public_bytes_raw())]
    body = bytes(len(text) * 5 // 8)
    signature = KEY.sign(body)
    seconds = measure(
        {
            "bare signature": lambda: repeat(100, lambda: KEY.sign(body)),
            "sign": lambda: repeat(100, lambda: sign_request(asked, key=KEY, bank=BANK, payee_name="Anna")),
            "bare verification": lambda: repeat(50, lambda: public.verify(signature, body)),
            "verify": lambda: repeat(50, lambda: verify_request(text, trusted_keys=trusted, now_s=1_500)),
        }
    )
    return [
        ratio_row("sign a request: of a bare Ed25519 signature", seconds["bare signature"], seconds["sign"]),
        ratio_row("verify a request: of a bare verification", seconds["bare verification"], seconds["verify"]),
        rate_row("verify a request", seconds["verify"]),
    ]


def run() -> list[Row]:
    """Return the rows of all three."""
    references = [request(id=reference_id(number.to_bytes(16))).reference for number in range(BULK)]
    links = [str(Eip681.of(request(amount=Amount(TOKEN, 10**12 + number)))) for number in range(BULK)]
    return [
        *_bulk("references", references, MODE_ALPHA_NUM),
        *_bulk("ERC-681", links, MODE_8BIT_BYTE),
        *_reading(),
        *_signing(),
    ]
