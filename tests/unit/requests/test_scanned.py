from typing import get_args

import pytest

from tests.unit.requests.samples import ACME, CONTRACT, FOREIGN, PAYEE, TOKEN, request
from tokenpay.cli.request import KINDS
from tokenpay.errors import NotFound
from tokenpay.requests.contract_call import ContractCall
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.emvco import EmvcoRequest
from tokenpay.requests.emvco_object import DataObject, checksum
from tokenpay.requests.ens import EnsName
from tokenpay.requests.reason import Reason, reason_of, refusal
from tokenpay.requests.scanned import (
    MAX_TEXT,
    Scanned,
    ScannedAddress,
    ScannedAsset,
    ScannedReference,
    Unreadable,
    read_request,
)

PHRASE = "abandon " * 11 + "about"
KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
EXTENDED_KEY = (
    "xprv9s21ZrQH143K"
    + "3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
)


def cyrillic(id):
    """FOREIGN with Cyrillic letters under one id: allowed in the language template (64), nowhere in the name (59)."""
    value = {"59": "Пекарня", "64": "0002RU0107Пекарня"}[id]
    objects = [found for found in FOREIGN.objects if found.id not in (id, "63")]
    text = "".join(map(str, [*objects, DataObject(id, value)])) + "6304"
    return text + checksum(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (request().reference, ScannedReference(id=request().id)),
        (request().reference.lower(), ScannedReference(id=request().id)),
        (PAYEE.text, ScannedAddress(address=PAYEE)),
        (PAYEE.text.lower(), ScannedAddress(address=PAYEE)),
        (PAYEE.caip10(8453), ScannedAddress(address=PAYEE, chain_id=8453)),
        (f"ethereum:{PAYEE}@8453?value=1", Eip681(chain_id=8453, payee=PAYEE, units=1)),
        (str(Eip681.of(request())), Eip681(chain_id=8453, payee=PAYEE, contract=CONTRACT, units=100)),
        (TOKEN.id, ScannedAsset(chain_id=8453, contract=CONTRACT)),
        ("eip155:8453/slip44:60", ScannedAsset(chain_id=8453)),
        ("Vitalik.eth", EnsName(name="vitalik.eth")),
        ("ethereum:pay-vitalik.eth", EnsName(name="vitalik.eth")),
        (f"ethereum:{CONTRACT}/approve", ContractCall(chain_id=1, contract=CONTRACT, function="approve")),
        (str(FOREIGN), FOREIGN),
        (str(EmvcoRequest.of(request(), ACME)), EmvcoRequest.of(request(), ACME)),
        (cyrillic("64"), EmvcoRequest.parse(cyrillic("64"), strict=True)),
    ],
)
@pytest.mark.parametrize("around", ["{}", "{}\r\n", "{}\t", " {}", "\n{} \n"])
def test_what_text_says_it_is(text, expected, around):
    assert read_request(around.format(text)) == expected


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        (Reason.EMPTY, ""),
        (Reason.EMPTY, " \r\n"),
        (Reason.TOO_LONG, "A" * (MAX_TEXT + 1)),
        (Reason.UNKNOWN_FORMAT, "A" * MAX_TEXT),
        (Reason.SECRET, KEY),
        (Reason.SECRET, f"0x{KEY}\n"),
        (Reason.SECRET, KEY.upper()),
        (Reason.SECRET, EXTENDED_KEY),
        (Reason.SECRET, PHRASE),
        (Reason.SECRET, PHRASE.upper()),
        (Reason.SECRET, PHRASE.replace(" ", "\n")),
        (Reason.SECRET, PHRASE.replace(" ", ", ")),
        (Reason.SECRET, "abandon " * 23 + "art"),
        (Reason.SECRET, "0000" * 11 + "0003"),
        (Reason.SECRET, "0000" * 23 + "0102"),
        (Reason.INVISIBLE, f"{PAYEE}\N{ZERO WIDTH SPACE}"),
        (Reason.INVISIBLE, f"\N{RIGHT-TO-LEFT OVERRIDE}{PAYEE}"),
        (Reason.INVISIBLE, f"\N{ZERO WIDTH NO-BREAK SPACE}{PAYEE}"),
        (Reason.INVISIBLE, f"ethereum:{PAYEE}\x00"),
        (Reason.INVISIBLE, f"ethereum:{PAYEE}\n@1"),
        (Reason.INVISIBLE, "TKP:\x1b[2J"),
        (Reason.INVISIBLE, "\ud800"),
        (Reason.INVISIBLE, "\N{HANGUL FILLER}"),
        (Reason.LOOKALIKE, "\N{CYRILLIC SMALL LETTER IE}thereum:" + PAYEE.text),
        (Reason.LOOKALIKE, PAYEE.text.replace("0x", "0\N{CYRILLIC SMALL LETTER HA}")),
        (Reason.LOOKALIKE, request().reference.replace("0", "\N{FULLWIDTH DIGIT ZERO}")),
        (Reason.UNKNOWN_FORMAT, "hello"),
        (Reason.LINK, "https://example.com/pay"),
        (Reason.LINK, "HTTP://EXAMPLE.COM"),
        (Reason.WALLET_CONNECT, "wc:7f6e504bfad60b485450578e05678ed3e8e8c4751d3c6160be17160d63ec90f9@2?symKey=5"),
        (Reason.UNKNOWN_FORMAT, PAYEE.text[2:]),
        (Reason.UNKNOWN_FORMAT, request().id),
        (Reason.BAD_REFERENCE, request().reference[:-1]),
        (Reason.BAD_ADDRESS, PAYEE.text[:-1]),
        (Reason.BAD_ADDRESS, PAYEE.text.replace("0x", "0X")),
        (Reason.BAD_ADDRESS, "0x" + "0" * 40),
        (Reason.BAD_ADDRESS, f"{PAYEE} 10.00"),
        (Reason.BAD_ADDRESS, f"eip155:1:{PAYEE.text[:-1]}"),
        (Reason.BAD_CHAIN, f"eip155:0:{PAYEE}"),
        (Reason.BAD_CHAIN, f"eip155:{PAYEE}"),
        (Reason.BAD_CHAIN, "eip155:1"),
        (Reason.BAD_ASSET, f"eip155:1/erc721:{CONTRACT}/7"),
        (Reason.BAD_ASSET, f"eip155:0/erc20:{CONTRACT}"),
        (Reason.BAD_ADDRESS, f"eip155:1/erc20:{CONTRACT.text[:-1]}"),
        (Reason.BAD_NAME, "a_b.eth"),
        (Reason.LOOKALIKE, "vit\N{CYRILLIC SMALL LETTER A}lik.eth"),
        (Reason.LOOKALIKE, "xn--vitlik-8fg.eth"),
        (Reason.UNKNOWN_FORMAT, "example.com"),
        (Reason.EMVCO_CHECKSUM, str(FOREIGN)[:-4] + "0000"),
        (Reason.EMVCO_STRUCTURE, str(FOREIGN) + "0"),
        (Reason.EMVCO_STRUCTURE, "0002016304ABC"),
        (Reason.EMVCO_CHECKSUM, "0002026304ABCD"),
        (Reason.LOOKALIKE, str(EmvcoRequest.parse(cyrillic("59")))),
        (Reason.INVISIBLE, str(FOREIGN).replace("ACME", "AC\N{ZERO WIDTH SPACE}E")),
        (Reason.SECRET, "5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ"),
        (Reason.SECRET, "6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg"),
        (Reason.SECRET, "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP"),
    ],
)
def test_what_cannot_be_read_says_why_and_keeps_nothing(reason, text):
    assert read_request(text) == Unreadable(reason=reason)


