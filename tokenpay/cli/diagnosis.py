"""What the doctor looks at in an open bank: the brake, lists, policy, signer, audit streams and each chain."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tokenpay.cli.finding import Finding, fail, ok, warn

if TYPE_CHECKING:
    from tokenpay import Bank, ChainSettings

MAX_BEHIND_BLOCKS = 20
MAX_CLOCK_AHEAD_S = 600
MAX_CLOCK_BEHIND_S = 60
DAY_S = 86_400


def payments(bank: "Bank") -> Finding:
    """Whether payments run."""
    with bank.store.read() as uow:
        stopped = uow.facts.get("stopped", "")
    if stopped:
        return warn("payments", f"stopped by {stopped}", "two supervisors resume them: tokenpay bank resume")
    return ok("payments", "running")


def lists(bank: "Bank") -> Finding:
    """Whether every list, loaded or required, can say anything."""
    from tokenpay.steps.screened import silent
    from tokenpay.steps.unread_names import unread_names

    with bank.store.read() as uow:
        known = uow.lists.all()
        saying_nothing = silent(uow, bank)
        unread = unread_names(uow)
    remedy = "tokenpay list load FILE --name NAME --form FORM"
    follows = "payments to addresses are held, deposits wait in suspense"
    if not known:
        return warn("lists", f"there is none: {follows}", remedy)
    if saying_nothing:
        said = ", ".join(f"{each.name} is {each.why}" for each in saying_nothing)
        return warn("lists", f"{said}: {follows}", remedy)
    if unread:
        said = ", ".join(f"{count} of {name}" for name, count in unread.items())
        follows = "look at the list: whom they name is found by their other names and addresses alone"
        return warn("lists", f"names that nobody can be compared with: {said}", follows)
    oldest = min(known, key=lambda each: each.dated_s)
    age_s = bank.clock.now_s() - oldest.dated_s
    return ok("lists", f"{len(known)}, the oldest {age_s // DAY_S} days old")


def policy(bank: "Bank") -> Finding:
    """Whether this machine has what the policy in force asks of it."""
    from tokenpay.bootstrap import missing_extras

    with bank.store.read() as uow:
        rules = uow.policies.newest()
    for extra in missing_extras(bank, rules):
        said = f'version {rules.version} needs the extra "{extra}": what it would ask it about is held'
        return warn("policy", said, f'pip install "tokenpay[{extra}]"')
    return ok("policy", f"version {rules.version} is in force")


def signer(bank: "Bank") -> Iterator[Finding]:
    """Whether the signer on this machine was told of the policy in force, and of who came and went."""
    from tokenpay.ceremonies import untold

    missing = untold(bank)
    for what, remedy in (missing or {}).items():
        yield warn("signer", f"it was not told of {what}", remedy)
    if missing == {}:
        yield ok("signer", "it was told of the policy in force, and of who came and went")


def guards(bank: "Bank") -> Finding:
    """Whether the database still keeps what was written."""
    from tokenpay.store.guards import missing_guards

    with bank.store.read() as uow:
        missing = missing_guards(uow.connection)
    if missing:
        said = f"{len(missing)} are down, {missing[0]} first: what was written can be changed"
        return fail("guards", said, "find out who took them down, then tokenpay bank migrate")
    return ok("guards", "the database keeps what was written")


def audit(bank: "Bank") -> Iterator[Finding]:
    """Whether every stream is whole."""
    with bank.store.read() as uow:
        heads = uow.audit.whole_heads()
    yield ok("audit", f"{len(heads)} streams, {sum(head.seq for head in heads)} records, all whole")


def heads(bank: "Bank") -> Iterator[Finding]:
    """Whether signed heads leave, and nothing keeps them from being signed."""
    from tokenpay.store.signed_head_store import SIGNING

    with bank.store.read() as uow:
        states, newest = uow.signed_heads.sinks(), uow.signed_heads.newest()
        demo = bool(uow.facts.get("demo", ""))
    places = {state.sink for state in states if state.sink != SIGNING}
    for state in states:
        if state.trouble and state.sink == SIGNING:
            said = f"no head of {state.stream} can be signed: {state.trouble}"
            yield fail("heads", said, "docs/operating/heads.md: compare the stream with a head from outside")
        elif state.trouble:
            yield warn("heads", f"{state.sink} has no newer one: {state.trouble}", "see to it: they are sent again")
    settings = bank.settings.heads
    if newest and not demo and not (settings.database or settings.printer or settings.folder.startswith("/")):
        yield warn("heads", "they stay on this machine", "name a folder elsewhere in bank.json: heads.folder")
    if not any(state.trouble for state in states):
        yield ok("heads", f"{len(newest)} streams have one, {len(places)} places keep them")


def unnamed_chains(bank: "Bank") -> Iterator[Finding]:
    """Chains of the books that the settings name no more: nobody carries their payments on, and no engine says so."""
    with bank.store.read() as uow:
        followed = [chain.chain_id for chain in uow.chains.all()]
    for chain_id in followed:
        if all(chain_id != chain.chain_id for chain in bank.settings.chains):
            yield fail(f"chain {chain_id}", "bank.json does not name it: nothing moves there", "name it again")


def chain(bank: "Bank", settings: "ChainSettings", name: str) -> Iterator[Finding]:
    """Whether a chain runs, its node serves it, the books keep up with it, and the clock agrees with it."""
    with bank.store.read() as uow:
        followed = uow.chains.get(settings.chain_id)
    if followed.halted:
        remedy = f"resolve its case, then tokenpay chain resume {settings.chain_id}"
        yield fail(name, f"halted: {followed.halted}", remedy)
    from tokenpay.ports import ManyNodes

    port = bank.chain(settings.chain_id)
    port.verify_chain_id()
    head = port.head()
    behind = head.number - followed.head_number
    if behind > MAX_BEHIND_BLOCKS:
        yield warn(name, f"its node answers; the books are {behind} blocks behind", "tokenpay engine run")
    elif behind < 0:
        yield warn(name, f"its node is {-behind} blocks behind the books", "wait for the node, or ask another")
    else:
        yield ok(name, f"its node answers; the books are {behind} blocks behind")
    used = port.transaction_count(followed.treasury)
    if used > followed.next_nonce:
        said = f"the treasury's next nonce is {used} on the chain and {followed.next_nonce} in the books"
        yield fail(name, said, "the key was used elsewhere, or the books are an old copy: find out before you go on")
    for said in port.troubles() if isinstance(port, ManyNodes) else ():
        yield warn(name, said, "nodes are counted as in bank.json: mend or replace it, the others go on meanwhile")
    yield _clock(bank, settings, head.timestamp_s, name)


def _clock(bank: "Bank", settings: "ChainSettings", timestamp_s: int, name: str) -> Finding:
    ahead_s = bank.clock.now_s() - timestamp_s
    if ahead_s < -MAX_CLOCK_BEHIND_S:
        return warn(f"{name} clock", f"this machine is {-ahead_s} s behind the newest block", "set the clock")
    if ahead_s > MAX_CLOCK_AHEAD_S and not settings.embedded:
        said = f"the newest block is {ahead_s} s old"
        return warn(f"{name} clock", said, "the chain stands still, the node lags, or this clock is ahead")
    return ok(f"{name} clock", "agrees with the chain")
