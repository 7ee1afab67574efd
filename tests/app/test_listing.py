"""The rows of a table are painted whole from the first time on."""

from textual.app import App, ComposeResult

from terminal_app.widgets.listing import Listing
from tests.app.hand import run

ROWS = [("1", ("12 500.00 DEUR", "Anna Berger")), ("2", ("5.00 DEUR", "Bo"))]


class Table(App[None]):
    def compose(self) -> ComposeResult:
        yield Listing("Sum", "For", id="rows")


def test_a_row_that_is_painted_before_the_table_has_measured_it_is_whole() -> None:
    async def flow() -> None:
        app = Table()
        async with app.run_test(size=(80, 24)) as pilot:
            listing = app.query_one(Listing)
            await pilot.pause()
            listing.fill(ROWS)
            at_once = listing.render_line(1).text  # as the screen may paint it, between two of the table's own turns
            assert "12 500.00 DEUR" in at_once
            assert "Anna Berger" in at_once
            await pilot.pause()
            assert listing.render_line(1).text == at_once
            await pilot.press("down")
            listing.fill([ROWS[0], ("2", ("5.00 DEUR", "Boris Keller the Second"))])
            assert "Boris Keller the Second" in listing.render_line(2).text
            await pilot.pause()
            assert "Boris Keller the Second" in listing.render_line(2).text
            assert listing.chosen == "2"
            listing.fill(ROWS[1:])
            assert listing.chosen == "2"
            assert listing.render_line(1).text.split("  ")[:2] == [" 5.00 DEUR", "Bo"]

    run(flow())