@pytest.mark.parametrize(
    ("network", "text"),
    [
        ("Bitcoin", "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
        ("Bitcoin", "BITCOIN:BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4?AMOUNT=1"),
        ("Bitcoin", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
        ("Bitcoin", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        ("Bitcoin", "bip122:000000000019d6689c085ae165831e93:128Lkh3S7CkDTBZ8W7BbpsN3YYizJMp8p6"),
        ("Lightning", "lightning:LNURL1DP68GURN8GHJ7"),
        ("Lightning", "lnbc2500u1" + "pvjluezsp5zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zyg3zygspp5" * 2),
        ("Litecoin", "ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9"),
        ("Dogecoin", "dogecoin:DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"),
        ("Dogecoin", "DH5yaieqoZN36fDVciNyRueRGvGLR3mr7L"),
        ("TRON", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t"),
        ("XRP Ledger", "rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh"),
        ("Stellar", "GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ"),
        ("Solana", "solana:7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv"),
        ("Solana", "7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv"),
        ("Solana", "solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp:7S3P4HxJpyyigGzodYwHtCxZyUQe9JiBMHyRWXArAaKv"),
        ("Cardano", "addr1" + "q" * 98),
        ("Cosmos", "cosmos1t2uflqwqe0fsj0shcfkrvpukewcw40yjj6hdc0"),
        ("Monero", "4" + "A" * 94),
        ("Algorand", "VCMJKWOY5P5P7SKMZFFOCEROPJCZOTIJMNIYNUCKH7LRO45JMJP6UYBIJA"),
        ("TON", "EQDtFpEwcFAEcRe5mLVh2N6C0x-_hJEM7W61_JLnSF74p4q2"),
        ("Zcash", "t1Rv4exT7bqhZqi2j7xz8bUHDMxwosrjADU"),
        ("Dash", "XpESxaUmonkq8RaLLp46Brx2K39ggQe226"),
    ],
)
def test_another_network_is_refused_by_its_name(network, text):
    read = read_request(text)
    assert read == Unreadable(reason=Reason.OTHER_NETWORK, network=network)
    assert read.message == f"{Reason.OTHER_NETWORK.message}: {network}"


def test_a_name_alone_is_resolved_by_the_resolver_given():
    read = read_request("Payee.eth", resolver=lambda name: {"payee.eth": PAYEE}.get(name))
    assert read == ScannedAddress(address=PAYEE, name=EnsName(name="payee.eth"))

    def nobody(name):
        raise NotFound("no such name")

    with pytest.raises(NotFound):
        read_request("payee.eth", resolver=nobody)
    assert read_request("payee.eth", resolver=lambda name: None) == Unreadable(reason=Reason.UNKNOWN_NAME)
    assert read_request("ethereum:pay-payee.eth", resolver=lambda name: None) == Unreadable(reason=Reason.UNKNOWN_NAME)
    assert read_request(PAYEE.text, resolver=nobody) == ScannedAddress(address=PAYEE)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_code_of_its_name_and_one_line(reason):
    assert reason_of(refusal(reason)) is reason
    assert reason.value == reason.name.lower()
    assert "\n" not in reason.message
    assert Unreadable(reason=reason).message == reason.message


def test_every_kind_has_its_word_on_the_command_line():
    assert set(KINDS) == {kind.__name__ for kind in get_args(Scanned)} - {"Unreadable"}
