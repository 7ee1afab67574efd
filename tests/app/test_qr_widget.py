"""The QR code on the screen reads back, from a picture of what the terminal paints, in every theme and both sizes."""

from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

import tokenpay as tp
from terminal_app.screens.request import RequestScreen
from terminal_app.themes import THEMES
from terminal_app.widgets.qr import Qr
from tests.app import SIZES
from tests.app.hand import Hand, run, terminal
from tests.app.test_take_payment import ask_for
from tokenpay.testing import Branch

HALVES = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}
MODULE_PX = 4


def painted(hand: Hand) -> Image.Image:
    """What the code's part of the screen looks like: each half of a character in the colour it is painted in."""
    region = hand.app.screen.query_one(Qr).region
    lines = hand.app.screen._compositor.render_strips()
    assert region.bottom <= len(lines), "the code does not fit the screen"
    picture = Image.new("RGB", (region.width, region.height * 2))
    for y in range(region.y, region.bottom):
        x = 0
        for text, style, _ in lines[y]:
            assert style is not None
            for letter in text:
                if region.x <= x < region.right and style.bgcolor and style.color:  # else it is being laid out anew
                    colours = style.bgcolor.get_truecolor(), style.color.get_truecolor()
                    for half in (0, 1):
                        place = (x - region.x, (y - region.y) * 2 + half)
                        picture.putpixel(place, tuple(colours[HALVES[letter][half]]))
                x += 1
    return picture.resize((picture.width * MODULE_PX, picture.height * MODULE_PX), Image.Resampling.NEAREST)


@pytest.mark.parametrize("theme", THEMES)
def test_the_code_reads_back_in_every_theme(branch: Branch, tmp_path: Path, theme: str) -> None:
    _reads_back(branch, tmp_path, SIZES[0], theme)


def test_on_a_wide_screen_every_form_of_the_code_reads_back(branch: Branch, tmp_path: Path) -> None:
    _reads_back(branch, tmp_path, SIZES[1], next(iter(THEMES)))


def _reads_back(branch: Branch, folder: Path, size: tuple[int, int], theme: str) -> None:
    async def flow() -> None:
        async with terminal(branch, folder, size) as hand:
            request_id = await ask_for(hand, "250.00")
            for _ in range(list(THEMES).index(theme)):
                await hand.press("ctrl+t")
            assert hand.app.theme == theme
            request = tp.get_request(branch.bank, request_id, by=branch.tim).request
            assert request.deposit_address is not None
            forms = [request.reference, request.deposit_address.text]
            forms += [str(tp.Eip681.of(request))] if size[0] > 80 else []
            assert isinstance(hand.app.screen, RequestScreen)
            for text in forms:
                await hand.pilot.pause()
                assert [found.text for found in zxingcpp.read_barcodes(painted(hand))] == [text]
                await hand.press("f5")

    run(flow())
