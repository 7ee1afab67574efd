"""What callers were told: kept where no crash of the bank reaches it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A call that was answered: the key, what the answer is known by, and how to ask again."""

    key: str
    id: str
    again: Callable[[], Any]


def id_of(answer: Any) -> str | None:
    """Return what an answer is known by: its id, or for a batch those of its payments, in order."""
    if isinstance(answer, tuple):
        return known_as(getattr(outcome, "id", None) for outcome in answer)
    return getattr(answer, "id", None)


def known_as(payment_ids: Iterable[str | None]) -> str:
    """Return what a batch is known by; None is an order that was refused."""
    return ",".join(id or "refused" for id in payment_ids)


@dataclass
class Answers:
    """Every answer by its key, and those of the last step."""

    known: dict[str, Answer] = field(default_factory=dict)
    fresh: list[Answer] = field(default_factory=list)

    def add(self, answer: Answer) -> None:
        self.known[answer.key] = answer
        self.fresh.append(answer)
