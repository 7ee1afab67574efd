"""What a simulation raises where something that must always be true is not."""


class Broken(Exception):
    """`invariant` names what does not hold, `message` says where."""

    def __init__(self, invariant: str, message: str) -> None:
        super().__init__(f"{invariant}: {message}")
        self.invariant = invariant
        self.message = message
