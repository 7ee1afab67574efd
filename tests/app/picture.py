"""Make the picture of the terminal for the documentation: `python -m tests.app.picture`."""

import re
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.app.hand import run, terminal
from tests.app.test_take_payment import ask_for, deposit
from tokenpay.testing import Branch, euro, open_branch

PICTURE = Path(__file__).parents[2] / "docs" / "images" / "terminal.svg"
FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


async def draw(branch: Branch, folder: Path, picture: Path) -> None:
    """Show a request that is part paid, and write what the screen looks like."""
    async with terminal(branch, folder) as hand:
        request_id = await ask_for(hand, "250.00")
        deposit(branch, request_id, euro("100"))
        branch.turn()
        await hand.read("PART PAID")
        # Fonts would come from a server: the reader's own monospaced one does.
        picture.write_text(FONT_FACE.sub("", hand.app.export_screenshot(title="tokenpay-terminal")) + "\n")


if __name__ == "__main__":
    with open_branch() as branch, TemporaryDirectory() as folder:
        run(draw(branch, Path(folder), PICTURE))
