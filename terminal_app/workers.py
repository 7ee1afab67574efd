"""Operations run in threads, so that nothing holds the screen up, and each ends in a message to who asked."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any, TypeVar

from textual.dom import DOMNode

import tokenpay as tp
from terminal_app.language import _
from terminal_app.messages import Answered

T = TypeVar("T")
Failed = Callable[[tp.TokenpayError], None]


def ask(asker: DOMNode, call: Callable[[], T], then: Callable[[T], None], failed: Failed, *, group: str) -> None:
    """Run `call` in a thread; its result goes to `then`, and what it raises to `failed`, on the asker's own loop.

    The thread knows its program as the asker did when it asked: a screen that has been left meanwhile hangs in none.
    """
    work = partial(copy_context().run, _work, asker, call, then, failed)
    asker.run_worker(work, thread=True, group=group, exit_on_error=False)


def _work(asker: DOMNode, call: Callable[[], Any], then: Callable[[Any], None], failed: Failed) -> None:
    try:
        deliver = partial(then, call())
    except tp.TokenpayError as error:
        deliver = partial(failed, error)
    except Exception as error:
        # A counter goes on after a defect. The text may hold what a person typed: only its kind is shown.
        deliver = partial(failed, tp.TokenpayError(_("an unexpected {kind}").format(kind=type(error).__name__)))
    asker.post_message(Answered(deliver))
