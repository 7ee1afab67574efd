import pytest

from tokenpay.errors import InvalidInput, InvalidPath
from tokenpay.wallets import base58
from tokenpay.wallets.hd import ETHEREUM_ACCOUNT, HARDENED, ExtendedPrivateKey, ExtendedPublicKey, parse_path
from tokenpay.wallets.mnemonic import parse, to_seed
from tokenpay.wallets.secret import Secret

ROOT = ExtendedPrivateKey.from_seed(Secret(bytes(range(32))))
DEPOSITS = ROOT.derive(ETHEREUM_ACCOUNT).public().child(0)


def test_the_first_accounts_of_a_phrase_every_development_chain_uses():
    seed = to_seed(parse("test test test test test test test test test test test junk"))
    account = ExtendedPrivateKey.from_seed(seed).derive(ETHEREUM_ACCOUNT).public()
    assert [account.child(0).child_address(index).text for index in range(3)] == [
        "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
        "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
        "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    ]


@pytest.mark.parametrize("index", [0, 1, 5, 2**31 - 1])
def test_a_public_key_alone_derives_the_same_address(index):
    private = ROOT.derive(f"{ETHEREUM_ACCOUNT}/0/{index}")
    assert DEPOSITS.child_address(index) == DEPOSITS.child(index).address() == private.public().address()
    assert ROOT.derive(ETHEREUM_ACCOUNT).public().derive(f"m/0/{index}").xpub() == private.public().xpub()


@pytest.mark.parametrize(
    ("text", "indexes"),
    [
        ("m", ()),
        ("m/0", (0,)),
        ("m/44'/60'/0'/0/5", (HARDENED + 44, HARDENED + 60, HARDENED, 0, 5)),
        ("m/2147483647'", (2 * HARDENED - 1,)),
    ],
)
def test_paths(text, indexes):
    assert parse_path(text) == indexes


@pytest.mark.parametrize(
    "text",
    ["", "M", "/0", "0/1", "m/", "m//0", "m/0/", "m/-1", "m/+1", "m/00", "m/01", "m/0''", "m/0h", "m/x", "m/2147483648"]
    + ["m/ 0", "m/0 ", "m/0\n", "m/\u0661", "m/99999999999", "m/2147483648'", "m" + "/0" * 256],
)
def test_what_is_no_path_is_refused(text):
    with pytest.raises(InvalidPath):
        parse_path(text)


@pytest.mark.parametrize("index", [-1, HARDENED, 2 * HARDENED])
def test_a_public_key_has_no_hardened_children(index):
    for call in (DEPOSITS.child, DEPOSITS.child_address):
        with pytest.raises(InvalidPath):
            call(index)


@pytest.mark.parametrize("index", [-1, 2 * HARDENED])
def test_an_index_out_of_range_is_refused(index):
    with pytest.raises(InvalidPath):
        ROOT.child(index)


def test_a_tree_ends_at_255_levels():
    data = bytearray(base58.decode_check(DEPOSITS.xpub()))
    data[4] = 255
    deepest = ExtendedPublicKey.parse(base58.encode_check(bytes(data)))
    with pytest.raises(InvalidPath):
        deepest.child(0)


@pytest.mark.parametrize("size", [0, 15, 65])
def test_a_seed_of_another_size_is_refused(size):
    with pytest.raises(InvalidInput):
        ExtendedPrivateKey.from_seed(Secret(bytes(size)))


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text[:-1],
        lambda text: text + "1",
        lambda text: "1" + text,
        lambda text: text.replace("x", "l", 1),
        lambda text: text[:50] + ("2" if text[50] != "2" else "3") + text[51:],
        lambda text: text * 100,
        lambda text: "",
        lambda text: text + " ",
        lambda text: base58.encode_check(base58.decode_check(text) + b"\x00"),
    ],
    ids=["cut", "longer", "zero before", "not base58", "one changed", "huge", "empty", "space", "79 bytes"],
)
def test_a_damaged_extended_key_is_refused_and_not_repeated(change):
    for reader, text in ((ExtendedPrivateKey.parse, ROOT.xprv()), (ExtendedPublicKey.parse, DEPOSITS.xpub())):
        with pytest.raises(InvalidInput) as refusal:
            reader(change(text))
        assert text[20:40] not in str(refusal.value)


def test_one_kind_is_not_read_as_the_other():
    with pytest.raises(InvalidInput):
        ExtendedPrivateKey.parse(DEPOSITS.xpub())
    with pytest.raises(InvalidInput):
        ExtendedPublicKey.parse(ROOT.xprv())


def test_an_extended_private_key_does_not_show():
    shown = f"{ROOT} {ROOT!r}"
    assert ROOT.key.reveal().hex() not in shown
    assert ROOT.place.chain_code.hex() not in shown
    assert repr(ROOT.place.chain_code) not in shown
    assert ExtendedPrivateKey.parse(ROOT.xprv()).public() == ROOT.public()
