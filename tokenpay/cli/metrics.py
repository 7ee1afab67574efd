"""What an engine counts, as Prometheus reads it: the engine's own numbers, and the bank's from its books."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any

import tokenpay as tp

if TYPE_CHECKING:
    from tokenpay import Bank, BankHealth, Cycle, Session

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATELY_S = 60.0
"""A turn that ended so long ago, beyond the pause, ended lately: nodes that do not answer make one long."""


class Metrics:
    """Counts turns in the engine's thread and tells of them in others. No label holds anything of a customer."""

    def __init__(self, bank: "Bank", *, pause_s: float) -> None:
        self._bank = bank
        self._lately_s = LATELY_S + pause_s
        self._lock = Lock()
        self._reading = Lock()
        self._by: Session | None = None
        self._turns = 0
        self._errors: Counter[str] = Counter()
        self._leases = 0
        self._took_s = 0.0
        self._ended_s = time.monotonic()
        self._ended_at_s: int | None = None
        self._trouble = ""

    def signed_in(self, by: "Session") -> "Session":
        """Read the books as this session from now on."""
        with self._lock:
            self._by = by
        return by

    def turned(self, cycle: "Cycle") -> None:
        """Count a turn; one that could not end counts as its error alone."""
        errors = [cycle.error, *(turn.error for turn in cycle.chains)]
        with self._lock:
            self._errors.update(error.code for error in errors if error is not None)
            self._leases = len(cycle.leases)
            self._trouble = "" if cycle.error is None else cycle.error.code
            if cycle.error is None:
                self._turns += 1
                self._took_s = cycle.took_s
                self._ended_s = time.monotonic()
                self._ended_at_s = self._bank.clock.now_s()

    def health(self) -> tuple[bool, str]:
        """Return whether a turn ended lately and the books can be read, and one line that says so."""
        with self._lock:
            ended, ago_s, trouble = self._ended_at_s is not None, time.monotonic() - self._ended_s, self._trouble
        books = self._books()
        if books is None:
            return False, "the books cannot be read"
        if books.store_halted:
            return False, f"the books are not written: {books.store_halted}"
        if ago_s > self._lately_s or (not ended and trouble):
            return False, f"no turn has ended for {ago_s:.0f} s{trouble and f': {trouble}'}"
        return True, f"a turn ended {ago_s:.0f} s ago" if ended else "the first turn has begun"

    def text(self) -> str:
        """Return every metric in the text format of Prometheus."""
        books = self._books()
        lines = [*self._own(), *_gauge("tokenpay_store_up", "Whether the books can be read.", int(books is not None))]
        if books is not None:
            lines += [*_of_bank(books), *_of_heads(books), *_of_chains(books)]
        return "\n".join(lines) + "\n"

    def _books(self) -> "BankHealth | None":
        with self._lock:
            by = self._by
        if by is None:
            return None
        with self._reading:  # many who ask at once do not ask the database at once
            try:
                return tp.bank_health(self._bank, by=by)
            except tp.TokenpayError:
                return None

    def _own(self) -> Iterator[str]:
        with self._lock:
            turns, errors, leases, took_s = self._turns, dict(self._errors), self._leases, self._took_s
            ended_at_s = self._ended_at_s
        yield from _counter("tokenpay_engine_turns_total", "Turns that ended.", turns)
        yield from _family("tokenpay_engine_errors_total", "counter", "Errors of turns, by code.", "code", errors)
        yield from _gauge("tokenpay_engine_turn_seconds", "How long the last turn took.", round(took_s, 3))
        yield from _gauge("tokenpay_engine_leases", "Leases that this engine holds.", leases)
        if ended_at_s is not None:
            name = "tokenpay_engine_turn_timestamp_seconds"
            yield from _gauge(name, "When the last turn ended.", ended_at_s)


