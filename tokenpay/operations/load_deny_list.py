"""Load a dated list of denied addresses."""

from hashlib import sha256

from tokenpay.bank import Bank
from tokenpay.compliance.screening import LIST_AHEAD_S, DenyList
from tokenpay.errors import InvalidAddress, InvalidInput
from tokenpay.money.address import Address
from tokenpay.parties.operator import Permission
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import Value
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record


def load_deny_list(bank: Bank, *, name: str, text: str, dated_s: int, by: Session) -> DenyList:
    """Replace the list `name` by `text`: one address a line, whatever its case; empty lines and `#` are skipped.

    `dated_s` is the list's own date in Unix seconds. Raises InvalidInput, and changes nothing, when a
    line is no address, no line is one, the date is in the future, or the list is older than the one in place.
    """
    try:
        content = text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("the list holds half a character") from None
    if not 0 < len(name) <= 64:
        raise InvalidInput("a list has a name of up to 64 characters")
    addresses = set()
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.partition("#")[0].strip()
        if entry:
            addresses.add(_address(entry, number))
    if not addresses:
        raise InvalidInput("the list names nobody: a download that failed looks like that")
    if dated_s > bank.clock.now_s() + LIST_AHEAD_S:
        raise InvalidInput("the list is dated in the future; a date is in seconds")
    deny_list = DenyList(name=name, dated_s=dated_s, source_hash=sha256(content).hexdigest(), entries=len(addresses))
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        for standing in uow.deny_lists.all():
            if standing.name == name and standing.dated_s > dated_s:
                raise InvalidInput("the list is older than the one in place")
            if standing.name == name and standing.dated_s == dated_s and standing.source_hash != deny_list.source_hash:
                raise InvalidInput("the list in place has the same date and another content: a change has a newer date")
        uow.deny_lists.replace(deny_list, addresses, at_s=bank.clock.now_s())
        details: dict[str, Value] = {
            "dated_s": dated_s,
            "entries": deny_list.entries,
            "sha256": deny_list.source_hash,
        }
        record(uow, bank, operator, "deny_list.loaded", name, details)
    return deny_list


def _address(entry: str, number: int) -> Address:
    # Lists write addresses in any case: the checksum of EIP-55 does not matter here, the bytes do.
    try:
        return Address.parse("0x" + entry[2:].lower() if entry[:2] in ("0x", "0X") else entry)
    except InvalidAddress:
        raise InvalidInput(f"line {number} of the list is no address", line=number) from None
