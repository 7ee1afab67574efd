import pytest

from tests.unit.requests.samples import CONTRACT, PAYEE, request
from tokenpay.requests.eip681 import Eip681
from tokenpay.requests.reason import Reason, reason_of, refusal
from tokenpay.requests.scanned import MAX_TEXT, ScannedAddress, ScannedReference, Unreadable, read_request

PHRASE = "abandon " * 11 + "about"
KEY = "4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318"
EXTENDED_KEY = (
    "xprv9s21ZrQH143K"
    + "3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi"
)


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
        (Reason.UNKNOWN_FORMAT, "https://example.com/pay"),
        (Reason.UNKNOWN_FORMAT, "bitcoin:1BoatSLRHtKNngkdXEeobR76b53LETtpyT"),
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
        (Reason.ENS_NAME, "ethereum:pay-vitalik.eth"),
        (Reason.UNKNOWN_FUNCTION, f"ethereum:{CONTRACT}/approve?address={PAYEE}&uint256=1"),
    ],
)
def test_what_cannot_be_read_says_why_and_keeps_nothing(reason, text):
    assert read_request(text) == Unreadable(reason=reason)


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_a_code_of_its_name_and_one_line(reason):
    assert reason_of(refusal(reason)) is reason
    assert reason.value == reason.name.lower()
    assert "\n" not in reason.message
    assert Unreadable(reason=reason).message == reason.message
