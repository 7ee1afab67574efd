"""Stands before a verb of the bank, so that a test can stop time there, or lose the answer."""

from threading import Event
from typing import Any

import pytest

import tokenpay as tp


class Gate:
    """The verb is done, and its answer comes when `go_on` is set; with `after` the answer is an error instead."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, verb: str = "pay") -> None:
        self.calls = 0
        self.done = 0
        self.go_on = Event()
        self.after: tp.TokenpayError | None = None
        self._verb = getattr(tp, verb)
        monkeypatch.setattr(tp, verb, self._call, raising=False)

    def _call(self, *args: Any, **fields: Any) -> Any:
        self.calls += 1
        result = self._verb(*args, **fields)
        self.done += 1
        self.go_on.wait(5)
        if self.after is not None:
            raise self.after
        return result
