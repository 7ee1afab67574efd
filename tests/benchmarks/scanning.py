"""How long `read_request` takes on each kind of text, and on all of them as they come to a counter."""

import statistics
import time
from functools import partial

from tests.benchmarks import Row
from tests.benchmarks.interleaved import measure, rate_row, ratio_row, time_row
from tokenpay.money.address import Address, eip55
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_object import DataObject
from tokenpay.requests.merchant import Merchant
from tokenpay.requests.reference import PREFIX, reference_id
from tokenpay.requests.scanned import read_request
from tokenpay.requests.token_template import TokenTemplate

TEXTS = 200  # of each kind; addresses differ, so that no answer is remembered
MERCHANT = Merchant(name="CORNER BAKERY", city="BERLIN", country="DE", category="5462")


def _address(number: int) -> Address:
    return Address((number * 0x9E3779B97F4A7C15F39CC0605CEDC8341082276BF3A27251 % 2**160 + 1).to_bytes(20, "big"))


def _corpus() -> dict[str, list[str]]:
    """Texts of every kind that is read, and some of what is refused."""
    kinds: dict[str, list[str]] = {}
    for number in range(TEXTS):
        payee, token = _address(2 * number), _address(2 * number + 1)
        id = reference_id(payee.raw[:16])
        ask = Eip681(chain_id=8453, payee=payee, contract=token, units=10**7 + number)
        own = TokenTemplate(reference=id, chain_id=8453, payee=payee, contract=token, units=10**7 + number)
        texts = {
            "short reference": PREFIX + id,
            "address": payee.text,
            "address, CAIP-10": payee.caip10(8453),
            "asset, CAIP-19": f"eip155:8453/erc20:{token}",
            "ERC-681, native coin": f"ethereum:{payee}@8453?value={number + 1}e15",
            "ERC-681, token": str(ask),
            "ERC-681, other function": f"ethereum:{token}@8453/approve?address={payee}&uint256={number}",
            "ENS name in ERC-831": f"ethereum:pay-shop{number}.eth?value=1e15",
            "EMVCo, other scheme": str(_foreign(number)),
            "EMVCo, our token": str(EmvcoRequest.asking(own, MERCHANT)),
            "refused: another network": "bc1q" + payee.raw.hex().replace("1", "q").replace("b", "z")[:38],
            "refused: none of these": f"see you at {number} o'clock",
        }
        for kind, text in texts.items():
            kinds.setdefault(kind, []).append(text)
    return kinds


def _foreign(number: int) -> EmvcoRequest:
    return EmvcoRequest.made_of(
        DataObject(id, value)
        for id, value in (
            *(("00", "01"), ("01", "12"), ("26", f"0008com.acme0108{number:08}"), ("52", "5462"), ("53", "978")),
            *(("54", f"{number}.50"), ("58", "DE"), ("59", "CORNER BAKERY"), ("60", "BERLIN")),
            *(("62", "0108BILL000107045678"), ("64", "0002DE0107Bäcker!")),
        )
    )


def _read_s(texts: list[str]) -> float:
    eip55.cache_clear()
    began = time.process_time()
    for text in texts:
        read_request(text)
    return (time.process_time() - began) / len(texts)


def run() -> list[Row]:
    """Read every kind in turn."""
    kinds = _corpus()
    mixed = [text for texts in zip(*kinds.values(), strict=True) for text in texts]
    seconds = measure({kind: partial(_read_s, texts) for kind, texts in {"": mixed, **kinds}.items()})
    whole = seconds.pop("")
    slowest = max(seconds, key=lambda kind: statistics.median(seconds[kind]))
    return [
        time_row("read_request, all kinds mixed", whole),
        rate_row("the same", whole),
        ratio_row(f"the slowest kind, {slowest}: times the mean", seconds[slowest], whole),
        *(time_row(kind, each) for kind, each in seconds.items()),
    ]
