"""Every way in which one EVM address may be written down, and where people and programs find it."""

from collections.abc import Iterator

from tokenpay.money.address import Address

CONTRACT = Address(b"\x11" * 20)


def writings(address: Address, *, chain_id: int = 1) -> Iterator[tuple[str, str]]:
    """Yield (what this writing is called, the text)."""
    digits = address.raw.hex()
    word = digits.rjust(64, "0")
    yield "small letters", f"0x{digits}"
    yield "capitals", f"0x{digits.upper()}"
    yield "checksummed", address.text
    yield "a wrong checksum", f"0x{address.text[2:].swapcase()}"
    yield "0X", f"0X{digits}"
    yield "0X and capitals", f"0X{digits.upper()}"
    yield "without 0x", digits
    yield "without 0x, checksummed", address.text[2:]
    yield "spaces around", f"  {address.text}\t\n"
    yield "spaces inside", " ".join(address.text[start : start + 6] for start in range(0, 42, 6))
    yield (
        "no-break and thin spaces",
        "\u00a0".join((address.text[:10], address.text[10:20])) + "\u2009" + address.text[20:],
    )
    yield "zero-width characters", "\u200b".join(address.text) + "\ufeff"
    yield (
        "joiners, marks and blanks",
        f"0x\u2060{digits[:7]}\u00ad{digits[7:19]}\ufe0f{digits[19:30]}\u3164{digits[30:]}",
    )
    yield "right to left", f"\u202e{address.text}\u202c"
    yield "full-width", "".join(chr(ord(letter) + 0xFEE0) for letter in address.text)
    yield "percent-encoded", "".join(f"%{ord(letter):02X}" for letter in address.text)
    yield "behind its ticker", f"ETH {address.text}"
    yield "CAIP-10", address.caip10(chain_id)
    yield "CAIP-10 in capitals", f"EIP155:{chain_id}:0X{digits.upper()}"
    yield "ERC-681 target", f"ethereum:{address.text}@{chain_id}?value=1e18"
    yield "ERC-681 target with pay-", f"ethereum:pay-0x{digits}"
    yield "ERC-681 address=", f"ethereum:{CONTRACT}@{chain_id}/transfer?address={address.text}&uint256=1e6"
    yield "ERC-681 address= first", f"ethereum:{CONTRACT}/transfer?address=0x{digits.upper()}"
    yield "calldata of transfer", f"0xa9059cbb{word}{10**6:064x}"
    yield "calldata of transferFrom", f"0x23b872dd{CONTRACT.raw.hex().rjust(64, '0')}{word}{10**6:064x}"
    yield "calldata without 0x", f"A9059CBB{word.upper()}{10**6:064X}"
    yield "a word of 32 bytes", f"0x{word}"
    yield "a word of 32 bytes without 0x", word.upper()
