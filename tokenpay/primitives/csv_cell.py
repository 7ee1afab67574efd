"""A cell of CSV that no spreadsheet runs as a formula."""

import re

# What a spreadsheet may take for the beginning of a formula, in ASCII and in full width; and our own mark.
_RISKY = re.compile(r"(^|;)(?=\s*[=+\-@\t\r\n＝＋－＠'])")  # noqa: RUF001


def csv_cell(text: str) -> str:
    """Return a text behind an apostrophe, in each place where a spreadsheet might begin a formula."""
    return _RISKY.sub(r"\1'", text)
