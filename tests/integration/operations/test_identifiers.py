"""Numbers that a bank gives: those of what a payment writes begin with their second, and tell no more."""

from base64 import b32decode

import pytest

from tests.world import World
from tokenpay.payments.intent import is_uetr
from tokenpay.steps.identifiers import new_id, new_id_in_time, new_uetr

pytestmark = pytest.mark.one_database
_FROM_CROCKFORD = str.maketrans("0123456789ABCDEFGHJKMNPQRSTVWXYZ", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_what_is_made_later_stands_later(world: World) -> None:
    earlier = [(new_uetr(world.bank), new_id_in_time(world.bank, "TR")) for _ in range(20)]
    world.clock.advance(1)
    later = [(new_uetr(world.bank), new_id_in_time(world.bank, "TR")) for _ in range(20)]
    for before, after in zip(zip(*earlier, strict=True), zip(*later, strict=True), strict=True):
        assert max(before) < min(after)
        assert len({*before, *after}) == 40


@pytest.mark.parametrize("at_s", [0, 1_700_000_000, 2**32 - 1, 2**32 + 5, 2**40])
def test_each_names_its_second_and_no_year_stops_them(world: World, at_s: int) -> None:
    world.clock.at_s = at_s
    uetr, number = new_uetr(world.bank), new_id_in_time(world.bank, "TR")
    assert is_uetr(uetr)
    assert int(uetr[:8], 16) == at_s % 2**32
    prefix, _, digits = number.partition("-")
    assert (prefix, len(digits)) == ("TR", 16)
    assert int.from_bytes(b32decode(digits.translate(_FROM_CROCKFORD))[:4]) == at_s % 2**32


def test_the_number_of_a_case_tells_nobody_when_it_was_opened(world: World) -> None:
    """It reaches who is paid out of it."""
    firsts = {new_id(world.bank, "CS")[:6] for _ in range(20)}
    assert len(firsts) > 10
