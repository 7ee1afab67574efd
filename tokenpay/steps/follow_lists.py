"""Screening lists as they stand, met with the records of their loading."""

from typing import Any

from tokenpay.errors import IntegrityError
from tokenpay.store.unit_of_work import UnitOfWork


def verify_lists(uow: UnitOfWork) -> None:
    """Raise IntegrityError for a list that is gone, or of which a row was added, changed or removed since its loading.

    What was loaded before records held a digest, or whose record is archived, is met as far as a record tells of it.
    """
    loaded = dict[str, Any]()
    for name, details in uow.audit.details("list.loaded"):
        if name not in loaded or details["version"] > loaded[name]["version"]:
            loaded[name] = details
    for name, details in loaded.items():
        standing = uow.lists.find(name)
        if standing is None or standing.version != details["version"]:
            raise IntegrityError("a screening list is not the one that was loaded last", list=name)
        if details.get("entries_sha256", digest := uow.lists.digest(name)) != digest:
            raise IntegrityError("what stands on a screening list is not what was loaded", list=name)
