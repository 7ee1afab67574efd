"""Receipts: one original of what each proves, counted copies, and books that no printer can undo."""

import threading

import pytest

import tokenpay as tp
from tests.integration.operations.test_outgoing import in_order
from tests.integration.operations.test_shifts import Counter, payment
from tests.world import OUTSIDE, World, euro
from tokenpay.ethereum.transaction import DynamicFeeTransaction
from tokenpay.payments.outgoing import Call
from tokenpay.steps import sign_payment
from tokenpay.steps.sign_payment import ToSign
from tokenpay.testing import FakePrinter

pytestmark = pytest.mark.one_database


def issue(world: World, of: str, *, by: tp.Session | None = None) -> tp.Receipt:
    return tp.issue_receipt(world.bank, of, by=by or world.tom)


def test_the_first_is_the_original_and_later_ones_are_numbered_copies(world: World) -> None:
    paid = world.paid(20, remittance_information="rent")
    original, first, second = (issue(world, paid.id) for _ in range(3))
    assert [told.copy for told in (original, first, second)] == [0, 1, 2]
    assert {told.number for told in (original, first, second)} == {original.number}
    assert original.standing is tp.Standing.FINAL
    assert original.payer == tp.ReceiptParty(kind="customer", owner=world.anna.id, name="Anna")
    assert original.payee == tp.ReceiptParty(kind="customer", owner=world.boris.id, name="Boris")
    assert (original.amount, original.fees, original.remittance_information) == (euro(20), (), "rent")
    assert (original.bank, original.branch, original.qr) == ("Test", "main", paid.id)
    assert issue(world, world.paid(20).id).copy == 0
    world.prove()


@pytest.mark.every_database
def test_two_tills_at_once_do_not_both_have_the_original(world: World) -> None:
    paid = world.paid(20)
    start = threading.Barrier(4)
    copies: list[int | None] = []

    def till(by: tp.Session) -> None:
        start.wait()
        copies.append(issue(world, paid.id, by=by).copy)

    tills = [threading.Thread(target=till, args=(by,)) for by in (world.tom, world.ann, world.bob, world.tom)]
    for thread in tills:
        thread.start()
    for thread in tills:
        thread.join()
    assert sorted(copy for copy in copies if copy is not None) == [0, 1, 2, 3]
    world.prove()


def test_a_pending_payment_has_another_receipt_when_it_is_final(world: World) -> None:
    sent = world.paid(20, creditor=OUTSIDE)
    pending = [issue(world, sent.id) for _ in range(2)]
    assert [(told.standing, told.copy) for told in pending] == [(tp.Standing.PENDING, 0), (tp.Standing.PENDING, 1)]
    assert pending[0].payee == tp.ReceiptParty(kind="address", owner=OUTSIDE)
    assert pending[0].transaction == ""
    world.to_finality()
    final = issue(world, sent.id)
    transaction_hash = world.now(sent).transaction_hash
    assert transaction_hash is not None
    assert (final.standing, final.copy, final.transaction) == (tp.Standing.FINAL, 0, f"0x{transaction_hash.hex()}")
    assert final.number != pending[0].number


def test_what_was_paid_back_stands_on_the_next_receipt(world: World) -> None:
    payment, anna = world.paid(20), f"customer/{world.anna.id}"
    first = tp.issue_receipt(world.bank, payment.id, by=world.tom)
    refunded = tp.refund(world.bank, of=payment.id, to=anna, amount=euro(5), by=world.tom, key=world.key())
    assert isinstance(refunded, tp.Payment)
    second = tp.issue_receipt(world.bank, payment.id, by=world.tom)
    assert (first.copy, second.copy) == (0, 0), "another receipt, and its own original"
    assert [(line.label, line.value) for line in second.lines] == [("paid_back.refund", euro(5))]
    whole = world.paid(10)
    back = tp.reverse(world.bank, whole.id, by=world.ann, key=world.key())
    assert isinstance(back, tp.Payment)
    assert tp.preview_receipt(world.bank, whole.id, by=world.tom).lines == (), "nobody agreed to it yet"
    tp.approve(world.bank, back.id, by=world.bob)
    lines = tp.preview_receipt(world.bank, whole.id, by=world.tom).lines
    assert [(line.label, line.value) for line in lines] == [("paid_back.reversal", euro(10))]


def test_a_no_op_in_the_place_of_a_payment_gives_nothing_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    payment, _ = in_order(world, 2)
    transaction = sign_payment._transaction

    def unreadable(asked: ToSign, call: Call) -> DynamicFeeTransaction:
        if asked.payment.id == payment.id:
            raise tp.IntegrityError("a row that cannot be read")
        return transaction(asked, call)

    with monkeypatch.context() as patched:
        patched.setattr(sign_payment, "_transaction", unreadable)
        world.turn()
        tp.cancel(world.bank, payment.id, by=world.ann)
    world.to_finality()
    related = tp.find_payments(world.bank, by=world.ann, related=payment.id)
    assert [(it.intent.purpose, it.state) for it in related] == [(tp.Purpose.FILL, tp.PaymentState.FINAL)]
    receipt = issue(world, payment.id)
    assert [line.label for line in receipt.lines] == ["outcome"]
    assert "ENDED: nothing was paid" in tp.lay_out(receipt).text()


