"""How a signer is told who came and who went: with the wallet's password, and only of what those it knows signed."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tokenpay.adapters.signer.rules import SignerRules, TrustedOperator
from tokenpay.adapters.signer.sealing import seal_anew
from tokenpay.compliance.staff_change import SignerTold, StaffChange, StaffChangeKind
from tokenpay.errors import IntegrityError
from tokenpay.parties.operator import Role


def seal_staff(directory: Path, password: str | None, changes: Sequence[StaffChange]) -> tuple[SignerRules, SignerTold]:
    """Let a signer's rules follow the changes of the staff, and return them with those that it did not know.

    The books are not believed: each change is signed by supervisors who stand in the rules, or came by changes that
    lead back to them, with the keys that stand there, and none after their own dismissal. One that is not is left out,
    and stands in no other's way. Raises SignerUnavailable, WrongPassword, and writes nothing then.
    """
    new: list[StaffChange] = []
    left_out: dict[str, str] = {}

    def told(rules: SignerRules) -> SignerRules:
        while True:
            try:
                new[:] = [change for change in changes if change.id not in left_out and not _follows(rules, change)]
                return _told(rules, new)
            except IntegrityError as error:
                left_out[str(error.fields["change"])] = error.message

    rules = seal_anew(directory, password, told)
    without = tuple((change, left_out[change.id]) for change in changes if change.id in left_out)
    return rules, SignerTold(changes=tuple(new), left_out=without)


def unknown_to(rules: SignerRules, changes: Sequence[StaffChange]) -> list[StaffChange]:
    """Return the changes of the staff that a signer's rules do not follow."""

    def unknown(change: StaffChange) -> bool:
        try:
            return not _follows(rules, change)
        except IntegrityError:
            return True

    return [change for change in changes if unknown(change)]


def _told(rules: SignerRules, new: Sequence[StaffChange]) -> SignerRules:
    """Return the rules after these changes; raises IntegrityError for the first that cannot be followed."""
    waiting = list(new)
    while waiting:
        follow = [change for change in waiting if _may_follow(rules, change)]
        if not follow:
            raise _unsigned(waiting[0])
        for change in follow:
            rules = _followed(rules, change)
        waiting = [change for change in waiting if change not in follow]
    # Now that everybody's end is known. The earliest first: who ended whom is right by then.
    for change in sorted(new, key=lambda change: max(at_s for _, at_s in change.signed)):
        if any(rules.known(id, at_s=at_s) is None for id, at_s in change.signed):
            raise _unsigned(change)
    return rules


def _follows(rules: SignerRules, change: StaffChange) -> bool:
    known = rules.operators.get(change.operator.id)
    if known is None:
        return False
    if (known.public_key, known.role) != (change.operator.public_key, change.operator.role):
        raise IntegrityError("this signer knows somebody else by this id", change=change.id)
    return change.kind is StaffChangeKind.ADMIT or known.until_s is not None


def _may_follow(rules: SignerRules, change: StaffChange) -> bool:
    """Tell whether those who sign it are known by now; raises IntegrityError for a signature that is not theirs."""
    if change.kind is StaffChangeKind.DISMISS and change.operator.id not in rules.operators:
        return False
    people = [rules.operators.get(id) for id, _ in change.signed]
    if None in people:
        return False
    keys = [person.public_key for person in people if person is not None and person.role is Role.SUPERVISOR]
    if len(keys) < len(people):
        raise _unsigned(change)
    change.verify(*keys)
    return True


def _followed(rules: SignerRules, change: StaffChange) -> SignerRules:
    """Return the rules with who came, or with the end of who went: the second after they were dismissed."""
    it = change.operator
    until_s = None if change.kind is StaffChangeKind.ADMIT else change.proposed_at_s + 1
    person = TrustedOperator(public_key=it.public_key, role=it.role, until_s=until_s)
    return replace(rules, operators={**rules.operators, it.id: person})


def _unsigned(change: StaffChange) -> IntegrityError:
    return IntegrityError("a change of the staff is not signed by supervisors whom this signer knows", change=change.id)
