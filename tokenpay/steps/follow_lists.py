"""Screening lists as they stand, met with the records of their loading."""

from collections.abc import Iterable
from typing import Any

from tokenpay.errors import IntegrityError
from tokenpay.primitives.canonical import parse_canonical
from tokenpay.store.unit_of_work import UnitOfWork


def verify_lists(uow: UnitOfWork, loadings: Iterable[tuple[str, str]], *, whole: bool) -> None:
    """Raise IntegrityError for a list that is gone or was made young, or has other rows than when it was loaded.

    `loadings` are the lists' names and the details of the records that were read. Unless these are all (`whole`), a
    list that is newer than each of them may be the one that an archive tells of: of that one nothing is said. Nor is of
    what was loaded before records held a digest.
    """
    loaded = dict[str, Any]()
    for name, text in loadings:
        details = parse_canonical(text)
        if name not in loaded or details["version"] > loaded[name]["version"]:
            loaded[name] = details
    for name, details in loaded.items():
        standing = uow.lists.find(name)
        if not whole and standing is not None and standing.version > details["version"]:
            continue
        if standing is None or standing.version != details["version"]:
            raise IntegrityError("a screening list is not the one that was loaded last", list=name)
        if details.get("dated_s", standing.dated_s) != standing.dated_s:
            raise IntegrityError("a screening list has another date than it was loaded with", list=name)
        if details.get("entries_sha256", digest := uow.lists.digest(name)) != digest:
            raise IntegrityError("what stands on a screening list is not what was loaded", list=name)
