"""The colours: dark, light, black and white with strong borders, and the sixteen that the terminal itself has."""

from textual.theme import Theme

from terminal_app.language import _

CONTRAST = Theme(
    name="contrast",
    primary="#ffffff",
    secondary="#ffffff",
    accent="#ffff00",
    warning="#ffffff",
    error="#ffffff",
    success="#ffffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    boost="#000000",
    text_alpha=1.0,
    variables={
        "edge": "heavy",
        "text-muted": "#ffffff",
        "text-disabled": "#ffffff",
        "block-cursor-foreground": "#000000",
        "block-cursor-background": "#ffffff",
        "block-cursor-blurred-foreground": "#000000",
        "block-cursor-blurred-background": "#ffffff",
        "footer-key-foreground": "#ffffff",
        "footer-description-foreground": "#ffffff",
    },
)
THEMES = {
    "textual-dark": _("dark"),
    "textual-light": _("light"),
    CONTRAST.name: _("high contrast"),
    "ansi-dark": _("your terminal's own colours"),
}
"""In the order that the key walks through them, each with its name on the screen."""
EDGE = {"edge": "solid"}
"""What a theme of ours may say and Textual's own do not: how lines between parts of the screen are drawn."""


def offered(*, no_color: bool) -> list[str]:
    """Return the themes to walk through. Without colour the terminal's own would leave a QR code no light ground."""
    return [name for name in THEMES if not (no_color and name.startswith("ansi"))]
