"""payment batch: a file of orders, read whole before anything is paid, and gone on with where it stopped."""

from pathlib import Path

import pytest

import tokenpay as tp
from tests.integration.cli.conftest import Desk, Said
from tests.world import OUTSIDE, euro


def orders(path: Path, *lines: str, header: str = "debtor,creditor,asset,amount") -> Path:
    path.write_text("\r\n".join([header, *lines, ""]), encoding="utf-8", newline="")
    return path


def wage(desk: Desk, amount: str = "1", creditor: str = "") -> str:
    return f"customer/{desk.world.anna.id},{creditor or f'customer/{desk.world.boris.id}'},DEUR,{amount}"


def pay(desk: Desk, path: Path, *words: str) -> Said:
    return desk("payment", "batch", path, "--key", "may", *words)


def test_each_line_has_its_own_outcome(desk: Desk, tmp_path: Path) -> None:
    lines = [
        wage(desk, "25.50") + ',,"wages, May"',
        wage(desk, "200") + ",,",
        wage(desk, "6000") + ",,",
        wage(desk, "9", OUTSIDE) + ",,",
    ]
    path = orders(
        tmp_path / "wages.csv", *lines, header="debtor,creditor,asset,amount,request_id,remittance_information"
    )
    said = pay(desk, path, "--json")
    assert said.code == 1
    assert said.json["key"] == "may"
    assert said.json["states"] == {"final": 1, "held": 1, "refused": 1, "cleared": 1}
    paid = said.json["payments"]
    assert [(each["line"], each["state"]) for each in paid] == [
        (2, "final"),
        (3, "held"),
        (4, "refused"),
        (5, "cleared"),
    ]
    assert paid[2]["id"] is None
    assert {"code": "limit.payment", "message": "above the limit for one payment"} in paid[2]["reasons"]
    (first, *_) = (tp.get_payment(desk.world.bank, each["id"], by=desk.world.tom) for each in paid if each["id"])
    assert (first.intent.amount, first.intent.remittance_information) == (euro("25.50"), "wages, May")
    again = pay(desk, path, "--json")
    assert (again.code, again.json) == (1, said.json)
    assert paid[0]["id"] in pay(desk, path).out
    assert desk.world.units(desk.world.boris) == euro("25.50").units


