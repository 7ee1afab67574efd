"""An EIP-3009 authorization as wallets hand it over: the signed message's fields and its signature, in JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

import tokenpay as tp
from tokenpay.cli.files import read_text
from tokenpay.errors import InvalidAuthorization, InvalidInput

if TYPE_CHECKING:
    from tokenpay import Authorization, Bank, Session, Signature

Number = Annotated[int, Field(ge=0)]


class Message(BaseModel):
    """The names are those of the standard; `signature` is r, s and v, 65 bytes in hexadecimal."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    sender: Annotated[str, Field(alias="from")]
    to: str
    value: Number
    valid_after: Annotated[Number, Field(alias="validAfter")]
    valid_before: Annotated[Number, Field(alias="validBefore")]
    nonce: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{64}$")]
    signature: Annotated[str, Field(pattern=r"^0x[0-9a-fA-F]{130}$")]


def read_authorization(
    bank: "Bank", path: Path, request_id: str, *, by: "Session"
) -> "tuple[Authorization, Signature]":
    """Return what a file holds, for the token that the request asks for; raises InvalidAuthorization."""
    asset = tp.get_request(bank, request_id, by=by).request.asset
    (registered,) = [known for known in tp.list_assets(bank) if known.asset == asset]
    try:
        message = Message.model_validate_json(read_text(path))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "its first letter"
        raise InvalidAuthorization(f"the authorization is wrong at {where}") from None
    raw = bytes.fromhex(message.signature[2:])
    try:
        authorization = tp.Authorization(
            domain=registered.domain(),
            sender=tp.Address.parse(message.sender),
            recipient=tp.Address.parse(message.to),
            units=message.value,
            valid_after_s=message.valid_after,
            valid_before_s=message.valid_before,
            nonce=bytes.fromhex(message.nonce[2:]),
            kind="transfer",
        )
        y_parity = raw[64] - 27 if raw[64] >= 27 else raw[64]
        return authorization, tp.Signature(y_parity, int.from_bytes(raw[:32]), int.from_bytes(raw[32:64]))
    except InvalidInput as error:
        raise InvalidAuthorization(error.message) from None
