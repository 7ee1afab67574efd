"""Text that belongs to another network than an EVM one: recognised by its form, so that it is refused by name."""

import re
from enum import StrEnum


class Network(StrEnum):
    """A network that cannot be paid from here, as people call it."""

    ALGORAND = "Algorand"
    BITCOIN = "Bitcoin"
    BITCOIN_CASH = "Bitcoin Cash"
    CARDANO = "Cardano"
    COSMOS = "Cosmos"
    DASH = "Dash"
    DOGECOIN = "Dogecoin"
    LIGHTNING = "Lightning"
    LITECOIN = "Litecoin"
    MONERO = "Monero"
    SOLANA = "Solana"
    STELLAR = "Stellar"
    TON = "TON"
    TRON = "TRON"
    XRP_LEDGER = "XRP Ledger"
    ZCASH = "Zcash"


BY_SCHEME = {
    "bitcoin": Network.BITCOIN,
    "bitcoincash": Network.BITCOIN_CASH,
    "cardano": Network.CARDANO,
    "web+cardano": Network.CARDANO,
    "dash": Network.DASH,
    "dogecoin": Network.DOGECOIN,
    "lightning": Network.LIGHTNING,
    "litecoin": Network.LITECOIN,
    "monero": Network.MONERO,
    "ripple": Network.XRP_LEDGER,
    "xrpl": Network.XRP_LEDGER,
    "solana": Network.SOLANA,
    "web+stellar": Network.STELLAR,
    "ton": Network.TON,
    "tron": Network.TRON,
    "zcash": Network.ZCASH,
}
"""URI scheme, as in BIP-21, to network."""

_58 = "[1-9A-HJ-NP-Za-km-z]"
_32 = "[02-9ac-hj-np-z]"  # the alphabet of bech32 (BIP-173)
# Bech32 may stand in capitals, so those forms ignore case; the others are told apart by it. First match wins.
_BY_FORM = [
    (Network.LIGHTNING, re.compile(rf"(?i:ln(?:bc|tb|bcrt)[0-9a-z]*1{_32}{{100,}}|lnurl1{_32}+|lno1{_32}+)")),
    (Network.BITCOIN, re.compile(rf"(?i:(?:bc|tb|bcrt)1{_32}{{11,87}})|[13]{_58}{{25,33}}")),
    (Network.LITECOIN, re.compile(rf"(?i:ltc1{_32}{{11,87}})|[LM]{_58}{{26,33}}")),
    (Network.CARDANO, re.compile(rf"(?i:(?:addr|stake)(?:_test)?1{_32}{{50,110}})")),
    (Network.COSMOS, re.compile(rf"(?i:(?:cosmos|osmo|celestia|inj|sei|terra)1{_32}{{38,58}})")),
    (Network.ZCASH, re.compile(rf"(?i:(?:zs|u)1{_32}{{70,}})|t[13]{_58}{{33}}")),
    (Network.DOGECOIN, re.compile(rf"D[5-9A-HJ-NP-U]{_58}{{32}}")),
    (Network.TRON, re.compile(rf"T{_58}{{33}}")),
    (Network.XRP_LEDGER, re.compile(rf"r{_58}{{24,34}}|X{_58}{{46}}")),
    (Network.DASH, re.compile(rf"X{_58}{{33}}")),
    (Network.MONERO, re.compile(rf"[48]{_58}{{94}}(?:{_58}{{11}})?")),
    (Network.STELLAR, re.compile("G[A-Z2-7]{55}")),
    (Network.ALGORAND, re.compile("[A-Z2-7]{58}")),
    (Network.TON, re.compile("(?:EQ|UQ|kQ|0Q)[A-Za-z0-9_-]{46}")),
    (Network.BITCOIN_CASH, re.compile(rf"[qp]{_32}{{41}}")),
    (Network.SOLANA, re.compile(rf"{_58}{{43,44}}")),
]


def other_network(text: str) -> Network | None:
    """Return the network whose invoice or address `text` has the form of, or None; checksums are not looked at."""
    return next((network for network, form in _BY_FORM if form.fullmatch(text)), None)
