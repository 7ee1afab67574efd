"""Who made the payments that somebody's hits hold: they neither release these hits nor close the case about them."""

from tokenpay.payments.intent import BookParty
from tokenpay.payments.payment import IN_NO_BLOCK, UNSENT
from tokenpay.steps.case_money import OF_A_CASE
from tokenpay.steps.named_parties import named_parties
from tokenpay.store.unit_of_work import UnitOfWork

_HIT = "screening.possible_match"


def hit_makers(uow: UnitOfWork, party_id: str) -> frozenset[str]:
    """Return who made the payments that wait for hits on a party's names; a payment that was cancelled waits no more.

    What leaves a case is not counted: supervisors alone can make it, and where a bank has two nobody could release.
    """
    return frozenset(
        payment.intent.maker
        for payment in uow.payments.find(states=UNSENT | IN_NO_BLOCK, whole=False)
        if any(reason.code == _HIT for reason in payment.reasons)
        and not (isinstance(payment.intent.debtor, BookParty) and payment.intent.debtor.kind in OF_A_CASE)
        and any(party.id == party_id for party in named_parties(uow, payment.intent))
    )
