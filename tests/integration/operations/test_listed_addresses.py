"""No writing of any EVM address that OFAC listed passes the gate, whatever ticker it stands under."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import tokenpay as tp
from tests import published_lists as published
from tests.address_writings import writings
from tests.vectors.test_ofac import EVM, evm, listed, parties
from tests.world import CHAIN_ID, Template, World, opened
from tokenpay.compliance.canonical_address import canonical_addresses, is_evm
from tokenpay.payments.intent import ChainParty, parse_party
from tokenpay.requests.qr import qr_png
from tokenpay.requests.qr_matrix import qr_matrix
from tokenpay.requests.qr_reader import read_qr


@cache
def _load(vectors: Path) -> Callable[[World], object]:
    def load(world: World) -> None:
        """Put all addresses of the vectors in place, as OFAC publishes them."""
        content = published.ofac_advanced(parties(vectors), world.clock.now_s())
        world.sql("UPDATE screening_lists SET dated_s = 0")  # the day of the new one began before it
        for by in (world.ann, world.bob):  # it comes in another form than the one in place
            tp.load_list(world.bank, name="ofac", form=tp.ListForm.OFAC_ADVANCED, files=[content], by=by)

    return load


@pytest.fixture
def world(database_url: str, tmp_path: Path, template_of: Callable[..., Template], vectors: Path) -> Iterator[World]:
    with opened(template_of(database_url, _load(vectors)), tmp_path, database_url) as found:
        yield found


def some(addresses: list[tp.Address], world: World) -> list[tp.Address]:
    """All of them on SQLite, and enough of them on PostgreSQL: what differs there is the statement alone."""
    assert len(addresses) == EVM
    return addresses if world.bank.store.engine.dialect.name == "sqlite" else addresses[::12]


@pytest.mark.one_database
def test_every_address_is_held_as_it_is_listed(world: World, vectors: Path) -> None:
    tickers: dict[str, int] = {}
    for address in listed(vectors):
        tickers[address.ticker] = tickers.get(address.ticker, 0) + 1
    # Each is a party's of its own, and stands once more with all of its ticker.
    (ofac,) = tp.find_lists(world.bank, by=world.tom)
    assert (ofac.version, ofac.confirmed_by) == (2, "bob")
    assert dict(ofac.addresses) == {ticker: 2 * count for ticker, count in tickers.items()}
    with world.bank.store.read() as uow:
        stored = {address for party in uow.lists.parties("ofac") for address in party.addresses}
        assert stored == set(listed(vectors))
        for address in listed(vectors):
            assert uow.lists.hits_of(canonical_addresses(address.text)), address
            if not is_evm(canonical_addresses(address.text)[0]) and address.text != address.text.lower():
                assert not uow.lists.hits_of(canonical_addresses(address.text.swapcase())), address


@pytest.mark.one_database
def test_no_writing_of_any_evm_address_passes(world: World, vectors: Path) -> None:
    addresses = some(evm(vectors), world)
    read = refused = 0
    with world.bank.store.read() as uow:
        for address in addresses:
            for called, text in writings(address, chain_id=CHAIN_ID):
                assert uow.lists.hits_of(canonical_addresses(text)), (address, called)
                try:
                    party = parse_party(text)
                except tp.InvalidInput:
                    refused += 1  # the money path reads one writing alone
                else:
                    assert isinstance(party, ChainParty)
                    assert uow.lists.hits(party.address), (address, called)
                    read += 1
    assert (read >= len(addresses), read + refused) == (True, len(addresses) * len(list(writings(addresses[0]))))


@pytest.mark.one_database
def test_every_evm_address_is_refused_by_the_gate(world: World, vectors: Path) -> None:
    for n, address in enumerate(some(evm(vectors), world)):
        assert "screening.match" in world.refused(1, creditor=address.caip10(CHAIN_ID)), address
        if n % 4:
            continue
        called, text = list(writings(address, chain_id=CHAIN_ID))[n // 4 % 28]
        found = tp.screen_address(world.bank, text, by=world.tom)
        assert tp.Verdict.MATCH in {each.verdict for each in found}, called
        try:
            answer = world.pay(1, creditor=text)
        except tp.InvalidInput:
            continue
        assert isinstance(answer, tp.Refusal), called


@pytest.mark.one_database
def test_what_a_code_shows_is_refused_as_well(world: World, vectors: Path) -> None:
    for n, address in enumerate(evm(vectors)[::13]):
        text = f"ethereum:{tp.Address(bytes([17]) * 20)}@{CHAIN_ID}/transfer?address={address.text}&uint256={10**6}"
        if n % 2:
            text = address.caip10(CHAIN_ID)
        (shown,) = read_qr(qr_png(qr_matrix(text), scale=4))
        resolved = tp.resolve_request(world.bank, shown)
        assert resolved.payee == address
        assert "screening.match" in world.refused(1, creditor=address.caip10(CHAIN_ID))
