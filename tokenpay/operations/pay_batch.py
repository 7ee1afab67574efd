"""Pay many at once, such as wages: each payment as if it were asked for by itself, all in one unit of work."""

from collections.abc import Sequence
from hashlib import sha256

from tokenpay.bank import Bank
from tokenpay.parties.session import Session
from tokenpay.payments.payment import Payment, Refusal
from tokenpay.payments.payment_order import PaymentOrder
from tokenpay.primitives.canonical import canonical_bytes
from tokenpay.steps.authorize import authorize, customers_of
from tokenpay.steps.batch import check_size, each
from tokenpay.steps.foresee import foresee
from tokenpay.steps.payment_draft import payment_draft
from tokenpay.steps.propose import conclude, content_of, freeze
from tokenpay.steps.shown import shown


def pay_batch(bank: Bank, *, orders: Sequence[PaymentOrder], by: Session, key: str) -> tuple[Payment | Refusal, ...]:
    """Pay 1 to 1,000 orders, one after the other, and return what became of each.

    Each goes through the gate by itself, after those before it: it meets the balances and limits that they left. What
    `pay` would refuse or hold is refused or held alone. All of it is in the books, or nothing. The key binds the whole
    batch: with the same orders it returns the payments as they stand now, and the refusals as they were.
    Raises what `pay` raises for one of the orders, whose number, from 1, is the error's field `order`: nothing is
    done then. InvalidInput with `rule` "batch.size" for too few or too many.
    """
    check_size(orders)
    drafts, permissions = zip(*each(payment_draft, orders), strict=True)
    all_theirs = set.intersection(*(set(customers_of(draft.debtor)) for draft in drafts))
    with bank.store.unit_of_work() as uow:
        operator, *_ = [authorize(uow, bank, by, needed, of=all_theirs) for needed in sorted(set(permissions))]
        intents = each(lambda draft: freeze(uow, bank, operator, draft), drafts)
        content = sha256(canonical_bytes([content_of(intent) for intent in intents])).hexdigest()
        known = uow.keys.claim(
            key,
            verb="batch",
            content={"maker": operator.id, "orders": content},
            result_id=key,
            at_s=intents[0].created_at_s,
        )
        if known is None:
            foresee(uow, intents)
            asked = zip(drafts, intents, strict=True)
            outcomes = each(lambda one: conclude(uow, bank, operator, *one, by=by), asked)
            uow.batches.add(key, outcomes)
        else:
            outcomes = uow.batches.outcomes(key)
        return tuple(shown(operator, outcome) for outcome in outcomes)
