"""Whether what a place keeps is the head that it is sent again."""

from tokenpay.audit.signed_head import read_step
from tokenpay.errors import IntegrityError, InvalidInput


def check_same(kept: str, sent: str) -> None:
    """Raise IntegrityError where a kept head says something else of its records than the one that is sent.

    The moment of signing may differ: an answer of the signer that was lost is asked for again.
    """
    try:
        ours, theirs = (read_step(text.strip()).signed for text in (sent, kept))
    except InvalidInput:
        raise IntegrityError("where heads are kept stands something else") from None
    if (ours.key, ours.head.tree(), ours.head.hash) != (theirs.key, theirs.head.tree(), theirs.head.hash):
        raise IntegrityError(
            "another head of that stream and size is kept already", stream=ours.head.stream, size=ours.head.size
        )
