"""What the policy asks of one list: how old it may be, how far it may shrink, and who must have signed it."""

import re
from dataclasses import dataclass

from tokenpay.compliance.lists.form import ListForm
from tokenpay.errors import InvalidInput
from tokenpay.primitives.canonical import Value
from tokenpay.requests.visible import is_visible

MAX_NAME = 64
_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")
_MAX_AGE_S = 100 * 366 * 86_400


def checked_list_name(name: str) -> str:
    """Return a list's name as it is; raises InvalidInput unless it is 1 to 64 visible characters."""
    if not 0 < len(name) <= MAX_NAME or not is_visible(name) or name != name.strip():
        raise InvalidInput(f"a list has a name of up to {MAX_NAME} visible characters")
    return name


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRule:
    """One list that the policy requires: while it is not loaded, nothing is clear.

    `form` is the only one it may be loaded in, None for any. `max_age_s` is how old it may be, None for the policy's
    own `list_max_age_s`. A new version that keeps less than `keeps_percent` of the parties, names or addresses of the
    one in place is taken only from two people. With `public_keys` (Ed25519, 32 bytes as small hexadecimal digits) only
    what one of them signed is taken. Raises InvalidInput.
    """

    name: str
    form: ListForm | None = None
    max_age_s: int | None = None
    keeps_percent: int = 80
    public_keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        checked_list_name(self.name)
        if self.max_age_s is not None and not (type(self.max_age_s) is int and 0 <= self.max_age_s <= _MAX_AGE_S):
            raise InvalidInput(f"a list's max_age_s is a whole number from 0 to {_MAX_AGE_S}")
        if type(self.keeps_percent) is not int or not 0 <= self.keeps_percent <= 100:
            raise InvalidInput("a list's keeps_percent is a whole number from 0 to 100")
        if not all(_PUBLIC_KEY.fullmatch(key) for key in self.public_keys):
            raise InvalidInput("a list's public key is 64 small hexadecimal digits")

    def content(self) -> dict[str, Value]:
        """Return the canonical content as the policy holds it."""
        return {
            "name": self.name,
            "form": self.form.value if self.form else None,
            "max_age_s": self.max_age_s,
            "keeps_percent": self.keeps_percent,
            "public_keys": [*self.public_keys],
        }


def rule_from(content: dict[str, object]) -> ListRule:
    """Return the rule that a policy's stored content holds."""
    form, keys = content["form"], content["public_keys"]
    if not isinstance(keys, list):
        raise ValueError("public_keys")
    return ListRule(
        **{**content, "form": None if form is None else ListForm(form), "public_keys": tuple(keys)}  # type: ignore[arg-type]
    )
