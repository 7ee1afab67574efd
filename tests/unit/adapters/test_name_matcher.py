"""Names are found however they are spelled, and only theirs: a table of what must meet, and of what must not."""

import pytest

from tests.benchmarks.names.sets import Negatives, make_entries, make_positives
from tests.conftest import missing
from tokenpay.compliance.listed_party import ListedKind, ListedParty
from tokenpay.errors import InvalidInput, UnreadableName

try:
    from tests.benchmarks.names.held import curve, ours, scores
    from tokenpay.adapters.screening.name_matcher import MOST_WORDS, NameMatcher
except ModuleNotFoundError:
    missing("rigour", "apt install libicu-dev pkg-config g++, touch pyproject.toml, and run `make test` again")

PERSON, ORGANISATION = ListedKind.PERSON, ListedKind.ORGANISATION

MEET = [
    (PERSON, "Sergey Ivanovich Petrov", "PETROV, Sergei Ivanovich"),
    (PERSON, "Sergey Ivanovich Petrov", "Сергей Иванович Петров"),
    (PERSON, "Сергей Иванович Петров", "Sergej Ivanovič Petrov"),
    (PERSON, "Sergey Ivanovich Petrov", "Petroff Sergey"),
    (PERSON, "Sergey Ivanovich Petrov", "Sergey I. Petrov"),
    (PERSON, "Юрий Андреевич Щукин", "Iurii Andreevich Shchukin"),
    (PERSON, "Mohammed Ali Hassan al-Husseini", "Muhammad Ali Hasan Alhussayni"),
    (PERSON, "محمد علي حسن الحسيني", "Mohamed Aly Hassan el-Husseini"),
    (PERSON, "Abdul Rahman Khalid al-Masri", "عبد الرحمن خالد المصري"),
    (PERSON, "Abdulrahman Khalid Haddad", "Abd al-Rahman Khaled Haddad"),
    (PERSON, "باسم يحيى هواري", "Basim Yehia Hawari"),
    (PERSON, "نور الدين يحيى الترابي", "Noureddine Yehia al-Turabi"),
    (PERSON, "عبد الحميد إسماعيل البغدادي", "Abdelhamid Esmail al-Baghdadi"),
    (PERSON, "Kazim Javad Muntazeri", "کاظم جواد منتظری"),
    (PERSON, "Hoda Sameer Jabir al-Qurashi", "Hoda Samir Gaber Alqurashi"),
    (PERSON, "Семён Евгеньевич Журавлёв", "Zhuravlëv Semën"),
    (PERSON, "Ko Chun-hee", "고춘희"),
    (PERSON, "노학화", "Roh Hakhwa"),
    (PERSON, "Choe Suk-ah", "Choe Su-kah"),
    (PERSON, "范凤明", "Fan Feg-ming"),
    (PERSON, "Khaled Lotfi Awdah", "خالد لطفي عودة"),
    (PERSON, "Taha Farid el-Tounsi", "طه فريد التونسي"),
    (PERSON, "Mansur Abdulla al-Jaburi", "منصور عبد الله الجبوري"),
    (PERSON, "Shaimaa Said Abd al-Aziz el-Hakeem", "SHAIMA SAED ABDELAZIZ AL-HAKIM"),
    (PERSON, "Azadeh Shahnaz Khorasani", "آزاده شهناز خراسانی"),
    (PERSON, "Khadija Yusuf Lutfi Aldosari", "Khadidja Youssef Lutfi al-Dosari"),
    (PERSON, "Najla Abd al-Aziz Nur al-Din Haddad", "نجلاء عبد العزيز نور الدين حداد"),
    (PERSON, "Musa Kemal Abdelaziz al-Utaybi", "موسى كمال عبد العزيز العتيبي"),
    (PERSON, "Hazem Ziad Ismael Alyamani", "Hazem Ziyad ek-Yemeni"),
    (PERSON, "Станислаў Фядосенка", "Stanislau Fiadosenka"),
    (PERSON, "Shin Sung Sun", "Sin Seung-soon"),
    (PERSON, "정서인", "Jung Seo-inn"),
    (PERSON, "杜秀明", "Du Xiu Ming"),
    (PERSON, "曾晓明", "Zeng Xiaoming"),
    (PERSON, "张晓明", "Zhang Xiaoming"),
    (PERSON, "Zhang Xiaoming", "Chang Hsiao-ming"),
    (PERSON, "김영수", "Kim Young-soo"),
    (PERSON, "José García Márquez", "Jose GARCIA MARQUEZ"),
    (PERSON, "Jürgen Müller", "Mueller, Juergen"),
    (PERSON, "Benjamin Richardson", "Benajmin Richardson"),
    (PERSON, "Benjamin Richardson", "Be\u200bnjamin Ri\u00adchardson"),
    (PERSON, "Benjamin Richardson", "Dr. Benjamin Richardson"),
    (ORGANISATION, "Romashka Global Trading OOO", "Общество с ограниченной ответственностью Ромашка Глобал Трейдинг"),
    (ORGANISATION, "Bereza Ceramics Recycling GmbH", "Береза Серамикс Ресиклинг GmbH"),
    (ORGANISATION, "Crown Korall Glass PLC", "Кровн Коралл Гласс PLC"),
    (ORGANISATION, "Acme Northern Shipping Limited", "ACME NORTHERN SHIPPING LTD."),
    (ORGANISATION, "Acme Northern Shipping GmbH", "Acme Northern Shiping"),
]
APART = [
    (PERSON, "Sergey Ivanovich Petrov", "Sergey Alekseevich Petrov"),
    (PERSON, "Sergey Ivanovich Petrov", "Sergey"),
    (PERSON, "Sergey Ivanovich Petrov", "Petrov"),
    (PERSON, "Mohammed Ali Hassan", "Mohammed Omar Khalid"),
    (PERSON, "Zhang Xiaoming", "Zhang Weiguo"),
    (PERSON, "Gim Min-jong", "Gim Yong Tae"),
    (PERSON, "O Seo Ok", "Cho Seok Min"),
    (PERSON, "최태은", "Cao Tuấn Hiếu"),
    (PERSON, "Lâm Thị Yến", "Lâm Tiến Trí"),
    (PERSON, "زياد علي فرحات", "刘德祖"),
    (PERSON, "Lee U Ok", "Rhee Cheol Ok"),
    (PERSON, "عثمان خالد أنس شلبي", "Anaïs Samson"),
    (PERSON, "Abdul Aziz Kassem Abdul Hamid Almazrouei", "عبد الكريم هشام المزروعي"),
    (ORGANISATION, "Acme Northern Shipping Limited", "Acme Southern Mining Limited"),
    (ORGANISATION, "Benjamin Richardson", "Richardson Benjamin"),
]


