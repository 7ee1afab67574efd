"""Read a list from the bytes of its files, whatever its form."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenpay.compliance.listed_party import ListedParty
from tokenpay.compliance.lists.eu import read_eu
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.lists.ofac_advanced import read_ofac_advanced
from tokenpay.compliance.lists.ofac_classic import read_ofac_classic
from tokenpay.compliance.lists.ofac_csv import read_ofac_csv
from tokenpay.compliance.lists.own import read_own
from tokenpay.compliance.lists.un import read_un
from tokenpay.errors import InvalidInput

_ONE_FILE = {
    ListForm.OFAC_ADVANCED: read_ofac_advanced,
    ListForm.OFAC_CLASSIC: read_ofac_classic,
    ListForm.EU: read_eu,
    ListForm.UN: read_un,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadList:
    """What a file says: its parties, and its own date in Unix seconds, None for a form that carries none."""

    dated_s: int | None
    parties: tuple[ListedParty, ...]


def read_list(form: ListForm, files: Sequence[bytes]) -> ReadList:
    """Return what the files of one list say, all or nothing.

    Raises InvalidInput for what is not of this form, is cut off, names nobody, or holds one entry twice.
    """
    dated_s: int | None = None
    if form is ListForm.OFAC_CSV:
        parties = read_ofac_csv(files)
    elif len(files) != 1:
        raise InvalidInput("a list of this form is one file")
    elif form is ListForm.OWN:
        parties = read_own(files[0])
    else:
        dated_s, parties = _ONE_FILE[form](files[0])
    if not parties:
        raise InvalidInput("the list names nobody: a download that failed looks like that")
    if len({party.id for party in parties}) < len(parties):
        raise InvalidInput("an entry stands twice in the list")
    return ReadList(dated_s=dated_s, parties=tuple(parties))
