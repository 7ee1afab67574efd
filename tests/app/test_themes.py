"""The colours: they go round, are kept, and need no colour to be read."""

from pathlib import Path

import pytest
import zxingcpp
from textual.color import Color

from terminal_app.screens.home import Home
from terminal_app.themes import CONTRAST, THEMES, offered
from tests.app.hand import run, terminal
from tests.app.test_qr_widget import painted
from tests.app.test_take_payment import ask_for
from tokenpay.testing import Branch


def test_they_go_round_and_the_next_start_has_them(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            seen = []
            for _ in THEMES:
                seen.append(hand.app.theme)
                await hand.press("ctrl+t")
            assert seen == list(THEMES)
            assert hand.app.theme == seen[0]
            await hand.press("ctrl+t", "ctrl+t")
            await hand.read("Colours: high contrast")
        async with terminal(branch, tmp_path) as hand:
            assert hand.app.theme == CONTRAST.name
            assert hand.app.memory.theme == CONTRAST.name
        (tmp_path / "theme").write_text("no such colours")
        async with terminal(branch, tmp_path) as hand:
            assert hand.app.theme == "textual-dark"

    run(flow())


def test_high_contrast_is_black_and_white(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            hand.app.memory.theme = CONTRAST.name
        async with terminal(branch, tmp_path) as hand:
            await hand.sign_in("tim")
            await hand.arrive(Home)
            for name in ("#bar", "#summary", "#open"):
                widget = hand.app.screen.query_one(name)
                back, front = widget.background_colors[1], widget.colors[3]
                assert abs(back.brightness - front.brightness) > 0.9, name
            assert hand.app.screen.query_one("#notice").styles.border_top[0] == "heavy"

    run(flow())


def test_the_terminals_own_colours_are_sixteen(branch: Branch, tmp_path: Path) -> None:
    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            hand.app.theme = "ansi-dark"
            await hand.pilot.pause()
            assert hand.app.native_ansi_color
            bar: Color = hand.app.screen.query_one("#bar").styles.background
            assert bar.ansi is not None

    run(flow())


def test_without_colour_the_code_still_reads(branch: Branch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def flow() -> None:
        async with terminal(branch, tmp_path) as hand:
            assert hand.app.no_color
            request_id = await ask_for(hand, "250.00")
            for _ in offered(no_color=True):
                await hand.press("ctrl+t")
                assert not hand.app.native_ansi_color
                (found,) = zxingcpp.read_barcodes(painted(hand))
                assert found.text.startswith("TKP:")
            assert request_id

    run(flow())


def test_a_terminal_without_colours_of_its_own_offers_the_others() -> None:
    assert offered(no_color=False) == list(THEMES)
    assert set(THEMES) - set(offered(no_color=True)) == {"ansi-dark"}
