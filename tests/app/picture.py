"""Make the pictures of the terminal for the guides: `python -m tests.app.picture`."""

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from terminal_app.screens.case import CaseScreen
from terminal_app.screens.count import CountToClose
from terminal_app.screens.day import DayScreen
from terminal_app.screens.pay_confirm import PayConfirm
from terminal_app.screens.payment import PaymentScreen
from terminal_app.screens.room import Room
from terminal_app.widgets.count_form import CountForm
from tests.app.hand import Hand, run, terminal
from tests.app.rooms import Scene, set_scene, settle
from tests.app.test_pay_out import PAYEE, fill
from tests.app.test_take_payment import ask_for, deposit
from tokenpay.testing import Branch, euro, open_branch

IMAGES = Path(__file__).parents[2] / "docs" / "images"
ROOMS: dict[str, tuple[Callable[[Scene], Room], tuple[str, ...]]] = {
    "approval": (lambda scene: PaymentScreen(scene.payments["held"].id), ()),
    "case": (lambda scene: CaseScreen(scene.overpaid.id), ()),
    "count": (lambda scene: CountToClose(scene.shifts["drawer-3"].id, "drawer-3"), ("1", "x", "5", "0", "enter")),
    "day": (lambda scene: DayScreen(), ("f9",)),
}
"""What Vera opens and presses, by the name of its picture."""
NAMES = ("terminal", "pay_out", *ROOMS)
FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def take(hand: Hand, name: str) -> None:
    """Write what the screen looks like. Fonts would come from a server: the reader's own monospaced one does."""
    picture = FONT_FACE.sub("", hand.app.export_screenshot(title="tokenpay-terminal")).strip()
    (IMAGES / f"{name}.svg").write_text(picture + "\n")


async def part_paid(branch: Branch, folder: Path) -> None:
    async with terminal(branch, folder) as hand:
        request_id = await ask_for(hand, "250.00")
        deposit(branch, request_id, euro("100"))
        branch.turn()
        await hand.read("PART PAID")
        take(hand, "terminal")


async def paid_out(branch: Branch, folder: Path) -> None:
    async with terminal(branch, folder) as hand:
        await fill(hand, PAYEE.text, "12.50")
        await hand.arrive(PayConfirm)
        await settle(hand)
        take(hand, "pay_out")


async def opened(scene: Scene, folder: Path) -> None:
    async with terminal(scene.branch, folder, feed_s=60) as hand:
        hand.app.begin(scene.branch.vera)
        await settle(hand)
        for name, (make, keys) in ROOMS.items():
            await hand.app.push_screen(make(scene))
            await settle(hand)
            for form in hand.app.screen.query(CountForm):
                form.begin()
            await hand.press(*keys)
            await settle(hand)
            take(hand, name)
            await hand.app.pop_screen()


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"  # the same pictures wherever they are made
    time.tzset()
    with open_branch() as branch, TemporaryDirectory() as folder:
        run(part_paid(branch, Path(folder)))
    with open_branch() as branch, TemporaryDirectory() as folder:
        branch.fill_treasury()
        run(paid_out(branch, Path(folder)))
    with open_branch() as branch, TemporaryDirectory() as folder:
        run(opened(set_scene(branch), Path(folder)))
