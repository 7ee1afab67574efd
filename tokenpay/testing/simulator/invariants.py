"""What is true of a bank after every step, whatever just happened to it: one function each, named for what holds.

Each looks at what the step touched; asked of books that were read anew, at all there is.
"""

from collections import Counter
from collections.abc import Callable

from tokenpay.audit.record import AuditHead, verify_stream
from tokenpay.compliance.limits import UNLIMITED
from tokenpay.errors import IntegrityError
from tokenpay.ledger.account import Account
from tokenpay.ledger.chart import AccountKind
from tokenpay.ledger.transfer import TransferState
from tokenpay.payments.deposit import DepositOutcome, DepositState
from tokenpay.payments.intent import Purpose
from tokenpay.payments.payment import ENDED, ON_ITS_WAY, UNPAID, PaymentState
from tokenpay.testing.simulator.answers import known_as
from tokenpay.testing.simulator.book_rows import BookPayment, BookTransfer
from tokenpay.testing.simulator.broken import Broken
from tokenpay.testing.simulator.world import World

Invariant = Callable[[World], None]
_PAYING = frozenset({"batch", *Purpose})
"""The verbs whose keys stand for payments."""
_PENDING, _POSTED, _VOIDED = TransferState.PENDING, TransferState.POSTED, TransferState.VOIDED


def every_asset_balances(world: World) -> None:
    """For each asset debits are credits, posted and pending."""
    for (asset_id, kind), units in world.books.totals.items():
        if units:
            raise Broken("every_asset_balances", f"{kind} debits and credits of {asset_id} differ by {units}")


def no_account_is_overdrawn(world: World) -> None:
    """A bounded account has nothing less than zero available, and its column says what its totals say."""
    for id in sorted(world.books.change.accounts):
        found = world.books.accounts[id]
        account = Account(
            kind=found.kind,
            owner=found.owner,
            asset_id=found.asset_id,
            debits_pending=found.debits_pending,
            debits_posted=found.debits_posted,
            credits_pending=found.credits_pending,
            credits_posted=found.credits_posted,
            version=found.version,
        )
        if account.available_units != found.available_units or (found.available_units or 0) < 0:
            raise Broken("no_account_is_overdrawn", f"{id} has {account.available_units}, says {found.available_units}")


def accounts_are_their_entries(world: World) -> None:
    """An account's posted totals are its entries, its pending ones the pending transfers, each entry numbered."""
    books = world.books
    if books.change.misnumbered:
        raise Broken("accounts_are_their_entries", f"an entry of {books.change.misnumbered[0]} follows none before it")
    for id in sorted(books.change.accounts):
        account, sum_ = books.accounts[id], books.replayed[id]
        here = (account.debits_posted, account.credits_posted, account.version)
        pending = (account.debits_pending, account.credits_pending)
        if here != (sum_.debits, sum_.credits, sum_.entries):
            raise Broken("accounts_are_their_entries", f"{id} has posted {here}, its entries add up otherwise")
        if pending != (sum_.pending_debits, sum_.pending_credits):
            raise Broken("accounts_are_their_entries", f"{id} has pending {pending}, its transfers add up otherwise")


def custody_is_the_chain(world: World) -> None:
    """What the books hold at an address as of the last block they judged final is what the chain holds there."""
    books = world.books
    final = world.final_number()
    state = world.chain.mined(final).state
    moved = final != books.compared
    for id, account in books.accounts.items():
        if account.kind is not AccountKind.CUSTODY or not (moved or id in books.change.accounts):
            continue
        beyond = books.posted[id] = [entry for entry in books.posted[id] if entry[0] > final]
        booked = account.debits_posted - account.credits_posted - sum(units for _, units in beyond)
        held = state.holding(*books.holding_of(id))
        if booked != held:
            raise Broken("custody_is_the_chain", f"{id} is {booked} in the books and {held} in block {final}")
    books.compared = final


def payments_moved_what_they_say(world: World) -> None:
    """Each payment has moved, reserved or given back exactly what its state says, and its transaction's gas."""
    books = world.books
    for id in books.change.payments:
        payment = books.payments[id]
        moved = [books.transfers[transfer] for transfer in books.moved[id]]
        if not _moved_right(payment, moved):
            states = ", ".join(f"{transfer.units} {transfer.state}" for transfer in moved)
            raise Broken("payments_moved_what_they_say", f"{id} is {payment.state} and moved {states or 'nothing'}")


