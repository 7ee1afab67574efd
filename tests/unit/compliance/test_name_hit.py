"""The best hit of each entry, and the same one each time."""

from tokenpay.compliance.listed_party import ListedKind
from tokenpay.compliance.name_hit import NameHit, likest


def hit(entry: str, listed: str, score: int, *, of: str = "ofac") -> NameHit:
    return NameHit(list_name=of, entry_id=entry, kind=ListedKind.PERSON, listed=listed, score=score, why=("sound",))


def test_each_entrys_first_best_hit_is_told_and_the_best_entry_first() -> None:
    first, alike, worse = hit("7", "Ivan", 900), hit("7", "Iwan", 900), hit("7", "Jan", 850)
    better, same = hit("9", "Piotr", 950), hit("7", "Ivan", 900, of="eu")
    assert likest([first, alike, worse, better, same]) == (better, same, first)
    assert likest([worse, first]) == (first,)
    assert likest([]) == ()
