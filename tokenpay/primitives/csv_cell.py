"""A cell of CSV that no spreadsheet runs as a formula."""

import re

# What a spreadsheet may take for the beginning of a formula, small, full-width and mathematical too; and our own mark.
# Before it stands whatever is not drawn: spaces, controls, zero-width characters.
_RISKY = re.compile(
    r"(^|;)(?=[\s\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"
    r"[=+\-@\t\r\n'\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212])"
)


def csv_cell(text: str) -> str:
    """Return a text behind an apostrophe, in each place where a spreadsheet might begin a formula."""
    return _RISKY.sub(r"\1'", text)