def _moved_right(payment: BookPayment, moved: list[BookTransfer]) -> bool:
    state = PaymentState(payment.state)
    expected = _POSTED if state is PaymentState.FINAL else _VOIDED if state in UNPAID else _PENDING
    posted_units = payment.units if expected is _POSTED else 0
    own = [transfer for transfer in moved if transfer.asset_id == payment.asset_id]
    beside = [transfer for transfer in moved if transfer.asset_id != payment.asset_id]
    if payment.purpose in (Purpose.COLLECTION, Purpose.FILL):
        own, beside = [], moved
    elif [(one.state, one.units, one.posted_units) for one in own] != [(expected, payment.units, posted_units)]:
        return False
    states = {transfer.state for transfer in beside}
    if payment.purpose == Purpose.EXCHANGE:
        return states == {expected}
    stands = [transfer.state for transfer in beside if transfer.state != _VOIDED]  # where fees rose, more was reserved
    if state in ON_ITS_WAY:
        return stands == [_PENDING]
    if state in (PaymentState.FINAL, PaymentState.FAILED) and payment.nonce is not None:
        return stands == [_POSTED]
    return not stands


def deposits_moved_what_they_say(world: World) -> None:
    """A deposit that is seen is pending, one that is final is posted whole or set aside, an orphan is voided."""
    books = world.books
    for id in books.change.deposits:
        deposit = books.deposits[id]
        moved = [books.transfers[transfer] for transfer in books.moved[id]]
        pending = sum(transfer.state == _PENDING for transfer in moved)
        posted_units = sum(transfer.posted_units for transfer in moved)
        if deposit.state == DepositState.FINAL:
            whole = posted_units == deposit.units or deposit.outcome != DepositOutcome.CREDITED
            right = not pending and posted_units <= deposit.units and whole
            right = right and (posted_units > 0) is (deposit.outcome != DepositOutcome.NOTHING)
        else:
            right = posted_units == 0 and pending == (1 if deposit.state == DepositState.SEEN else 0)
        if not right:
            raise Broken("deposits_moved_what_they_say", f"{id} is {deposit.state} and moved {posted_units}")


def customers_have_what_is_theirs(world: World) -> None:
    """A customer has what deposits brought them, plus final payments to them, less final payments by them."""
    books, due = world.books, world.books.due
    for id, before in books.change.payments.items():
        payment = books.payments[id]
        if payment.state == PaymentState.FINAL and before != PaymentState.FINAL:
            due[payment.debtor, payment.asset_id] -= payment.units
            due[payment.creditor, payment.asset_id] += payment.units
    for id, before in books.change.deposits.items():
        if books.deposits[id].state == DepositState.FINAL and before != DepositState.FINAL:
            for transfer in (books.transfers[transfer] for transfer in books.moved[id]):
                due[transfer.credit.removesuffix(f"/{transfer.asset_id}"), transfer.asset_id] += transfer.posted_units
    for id in sorted(books.change.accounts):
        account = books.accounts[id]
        if account.kind is AccountKind.CUSTOMER:
            has = account.credits_posted - account.debits_posted
            if has != due[f"customer/{account.owner}", account.asset_id]:
                raise Broken("customers_have_what_is_theirs", f"{id} has {has}, and is due something else")


def nothing_is_paid_twice(world: World) -> None:
    """One payment is one key and at most one transaction of the chain; what ended unpaid is on none."""
    books, carried = world.books, world.carried
    for id in books.change.payments:
        keys = [key for key in books.keyed[id] if books.keys[key][0] in _PAYING]
        counted = books.payments[id].purpose == Purpose.VARIANCE  # it stands under the key of its shift's count
        if len(keys) != (0 if counted else 1):
            raise Broken("nothing_is_paid_twice", f"payment {id} stands for {len(keys)} keys")
    for transaction_hash in carried.touched:
        payment_id = books.signed.get(transaction_hash)
        if payment_id is None:
            raise Broken(
                "nothing_is_paid_twice", f"the chain carries 0x{transaction_hash.hex()}, which nobody signed for"
            )
        if len(books.carried[payment_id]) > 1 or carried.times[transaction_hash] > 1:
            raise Broken("nothing_is_paid_twice", f"the chain carries payment {payment_id} more than once")
    for id in {**books.change.payments, **{books.signed[one]: None for one in carried.touched}}:
        payment = books.payments[id]
        left = _left(world, id)
        if payment.state == PaymentState.FINAL and payment.rail == "chain" and not left:
            if payment.purpose != Purpose.COLLECTION:
                raise Broken("nothing_is_paid_twice", f"payment {id} is final and on no chain")
        elif left and payment.state in UNPAID:
            raise Broken("nothing_is_paid_twice", f"payment {id} is {payment.state}, and on the chain")


