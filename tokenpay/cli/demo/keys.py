"""The passkeys of the demo bank's people, on devices that are programs."""

from tokenpay import (
    Bank,
    PasskeyAnswer,
    Presence,
    Session,
    begin_passkey,
    confirm_passkey,
    register_passkey,
    trust_passkeys,
)


def give_passkeys(bank: Bank, vera: Session, otto: Session, tim: Session) -> None:
    """Let everybody make a key, the supervisors confirm each other's and the teller's, and the signer be told."""
    device = bank.required_authenticator()
    for owner, second in ((vera, otto), (otto, vera), (tim, vera)):
        asked = begin_passkey(bank, by=owner)
        answer = PasskeyAnswer(challenge_id=asked.id, given=device.make(asked, Presence()))
        passkey = register_passkey(bank, name="demo key", answer=answer, by=owner)
        confirm_passkey(bank, passkey.id, by=second)
    trust_passkeys(bank, by=vera)