def test_a_payment_that_ended_says_that_nothing_was_paid(world: World) -> None:
    held = world.paid(200)
    assert issue(world, held.id).standing is tp.Standing.PENDING
    tp.cancel(world.bank, held.id, by=world.tom)
    ended = issue(world, held.id)
    assert (ended.standing, ended.copy) == (tp.Standing.ENDED, 0)
    assert "ENDED: nothing was paid" in tp.lay_out(ended).text()


def test_a_request_shows_each_deposit_and_is_another_receipt_after_it(world: World) -> None:
    request = world.request(50, payee=world.boris, remittance_information="table 4")
    waits = issue(world, request.reference)
    assert (waits.standing, waits.copy, waits.subject) == (tp.Standing.PENDING, 0, request.id)
    world.deposit(request, 20)
    world.to_finality()
    part = issue(world, request.id)
    assert (part.standing, part.copy) == (tp.Standing.PENDING, 0)
    said = tp.lay_out(part).text()
    assert "part paid" in said
    assert "20.000000 DEUR" in said
    world.deposit(request, 30)
    world.to_finality()
    paid = issue(world, request.id)
    assert (paid.standing, paid.amount, paid.copy) == (tp.Standing.FINAL, euro(50), 0)
    assert [line.value for line in paid.lines if isinstance(line.value, tp.Amount)] == [euro(50), euro(20), euro(30)]
    assert issue(world, request.id).copy == 1


def test_shifts_have_x_and_z_receipts_and_the_count_stays_blind(world: World) -> None:
    counter = Counter(world)
    shift = counter.open()
    moved = payment(counter.move("100.00"))
    blind, told = issue(world, shift.id), issue(world, shift.id, by=world.ann)
    assert {"cash.expected"} == {line.label for line in told.lines} - {line.label for line in blind.lines}
    assert (blind.title, blind.standing, blind.copy) == ("shift_x", tp.Standing.PENDING, 0)
    assert issue(world, shift.id).copy == 1
    counter.close(shift, "2x50")
    closed = issue(world, shift.id)
    assert (closed.title, closed.standing, closed.copy) == ("shift_z", tp.Standing.FINAL, 0)
    assert "Z REPORT" in tp.lay_out(closed).text()
    slips = [tp.lay_out(issue(world, moved.id)) for _ in range(2)]
    assert [slip.opens_drawer for slip in slips] == [True, False]


def test_a_preview_is_no_receipt_and_is_not_counted(world: World) -> None:
    paid = world.paid(20)
    preview = tp.preview_receipt(world.bank, paid.id, by=world.tom)
    assert (preview.copy, preview.number, preview.is_original) == (None, "", False)
    assert "NOT ISSUED" in tp.lay_out(preview).text()
    assert issue(world, paid.id).is_original


def test_what_there_is_no_receipt_of(world: World) -> None:
    for of in ("0f8fad5b-d9cb-469f-a165-70867728950e", "SH-0", "nothing"):
        for verb in (tp.preview_receipt, tp.issue_receipt):
            with pytest.raises(tp.NotFound):
                verb(world.bank, of, by=world.tom)


def test_who_serves_no_counter_looks_and_takes_no_original(world: World) -> None:
    paid = world.paid(20)
    assert tp.preview_receipt(world.bank, paid.id, by=world.engine).subject == paid.id
    with pytest.raises(tp.NotPermitted):
        issue(world, paid.id, by=world.engine)
    assert issue(world, paid.id).is_original


def test_each_is_recorded_without_a_name(world: World) -> None:
    paid = world.paid(20)
    cursor = tp.read_events(world.bank, by=world.ann, limit=1000)[-1].cursor
    original = issue(world, paid.id)
    issue(world, paid.id)
    events = tp.read_events(world.bank, by=world.ann, after=cursor)
    assert [(event.kind, event.subject) for event in events] == [("receipt.issued", paid.id)] * 2
    assert events[1].content == {"number": original.number, "copy": 1, "standing": "final"}
    assert events[0].content == {"number": original.number, "copy": 0, "standing": "final"}
    world.prove()


def test_a_printer_that_fails_undoes_nothing_and_prints_it_again(world: World) -> None:
    paid = world.paid(20)
    original = issue(world, paid.id)
    with pytest.raises(tp.PrinterUnavailable):
        tp.print_receipt(world.bank, original)
    printer = FakePrinter(width=32)
    assert world.bank.directory is not None
    with tp.open_bank(
        world.bank.directory, clock=world.clock, entropy=world.bank.entropy, chain_ports={}, printer=printer
    ) as bank:
        printer.unreachable = True
        with pytest.raises(tp.PrinterUnavailable):
            tp.print_receipt(bank, original)
        assert world.now(paid).state is tp.PaymentState.FINAL
        printer.unreachable = False
        tp.print_receipt(bank, original, language=tp.Language.BELARUSIAN)
    (slip,) = printer.slips
    assert (slip.width, "АРЫГІНАЛ" in slip.text()) == (32, True)
    assert issue(world, paid.id).copy == 1
    world.prove()


def test_a_bank_may_keep_the_payers_name_off_paper(world: World) -> None:
    settings = world.bank.settings.model_copy(update={"names_on_receipts": False})
    object.__setattr__(world.bank, "settings", settings)
    told = issue(world, world.paid(20).id)
    assert told.payer is not None
    assert told.payee is not None
    assert (told.payer.name, told.payer.owner, told.payee.name) == ("", world.anna.id, "Boris")
