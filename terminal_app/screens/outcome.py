"""Where a person goes on after an act was done."""

import tokenpay as tp
from terminal_app.acts import Done
from terminal_app.screens.room import Room


def room_of(done: Done) -> Room:
    """Return the screen of what an act led to: its payment, or its shift."""
    # Both screens begin acts of their own, which end here.
    from terminal_app.screens.payment import PaymentScreen
    from terminal_app.screens.shift import ShiftScreen

    return PaymentScreen(done.id) if isinstance(done, tp.Payment) else ShiftScreen(done.id)
