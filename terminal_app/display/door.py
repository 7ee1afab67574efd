"""Who lets this screen look?"""

from terminal_app.language import _
from terminal_app.screens.sign_in import SignIn


class Door(SignIn):
    heading = _("Customer's screen")
    purpose = _(
        "Sign this screen in once, for twelve hours: it then shows customers the request that is open at the terminal "
        "beside it. It reads and does nothing else, so that an operator who may only read, an auditor, is best."
    )