def test_a_long_file_goes_on_where_it_stopped(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tokenpay.steps.batch.MAX_ORDERS", 2)
    bad = wage(desk, creditor="customer/C0")
    path = orders(tmp_path / "wages.csv", *[wage(desk)] * 3, bad)
    said = pay(desk, path)
    assert said.error == "not_found"
    assert desk.world.units(desk.world.boris) == euro(2).units
    assert pay(desk, path, "--json").err.count('"line": 5') == 1
    orders(path, *[wage(desk)] * 5)
    said = pay(desk, path, "--json")
    assert [each["line"] for each in said.json["payments"]] == [2, 3, 4, 5, 6]
    assert pay(desk, path, "--json").json == said.json
    assert desk.world.units(desk.world.boris) == euro(5).units
    orders(path, *[wage(desk, "2")] * 5)
    assert pay(desk, path).error == "key.reused"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("customer/C1,customer/C2,DEUR", "input.invalid"),
        ("customer/C1,customer/C2,DEUR,1,2", "input.invalid"),
        ("customer/C1,customer/C2,DEUR,1e3", "amount.invalid"),
        ("customer/C1,customer/C2,DEUR,0.0000001", "money.precision_lost"),
        ("customer/C1,customer/C2,GOLD,1", "not_found"),
        ('customer/C1,"customer/C2,DEUR,1', "input.invalid"),
        ("somebody,customer/C2,DEUR,1", "input.invalid"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_and_nothing_is_paid(
    desk: Desk, tmp_path: Path, line: str, code: str
) -> None:
    before = desk.rows()
    path = orders(tmp_path / "wages.csv", wage(desk), line)
    said = pay(desk, path)
    assert (said.error, "line 3)" in said.err) == (code, True)
    assert '"line": 3' in pay(desk, path, "--json").err
    assert desk.rows() == before


@pytest.mark.parametrize("header", ["", "debtor,creditor,amount", "debtor,creditor,asset,amount,note", "debtor,debtor"])
def test_a_file_says_which_column_is_which(desk: Desk, tmp_path: Path, header: str) -> None:
    assert pay(desk, orders(tmp_path / "wages.csv", wage(desk), header=header)).error == "input.invalid"


def test_a_file_without_an_order_is_none(desk: Desk, tmp_path: Path) -> None:
    assert pay(desk, orders(tmp_path / "wages.csv")).error == "input.invalid"
    assert pay(desk, tmp_path / "none.csv").error == "input.invalid"


# --- requests


def rents(desk: Desk, path: Path, *words: str) -> Said:
    return desk("request", "batch", path, "--key", "rents", *words)


ASKED = "customer,asset,amount,expires_in_s,remittance_information,terms"


def test_each_line_is_a_request_with_its_code(desk: Desk, tmp_path: Path) -> None:
    anna, boris = desk.world.anna.id, desk.world.boris.id
    tp.freeze_customer(desk.world.bank, boris, reason="x", by=desk.world.ann)
    path = orders(
        tmp_path / "rents.csv",
        f"{anna},DEUR,700,86400,rent,exact",
        f"{boris},DEUR,700,,,",
        f"{anna},DEUR,,,,",
        header=ASKED,
    )
    codes = tmp_path / "codes"
    said = rents(desk, path, "--qr", str(codes), "--json")
    assert (said.code, said.json["states"]) == (1, {"issued": 2, "refused": 1})
    first, refused, last = said.json["requests"]
    assert (refused["line"], refused["id"], refused["reasons"][0]["code"]) == (3, None, "state.wrong")
    issued = tp.get_request(desk.world.bank, first["id"], by=desk.world.tom).request
    assert (issued.amount, issued.terms, issued.remittance_information) == (euro(700), tp.Terms.EXACT, "rent")
    assert issued.expires_at_s - issued.created_at_s == 86_400
    assert tp.get_request(desk.world.bank, last["id"], by=desk.world.tom).request.amount is None
    assert sorted(map(str, codes.iterdir())) == sorted([first["qr"], last["qr"]])
    assert tp.read_qr(Path(first["qr"])) == [first["reference"]]
    Path(last["qr"]).unlink()  # as if it had been killed while it drew
    assert rents(desk, path, "--qr", str(codes), "--json").json == said.json
    assert tp.read_qr(Path(last["qr"])) == [last["reference"]]
    tp.unfreeze_customer(desk.world.bank, boris, reason="y", by=desk.world.ann)
    assert rents(desk, path, "--json").json["states"] == {"issued": 3}


def test_a_code_of_another_form_is_another_picture(desk: Desk, tmp_path: Path) -> None:
    path = orders(tmp_path / "rents.csv", f"{desk.world.anna.id},DEUR,7", header="customer,asset,amount")
    said = [
        rents(desk, path, "--qr", str(tmp_path / "codes"), "--as", form, "--json").json["requests"][0]
        for form in ("reference", "eip681")
    ]
    assert said[0]["id"] == said[1]["id"]
    texts = [tp.read_qr(Path(each["qr"])) for each in said]
    assert texts[0] == [said[0]["reference"]] != texts[1]


def test_a_key_that_leaves_no_room_for_its_parts_is_refused_at_once(desk: Desk, tmp_path: Path) -> None:
    path = orders(tmp_path / "rents.csv", f"{desk.world.anna.id},DEUR,7", header="customer,asset,amount")
    before = desk.rows()
    assert desk("request", "batch", path, "--key", "k" * 101).error == "input.invalid"
    assert desk.rows() == before


def test_a_code_that_wallets_read_says_the_address(desk: Desk, tmp_path: Path) -> None:
    path = orders(tmp_path / "rents.csv", f"{desk.world.anna.id},DEUR,7", header="customer,asset,amount")
    (one,) = rents(desk, path, "--qr", str(tmp_path / "codes"), "--as", "eip681", "--json").json["requests"]
    (text,) = tp.read_qr(Path(one["qr"]))
    assert one["deposit_address"] in text
    tp.register_asset(desk.world.bank, tp.Asset.cash("EUR"), by=desk.world.ann)
    before = desk.rows()
    orders(path, f"{desk.world.anna.id},EUR,7", header="customer,asset,amount")
    said = desk("request", "batch", path, "--qr", tmp_path / "codes", "--as", "eip681", "--key", "cash")
    assert (said.error, "line 2" in said.err, desk.rows()) == ("input.invalid", True, before)


@pytest.mark.parametrize(
    "line", ["C1,DEUR,1,soon,,", "C1,DEUR,1,0,,", "C1,DEUR,1,,,half", "C1,GOLD,1,,,", "C1,DEUR,-1,,,", ",DEUR,1,,,"]
)
def test_a_request_that_cannot_be_read_is_named_and_none_is_issued(desk: Desk, tmp_path: Path, line: str) -> None:
    before = desk.rows()
    path = orders(tmp_path / "rents.csv", f"{desk.world.anna.id},DEUR,1,,,", line, header=ASKED)
    said = rents(desk, path, "--qr", str(tmp_path / "codes"))
    assert (bool(said.error), "line 3)" in said.err, said.out, desk.rows()) == (True, True, "", before)


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_issued(desk: Desk, tmp_path: Path) -> None:
    path = orders(tmp_path / "rents.csv", f"{desk.world.anna.id},DEUR,1", header="customer,asset,amount")
    before = desk.rows()
    assert rents(desk, path, "--qr", str(path)).error == "input.invalid"
    assert rents(desk, path, "--qr", str(tmp_path / "a" / "b")).error == "input.invalid"
    assert desk.rows() == before
