"""What a backup file holds: a manifest first, then the files that it names, each with its SHA-256."""

import re
from hashlib import file_digest
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

MANIFEST_NAME = "manifest.json"
EMBEDDED = "devnet/chain.sqlite"
_NAME = re.compile(
    r"bank\.json|bank\.db|keys/(?:wallet|signer)\.json|keys/(?:wallet|engine)\.password|keys/(?:signed|heads)\.jsonl|pin\.key|rates\.json|devnet/[a-z.]+"
)


class Manifest(BaseModel):
    """`files` maps each name to its SHA-256; no other name may be in the archive."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    format: Literal["tokenpay/backup/1"] = "tokenpay/backup/1"
    made_at_s: Annotated[int, Field(ge=0)]
    revision: str
    files: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]]

    @field_validator("files")
    @classmethod
    def _names(cls, files: dict[str, str]) -> dict[str, str]:
        if "bank.json" not in files or any(_NAME.fullmatch(name) is None for name in files):
            raise ValueError("a backup holds a bank's files and nothing else")
        return files


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
