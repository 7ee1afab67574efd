"""The pictures of the guides: each is made by `python -m tests.app.picture`, and stands in a guide."""

import re

from tests.app.picture import IMAGES, NAMES

GUIDES = IMAGES.parent / "guides"
SHOWN = re.compile(r"!\[[^\]]+\]\(\.\./images/(\w+)\.svg\)")


def test_every_picture_stands_in_one_guide_and_no_other_does() -> None:
    shown = [name for guide in sorted(GUIDES.glob("*.md")) for name in SHOWN.findall(guide.read_text())]
    assert sorted(shown) == sorted(NAMES)


def test_every_picture_is_a_small_drawing_of_the_terminal() -> None:
    for name in NAMES:
        file = IMAGES / f"{name}.svg"
        assert file.stat().st_size < 60_000
        drawing = file.read_text().replace("&#160;", " ")
        assert drawing.startswith("<svg ")
        assert drawing.rstrip().endswith("</svg>")
        assert "Example Bank" in drawing, name
        assert "@font-face" not in drawing, "nothing is loaded from elsewhere"
