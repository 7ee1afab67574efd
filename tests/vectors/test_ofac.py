"""All addresses that OFAC listed on 27 September 2024, under every ticker, read from each form that carries them."""

from functools import cache
from pathlib import Path

import pytest

from tests import published_lists as published
from tests.address_writings import writings
from tokenpay.compliance.canonical_address import canonical_addresses, is_evm
from tokenpay.compliance.listed_party import ListedAddress, ListedKind, ListedParty
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.lists.read_list import read_list
from tokenpay.money.address import Address
from tokenpay.requests.qr import qr_png
from tokenpay.requests.qr_matrix import qr_matrix
from tokenpay.requests.qr_reader import read_qr

DATED_S = 1_727_395_200
EVM, OTHERS = 156, 485
"""How many different addresses of the two kinds there are."""


@cache
def listed(folder: Path) -> tuple[ListedAddress, ...]:
    """Every address of the vectors with the ticker it stands under."""
    files = sorted((folder / "ofac").glob("sanctioned_addresses_*.txt"))
    return tuple(
        ListedAddress(ticker=file.stem.rpartition("_")[2], text=text)
        for file in files
        for text in file.read_text().split()
    )


def evm(folder: Path) -> list[Address]:
    found = {one for address in listed(folder) for one in canonical_addresses(address.text) if is_evm(one)}
    return [Address.parse(text) for text in sorted(found)]


def parties(folder: Path) -> list[ListedParty]:
    """Each address is a party's of its own, and all of one ticker are one party's once more."""
    alone = [
        ListedParty(id=f"{n}", kind=ListedKind.PERSON, names=(f"NOBODY, {n}",), addresses=(address,))
        for n, address in enumerate(listed(folder), 1)
    ]
    tickers = dict.fromkeys(address.ticker for address in listed(folder))
    return alone + [
        ListedParty(
            id=f"all-{ticker}",
            kind=ListedKind.ORGANISATION,
            names=(f"ALL OF {ticker}",),
            addresses=tuple(address for address in listed(folder) if address.ticker == ticker),
        )
        for ticker in tickers
    ]


@pytest.mark.parametrize("form", [ListForm.OFAC_ADVANCED, ListForm.OFAC_CLASSIC, ListForm.OFAC_CSV])
def test_each_form_of_the_list_carries_every_address_as_it_stands(vectors: Path, form: ListForm) -> None:
    wanted = parties(vectors)
    files = {
        ListForm.OFAC_ADVANCED: (published.ofac_advanced(wanted, DATED_S),),
        ListForm.OFAC_CLASSIC: (published.ofac_classic(wanted, DATED_S),),
        ListForm.OFAC_CSV: published.ofac_csv(wanted),
    }[form]
    assert read_list(form, files).parties == tuple(wanted)


def test_every_evm_address_is_found_whatever_it_is_listed_under(vectors: Path) -> None:
    assert len(evm(vectors)) == EVM
    under = {address.ticker for address in listed(vectors) if is_evm(canonical_addresses(address.text)[0])}
    assert {"ETH", "ETC", "ARB", "BSC", "USDC", "USDT"} <= under


def test_every_writing_of_every_evm_address_meets_the_listed_one(vectors: Path) -> None:
    for address in evm(vectors):
        for called, text in writings(address):
            assert f"0x{address.raw.hex()}" in canonical_addresses(text), (address, called)


def test_every_other_address_is_its_own_text(vectors: Path) -> None:
    others = {address.text for address in listed(vectors) if not is_evm(canonical_addresses(address.text)[0])}
    assert len(others) == OTHERS
    for text in others:
        assert canonical_addresses(text) == (text,)
        changed = canonical_addresses(text.swapcase())
        one_case = text in (text.lower(), text.upper())
        assert (changed == (text,)) is one_case, text  # base58 says something by its case, bech32 and CashAddr do not


# What a scanner shows: most would say less, and one code a writing keeps the suite short.
SCANNED = ("checksummed", "CAIP-10", "ERC-681 target", "ERC-681 address=")


def test_every_evm_address_read_from_a_qr_code_meets_the_listed_one(vectors: Path) -> None:
    for n, address in enumerate(evm(vectors)):
        text = dict(writings(address))[SCANNED[n % len(SCANNED)]]
        (read,) = read_qr(qr_png(qr_matrix(text), scale=4))
        assert f"0x{address.raw.hex()}" in canonical_addresses(read)
