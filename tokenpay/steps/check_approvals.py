"""Who signed an intent, by what right and with what: read from the books, and believed where signatures say so."""

from tokenpay.bank import Bank
from tokenpay.compliance.approval import Approval, Part
from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.operator import AT_THE_COUNTER, Permission, Role
from tokenpay.parties.passkey import PasskeyState
from tokenpay.payments.intent import Intent
from tokenpay.store.unit_of_work import UnitOfWork


def check_approvals(uow: UnitOfWork, intent: Intent, intent_hash: bytes, approvals: tuple[Approval, ...]) -> None:
    """Raise IntegrityError unless every approval is its operator's, of this content, and the people are two.

    Who says that a key is the customer's who made the payment is no second person: the key may be their own.
    """
    makers = {approval.operator_id for approval in approvals if approval.part is Part.MAKER}
    checkers = {approval.operator_id for approval in approvals if approval.part is Part.CHECKER}
    if makers != {intent.maker} or makers & checkers:
        raise IntegrityError("a payment is made by one person and checked by another", payment=intent.uetr)
    for approval in approvals:
        if approval.intent_hash != intent_hash:
            raise IntegrityError("an approval is for another content", payment=intent.uetr)
        approval.verify(uow.operators.get(approval.operator_id).public_key)
    _check_introduced(uow, intent)
    if checkers & {by for approval in approvals for by in approval.known_through}:
        raise IntegrityError(
            "a payment is checked by somebody who did not say whose its maker's key is", payment=intent.uetr
        )


def with_passkeys(uow: UnitOfWork, bank: Bank, intent: Intent, approvals: tuple[Approval, ...]) -> bool:
    """Tell whether everybody who signed did so with a passkey of theirs that is still in force.

    Raises IntegrityError for a passkey that is another's, that nobody vouched for, or that signed anything else.
    """
    consents = [(approval, approval.passkey) for approval in approvals if approval.passkey is not None]
    if not consents:
        return False
    party = bank.relying_party()
    if party is None:
        return False  # a machine that cannot tell says no
    in_force = 0
    for approval, consent in consents:
        passkey = uow.passkeys.get(consent.assertion.credential_id.hex())
        if passkey.operator_id != approval.operator_id:
            raise IntegrityError("a consent carries somebody else's passkey", payment=intent.uetr)
        passkey.check_vouches(lambda id, _: uow.operators.get(id))
        try:
            verified = consent.verify(
                intent,
                operator_id=approval.operator_id,
                part=approval.part,
                public_key=passkey.facts.public_key,
                party=party,
            )
        except InvalidInput:
            raise IntegrityError("what a passkey signed cannot be read any more", payment=intent.uetr) from None
        passkey.check_eligible(verified.backup_eligible)
        in_force += passkey.state is PasskeyState.ACTIVE
    return in_force == len(approvals)


def _check_introduced(uow: UnitOfWork, intent: Intent) -> None:
    """Raise IntegrityError for a customer whose key nobody at the counter signed: a row alone makes nobody a maker."""
    maker = uow.operators.get(intent.maker)
    if maker.role is not Role.CUSTOMER:
        return
    introduction = uow.introductions.of([maker.id]).get(maker.id)
    if introduction is None or (introduction.customer_id, introduction.public_key) != (
        maker.customer_id,
        maker.public_key,
    ):
        raise IntegrityError("nobody introduced the customer who made the payment", payment=intent.uetr)
    introducer = uow.operators.get(introduction.introduced_by)
    if introducer.role not in AT_THE_COUNTER:
        raise IntegrityError("a customer was introduced by somebody who is not at the counter", payment=intent.uetr)
    introduction.verify(introducer.public_key)


def is_gone(uow: UnitOfWork, approval: Approval) -> bool:
    """Tell whether who signed was dismissed since, or as a checker is nobody any more who approves."""
    operator = uow.operators.get(approval.operator_id)
    return not (operator.active if approval.part is Part.MAKER else operator.may(Permission.APPROVE))
