"""What a signer trusts: kept beside its keys, sealed with them, and asked of nobody else."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tokenpay.errors import IntegrityError, InvalidInput
from tokenpay.parties.operator import Role
from tokenpay.parties.relying_party import RelyingParty
from tokenpay.primitives.canonical import Value, canonical_bytes
from tokenpay.primitives.strict_json import read_json

_MAX_CHARACTERS, _MAX_DEPTH = 16 * 1024 * 1024, 8


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedOperator:
    """`until_s` is there for who is dismissed: what they sign from that second on counts for nothing, before it all."""

    public_key: bytes
    role: Role
    until_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedPasskey:
    operator_id: str
    public_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRules:
    """Whom passkeys sign for, above how much of an asset (by id) they must, and the staff's keys by credential id."""

    party: RelyingParty
    units: Mapping[str, int]
    keys: Mapping[str, TrustedPasskey]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerRules:
    """Operators by id, the fee a transaction may cost at most by chain id, and what one person may pay by asset id.

    `demo`: the bank was founded as one, and a program may stand for an authenticator. Rules that were sealed before
    there were passkeys know none. `version` is how often they were sealed anew, `policy_version` which of the bank's
    policies they follow.
    """

    operators: Mapping[str, TrustedOperator]
    fee_caps_wei: Mapping[int, int]
    alone_units: Mapping[str, int]
    demo: bool = False
    passkeys: PasskeyRules | None = None
    version: int = 0
    policy_version: int = 1

    def known(self, operator_id: str, *, at_s: int) -> TrustedOperator | None:
        """Return whose signature of that time counts, or None: the time is the one that they signed."""
        found = self.operators.get(operator_id)
        return found if found is not None and (found.until_s is None or at_s < found.until_s) else None

    def seal(self, key: bytes) -> str:
        """Return the rules as JSON with a MAC under the wallet's own key: editing them needs the password."""
        content: dict[str, Value] = {
            "operators": {
                id: {
                    "public_key": operator.public_key.hex(),
                    "role": operator.role.value,
                    **({} if operator.until_s is None else {"until_s": operator.until_s}),
                }
                for id, operator in self.operators.items()
            },
            "fee_caps_wei": {str(chain_id): str(cap) for chain_id, cap in self.fee_caps_wei.items()},
            "alone_units": {asset_id: str(units) for asset_id, units in self.alone_units.items()},
            "demo": self.demo,
            "version": self.version,
            "policy_version": self.policy_version,
        }
        if self.passkeys is not None:
            content["passkeys"] = {
                "domain": self.passkeys.party.id,
                "origins": list(self.passkeys.party.origins),
                "units": {asset_id: str(units) for asset_id, units in self.passkeys.units.items()},
                "keys": {
                    id: {"operator": key.operator_id, "public_key": key.public_key.hex()}
                    for id, key in self.passkeys.keys.items()
                },
            }
        return json.dumps({"rules": content, "mac": _mac(key, content)}, indent=2)

    @classmethod
    def unseal(cls, text: str, key: bytes) -> "SignerRules":
        """Read sealed rules; raises IntegrityError when a letter of them was changed."""
        try:
            document: Any = read_json(text, max_characters=_MAX_CHARACTERS, max_depth=_MAX_DEPTH)
            whole = hmac.compare_digest(_mac(key, document["rules"]), str(document["mac"]))
        except (InvalidInput, ValueError, KeyError, TypeError):
            whole = False
        if not whole:
            raise IntegrityError("the signer's rules were changed by somebody without its key")
        return cls._read(document["rules"])

    @classmethod
    def unverified(cls, text: str) -> "SignerRules":
        """Read sealed rules without their key, to tell people what they say, and to sign nothing by them.

        Raises IntegrityError for a text that holds none.
        """
        try:
            document: Any = read_json(text, max_characters=_MAX_CHARACTERS, max_depth=_MAX_DEPTH)
            return cls._read(document["rules"])
        except (InvalidInput, ValueError, KeyError, TypeError, AttributeError):
            raise IntegrityError("the signer's rules cannot be read") from None

    @classmethod
    def _read(cls, content: Any) -> "SignerRules":
        return cls(
            operators={id: _operator(entry) for id, entry in content["operators"].items()},
            fee_caps_wei={int(chain_id): int(cap) for chain_id, cap in content["fee_caps_wei"].items()},
            alone_units={asset_id: int(units) for asset_id, units in content["alone_units"].items()},
            demo=content.get("demo", False),
            passkeys=_passkeys(content["passkeys"]) if "passkeys" in content else None,
            version=content.get("version", 0),
            policy_version=content.get("policy_version", 1),
        )


def _operator(entry: Any) -> TrustedOperator:
    key, until_s = bytes.fromhex(entry["public_key"]), entry.get("until_s")
    return TrustedOperator(public_key=key, role=Role(entry["role"]), until_s=until_s)


def _passkeys(content: Any) -> PasskeyRules:
    return PasskeyRules(
        party=RelyingParty(id=content["domain"], origins=tuple(content["origins"])),
        units={asset_id: int(units) for asset_id, units in content["units"].items()},
        keys={
            id: TrustedPasskey(operator_id=key["operator"], public_key=bytes.fromhex(key["public_key"]))
            for id, key in content["keys"].items()
        },
    )


def _mac(key: bytes, content: Value) -> str:
    purpose = hmac.digest(key, b"tokenpay/signer-rules/1", sha256)
    return hmac.digest(purpose, canonical_bytes(content), sha256).hex()
