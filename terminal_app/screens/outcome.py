"""Where a person goes on after an act was done."""

from __future__ import annotations

import tokenpay as tp
from terminal_app.acts import Done
from terminal_app.screens.room import Room
from terminal_app.views import STATES, in_words


def room_of(done: Done) -> Room:
    """Return the screen of what an act led to: its payment, or its shift."""
    # These screens begin acts of their own, which end here.
    from terminal_app.screens.exchanged import Exchanged
    from terminal_app.screens.payment import PaymentScreen
    from terminal_app.screens.shift import ShiftScreen

    if isinstance(done, tp.Shift):
        return ShiftScreen(done.id)
    if done.intent.cash is not None:
        return Exchanged(done.id)
    if done.intent.purpose is tp.Purpose.ALLOCATION:
        return ShiftScreen(done.intent.related, told=f"{' '.join(STATES[done.state][:2])}: {in_words(done, {})}")
    return PaymentScreen(done.id)