def _matcher(kind: ListedKind, listed: str) -> NameMatcher:
    return NameMatcher({"a list": [ListedParty(id="7", kind=kind, names=("Somebody Else Altogether", listed))]})


@pytest.mark.parametrize(("kind", "listed", "asked"), MEET)
def test_a_listed_name_otherwise_written_is_found_and_explained(kind: ListedKind, listed: str, asked: str) -> None:
    (hit,) = _matcher(kind, listed).match(asked, kind=kind)

    assert (hit.list_name, hit.entry_id, hit.listed) == ("a list", "7", listed)
    assert hit.why


@pytest.mark.parametrize(("kind", "listed", "asked"), APART)
def test_another_name_is_not_found(kind: ListedKind, listed: str, asked: str) -> None:
    assert not _matcher(kind, listed).match(asked, kind=PERSON if listed.startswith("Benjamin") else kind)


@pytest.mark.parametrize("kind", ListedKind)
@pytest.mark.parametrize("text", ["", " ", "?!", "\u200b", "☺ ☺", "-- ,,", "'"])
def test_a_name_without_a_letter_is_not_taken_for_one_that_nobody_has(kind: ListedKind, text: str) -> None:
    with pytest.raises(UnreadableName):
        _matcher(PERSON, "Benjamin Richardson").match(text, kind=kind)


def test_a_name_of_nothing_but_legal_forms_is_not_taken_for_one_that_nobody_has() -> None:
    with pytest.raises(UnreadableName):
        _matcher(ORGANISATION, "Acme Northern Shipping").match("Limited Liability Company", kind=ORGANISATION)


@pytest.mark.parametrize("word", ["Osric ", "王"])
def test_what_has_more_words_than_a_name_is_no_clear_one(word: str) -> None:
    matcher = _matcher(PERSON, "Benjamin Richardson")
    assert matcher.match(word * MOST_WORDS, kind=PERSON) == ()
    with pytest.raises(InvalidInput, match="more words"):
        matcher.match(word * (MOST_WORDS + 1), kind=PERSON)


def test_a_name_of_no_kind_is_compared_with_all() -> None:
    assert _matcher(PERSON, "Benjamin Richardson").match("benjamin richardson")
    assert _matcher(ListedKind.UNKNOWN, "Benjamin Richardson").match("benjamin richardson", kind=PERSON)


def test_why_names_what_was_alike_and_what_was_not() -> None:
    (hit,) = _matcher(PERSON, "Сергей Иванович Петров").match("Sergei Petrow Junior", kind=PERSON, threshold=100)

    assert hit.why == (
        "sergei = sergei: same",
        "petrow = petrov: same",
        "junior: not listed",
        "ivanovich: listed only",
    )


def test_the_same_question_has_the_same_answer() -> None:
    entries = make_entries(40, seed=3)
    positives = list(make_positives(entries, 20, seed=3))

    assert scores(ours(entries), positives, []) == scores(ours(entries), positives, [])


def test_most_of_a_perturbed_list_is_found_and_few_others() -> None:
    entries = make_entries(150, seed=5)
    positives = list(make_positives(entries, 120, seed=5))
    negatives = list(Negatives(entries, 5).make(120))

    found, false = scores(ours(entries), positives, negatives)
    at = {point.threshold: point for point in curve(found, false)}

    assert at[0.84].recall >= 0.96
    assert at[0.84].false_positives <= 0.01