def _left(world: World, payment_id: str) -> bool:
    """Whether the chain carries what a payment is for: a no-op recalls it, but where it is one itself."""
    fills = world.books.payments[payment_id].purpose == Purpose.FILL
    done = world.carried.succeeded if fills else world.carried.paying
    return not done.isdisjoint(world.books.carried.get(payment_id, ()))


def outsiders_have_what_was_paid(world: World) -> None:
    """Each address outside that was paid holds what the payments on the chain brought it, to the last unit."""
    books = world.books
    head = world.chain.mined(world.chain.height).state
    for id in dict.fromkeys(books.signed[one] for one in world.carried.touched):
        payment = books.payments[id]
        if payment.purpose not in (Purpose.PAYMENT, Purpose.REFUND) or payment.rail != "chain":
            continue
        paid = sum(
            other.units
            for other_id, other in (
                (other_id, books.payments[other_id]) for other_id in books.paid_to[payment.creditor]
            )
            if _left(world, other_id)
        )
        held = head.holding(*books.party_of(payment))
        if held != paid:
            raise Broken("outsiders_have_what_was_paid", f"{payment.creditor} holds {held} and was paid {paid}")


def nothing_answered_is_lost(world: World) -> None:
    """Whatever a caller was told stands in the books, under the key they asked with."""
    answers = world.answers
    told = list(answers.known.values()) if world.books.whole else answers.fresh
    for answer in told:
        verb, found = world.books.keys.get(answer.key, ("", ""))
        if (known_as(world.books.batches[answer.key]) if verb == "batch" else found) != answer.id:
            raise Broken("nothing_answered_is_lost", f"{answer.id} was answered to {answer.key} and is not there")
    answers.fresh.clear()


def what_ended_stays_ended(world: World) -> None:
    """A payment that ended never begins again, and a final deposit stays final."""
    books = world.books
    for id, before in books.change.payments.items():
        if before is not None and PaymentState(before) in ENDED and books.payments[id].state != before:
            raise Broken("what_ended_stays_ended", f"payment {id} was {before} and is {books.payments[id].state}")
    for id, before in books.change.deposits.items():
        if before == DepositState.FINAL and books.deposits[id].state != before:
            raise Broken("what_ended_stays_ended", f"deposit {id} was final and is {books.deposits[id].state}")


def history_is_only_added_to(world: World) -> None:
    """No entry, record, approval or clearance is changed or taken away, and every audit stream is whole."""
    books = world.books
    if books.change.forbidden:
        raise Broken("history_is_only_added_to", books.change.forbidden[0])
    try:
        for record in books.change.records:
            start = books.heads.get(record.stream, AuditHead(stream=record.stream))
            books.heads[record.stream] = verify_stream([record], start)
    except IntegrityError as error:
        raise Broken("history_is_only_added_to", error.message) from None
    for stream, seq, hash in books.ask("SELECT stream, seq, hash FROM audit_heads") if books.change.records else ():
        head = books.heads.get(stream)
        if seq and (head is None or (head.seq, head.hash) != (seq, hash)):
            raise Broken("history_is_only_added_to", f"the head of stream {stream} is not where its records lead")


def limits_hold(world: World) -> None:
    """Nobody stands above a day's limit, and at the day's end the counters are what that day's payments add up to."""
    books, policy = world.books, world.policy
    if not books.whole:
        return
    rows = books.ask("SELECT scope, asset_id, day, used_units FROM limit_counters")
    used = {(scope, asset_id, day): int(units) for scope, asset_id, day, units in rows if int(units)}
    expected: Counter[tuple[str, str, str]] = Counter()
    for id, scope, asset_id, day in books.ask("SELECT payment_id, scope, asset_id, day FROM limit_uses"):
        payment = books.payments[id]
        if PaymentState(payment.state) not in UNPAID and Purpose(payment.purpose) not in UNLIMITED:
            expected[scope, asset_id, day] += books.units_in(id, asset_id)
    if used != expected:
        raise Broken("limits_hold", "the day's counters are not what the payments add up to")
    for (scope, asset_id, day), units in used.items():
        limits = policy.limits[asset_id]
        if units > (limits.customer_day_units if scope.startswith("customer/") else limits.operator_day_units):
            raise Broken("limits_hold", f"{scope} used {units} of {asset_id} on {day}")


INVARIANTS: tuple[Invariant, ...] = (
    every_asset_balances,
    no_account_is_overdrawn,
    accounts_are_their_entries,
    custody_is_the_chain,
    payments_moved_what_they_say,
    deposits_moved_what_they_say,
    customers_have_what_is_theirs,
    nothing_is_paid_twice,
    outsiders_have_what_was_paid,
    nothing_answered_is_lost,
    what_ended_stays_ended,
    history_is_only_added_to,
    limits_hold,
)
"""What a simulation checks after every step; give it more of your own."""