def _of_bank(books: "BankHealth") -> Iterator[str]:
    states = {state.value: count for state, count in books.states.items()}
    yield from _family("tokenpay_payments", "gauge", "Payments under way, by state.", "state", states)
    name = "tokenpay_payment_oldest_seconds"
    yield from _gauge(name, "For how long the payment that waits longest has not moved.", books.oldest_payment_s)
    yield from _gauge("tokenpay_cases", "Open cases.", books.open_cases)
    halted = int(bool(books.store_halted))
    yield from _gauge("tokenpay_store_halted", "Whether this process writes no more: its disk failed.", halted)
    yield from _gauge("tokenpay_stopped", "Whether all payments are stopped.", int(bool(books.stopped_by)))
    yield from _counter("tokenpay_events_total", "Events written.", books.events)
    yield from _gauge("tokenpay_event_lag_seconds", "How long the oldest unreadable event waits.", books.event_lag_s)


def _of_heads(books: "BankHealth") -> Iterator[str]:
    # The first word of a place says what it is; the rest may be a path or a host.
    kinds = sorted({place.sink.split()[0] for place in books.head_sinks})
    mine = {kind: [place for place in books.head_sinks if place.sink.split()[0] == kind] for kind in kinds}

    def family(name: str, what: str, values: Mapping[str, int]) -> list[str]:
        return _family(f"tokenpay_{name}", "gauge", what, "sink", values)

    yield from family(
        "heads_waiting",
        "Signed heads that a place lacks.",
        {name: sum(p.waiting for p in mine[name]) for name in kinds},
    )
    yield from family(
        "head_oldest_seconds",
        "For how long the oldest of them has waited.",
        {name: max(place.oldest_s for place in mine[name]) for name in kinds},
    )
    troubled = {name: int(any(place.trouble for place in mine[name])) for name in kinds}
    yield from family("head_sink_troubled", "Whether a place took no head, or none could be signed.", troubled)


def _of_chains(books: "BankHealth") -> Iterator[str]:
    def family(name: str, what: str, values: Mapping[int, int | None]) -> list[str]:
        return _family(f"tokenpay_{name}", "gauge", what, "chain_id", values)

    chains = {chain.chain_id: chain for chain in books.chains}
    yield from family(
        "chain_head_number", "The newest block taken in.", {id: c.head_number for id, c in chains.items()}
    )
    yield from family(
        "chain_final_number", "The newest block judged.", {id: c.final_number for id, c in chains.items()}
    )
    for name, what, times in (
        ("head", "Age of the newest block taken in.", {id: c.head_at_s for id, c in chains.items()}),
        ("final", "Age of the newest block judged.", {id: c.final_at_s for id, c in chains.items()}),
        ("seen", "Since the chain last answered.", {id: c.seen_at_s for id, c in chains.items()}),
    ):
        ages = {id: None if at_s is None else max(0, books.at_s - at_s) for id, at_s in times.items()}
        yield from family(f"chain_{name}_age_seconds", what, ages)
    yield from family(
        "chain_halted", "Whether the chain is halted.", {id: int(bool(c.halted)) for id, c in chains.items()}
    )
    troubled = {id: int(bool(c.trouble)) for id, c in chains.items()}
    yield from family("chain_troubled", "Whether the last turn there stopped short.", troubled)
    yield from family(
        "chain_payments", "Payments under way to the chain.", {id: c.payments for id, c in chains.items()}
    )
    yield from family("deposits", "Deposits seen and not final.", {id: c.deposits for id, c in chains.items()})


def _counter(name: str, what: str, value: int) -> list[str]:
    return [f"# HELP {name} {what}", f"# TYPE {name} counter", f"{name} {value}"]


def _gauge(name: str, what: str, value: float) -> list[str]:
    return [f"# HELP {name} {what}", f"# TYPE {name} gauge", f"{name} {value}"]


def _family(name: str, kind: str, what: str, label: str, values: Mapping[Any, int | None]) -> list[str]:
    rows = [f'{name}{{{label}="{key}"}} {value}' for key, value in values.items() if value is not None]
    return [f"# HELP {name} {what}", f"# TYPE {name} {kind}", *rows]
