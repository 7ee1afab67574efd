"""One line of what the doctor found."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`state` is ok, warn or fail; what is not ok has a remedy."""

    subject: str
    state: Literal["ok", "warn", "fail"]
    message: str
    remedy: str = ""


def ok(subject: str, message: str) -> Finding:
    return Finding(subject=subject, state="ok", message=message)


def warn(subject: str, message: str, remedy: str) -> Finding:
    return Finding(subject=subject, state="warn", message=message, remedy=remedy)


def fail(subject: str, message: str, remedy: str) -> Finding:
    return Finding(subject=subject, state="fail", message=message, remedy=remedy)
