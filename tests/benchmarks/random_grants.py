"""Permits, authorizations and Permit2 messages by chance, each as a grant and as a message of plain types."""

from random import Random
from typing import Any

from tests.benchmarks.random_typed_data import TEXTS, Message, random_address, random_number
from tokenpay.ethereum.grants.authorization import Authorization
from tokenpay.ethereum.grants.cancel_authorization import Cancellation
from tokenpay.ethereum.grants.dai_permit import DaiPermit
from tokenpay.ethereum.grants.grant import Grant
from tokenpay.ethereum.grants.permit import Permit
from tokenpay.ethereum.grants.permit2 import (
    PERMIT2,
    PermitBatch,
    PermitBatchTransferFrom,
    PermitDetails,
    PermitSingle,
    PermitTransferFrom,
    TokenPermissions,
)
from tokenpay.ethereum.typed_data import Domain


def _members(text: str) -> list[dict[str, str]]:
    return [dict(zip(("type", "name"), part.split(" "), strict=True)) for part in text.split(",")]


_AUTHORIZED = _members("address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce")
_DETAILS = _members("address token,uint160 amount,uint48 expiration,uint48 nonce")
_PERMISSIONS = _members("address token,uint256 amount")


def random_grant(random: Random) -> tuple[str, Grant, Message]:
    """Return the name of a standard, a grant of it, and the same as a message."""
    make = random.choice((_permit, _dai_permit, _authorization, _cancellation, _permit2_allowance, _permit2_transfer))
    return make(random)


def _token_message(domain: Domain, name: str, members: list[dict[str, str]], message: dict[str, Any]) -> Message:
    of_token = {
        "name": domain.name,
        "version": domain.version,
        "chainId": domain.chain_id,
        "verifyingContract": domain.verifying_contract.text,
    }
    return {"types": {name: members}, "primaryType": name, "domain": of_token, "message": message}


def _domain(random: Random) -> Domain:
    return Domain(
        name=random.choice(TEXTS),
        version=random.choice(("1", "2")),
        chain_id=random_number(random, 62) + 1,
        verifying_contract=random_address(random),
    )


def _permit(random: Random) -> tuple[str, Grant, Message]:
    grant = Permit(
        domain=_domain(random),
        owner=random_address(random),
        spender=random_address(random),
        units=random_number(random, 256),
        nonce=random_number(random, 256),
        deadline_s=random_number(random, 256),
    )
    members = _members("address owner,address spender,uint256 value,uint256 nonce,uint256 deadline")
    values = (grant.owner.text, grant.spender.text, grant.units, grant.nonce, grant.deadline_s)
    return "permit", grant, _token_message(grant.domain, "Permit", members, _named(members, values))


def _dai_permit(random: Random) -> tuple[str, Grant, Message]:
    grant = DaiPermit(
        domain=_domain(random),
        holder=random_address(random),
        spender=random_address(random),
        nonce=random_number(random, 256),
        expiry_s=random_number(random, 256),
        allowed=random.choice((True, False)),
    )
    members = _members("address holder,address spender,uint256 nonce,uint256 expiry,bool allowed")
    values = (grant.holder.text, grant.spender.text, grant.nonce, grant.expiry_s, grant.allowed)
    return "DAI permit", grant, _token_message(grant.domain, "Permit", members, _named(members, values))


def _authorization(random: Random) -> tuple[str, Grant, Message]:
    after = random_number(random, 40)
    grant = Authorization(
        domain=_domain(random),
        sender=random_address(random),
        recipient=random_address(random),
        units=random_number(random, 256),
        valid_after_s=after,
        valid_before_s=after + 1 + random_number(random, 40),
        nonce=random.randbytes(32),
        kind=random.choice(("transfer", "receive")),
    )
    name = f"{grant.kind.capitalize()}WithAuthorization"
    values = (
        grant.sender.text,
        grant.recipient.text,
        grant.units,
        grant.valid_after_s,
        grant.valid_before_s,
        grant.nonce,
    )
    message = _token_message(grant.domain, name, _AUTHORIZED, _named(_AUTHORIZED, values))
    return f"{grant.kind} authorization", grant, message


def _cancellation(random: Random) -> tuple[str, Grant, Message]:
    grant = Cancellation(domain=_domain(random), authorizer=random_address(random), nonce=random.randbytes(32))
    members = _members("address authorizer,bytes32 nonce")
    message = _named(members, (grant.authorizer.text, grant.nonce))
    return "cancellation", grant, _token_message(grant.domain, "CancelAuthorization", members, message)


def _named(members: list[dict[str, str]], values: tuple[Any, ...]) -> dict[str, Any]:
    return {member["name"]: value for member, value in zip(members, values, strict=True)}


def _permit2_message(grant: Any, struct: str, members: str, details: list[dict[str, str]], *values: Any) -> Message:
    """Return a message whose first member holds one struct, or several where its name has brackets."""
    listed, name = _members(members), type(grant).__name__
    return {
        "types": {name: listed, struct: details},
        "primaryType": name,
        "domain": {"name": "Permit2", "chainId": grant.chain_id, "verifyingContract": PERMIT2.text},
        "message": _named(listed, values),
    }


def _permit2_allowance(random: Random) -> tuple[str, Grant, Message]:
    entries = [
        PermitDetails(
            token=random_address(random),
            units=random_number(random, 160),
            expiration_s=random_number(random, 48),
            nonce=random_number(random, 48),
        )
        for _ in range(random.randint(1, 3))
    ]
    details = [_named(_DETAILS, (one.token.text, one.units, one.expiration_s, one.nonce)) for one in entries]
    given: dict[str, Any] = {
        "chain_id": random_number(random, 62) + 1,
        "owner": random_address(random),
        "spender": random_address(random),
        "deadline_s": random_number(random, 256),
    }
    rest = (given["spender"].text, given["deadline_s"])
    if random.random() < 0.5:
        single = PermitSingle(details=entries[0], **given)
        members = "PermitDetails details,address spender,uint256 sigDeadline"
        return "Permit2 single", single, _permit2_message(single, "PermitDetails", members, _DETAILS, details[0], *rest)
    batch = PermitBatch(details=tuple(entries), **given)
    members = "PermitDetails[] details,address spender,uint256 sigDeadline"
    return "Permit2 batch", batch, _permit2_message(batch, "PermitDetails", members, _DETAILS, details, *rest)


def _permit2_transfer(random: Random) -> tuple[str, Grant, Message]:
    entries = [
        TokenPermissions(token=random_address(random), units=random_number(random, 256))
        for _ in range(random.randint(1, 3))
    ]
    permitted = [_named(_PERMISSIONS, (one.token.text, one.units)) for one in entries]
    given: dict[str, Any] = {
        "chain_id": random_number(random, 62) + 1,
        "owner": random_address(random),
        "spender": random_address(random),
        "nonce": random_number(random, 256),
        "deadline_s": random_number(random, 256),
    }
    struct, rest = "TokenPermissions", (given["spender"].text, given["nonce"], given["deadline_s"])
    if random.random() < 0.5:
        one = PermitTransferFrom(permitted=entries[0], **given)
        members = "TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline"
        return "Permit2 transfer", one, _permit2_message(one, struct, members, _PERMISSIONS, permitted[0], *rest)
    several = PermitBatchTransferFrom(permitted=tuple(entries), **given)
    members = "TokenPermissions[] permitted,address spender,uint256 nonce,uint256 deadline"
    message = _permit2_message(several, struct, members, _PERMISSIONS, permitted, *rest)
    return "Permit2 batch transfer", several, message
