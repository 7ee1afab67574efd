"""How Travel Rule messages reach other institutions."""
