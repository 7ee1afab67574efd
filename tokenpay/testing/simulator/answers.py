"""What callers were told: kept where no crash of the bank reaches it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A call that was answered: the key, the id of the result, and how to ask again."""

    key: str
    id: str
    again: Callable[[], Any]


@dataclass
class Answers:
    """Every answer by its key, and those of the last step."""

    known: dict[str, Answer] = field(default_factory=dict)
    fresh: list[Answer] = field(default_factory=list)

    def add(self, answer: Answer) -> None:
        self.known[answer.key] = answer
        self.fresh.append(answer)
