"""A table that grows page by page as its end comes near: rows are added below, and none is drawn twice."""

from collections.abc import Iterable, Sequence

from rich.text import Text
from textual.widgets.data_table import RowDoesNotExist

from terminal_app.widgets.listing import Listing, Row


class Pages(Listing):
    """Rows have ids. What is drawn is what is on the screen, however many rows were read."""

    def fill(self, rows: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Show these rows and no others; the cursor stays on its row where that is among them."""
        filled = [(row_id, tuple(cells)) for row_id, cells in rows]
        if filled == self._filled and len(filled) == self.row_count:
            return
        here = self.chosen
        at_top = self.cursor_row == 0
        self._filled = filled
        self.clear()
        self.go_on(filled)
        if here is not None and not at_top and any(row_id == here for row_id, _cells in filled):
            self.move_cursor(row=self.get_row_index(here))

    def go_on(self, rows: Iterable[Row]) -> None:
        """Add rows below; one that is there already is not added again."""
        for row_id, cells in rows:
            if row_id not in self.rows:
                self.add_row(*(Text(cell) for cell in cells), key=row_id)

    def bring_up_to_date(self, rows: Iterable[Row]) -> None:
        """Say anew what is known of the rows that are there; others wait until the table is filled again."""
        for row_id, cells in rows:
            try:
                before = self.get_row(row_id)
            except RowDoesNotExist:
                continue
            for place, cell in enumerate(cells):
                if before[place].plain != cell:
                    self.update_cell(row_id, str(place), Text(cell))
