"""EIP-191: signed data that is no transaction, as text for a person (version 0x45) or for a contract (version 0x00).

Typed data is its version 0x01 (`typed_data`). What a personal message says binds nobody by itself:
whoever asks for one puts the purpose, the chain and a nonce into its words.
"""

from tokenpay.money.address import Address
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey, Signature, recover


def personal_message_digest(message: bytes) -> bytes:
    """Return the 32 bytes that `personal_sign` signs: the prefix, the length in decimal, the message."""
    return keccak256(b"\x19Ethereum Signed Message:\n%d%b" % (len(message), message))


def validator_digest(validator: Address, data: bytes) -> bytes:
    """Return the 32 bytes to sign for data that the contract `validator` alone is to check (version 0x00)."""
    return keccak256(b"\x19\x00" + validator.raw + data)


def sign_personal_message(message: bytes, key: PrivateKey) -> Signature:
    """Sign a message (version 0x45); text is signed as its UTF-8 bytes."""
    return key.sign_digest(personal_message_digest(message))


def recover_personal_message(message: bytes, signature: Signature) -> Address:
    """Return the address whose key signed; raises InvalidInput where no key fits."""
    return Address(recover(personal_message_digest(message), signature).address_bytes())


def sign_for_validator(validator: Address, data: bytes, key: PrivateKey) -> Signature:
    """Sign data for one contract (version 0x00)."""
    return key.sign_digest(validator_digest(validator, data))


def recover_for_validator(validator: Address, data: bytes, signature: Signature) -> Address:
    """Return the address whose key signed; raises InvalidInput where no key fits."""
    return Address(recover(validator_digest(validator, data), signature).address_bytes())
