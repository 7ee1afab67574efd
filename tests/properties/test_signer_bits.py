"""No single bit of an approved payment is free: the short form of `python -m tests.benchmarks.signer_bits`."""

from tests.properties.signer_bits import approved, flips, having_signed, judge, signer

EVERY = 9
"""The suite tries one change of so many, spread over all kinds; the command tries each."""


def test_the_approved_payment_is_signed() -> None:
    request = approved()
    (signed,) = having_signed(signer(), request).sign_transactions([request])
    assert not isinstance(signed, Exception), signed


def test_no_changed_bit_is_signed() -> None:
    tallies, wrong = judge(lambda number: number % EVERY == 0)
    assert wrong == []
    assert {*tallies} == {flip.what for number, flip in enumerate(flips(approved())) if number % EVERY == 0}
    assert sum(tally.tried for tally in tallies.values()) > 1_500
    assert all(tally.refused for tally in tallies.values()), tallies
    assert {what for what, tally in tallies.items() if tally.fees} == {"transaction"}
