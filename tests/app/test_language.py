"""The terminal in three languages: no text without its words, amounts as each writes them, and no number read wrong."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import tokenpay as tp
from terminal_app import language, resolutions, sentences, views
from terminal_app.language import LANGUAGES, Words, choose, ngettext, of_environment, spoken
from terminal_app.widgets.amount_input import as_typed, plain_number
from tests.app import catalogues
from tests.architecture.test_reference import error_codes
from tokenpay.compliance.limits import _REASONS
from tokenpay.testing import TOKEN, euro

REPOSITORY = Path(__file__).parents[2]
REASONS = REPOSITORY / "docs" / "reference" / "reasons.md"
HOLE = re.compile(r"\{\w*\}")
CYRILLIC = re.compile("[а-яёіў]", re.IGNORECASE)
SPACE = "\N{NO-BREAK SPACE}"
each_language = pytest.mark.parametrize("code", catalogues.TRANSLATED)


@pytest.fixture
def speak() -> Iterator[None]:
    """Let a test choose languages; the one before comes back after it."""
    before = spoken().code
    yield
    choose(before)


@each_language
def test_the_catalogue_holds_the_texts_of_today_and_no_other(code: str) -> None:
    assert catalogues.path(code, "po").read_bytes() == catalogues.as_po(catalogues.fresh(code)), "run `make catalogues`"


@each_language
def test_what_is_read_at_run_time_is_made_from_what_people_read(code: str) -> None:
    assert catalogues.path(code, "mo").read_bytes() == catalogues.as_mo(catalogues.kept(code)), "run `make catalogues`"


@each_language
def test_every_text_has_its_words_with_the_same_values(code: str) -> None:
    catalogue = catalogues.kept(code)
    assert len(catalogue) > 400
    wrong = []
    for message in catalogue:
        forms = catalogues.strings(message)
        texts = [message.id] if isinstance(message.id, str) else list(message.id)
        if message.id and not all(forms):
            wrong.append(message.id)
        if message.id and any(sorted(HOLE.findall(form)) != sorted(HOLE.findall(texts[-1])) for form in forms):
            wrong.append(message.id)
        assert len(forms) == (1 if isinstance(message.id, str) else 3)
    assert not wrong


def test_every_text_of_the_terminal_is_a_constant() -> None:
    """What is put together at run time would be in no catalogue."""
    loose = []
    for path in sorted((REPOSITORY / "terminal_app").rglob("*.py")):
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id in ("_", "ngettext") and path.name not in ("language.py", "resolutions.py", "sentences.py"):
                texts = call.args[:2] if call.func.id == "ngettext" else call.args
                loose += [f"{path.name}:{call.lineno}" for text in texts if not isinstance(text, ast.Constant)]
    assert not loose


def reason_codes() -> set[str]:
    return set(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \|", REASONS.read_text(), re.MULTILINE))


def test_every_code_of_an_error_or_a_reason_has_words() -> None:
    assert len(reason_codes()) > 25
    assert not (error_codes() | reason_codes()) - set(sentences.GENERAL)


def test_every_way_that_a_scanned_text_ends_has_words() -> None:
    reason = type(tp.read_request("hello").reason)  # type: ignore[union-attr]
    assert {member.value: member.message for member in reason} == resolutions.UNREADABLE
    assert {member: member.message for member in tp.Resolution} == resolutions.RESOLUTIONS
    assert set(views.STATES) == set(tp.PaymentState)
    assert set(views.STATUSES) == set(tp.CustomerStatus)
    assert set(views.ROLES) == set(tp.Role)


def library_sentences() -> set[str]:
    """Every text in the library, with a hole for each value that is put in."""
    found = set()
    for path in (REPOSITORY / "tokenpay").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
            if isinstance(node, ast.JoinedStr):
                found.add("".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values))
    return found


def test_the_closer_sentences_are_what_the_library_says() -> None:
    said = library_sentences()
    closer = {HOLE.sub("{}", text) for texts in sentences.CLOSER.values() for text in texts}
    composed = {text for text in closer if "; a sweep of" in text}  # the library puts this one together from two
    limits = {f"above the limit for {which}" for _, which in _REASONS.values()}  # and these from whose and which
    assert not closer - composed - said - limits
    assert {text for text in closer if text.startswith("above the limit for this")} < limits
    assert all(set(text.split("; ")) <= {part.removeprefix("; ") for part in said} for text in composed)


@pytest.mark.usefixtures("speak")
@each_language
def test_a_code_is_said_in_the_language_with_its_values(code: str) -> None:
    choose(code)
    reason = tp.Reason(code="treasury.short", message="the treasury holds 12.50 DEUR too few")
    assert "12,50 DEUR" in sentences.sentence(reason)
    assert CYRILLIC.search(sentences.sentence(reason))
    other = tp.Reason(code="treasury.short", message="said in another way since")
    assert sentences.sentence(other) == language._("the treasury holds too few tokens")
    assert sentences.sentence(tp.Reason(code="new.code", message="a new one")) == "a new one"
    assert sentences.sentence(tp.Reason(code="approval.refused", message="call him")) == "call him"
    with pytest.raises(tp.PrecisionLost) as lost:
        euro("1.1234567")
    assert "DEUR" in sentences.sentence(lost.value)
    assert "6" in sentences.sentence(lost.value)
    own = tp.NotFound(language._("no asset is chosen"))
    assert isinstance(own.message, Words)
    assert sentences.sentence(own) == own.message


@pytest.mark.usefixtures("speak")
@each_language
@pytest.mark.parametrize(
    "note",
    [
        "tim proposed 50.25 DEUR from customer/C1 to eip155:1:0x77, payment P1; demo: 0x77",
        "the name may be one on a screening list, as before; un: 7",
        "payment P1 of 50.25 DEUR, risk.drained: said so",
        "customer C1, by proof WP-1, has a wallet that is on a list which was loaded since",
        "another transaction has its nonce in a final block",
        "the treasury holds 12.50 DEUR too few",
        "the node rejected it: gone",
    ],
)
def test_what_the_library_notes_is_said_in_the_language(code: str, note: str) -> None:
    choose(code)
    said = sentences.note_text(note)
    assert CYRILLIC.search(said)
    assert ".25" not in said
    assert sentences.note_text("as a person wrote it") == "as a person wrote it"


@pytest.mark.usefixtures("speak")
def test_in_english_the_library_speaks_for_itself() -> None:
    choose("en")
    assert sentences.sentence(tp.Reason(code="limit.payment", message="as it is said")) == "as it is said"


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "ru_BY.UTF-8", "LC_ALL": "be_BY.UTF-8@latin"}, "be"),
        ({"LANG": "ru_RU", "LANGUAGE": "de:be:ru"}, "be"),
        ({"LANG": "ru_RU", "LANGUAGE": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "ru", "LANGUAGE": ""}, "ru"),
    ],
)
def test_the_environment_chooses(environment: dict[str, str], code: str) -> None:
    assert of_environment(environment) == code


@pytest.mark.usefixtures("speak")
def test_counted_things_take_their_forms() -> None:
    one, many = (
        "! It has not moved for {seconds} second: does the engine run?",
        "! It has not moved for {seconds} seconds: does the engine run?",
    )
    said = {}
    for code in LANGUAGES:
        choose(code)
        said[code] = [ngettext(one, many, number).split("{seconds} ")[1].split(":")[0] for number in (1, 2, 5, 11, 21)]
    assert said["en"] == ["second", "seconds", "seconds", "seconds", "seconds"]
    assert said["ru"] == ["секунду", "секунды", "секунд", "секунд", "секунду"]
    assert said["be"] == ["секунду", "секунды", "секунд", "секунд", "секунду"]


@pytest.mark.usefixtures("speak")
def test_amounts_and_moments_are_written_as_the_language_does() -> None:
    choose("en")
    assert views.amount_text(euro("12500.5")) == f"12{SPACE}500.50{SPACE}DEUR"
    assert re.fullmatch(r"2023-11-1[45] \d\d:\d\d", views.time_text(1_700_000_000))
    for code in catalogues.TRANSLATED:
        choose(code)
        assert views.amount_text(euro("12500.5")) == f"12{SPACE}500,50{SPACE}DEUR"
        assert views.amount_text(tp.Amount(tp.Asset.cash("JPY"), 1200)) == f"1{SPACE}200{SPACE}JPY"
        assert re.fullmatch(r"1[45]\.11\.2023 \d\d:\d\d", views.time_text(1_700_000_000))


COMMON = {
    "12": "12", "0": "0", "12 500": "12500", f"12{SPACE}500": "12500", "1 234 567": "1234567",
    "12.5": "12.5", "12,5": "12.5", "0,123": "0.123", "0.123": "0.123", ",5": "0.5", "12.": "12", "1,2345": "1.2345",
    "1234,567": "1234.567", "1234.567": "1234.567", "12 500,25": "12500.25",
}  # fmt: skip
REFUSED = [
    "",
    " ",
    ".",
    ",",
    "-1",
    "+1",
    "1e3",
    "12 5",
    "1234 567",
    "1,234,567",
    "1.234,5",
    "1,234.5",
    "1_000",
    "١",
    "1 23,4",
]


@pytest.mark.usefixtures("speak")
@pytest.mark.parametrize("code", LANGUAGES)
def test_what_a_teller_types_is_read_in_one_way_or_not_at_all(code: str) -> None:
    choose(code)
    for typed, plain in COMMON.items():
        assert plain_number(typed) == plain, typed
    for typed in REFUSED:
        with pytest.raises(tp.InvalidAmount):
            plain_number(typed)
    own, other = spoken().decimal, {".": ",", ",": "."}[spoken().decimal]
    assert plain_number(f"1{own}234") == "1.234"
    for whole in ("1", "12", "999"):
        with pytest.raises(tp.InvalidAmount) as refused:
            plain_number(f"{whole}{other}234")
        assert f"{whole}234" in refused.value.message
        assert f"{whole}{own}234" in refused.value.message
    assert tp.Amount.parse(plain_number(as_typed(euro("1.234"))), TOKEN) == euro("1.234")
