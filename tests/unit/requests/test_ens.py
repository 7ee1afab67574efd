import pytest

from tokenpay.errors import InvalidRequest
from tokenpay.requests.ens import EnsName
from tokenpay.requests.reason import Reason, reason_of


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("vitalik.eth", "vitalik.eth"),
        ("Vitalik.ETH", "vitalik.eth"),
        ("a.b-c.0x1.eth", "a.b-c.0x1.eth"),
        ("-a-.eth", "-a-.eth"),
        ("shop.example.com", "shop.example.com"),
        ("a" * 63 + ".eth", "a" * 63 + ".eth"),
    ],
)
def test_names_are_read_in_small_letters(text, name):
    assert str(EnsName.parse(text)) == name


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        *(
            (Reason.BAD_NAME, bad)
            for bad in ("", "eth", ".eth", "a..eth", "a.", "a_b.eth", "a b.eth", "a.eth\n", "1.5")
        ),
        *(
            (Reason.BAD_NAME, bad)
            for bad in ("a" * 64 + ".eth", "ab." * 90 + "eth", "a.eth/b", "a@b.eth", "192.168.0.1")
        ),
        (Reason.LOOKALIKE, "vit\N{CYRILLIC SMALL LETTER A}lik.eth"),
        (Reason.LOOKALIKE, "vitalik.eth\u200b"),
        (Reason.LOOKALIKE, "\N{KELVIN SIGN}elvin.eth"),
        (Reason.LOOKALIKE, "xn--vitlik-8fg.eth"),
        (Reason.LOOKALIKE, "a.ab--c.eth"),
    ],
)
def test_names_that_could_pass_for_others_are_refused(reason, text):
    with pytest.raises(InvalidRequest) as refused:
        EnsName.parse(text)
    assert reason_of(refused.value) is reason
