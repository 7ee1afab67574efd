"""Rows to walk through with the arrow keys and open with Enter."""

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.text import Text
from textual.widgets import DataTable

Row = tuple[str, tuple[str, ...]]
"""An id, and the cells of a row."""


class Listing(DataTable[Text]):
    """A table whose rows have ids; filled anew, the cursor stays on the row it was on."""

    def __init__(self, *columns: str, id: str) -> None:
        super().__init__(id=id, cursor_type="row", zebra_stripes=True, cell_padding=1)
        self._names = columns
        self._filled: list[Row] = []

    def on_mount(self) -> None:
        for place, name in enumerate(self._names):
            self.add_column(name, key=str(place))

    def fill(self, rows: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Show these rows, each an id and its cells; what people wrote is text, never markup."""
        filled = [(row_id, tuple(cells)) for row_id, cells in rows]
        if filled == self._filled:
            return
        ids = [row_id for row_id, _ in filled]
        here, before, self._filled = self.chosen, self._filled, filled
        if ids == [row_id for row_id, _ in before]:
            self._change(before)
            return
        self.clear()
        self._measure()
        for row_id, cells in filled:
            self.add_row(*(Text(cell) for cell in cells), key=row_id)
        if here in ids:
            self.move_cursor(row=ids.index(here))

    def _change(self, before: list[Row]) -> None:
        """Write the cells that say something else than before: of a thousand rows under way few do at once."""
        wider = self._measure()
        for (row_id, was), (_id, cells) in zip(before, self._filled, strict=True):
            for place, cell in enumerate(cells):
                if cell != was[place]:  # the table measures every row of a column for each cell that asks for it
                    self.update_cell(row_id, str(place), Text(cell), update_width=wider)
                    wider = False

    def _measure(self) -> bool:
        """Make each column as wide as what stands in it, and tell whether one was not.

        Painted before the table itself has done so, a row would stay cut.
        """
        before = [column.content_width for column in self.ordered_columns]
        for place, column in enumerate(self.ordered_columns):
            cells = [self._names[place], *(cells[place] for _id, cells in self._filled)]
            column.content_width = max(map(cell_len, cells))
        return before != [column.content_width for column in self.ordered_columns]

    @property
    def chosen(self) -> str | None:
        """The id of the row under the cursor."""
        if not 0 <= self.cursor_row < self.row_count:
            return None
        return self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value
