"""The terminal by its keys, at both sizes of its screen."""

SIZES = [(80, 24), (120, 40)]
