"""Load a screening list from its files: a published one, or the bank's own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tokenpay.bank import Bank
from tokenpay.compliance.list_contents import ListContents
from tokenpay.compliance.list_rule import ListRule, checked_list_name
from tokenpay.compliance.lists.form import ListForm
from tokenpay.compliance.lists.read_list import ReadList, read_list
from tokenpay.compliance.screening import LIST_AHEAD_S
from tokenpay.compliance.screening_list import ScreeningList, doubts_about, losses
from tokenpay.errors import InvalidInput, NotPermitted
from tokenpay.parties.operator import Operator, Permission
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record
from tokenpay.steps.rescreen import open_matches, refuse_matched
from tokenpay.steps.still_may import still_may
from tokenpay.store.unit_of_work import UnitOfWork

_DAY_S = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedList:
    """What came of it. `screening_list` is the one in place now.

    With `doubts` the new one is not in place: a second person must load the same file, and until then this list says
    nothing. `cases` are about open payments and waiting deposits that stand on it, `refused` the payments it ended.
    """

    screening_list: ScreeningList
    doubts: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()


def load_list(
    bank: Bank,
    *,
    name: str,
    form: ListForm,
    files: Sequence[bytes],
    dated_s: int | None = None,
    signatures: Sequence[bytes] = (),
    by: Session,
) -> LoadedList:
    """Put what the files say in the place of the list `name`, and screen again what is open.

    `dated_s` is the list's own date in Unix seconds, for the forms that carry none (`own`, `ofac_csv`). `signatures`
    are detached Ed25519 signatures (RFC 8032) over the bytes of each file, in the files' order. One that, with what was
    loaded before it on the same day, keeps less than the policy asks for, of a form without a date one that keeps not
    all, one of another form, of the same date with another content, or without the signature that the one in place
    has, is taken only once a second person has loaded the same files. Raises InvalidInput, and changes nothing, for
    what is no list of this form, is older than the one in place or dated ahead, or is not signed as the policy wants
    it; NotPermitted when the person who raised a doubt calls twice, or would lift it by a list that is no newer than
    the one in place.
    """
    checked_list_name(name)
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CONTROL)
        rule = uow.policies.newest().list_rule(name)
    signed_by = _signed_by(rule, form, files, signatures)
    new = _counted(bank, name, form, files, read := read_list(form, files), dated_s=dated_s, signed_by=signed_by)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        if uow.policies.newest().list_rule(name) != rule:
            raise InvalidInput("the policy has just changed what it asks of this list: load it again")
        loaded, ended = _enter(uow, bank, operator, new, read, rule)
    refused = tuple(payment_id for payment_id in ended if refuse_matched(bank, payment_id, by=by))
    return replace(loaded, refused=refused)


def _enter(
    uow: UnitOfWork, bank: Bank, operator: Operator, new: ScreeningList, read: ReadList, rule: ListRule
) -> tuple[LoadedList, tuple[str, ...]]:
    old = uow.lists.find(new.name)
    details: dict[str, Value] = {
        "form": new.form.value,
        "dated_s": new.dated_s,
        "sha256": new.source_hash,
        "parties": new.parties,
        "names": new.names,
        "addresses": dict(new.addresses),
        "signed_by": new.signed_by,
    }
    if old is not None:
        if new.dated_s < old.dated_s:
            raise InvalidInput("the list is older than the one in place")
        lost = _lost(uow, new, old, read)
        doubts = doubts_about(new, old, lost=lost, keeps_percent=rule.keeps_percent)
        raised = old.doubted_hash == new.source_hash and still_may(uow, old.doubted_by, Permission.CONTROL)
        if doubts and not raised:
            uow.lists.doubt(new.name, source_hash=new.source_hash, by=operator.id)
            record(uow, bank, operator, "list.doubted", new.name, {**details, "doubts": [*doubts]})
            standing = replace(old, doubted_hash=new.source_hash, doubted_by=operator.id)
            return LoadedList(screening_list=standing, doubts=doubts), ()
        if old.doubted_hash and old.doubted_by == operator.id and not doubts and new.dated_s == old.dated_s:
            raise NotPermitted("a doubt is lifted by a newer list, or by a second person who loads what was doubted")
        if doubts and old.doubted_by == operator.id:
            raise NotPermitted("a list that lost entries, or changed otherwise, is accepted by two people")
        first, second = (old.doubted_by, operator.id) if doubts else (operator.id, "")
        new = replace(new, version=old.version + 1, loaded_by=first, confirmed_by=second, losses={} if doubts else lost)
        details |= {"with": first} if doubts else {}
    else:
        new = replace(new, loaded_by=operator.id)
    uow.lists.replace(new, read.parties)
    stands: dict[str, Value] = {"version": new.version, "entries_sha256": uow.lists.digest(new.name)}
    record(uow, bank, operator, "list.loaded", new.name, {**details, **stands})
    cases, ended = open_matches(uow, bank, operator)
    return LoadedList(screening_list=new, cases=tuple(case.id for case in cases)), ended


def _lost(uow: UnitOfWork, new: ScreeningList, old: ScreeningList, read: ReadList) -> dict[str, tuple[int, int]]:
    """Return what the list has lost once this is taken, by the bank's day: where the clock went back it goes on."""
    day = uow.policies.newest().hours.day
    now, before = ListContents.of(read.parties), uow.lists.contents(new.name)
    return losses(new, old, now=now, before=before, same_day=day(old.loaded_at_s) >= day(new.loaded_at_s))


