"""What a terminal keeps on its own disk: acts not answered yet, its place in the feed, and its colours.

Everything else is the bank's. A file appears whole or not at all, and for its owner alone.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import tokenpay as tp
from terminal_app.language import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An act as a person confirmed it: `act` names it, `fields` is what its verb is given. `key` names this one act.

    `amount` and `whom` are its content in words, for the list of what was not answered.
    """

    key: str
    operator: str
    act: str
    fields: Mapping[str, str]
    amount: str
    whom: str
    confirmed_at_s: int

    def __post_init__(self) -> None:
        texts = (self.key, self.operator, self.act, self.amount, self.whom, *self.fields.keys(), *self.fields.values())
        if not all(isinstance(text, str) for text in texts) or type(self.confirmed_at_s) is not int:
            raise TypeError("an order is made of texts and a time")


def new_key() -> str:
    """Return the key of an act that has just been confirmed."""
    return f"terminal/{secrets.token_hex(16)}"


class Memory:
    """One folder on this terminal's disk, for one bank."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._orders = folder / "orders"
        self._cursor = folder / "cursor"
        self._theme = folder / "theme"
        self._shown = folder / "shown"
        try:
            for path in (folder, self._orders):
                path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise tp.Unavailable(_("this terminal's own folder cannot be written")) from None

    def keep(self, order: Order) -> None:
        """Write an order down before it is sent; raises tp.Unavailable, and then it must not be sent."""
        self._write(self._order(order.key), json.dumps(asdict(order)))

    def forget(self, order: Order) -> None:
        """Drop an order that has been answered."""
        self._order(order.key).unlink(missing_ok=True)

    def unanswered(self) -> list[Order]:
        """Return orders that were confirmed and not answered, oldest first; raises tp.IntegrityError."""
        try:
            orders = [Order(**json.loads(path.read_bytes())) for path in self._orders.glob("*.json")]
        except (OSError, ValueError, TypeError, AttributeError):
            raise tp.IntegrityError(_("what this terminal wrote down cannot be read")) from None
        return sorted(orders, key=lambda order: (order.confirmed_at_s, order.key))

    @property
    def holds_orders(self) -> bool:
        """Whether any order is written down here, readable or not."""
        return any(self._orders.glob("*.json"))

    @property
    def cursor(self) -> str | None:
        """Where the feed goes on; None at the first start."""
        try:
            return self._cursor.read_text("ascii").strip() or None
        except (OSError, UnicodeError):
            return None

    @cursor.setter
    def cursor(self, cursor: str) -> None:
        self._write(self._cursor, cursor)

    @property
    def theme(self) -> str:
        """The colours that were chosen here; empty before any were."""
        try:
            return self._theme.read_text("ascii").strip()
        except (OSError, UnicodeError):
            return ""

    @theme.setter
    def theme(self, name: str) -> None:
        self._write(self._theme, name)

    def show(self, request_id: str, code: str = "") -> None:
        """Name the request that the customer's screen of this terminal shows, and the code chosen for it."""
        with suppress(tp.Unavailable):  # that screen then shows what it did; its own look at the bank goes on
            self._write(self._shown, f"{request_id}\n{code}")

    @property
    def shown(self) -> tuple[str, str]:
        """The request that the customer's screen shows, empty for none, and the code chosen for it, empty for any."""
        try:
            request_id, _line, code = self._shown.read_text("utf-8").partition("\n")
        except (OSError, UnicodeError):
            return "", ""
        return request_id, code

    def _order(self, key: str) -> Path:
        return self._orders / f"{key.rpartition('/')[2]}.json"

    @staticmethod
    def _write(path: Path, text: str) -> None:
        draft = path.with_name(f"{path.name}.partial")
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(descriptor)
            draft.replace(path)
        except OSError:
            raise tp.Unavailable(_("this terminal's own folder cannot be written")) from None
