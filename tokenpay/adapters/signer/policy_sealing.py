"""How a signer is told of a policy: with the wallet's password, and only of one that two people it knows signed."""

from dataclasses import replace
from pathlib import Path

from tokenpay.adapters.signer.rules import PasskeyRules, SignerRules
from tokenpay.adapters.signer.sealing import seal_anew
from tokenpay.compliance.decision import passkey_units_of
from tokenpay.compliance.policy import Policy
from tokenpay.compliance.policy_proposal import PolicyProposal
from tokenpay.errors import IntegrityError
from tokenpay.parties.operator import Role
from tokenpay.parties.relying_party import RelyingParty


def seal_policy_rules(
    directory: Path, password: str | None, signed: PolicyProposal, *, party: RelyingParty | None
) -> SignerRules:
    """Take from a policy what one person may pay alone, above what passkeys are asked, and what gas may cost.

    Return the rules. A chain that they do not know stays unknown, and one that the policy does not name as it was.

    The books are not believed: who signed it are two supervisors by the signer's own rules, with the keys that stand
    there. `party` is whom passkeys are made for, where the rules name nobody yet. Raises IntegrityError, and writes
    nothing, for a policy that they did not sign, or older than one the signer was told of; SignerUnavailable,
    WrongPassword.
    """

    def told(rules: SignerRules) -> SignerRules:
        _check(signed, rules)
        return replace(following(rules, signed.policy, party=party), policy_version=signed.policy.version)

    return seal_anew(directory, password, told)


def following(rules: SignerRules, policy: Policy, *, party: RelyingParty | None) -> SignerRules:
    """Return what a signer's rules are once they follow a policy, but for its version."""
    units, passkeys = passkey_units_of(policy), rules.passkeys
    if passkeys is not None:
        passkeys = replace(passkeys, units=units)
    elif units and party is not None:
        passkeys = PasskeyRules(party=party, units=units, keys={})
    alone_units = {asset_id: limits.alone_units for asset_id, limits in policy.limits.items()}
    fee_caps_wei = {id: policy.fee_caps_wei.get(id, cap_wei) for id, cap_wei in rules.fee_caps_wei.items()}
    return replace(rules, alone_units=alone_units, passkeys=passkeys, fee_caps_wei=fee_caps_wei)


def _check(signed: PolicyProposal, rules: SignerRules) -> None:
    people = [
        rules.known(signed.proposed_by, at_s=signed.proposed_at_s),
        rules.known(signed.decided_by, at_s=signed.decided_at_s or 0),
    ]
    keys = [person.public_key for person in people if person is not None and person.role is Role.SUPERVISOR]
    if len(keys) < len(people):
        raise IntegrityError("the policy is not signed by two supervisors whom this signer knows")
    signed.verify(*keys)
    if signed.policy.version < rules.policy_version:
        raise IntegrityError("this signer was told of a newer policy", version=signed.policy.version)
