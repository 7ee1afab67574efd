"""Each published form is read to the same parties, and what is cut off, swapped or hostile is no list."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests import published_lists as published
from tokenpay.compliance.listed_party import ListedAddress, ListedKind, ListedParty
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.lists.read_list import ReadList, read_list
from tokenpay.errors import InvalidInput

DATED_S = 1_727_395_200  # 27 September 2024
PARTIES = (
    ListedParty(
        id="36",
        kind=ListedKind.ORGANISATION,
        names=("AERO & CO <HAVANA>", "AERO-CARIBE"),
        programs=("CUBA", "SDGT"),
    ),
    ListedParty(
        id="27307",
        kind=ListedKind.PERSON,
        names=("LAZAR, Ada Maria", "Лазар, Ада", "ADA L."),
        addresses=(
            ListedAddress(ticker="XBT", text="12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"),
            ListedAddress(ticker="ETH", text="0x098B716B8Aaf21512996dC57EB0615e2383E2f96"),
            ListedAddress(ticker="USDT", text="0x098B716B8Aaf21512996dC57EB0615e2383E2f96"),
        ),
        programs=("CYBER2",),
    ),
    ListedParty(id="15036", kind=ListedKind.VESSEL, names=("GRACE 1",), programs=("IRAN",)),
    ListedParty(id="9550", kind=ListedKind.AIRCRAFT, names=("EP-GOM",), programs=("SDGT", "IFSR")),
)
NAMES_ONLY = tuple(
    replace(
        party,
        addresses=(),
        programs=party.programs[:1],
        kind=party.kind if party.kind is ListedKind.PERSON else ListedKind.ORGANISATION,
    )
    for party in (PARTIES[1], PARTIES[0], *PARTIES[2:])
)
FORMS: dict[ListForm, tuple[bytes, ...]] = {
    ListForm.OFAC_ADVANCED: (published.ofac_advanced(PARTIES, DATED_S),),
    ListForm.OFAC_CLASSIC: (published.ofac_classic(PARTIES, DATED_S),),
    ListForm.OFAC_CSV: published.ofac_csv(PARTIES),
    ListForm.EU: (published.eu(NAMES_ONLY, DATED_S),),
    ListForm.UN: (published.un(NAMES_ONLY, DATED_S),),
}
XML = [form for form in FORMS if form is not ListForm.OFAC_CSV]


@pytest.mark.parametrize("form", FORMS)
def test_what_was_published_is_what_is_read(form: ListForm) -> None:
    read = read_list(form, FORMS[form])
    wanted = NAMES_ONLY if form in (ListForm.EU, ListForm.UN) else PARTIES
    assert read == ReadList(dated_s=None if form is ListForm.OFAC_CSV else DATED_S, parties=wanted)


@pytest.mark.parametrize("namespace", published.ADVANCED_NAMESPACES)
@pytest.mark.parametrize("seed", range(5))
def test_ids_and_the_namespace_of_the_advanced_list_may_be_any(namespace: str, seed: int) -> None:
    content = published.ofac_advanced(PARTIES, DATED_S, namespace=namespace, seed=seed)
    assert read_list(ListForm.OFAC_ADVANCED, [content]).parties == PARTIES


@pytest.mark.parametrize("namespace", published.CLASSIC_NAMESPACES)
def test_the_namespace_of_the_classic_list_may_be_any(namespace: str) -> None:
    content = published.ofac_classic(PARTIES, DATED_S, namespace=namespace)
    assert read_list(ListForm.OFAC_CLASSIC, [content]).parties == PARTIES


@pytest.mark.parametrize("form", XML)
def test_a_file_that_is_cut_off_anywhere_is_no_list(form: ListForm) -> None:
    content = FORMS[form][0]
    end = content.rstrip().rindex(b"<")  # without its last tag, and at every hundredth of the way
    for length in sorted({end, *range(0, end, max(1, end // 100))}):
        with pytest.raises(InvalidInput):
            read_list(form, [content[:length]])


def test_a_table_that_is_cut_off_within_a_row_is_no_list() -> None:
    main, aliases, comments = FORMS[ListForm.OFAC_CSV]
    ends = {0} | {n + 1 for n in range(len(main)) if main[n : n + 1] == b"\n"}
    for length in range(len(main) - 3):
        if length not in ends and length + 1 not in ends and length + 2 not in ends:
            with pytest.raises(InvalidInput):
                read_list(ListForm.OFAC_CSV, [main[:length], aliases, comments])


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("other", FORMS)
def test_a_list_of_one_form_is_none_of_another(form: ListForm, other: ListForm) -> None:
    if form is not other:
        with pytest.raises(InvalidInput):
            read_list(other, FORMS[form])


_ENTITY = b'<!DOCTYPE x [<!ENTITY a "bad">]>'
_BILLION = b'<!DOCTYPE x [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;">]>'
_OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("form", XML)
@pytest.mark.parametrize("declared", [_ENTITY, _BILLION, _OUTSIDE, b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd">'])
def test_a_document_type_is_refused_before_it_does_anything(form: ListForm, declared: bytes) -> None:
    head, _, rest = FORMS[form][0].partition(b"?>")
    with pytest.raises(InvalidInput, match="document type"):
        read_list(form, [head + b"?>" + declared + rest.replace(b"LAZAR", b"&a;")])


def _swap(old: str, new: str, *, times: int = 1) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        assert old.encode() in content, old
        return content.replace(old.encode(), new.encode(), times)

    return change


@pytest.mark.parametrize(
    ("form", "change", "says"),
    [
        (ListForm.OFAC_CLASSIC, _swap("<Record_Count>4", "<Record_Count>5"), "as many entries"),
        (ListForm.OFAC_CLASSIC, _swap("<Publish_Date>09/27/2024", "<Publish_Date>27.9.24"), "date"),
        (ListForm.OFAC_CLASSIC, _swap("<uid>36</uid>", "<uid>27307</uid>"), "twice"),
        (ListForm.OFAC_CLASSIC, _swap("<uid>36</uid>", ""), "own id"),
        (ListForm.OFAC_ADVANCED, _swap('encoding="utf-8"', 'encoding="klingon"'), "encoding|no XML"),
        (ListForm.OFAC_ADVANCED, _swap("<Year>2024", "<Year>MMXXIV"), "date"),
        (ListForm.OFAC_ADVANCED, _swap("DateOfIssue", "IssueDate", times=2), "when it was issued"),
        (ListForm.OFAC_ADVANCED, _swap(">12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h<", "><"), "empty"),
        (ListForm.OFAC_ADVANCED, _swap('ProfileID="', 'ProfileID="0'), "does not describe"),
        (ListForm.OFAC_ADVANCED, _swap("<FeatureType ID", "<FeatureType Other"), "does not name"),
        (ListForm.EU, _swap("generationDate", "made"), "date"),
        (ListForm.UN, _swap("dateGenerated", "made"), "date"),
    ],
)
def test_a_list_that_contradicts_itself_is_none(form: ListForm, change: Callable[[bytes], bytes], says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        read_list(form, [change(FORMS[form][0])])


def test_the_remarks_go_on_in_the_comments_and_without_them_the_list_is_refused() -> None:
    many = tuple(ListedAddress(ticker="ETH", text=f"0x{n:040x}") for n in range(1, 40))
    long = replace(PARTIES[1], addresses=many)
    main, aliases, comments = published.ofac_csv([long])
    assert read_list(ListForm.OFAC_CSV, [main, aliases, comments]).parties == (long,)
    for files in ([main, aliases], [main, aliases, b""]):
        with pytest.raises(InvalidInput, match="sdn_comments"):
            read_list(ListForm.OFAC_CSV, files)


def test_files_of_different_days_are_no_list() -> None:
    main, aliases, comments = FORMS[ListForm.OFAC_CSV]
    shorter = published.ofac_csv(PARTIES[:1])[0]
    with pytest.raises(InvalidInput, match="different days"):
        read_list(ListForm.OFAC_CSV, [shorter, aliases, comments])
    unread = main.replace(b"Digital Currency Address - XBT 12Q", b"Digital Currency Address XBT 12Q")
    with pytest.raises(InvalidInput, match="cannot be read"):
        read_list(ListForm.OFAC_CSV, [unread, aliases, comments])


@pytest.mark.parametrize("words", ["Digital Currency Address - ETH (ERC20)", "Digital Currency Wallet - ETH"])
@pytest.mark.parametrize("form", [ListForm.OFAC_ADVANCED, ListForm.OFAC_CLASSIC])
def test_an_address_called_by_other_words_is_not_dropped_unnoticed(form: ListForm, words: str) -> None:
    content = FORMS[form][0].replace(b"Digital Currency Address - ETH", words.encode())
    with pytest.raises(InvalidInput, match="does not know"):
        read_list(form, [content])


# --- the bank's own


def own(text: str) -> tuple[ListedParty, ...]:
    return read_list(ListForm.OWN, [text.encode()]).parties


def test_an_own_list_is_an_address_a_line_in_any_writing() -> None:
    found = own(f"# ours\n\n0x{'AB' * 20} # who\nXBT 12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h\n0X{'ab' * 20}\n{'cd' * 20}\n")
    assert [(party.id, party.addresses[0].ticker) for party in found] == [
        ("0x" + "ab" * 20, ""),
        ("12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h", "XBT"),
        ("0x" + "cd" * 20, ""),
    ]


def test_an_own_list_is_a_table_of_parties() -> None:
    text = (
        "\ufeffid,kind,names,addresses,programs\r\n"
        f'B1,person,"LAZAR, Ada|ADA L.",ETH:0x{"ab" * 20}|XBT:12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h,fraud\r\n'
        f"\r\nB2,,,0x{'cd' * 20},\r\n"
    )
    first, second = own(text)
    assert (first.id, first.kind, first.names) == ("B1", ListedKind.PERSON, ("LAZAR, Ada", "ADA L."))
    assert [address.ticker for address in first.addresses] == ["ETH", "XBT"]
    assert (second.kind, second.names, second.addresses[0].text) == (ListedKind.UNKNOWN, (), "0x" + "cd" * 20)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "names nobody"),
        ("# nobody\n", "names nobody"),
        ("0x12\n", "line 1"),
        (f"0x{'ab' * 20}\n0x{'ab' * 19}\n", "line 2"),
        (f"ETH 0x{'ab' * 19}\n", "line 1"),
        ("12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h\n", "line 1"),
        ("id,kind,names,addresses,programs\n", "names nobody"),
        ("id,kind,names,addresses,programs\nB1,robot,A,,\n", "line 2"),
        ("id,kind,names,addresses,programs\nB1,person,A,0x12,\n", "line 2"),
        ("id,kind,names,addresses,programs\nB1,person,,,\n", "line 2"),
        ("id,kind,names,addresses,programs\n,person,A,,\n", "line 2"),
        ("id,kind,names,addresses,programs\nB1,person,A\n", "line 2"),
        ('id,kind,names,addresses,programs\nB1,person,"A,,\n', "cut off"),
        ("id,kind,names,addresses,programs\nB1,,A,,\nB1,,B,,\n", "twice"),
    ],
)
def test_what_an_own_list_may_not_be(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        own(text)


def test_an_own_list_is_one_file_in_utf8() -> None:
    with pytest.raises(InvalidInput, match="UTF-8"):
        read_list(ListForm.OWN, [b"\xff\xfe"])
    with pytest.raises(InvalidInput, match="one file"):
        read_list(ListForm.OWN, [b"", b""])
