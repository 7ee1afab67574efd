"""load_list: what is taken, from whom, what is in place meanwhile, and what happens to what is open."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import tokenpay as tp
from tests import published_lists as published
from tests.world import CHAIN_ID, LISTED, OUTSIDE, STRANGER, World, euro, sign_in
from tokenpay.testing import FakeScreener

pytestmark = pytest.mark.one_database

S, DAY_S = tp.PaymentState, 86_400
KEY, OTHER_KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32), Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
OTHER = tp.Address(b"\xab" * 20)


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def own(*addresses: tp.Address | str) -> bytes:
    return "".join(f"{address}\n" for address in addresses).encode()


def load(world: World, content: bytes, *, name: str = "ofac", later_s: int = 0, **given: object) -> tp.LoadedList:
    content_given = {"form": tp.ListForm.OWN, "by": world.ann, **given}
    if content_given["form"] is tp.ListForm.OWN:
        content_given.setdefault("dated_s", world.clock.now_s() + later_s)
    return tp.load_list(world.bank, name=name, files=[content], **content_given)  # type: ignore[arg-type]


def by_two(world: World, content: bytes, **given: object) -> tp.LoadedList:
    """Load what takes something away: one person raises the doubt, a second one answers it."""
    assert load(world, content, **given).doubts  # type: ignore[arg-type]
    return load(world, content, **given, by=world.bob)  # type: ignore[arg-type]


def screened(world: World, text: object) -> tp.Screening:
    (found,) = tp.screen_address(world.bank, str(text), by=world.tom)
    return found


def parties(*addresses: tp.Address, names: int = 1) -> list[tp.ListedParty]:
    return [
        tp.ListedParty(
            id=str(100 + n),
            kind=tp.ListedKind.PERSON,
            names=tuple(f"NOBODY{n}, Number {m}" for m in range(names)),
            addresses=(tp.ListedAddress(ticker="ETC", text=address.text.upper()),),
        )
        for n, address in enumerate(addresses)
    ]


# --- what is taken


def test_a_list_takes_the_place_of_the_one_of_its_name_and_never_by_an_older_one(world: World) -> None:
    now_s = world.clock.now_s()
    text = f"# a comment\n\n  {LISTED.text.lower()} # who\n0X{'AB' * 20}\n{LISTED.text}\n".encode()
    loaded = load(world, text, dated_s=now_s + 1).screening_list
    assert (loaded.parties, loaded.version, loaded.loaded_by) == (2, 2, "ann")
    assert loaded.source_hash == sha256(text).hexdigest()
    assert world.refused(20, creditor=OTHER.caip10(CHAIN_ID)) == ["screening.match"]
    for bad, dated_s, name in (
        (b"0x12", now_s + 1, "ofac"),
        (b"", now_s + 1, "ofac"),  # a download that failed
        (b"# nobody\n\n", now_s + 1, "ofac"),
        (b"\xff" + text, now_s + 1, "ofac"),
        (text, now_s, "ofac"),
        (text, now_s * 1000, "ofac"),  # milliseconds
        (text, None, "ofac"),
        (text, now_s + 1, ""),
        (text, now_s + 1, "n" * 65),
    ):
        with pytest.raises(tp.InvalidInput):
            load(world, bad, name=name, dated_s=dated_s)
    assert world.refused(20, creditor=LISTED.caip10(CHAIN_ID)) == ["screening.match"]
    with pytest.raises(tp.NotPermitted):
        load(world, text, by=world.tom)
    assert tp.find_lists(world.bank, by=world.tom) == [loaded]


@pytest.mark.every_database
def test_additions_and_removals_take_effect(world: World) -> None:
    many = [tp.Address(bytes([n]) * 20) for n in range(1, 11)]
    by_two(world, own(*many), later_s=1)
    assert world.refused(1, creditor=many[9].caip10(CHAIN_ID)) == ["screening.match"]
    assert world.paid(1, creditor=LISTED.caip10(CHAIN_ID)).state is S.CLEARED
    by_two(world, own(*many[:9], LISTED), later_s=2)
    assert world.paid(1, creditor=many[9].caip10(CHAIN_ID)).state is S.CLEARED
    assert world.refused(1, creditor=LISTED.caip10(CHAIN_ID)) == ["screening.match"]


@pytest.mark.parametrize("form", [tp.ListForm.OFAC_ADVANCED, tp.ListForm.OFAC_CLASSIC, tp.ListForm.EU, tp.ListForm.UN])
def test_a_published_list_brings_its_own_date(world: World, form: tp.ListForm) -> None:
    day_s = world.clock.now_s() // DAY_S * DAY_S
    everybody = [replace(party, programs=("CYBER2",)) for party in parties(OTHER, STRANGER, names=2)]
    make: dict[tp.ListForm, Callable[[list[tp.ListedParty], int], bytes]] = {
        tp.ListForm.OFAC_ADVANCED: published.ofac_advanced,
        tp.ListForm.OFAC_CLASSIC: published.ofac_classic,
        tp.ListForm.EU: published.eu,
        tp.ListForm.UN: published.un,
    }
    content = make[form](everybody, day_s)
    with pytest.raises(tp.InvalidInput, match="another date"):
        load(world, content, name="new", form=form, dated_s=day_s - 1)
    loaded = load(world, content, name="new", form=form, dated_s=day_s + 5).screening_list
    assert (loaded.dated_s, loaded.parties, loaded.names, loaded.form) == (day_s, 2, 4, form)
    if form in (tp.ListForm.EU, tp.ListForm.UN):
        return
    assert loaded.addresses == {"ETC": 2}
    found = screened(world, OTHER)
    assert (found.verdict, found.list_name, found.entry_id, found.list_version) == (tp.Verdict.MATCH, "new", "100", 1)
    assert found.list_dated_s == day_s


def test_a_table_of_values_is_one_list_of_several_files(world: World) -> None:
    files = published.ofac_csv([replace(party, programs=("X",)) for party in parties(OTHER, names=3)])
    given = {"name": "csv", "form": tp.ListForm.OFAC_CSV, "dated_s": world.clock.now_s(), "by": world.ann}
    loaded = tp.load_list(world.bank, files=files, **given).screening_list  # type: ignore[arg-type]
    hashes = "".join(f"{sha256(content).hexdigest()}\n" for content in files)
    assert (loaded.names, loaded.source_hash) == (3, sha256(hashes.encode()).hexdigest())


# --- what one person may not


def doubted(world: World) -> list[tuple[str, str]]:
    return [(each.name, each.why.value) for each in tp.bank_health(world.bank, by=world.tom).silent_lists]


def test_a_list_that_lost_its_entries_says_nothing_until_a_second_person_has_loaded_it(world: World) -> None:
    many = [tp.Address(bytes([n]) * 20) for n in range(1, 11)]
    before = load(world, own(LISTED, *many), later_s=1).screening_list
    shrunk, dated_s = own(*many[:5]), world.clock.now_s() + 2
    answer = load(world, shrunk, dated_s=dated_s)
    assert answer.doubts == ("fewer parties: 5 of 11", "fewer addresses: 5 of 11")
    assert answer.screening_list == replace(before, doubted_hash=sha256(shrunk).hexdigest(), doubted_by="ann")
    assert doubted(world) == [("ofac", "doubted")]
    held = world.paid(20, creditor=OUTSIDE)
    assert (held.state, held.reasons[0].code) == (S.HELD, "screening.unavailable")
    assert "screening.match" in world.refused(20, creditor=many[9].caip10(CHAIN_ID))
    with pytest.raises(tp.NotPermitted, match="two people"):
        load(world, shrunk, dated_s=dated_s)
    assert load(world, own(*many[:4]), dated_s=dated_s, by=world.bob).doubts  # another file is another doubt
    assert load(world, shrunk, dated_s=dated_s, by=world.bob).doubts
    taken = load(world, shrunk, dated_s=dated_s).screening_list
    assert (taken.loaded_by, taken.confirmed_by, taken.version, taken.doubted_hash) == ("bob", "ann", 3, "")
    assert doubted(world) == []
    assert world.paid(20, creditor=many[9].caip10(CHAIN_ID)).state is S.CLEARED


def test_a_whole_list_ends_the_doubt_about_a_broken_one(world: World) -> None:
    many = [tp.Address(bytes([n]) * 20) for n in range(1, 11)]
    whole = own(*many, LISTED)
    load(world, whole, later_s=1)
    assert load(world, own(*many[:2]), later_s=2).doubts
    with pytest.raises(tp.NotPermitted, match="newer list"):  # what was in place does not answer what came since
        load(world, whole, later_s=1)
    assert load(world, whole, later_s=3).doubts == ()
    assert doubted(world) == []


def test_nothing_goes_from_a_list_without_a_date_by_one_person(world: World) -> None:
    many = [tp.Address(bytes([n]) * 20) for n in range(1, 101)]
    load(world, own(LISTED, *many), later_s=1)
    assert load(world, own(*many), later_s=2).doubts == ("fewer parties: 100 of 101", "fewer addresses: 100 of 101")
    exchanged = [tp.Address(bytes([n]) * 20) for n in range(101, 202)]
    assert load(world, own(*exchanged), later_s=2).doubts[0] == "fewer parties: 0 of 101"


def test_nobody_becomes_a_vessel_by_one_person(world: World) -> None:
    table = "id,kind,names,addresses,programs\n7,{},Osric Vane|O. Vane,,\n8,person,Ulla Brandt,,\n"
    assert load(world, table.format("person").encode(), name="names").doubts == ()
    assert load(world, table.format("person").encode(), name="names", later_s=1).doubts == ()
    doubts = load(world, table.format("vessel").encode(), name="names", later_s=2).doubts
    assert doubts == ("fewer parties: 1 of 2", "fewer names: 1 of 3")


def test_the_same_date_with_another_content_needs_two_and_the_same_content_nobody(world: World) -> None:
    now_s = world.clock.now_s()
    first = load(world, own(LISTED), dated_s=now_s).screening_list
    assert load(world, own(LISTED), dated_s=now_s).screening_list.version == first.version + 1
    both = own(LISTED, OTHER)
    assert load(world, both, dated_s=now_s).doubts == ("the same date and another content",)
    assert screened(world, OTHER).verdict is tp.Verdict.UNAVAILABLE
    assert load(world, both, dated_s=now_s, by=world.bob).doubts == ()
    assert screened(world, OTHER).verdict is tp.Verdict.MATCH


def test_how_far_a_list_may_shrink_is_the_policys(world: World) -> None:
    many, day_s = parties(*(tp.Address(bytes([n]) * 20) for n in range(1, 11))), world.clock.now_s() // DAY_S * DAY_S
    advanced: dict[str, Any] = {"name": "sdn", "form": tp.ListForm.OFAC_ADVANCED}
    load(world, published.ofac_advanced(many, day_s - 4 * DAY_S), **advanced)
    world.decree(lists=(tp.ListRule(name="sdn", keeps_percent=10),))
    assert load(world, published.ofac_advanced(many[:1], day_s - 3 * DAY_S), **advanced).doubts == ()
    world.decree(lists=(tp.ListRule(name="sdn", keeps_percent=100),))
    load(world, published.ofac_advanced(many, day_s - 2 * DAY_S), **advanced)
    assert load(world, published.ofac_advanced(many[:9], day_s - DAY_S), **advanced).doubts


def test_files_of_many_days_loaded_in_an_afternoon_take_no_more_than_one(world: World) -> None:
    world.clock.advance(-world.clock.now_s() % DAY_S + DAY_S // 2)
    ann, bob = sign_in(world.bank, "ann"), sign_in(world.bank, "bob")
    day_s = world.clock.now_s() // DAY_S * DAY_S - 20 * DAY_S
    eu: dict[str, Any] = {"name": "eu", "form": tp.ListForm.EU}
    everybody = [replace(party, addresses=(), programs=("X",)) for party in parties(*[OTHER] * 100)]

    def left(count: int, dated_on: int, by: tp.Session) -> tuple[str, ...]:
        return load(world, published.eu(everybody[:count], day_s + dated_on * DAY_S), **eu, by=by).doubts

    assert (left(100, 0, ann), left(90, 1, ann), left(80, 2, ann), left(80, 3, bob)) == ((), (), (), ())
    (before,) = [each for each in tp.find_lists(world.bank, by=ann) if each.name == "eu"]
    assert before.losses == {"parties": (20, 100), "names": (20, 100), "addresses": (0, 0)}
    assert left(79, 4, bob) == ("fewer parties: 79 of 100", "fewer names: 79 of 100")
    assert left(79, 4, ann) == ()  # two people: what one of them takes is measured from here
    assert (left(64, 5, ann), left(63, 6, ann)) == ((), ("fewer parties: 63 of 79", "fewer names: 63 of 79"))
    world.clock.advance(DAY_S)
    ann, bob = sign_in(world.bank, "ann"), sign_in(world.bank, "bob")
    assert (left(52, 7, bob), left(51, 8, ann)) == ((), ("fewer parties: 51 of 64", "fewer names: 51 of 64"))


# --- what the policy requires


def test_a_required_list_that_was_never_loaded_holds_what_goes_to_an_address(world: World) -> None:
    world.decree(lists=(tp.ListRule(name="ofac"), tp.ListRule(name="un", form=tp.ListForm.UN)))
    held = world.paid(20, creditor=OUTSIDE)
    assert (held.state, held.reasons[0].code) == (S.HELD, "screening.unavailable")
    found = screened(world, STRANGER)
    assert (found.verdict, found.list_name, found.why) == (tp.Verdict.UNAVAILABLE, "un", "missing")
    with pytest.raises(tp.InvalidInput, match="in the form un"):
        load(world, own(OTHER), name="un")
    content = published.un([replace(party, programs=("X",)) for party in parties(OTHER)], world.clock.now_s())
    load(world, content, name="un", form=tp.ListForm.UN)
    world.bank = replace(world.bank, screener=FakeScreener())
    tp.screen_names(world.bank, by=world.engine)  # the list has names: who pays is asked after as well
    assert tp.approve(world.bank, held.id, by=world.ann).state is S.CLEARED


def test_a_list_that_must_be_signed_is_taken_only_with_the_signature_of_a_named_key(world: World) -> None:
    content = own(LISTED, OTHER)
    with pytest.raises(tp.InvalidInput, match="names no key"):
        load(world, content, later_s=1, signatures=[KEY.sign(content)])
    world.decree(lists=(tp.ListRule(name="ofac", public_keys=(public(KEY),)),))
    assert doubted(world) == [("ofac", "unsigned")]
    assert world.paid(20, creditor=OUTSIDE).state is S.HELD
    assert "screening.match" in world.refused(20, creditor=LISTED.caip10(CHAIN_ID))
    for signatures in ([], [OTHER_KEY.sign(content)], [KEY.sign(content + b"#")], [b""], [KEY.sign(content)] * 2):
        with pytest.raises(tp.InvalidInput, match="sign"):
            load(world, content, later_s=1, signatures=signatures)
    loaded = load(world, content, later_s=1, signatures=[KEY.sign(content)]).screening_list
    assert loaded.signed_by == public(KEY)
    assert (doubted(world), screened(world, STRANGER).verdict) == ([], tp.Verdict.CLEAR)
    world.decree(lists=(tp.ListRule(name="ofac", public_keys=(public(OTHER_KEY),)),))  # the key was withdrawn
    assert doubted(world) == [("ofac", "unsigned")]
    world.decree(lists=())
    assert load(world, own(LISTED, OTHER, STRANGER), later_s=2).doubts == ("unsigned, and the one in place is signed",)


def test_a_list_of_its_own_age(world: World) -> None:
    world.decree(lists=(tp.ListRule(name="ofac", max_age_s=10),))
    assert screened(world, STRANGER).verdict is tp.Verdict.CLEAR or doubted(world) == [("ofac", "stale")]
    world.clock.advance(60)
    assert doubted(world) == [("ofac", "stale")]
    assert world.paid(20, creditor=OUTSIDE).state is S.HELD


# --- what is open when a list changes


@pytest.mark.every_database
def test_open_payments_are_screened_again_and_refused_with_a_case(world: World) -> None:
    cleared, held = world.paid(20, creditor=OUTSIDE), world.paid(200, creditor=OUTSIDE)
    other, book = world.paid(30, creditor=OTHER.caip10(CHAIN_ID)), world.paid(200)
    assert (cleared.state, held.state, book.state) == (S.CLEARED, S.HELD, S.HELD)
    available = world.available(world.anna)
    loaded = load(world, own(LISTED, STRANGER), later_s=1)
    assert set(loaded.refused) == {cleared.id, held.id}
    (case,) = loaded.cases
    assert world.cases() == [("screening_match", OUTSIDE)]
    note = tp.get_case(world.bank, case, by=world.ann).note
    assert f"ofac: 0x{STRANGER.raw.hex()}" in note
    for payment in (cleared, held):
        now = world.now(payment)
        assert (now.state, "screening.match" in {reason.code for reason in now.reasons}) == (S.REFUSED, True)
    assert (world.now(other).state, world.now(book).state) == (S.CLEARED, S.HELD)
    assert world.available(world.anna) == available + 220 * 10**6
    world.to_finality()
    world.prove()


def test_what_was_signed_is_on_its_way_and_people_are_told_that_it_is_listed(world: World) -> None:
    payment = world.paid(20, creditor=OUTSIDE)
    world.turn()
    assert world.now(payment).state is not S.CLEARED
    loaded = load(world, own(LISTED, STRANGER), later_s=1)
    assert (loaded.refused, len(loaded.cases)) == ((), 1)
    assert world.cases() == [("screening_match", OUTSIDE)]
    world.to_finality()
    assert world.now(payment).state is S.FINAL


@pytest.mark.every_database
def test_a_deposit_that_is_seen_has_its_case_at_once_and_is_blocked_when_final(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 50, sender=STRANGER)
    world.mine()
    world.turn()
    (seen,) = tp.request_deposits(world.bank, request.id, by=world.tom)
    loaded = load(world, own(LISTED, STRANGER), later_s=1)
    assert (len(loaded.cases), world.cases()) == (1, [("screening_match", seen.id)])
    world.to_finality()
    (final,) = tp.request_deposits(world.bank, request.id, by=world.tom)
    assert final.outcome is tp.DepositOutcome.BLOCKED
    assert world.cases() == [("screening_match", seen.id)]
    world.prove()


def test_a_deposit_that_nobody_could_screen_is_screened_when_a_list_can_speak(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.decree(list_max_age_s=1)
    world.deposit(request, 50, sender=STRANGER)
    world.to_finality()
    ((kind, deposit_id),) = world.cases()
    assert kind == "screening_unavailable"
    world.decree(list_max_age_s=30 * DAY_S)
    load(world, own(LISTED), later_s=1)
    assert world.cases() == [("screening_unavailable", deposit_id)]
    load(world, own(LISTED, STRANGER), later_s=2)
    assert sorted(world.cases()) == [("screening_match", deposit_id), ("screening_unavailable", deposit_id)]


def test_money_that_stands_aside_for_anything_else_is_screened_too(world: World) -> None:
    request = world.request(50, payee=world.boris)
    world.deposit(request, 70, sender=STRANGER)
    world.to_finality()
    ((kind, deposit_id),) = world.cases()
    assert kind == "overpayment"
    load(world, own(LISTED, STRANGER), later_s=1)
    assert sorted(world.cases()) == [("overpayment", deposit_id), ("screening_match", deposit_id)]


@pytest.mark.parametrize("then", ["clear", "match", "unavailable"])
def test_what_leaves_suspense_is_screened_by_who_sent_it(world: World, then: str) -> None:
    request = world.request(50, payee=world.boris)
    world.decree(list_max_age_s=1)
    world.deposit(request, 50, sender=STRANGER)
    world.to_finality()
    case = world.case(tp.CaseKind.SCREENING_UNAVAILABLE)
    if then != "unavailable":
        world.decree(list_max_age_s=30 * DAY_S)
        load(world, own(LISTED, *([STRANGER] if then == "match" else [])), later_s=1)
    answer = tp.refund(
        world.bank, of=case.id, to=f"customer/{world.boris.id}", amount=euro(50), by=world.ann, key=world.key()
    )
    expected = {"clear": S.FINAL, "match": ["screening.match"], "unavailable": S.HELD}[then]
    assert (answer.state if isinstance(answer, tp.Payment) else [r.code for r in answer.reasons]) == expected
    world.prove()


def test_a_row_that_nobody_can_read_keeps_no_list_old(world: World) -> None:
    world.sql(
        "INSERT INTO cases (id, kind, subject, note, opened_at_s, resolution, resolved_by)"
        " VALUES ('CS-x', 'zzz', 's', 'n', 1, '', '')"
    )
    world.sql(
        "INSERT INTO wallet_proofs (id, customer_id, chain_id, address, own, challenge, begun_by, begun_at_s,"
        " expires_at_s, signature, proved_by, proved_at_s, valid_until_s) VALUES ('WP-x', :of, 1, 'zzz', true, 'c',"
        " 'tom', 1, 2, x'00', 'tom', 1, 99999999999)",
        of=world.anna.id,
    )
    readable = tp.open_case(world.bank, kind=tp.CaseKind.OTHER, subject="x", note="", by=world.ann)
    assert tp.list_cases(world.bank, by=world.ann) == [readable]
    assert load(world, own(LISTED, OTHER), later_s=1).doubts == ()
    with pytest.raises(tp.IntegrityError):
        tp.get_case(world.bank, "CS-x", by=world.ann)


# --- what is written down


def test_a_clearance_says_which_lists_were_asked(world: World) -> None:
    load(world, own(LISTED), name="un")
    payment = world.paid(20, creditor=OUTSIDE)
    with world.bank.store.read() as uow:
        (said,) = uow.clearances.of(payment.id).screenings
    assert (said.subject, said.verdict, said.against) == (OUTSIDE, tp.Verdict.CLEAR, ("ofac/1", "un/1"))


def test_the_record_says_who_loaded_what(world: World) -> None:
    content = own(LISTED, OTHER)
    load(world, content, later_s=1)
    load(world, own(LISTED), later_s=2)
    load(world, own(LISTED), later_s=2, by=world.bob)
    events = [event for event in tp.read_events(world.bank, by=world.ann) if event.kind.startswith("list.")][-3:]
    assert [event.kind for event in events] == ["list.loaded", "list.doubted", "list.loaded"]


@pytest.mark.parametrize("text", ["", " \u200b", "x" * 5_000])
def test_what_is_no_address_is_no_question(world: World, text: str) -> None:
    with pytest.raises(tp.InvalidInput):
        tp.screen_address(world.bank, text, by=world.tom)


DIGITS = LISTED.raw.hex()
CALL = f"a9059cbb{DIGITS:0>64}{1:064x}"
BURIED: dict[str, str] = {
    "a call within calls": f"0xac9650d8{32:064x}{1:064x}{32:064x}{68:064x}{CALL}{'0' * 56}",
    "a call of an account": f"0xb61d27f6{'11' * 20:0>64}{0:064x}{96:064x}{68:064x}{CALL}{'0' * 56}",
    "padded with anything": f"0xa9059cbb{'f' * 24}{DIGITS}{1:064x}",
}
UNREAD: dict[str, str] = {
    "another alphabet": f"0x\u0501{DIGITS[1:]}",
    "a digit too few": LISTED.text[:-1],
    "a digit too many": f"{LISTED.text}0",
    "written twice over": f"%2530x{DIGITS}",
    "a bank account": "XE7338O073KYGTWWZN0F2WZ0R8PX5ZPPZS",
    "a name": "somebody.eth.of.some.length",
}


@pytest.mark.parametrize("text", BURIED.values(), ids=BURIED)
def test_a_listed_address_is_found_in_any_call(world: World, text: str) -> None:
    found = tp.screen_address(world.bank, text, by=world.tom)
    assert [each.verdict for each in found if each.subject == LISTED.text.lower()] == [tp.Verdict.MATCH]


@pytest.mark.parametrize("text", UNREAD.values(), ids=UNREAD)
def test_what_was_not_understood_is_not_clear(world: World, text: str) -> None:
    with pytest.raises(tp.InvalidInput):
        tp.screen_address(world.bank, text, by=world.tom)


@pytest.mark.one_database
@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM listed_addresses",
        "UPDATE listed_addresses SET canonical = '0x00'",
        "UPDATE listed_parties SET kind = 'vessel'",
        "UPDATE screening_lists SET version = 9",
        "UPDATE screening_lists SET dated_s = dated_s + 1",
    ],
)
def test_a_list_that_was_changed_in_the_database_is_found(world: World, change: str) -> None:
    tp.verify_audit(world.bank, by=world.ann)
    world.sql(change)
    with pytest.raises(tp.IntegrityError, match="list") as found:
        tp.verify_audit(world.bank, by=world.ann)
    assert found.value.fields["list"] == "ofac"
