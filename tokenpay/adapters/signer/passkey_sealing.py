"""How a signer is told of passkeys: with the wallet's password, and only of those that two people vouched for."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from tokenpay.adapters.signer.rules import PasskeyRules, SignerRules, TrustedPasskey
from tokenpay.adapters.signer.sealing import seal_anew
from tokenpay.errors import IntegrityError
from tokenpay.parties.passkey import Passkey, PasskeyState
from tokenpay.parties.relying_party import RelyingParty

_IN_FORCE = (PasskeyState.CONFIRMED, PasskeyState.ACTIVE)


def seal_passkeys(
    directory: Path,
    password: str | None,
    passkeys: Sequence[Passkey],
    *,
    party: RelyingParty,
    units: Mapping[str, int],
) -> list[Passkey]:
    """Write the staff's passkeys into a signer's rules, whole or not at all, and return those that it trusts now.

    The books are not believed: each key carries its owner's signature and a supervisor's, and both are verified with
    the keys that stand in the rules. A revoked key goes. Where the rules already ask for a passkey above some amount,
    no ceremony raises it. Raises IntegrityError, and writes nothing, for a key that nobody vouched for or a program
    outside a demo bank; SignerUnavailable, WrongPassword.
    """
    trusted = [passkey for passkey in passkeys if passkey.state in _IN_FORCE]

    def told(rules: SignerRules) -> SignerRules:
        for passkey in trusted:
            _check(passkey, rules)
        keys = {
            passkey.id: TrustedPasskey(operator_id=passkey.operator_id, public_key=passkey.facts.public_key)
            for passkey in trusted
        }
        sealed = rules.passkeys.units if rules.passkeys is not None else {}
        lowest = {
            id: min(units.get(id, sealed.get(id, 0)), sealed.get(id, units.get(id, 0))) for id in {*units, *sealed}
        }
        return replace(rules, passkeys=PasskeyRules(party=party, units=lowest, keys=keys))

    seal_anew(directory, password, told)
    return trusted


def _check(passkey: Passkey, rules: SignerRules) -> None:
    if passkey.customer_id:
        raise IntegrityError("a signer is told of the staff's passkeys", passkey=passkey.id)
    if passkey.facts.software and not rules.demo:
        raise IntegrityError("a program stands for an authenticator in a demo bank only", passkey=passkey.id)
    passkey.check_vouches(lambda id, at_s: rules.known(id, at_s=at_s))
