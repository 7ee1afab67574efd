"""A report on the screen: a title, and blocks of rows whose columns stand below one another."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.widgets import Static


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Rows of cells below a title; the first cell of each is its label, the others stand to the right."""

    title: str
    rows: tuple[tuple[str, ...], ...]


class Report(Static):
    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)

    def fill(self, blocks: Iterable[Block]) -> None:
        self.update(report_text(blocks))


def report_text(blocks: Iterable[Block]) -> str:
    """Return a report as plain text, as it stands on the screen."""
    return "\n\n".join("\n".join((*([block.title] if block.title else []), *_rows(block.rows))) for block in blocks)


def _rows(rows: tuple[tuple[str, ...], ...]) -> Iterable[str]:
    columns = max((len(row) for row in rows), default=0)
    widths = [max((len(row[place]) for row in rows if place < len(row)), default=0) for place in range(columns)]
    for row in rows:
        label, *cells = row
        right = "  ".join(cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=False))
        yield f"  {label.ljust(widths[0])}  {right}".rstrip()