def _counted(
    bank: Bank,
    name: str,
    form: ListForm,
    files: Sequence[bytes],
    read: ReadList,
    *,
    dated_s: int | None,
    signed_by: str,
) -> ScreeningList:
    now_s = bank.clock.now_s()
    dated_s = _dated(read, dated_s)
    if dated_s > now_s + LIST_AHEAD_S:
        raise InvalidInput("the list is dated in the future; a date is in seconds")
    tickers = Counter(address.ticker for party in read.parties for address in party.addresses)
    return ScreeningList(
        name=name,
        form=form,
        version=1,
        dated_s=dated_s,
        source_hash=source_hash(files),
        parties=len(read.parties),
        names=sum(len(party.names) for party in read.parties),
        addresses=dict(sorted(tickers.items())),
        signed_by=signed_by,
        loaded_at_s=now_s,
    )


def _dated(read: ReadList, given_s: int | None) -> int:
    if read.dated_s is None:
        if type(given_s) is not int:
            raise InvalidInput("a list of this form carries no date: give its own, in Unix seconds")
        return given_s
    if given_s is not None and given_s // _DAY_S != read.dated_s // _DAY_S:
        raise InvalidInput("the list carries another date than the one given")
    return read.dated_s


def source_hash(files: Sequence[bytes]) -> str:
    """Return what says which files a list was read from: SHA-256 of the one, or of the hashes of several by lines."""
    hashes = [sha256(content).hexdigest() for content in files]
    return hashes[0] if len(hashes) == 1 else sha256("".join(f"{each}\n" for each in hashes).encode()).hexdigest()


def _signed_by(rule: ListRule, form: ListForm, files: Sequence[bytes], signatures: Sequence[bytes]) -> str:
    """Return the public key, of those that the policy names, that signed every file; "" where it names none."""
    if rule.form is not None and rule.form is not form:
        raise InvalidInput(f"the policy takes this list in the form {rule.form} only")
    if not rule.public_keys:
        if signatures:
            raise InvalidInput("the policy names no key for this list, so no signature can be checked")
        return ""
    if len(signatures) != len(files):
        raise InvalidInput("the policy takes this list only with a signature for each file")
    for key in rule.public_keys:
        if all(_signed(key, content, signature) for content, signature in zip(files, signatures, strict=True)):
            return key
    raise InvalidInput("the list is not signed by a key that the policy names for it")


def _signed(public_key: str, content: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True
