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
        here = self.chosen
        self._filled = filled
        self.clear()
        self._measure()
        for row_id, cells in filled:
            self.add_row(*(Text(cell) for cell in cells), key=row_id)
        ids = [row_id for row_id, _ in filled]
        if here in ids:
            self.move_cursor(row=ids.index(here))

    def _measure(self) -> None:
        """Make each column as wide as what stands in it: painted before the table has done so, a row would stay cut."""
        for place, column in enumerate(self.ordered_columns):
            cells = [self._names[place], *(cells[place] for _id, cells in self._filled)]
            column.content_width = max(map(cell_len, cells))

    @property
    def chosen(self) -> str | None:
        """The id of the row under the cursor."""
        if not 0 <= self.cursor_row < self.row_count:
            return None
        return self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value
