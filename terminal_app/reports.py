"""What the bank's reports say, in words and rows: a shift's X and Z, and the end of a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import tokenpay as tp
from terminal_app.language import _
from terminal_app.views import PURPOSES, amount_text, time_text
from terminal_app.widgets.report import Block

KINDS_OF_ACCOUNT = {
    tp.AccountKind.CUSTODY: _("on the chains"),
    tp.AccountKind.DRAWER: _("drawer {owner}"),
    tp.AccountKind.VAULT: _("vault {owner}"),
    tp.AccountKind.CUSTOMER: _("owed to customers"),
    tp.AccountKind.SUSPENSE: _("in suspense"),
    tp.AccountKind.BLOCKED: _("blocked"),
    tp.AccountKind.FEES: _("fees earned"),
    tp.AccountKind.GAS: _("gas spent"),
    tp.AccountKind.VARIANCE: _("cash found short"),
    tp.AccountKind.FUNDING: _("the bank's own funds"),
    tp.AccountKind.CONVERSION: _("position"),
}

SHIFT_STATES = {
    tp.ShiftState.OPEN: _("open"),
    tp.ShiftState.COUNTED: _("counted, waits"),
    tp.ShiftState.CLOSED: _("counted, closed"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawerLine:
    """A drawer's cash in the books beside its last count; `counted` is None while a shift is not closed."""

    drawer: str
    booked: tp.Amount
    counted: tp.Amount | None

    @property
    def agrees(self) -> bool:
        return self.counted is None or self.counted == self.booked


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """The ledger against itself, the chains and the drawers."""

    reconciliation: tp.Reconciliation
    drawers: tuple[DrawerLine, ...]
    assets: dict[str, tp.Asset]

    @property
    def holds(self) -> bool:
        return self.reconciliation.holds and all(line.agrees for line in self.drawers)


def shift_heading(report: tp.ShiftReport) -> str:
    words = _("{drawer} at {terminal}, {operator}, since {opened}")
    closed = ""
    if report.closed_at_s is not None:
        words, closed = _("{drawer} at {terminal}, {operator}, {opened} to {closed}"), time_text(report.closed_at_s)
    return words.format(
        drawer=report.drawer,
        terminal=report.terminal,
        operator=report.operator_id,
        opened=time_text(report.opened_at_s),
        closed=closed,
    )


def shift_blocks(report: tp.ShiftReport) -> tuple[Block, ...]:
    """Return the X or Z report of a shift; what its own operator is not told before the end reads so."""
    untold = _("not told")
    rows: list[tuple[str, list[tp.Amount] | list[tp.Amount | None]]] = [
        (_("Counted at opening"), [line.opening for line in report.cash]),
        (_("From the vault"), [line.from_vault for line in report.cash]),
        (_("To the vault"), [line.to_vault for line in report.cash]),
        (_("Came in exchanges"), [line.cash_in for line in report.cash]),
        (_("Went in exchanges"), [line.cash_out for line in report.cash]),
        (_("Fees within them"), [line.fees for line in report.cash]),
        (_("Found over"), [line.over for line in report.cash]),
        (_("Found short"), [line.short for line in report.cash]),
        (_("The books expect"), [line.expected for line in report.cash]),
        (_("Counted at closing"), [line.counted for line in report.cash]),
    ]
    if report.letter == "X" and all(line.expected is None for line in report.cash):
        # What was found over or short at opening would tell what the books expect.
        rows = rows[:6] + rows[8:]
    moved = tuple((PURPOSES[tp.Purpose(name)], str(count)) for name, count in report.payments.items())
    cash = tuple((label, *(untold if cell is None else amount_text(cell) for cell in cells)) for label, cells in rows)
    return (
        Block(
            title=_("{letter} report of shift {id}").format(letter=report.letter, id=report.shift_id),
            rows=((shift_heading(report),),),
        ),
        Block(title=_("Cash"), rows=cash if report.cash else ((_("none was counted, and none moved"),),)),
        Block(title=_("Movements"), rows=moved or ((_("none"),),)),
    )


def outcome_lines(report: tp.ShiftReport) -> list[str]:
    """Return how a closed shift's count came out."""
    found = [
        _("{amount} over: booked as a variance").format(amount=amount_text(line.over))
        for line in report.cash
        if line.over
    ]
    found += [
        _("{amount} short: booked as a variance").format(amount=amount_text(line.short))
        for line in report.cash
        if line.short
    ]
    return found


def proof_blocks(proof: Proof) -> tuple[Block, ...]:
    """Return the proof of the ledger against itself, the chains and the drawers."""
    checked, assets = proof.reconciliation, proof.assets
    totals = tuple(
        (
            f"{_mark(total.balances)} {assets[total.asset_id].symbol}",
            amount_text(tp.Amount(assets[total.asset_id], total.debits_units)),
            amount_text(tp.Amount(assets[total.asset_id], total.credits_units)),
        )
        for total in checked.totals
    )
    chain = tuple(
        (
            f"{_mark(line.agrees)} {line.address[:10]}…{line.address[-4:]} {assets[line.asset_id].symbol}",
            f"{line.block_number}",
            _units(assets[line.asset_id], line.ledger_units),
            _units(assets[line.asset_id], line.chain_units),
        )
        for line in sorted(checked.custody, key=lambda line: line.agrees)[:40]
    )
    drawers = tuple(
        (
            f"{_mark(line.agrees)} {line.drawer}",
            amount_text(line.booked),
            _("in a shift") if line.counted is None else amount_text(line.counted),
        )
        for line in proof.drawers
    )
    agree = sum(line.agrees for line in checked.custody)
    return (
        Block(
            title=_("✓ THE PROOF HOLDS")
            if proof.holds
            else _("✗ THE PROOF DOES NOT HOLD: call whoever keeps the books"),
            rows=(
                (_("Addresses that agree with the chain"), f"{agree} / {len(checked.custody)}"),
                (_("Accounts that disagree with their entries"), str(len(checked.disagreeing))),
                (_("Audit streams and records, all whole"), f"{checked.streams} / {checked.records}"),
            ),
        ),
        Block(title=_("Root of the audit: keep it outside the building"), rows=((checked.root.hex(),),)),
        Block(title=_("Every asset: debits and credits"), rows=totals),
        Block(title=_("On the chain: block, books, chain"), rows=chain or ((_("nothing is held"),),)),
        Block(title=_("Drawers: books and last count"), rows=drawers or ((_("no drawer has cash"),),)),
    )


def day_blocks(
    day: str,
    by: str,
    looked_at: Iterable[tuple[str, str, str]],
    shifts: Iterable[tp.Shift],
    volumes: Iterable[tp.Volume],
    balances: Iterable[tp.BookBalance],
    proof: Proof,
) -> tuple[Block, ...]:
    """Return the end-of-day report: what was open, the shifts, what moved, what the books hold, and the proof."""
    none = ((_("none"),),)
    worked = tuple(
        (
            f"{shift.drawer}, {shift.operator_id}",
            SHIFT_STATES[shift.state],
            ", ".join(amount_text(count.amount) for count in shift.closing) or "-",
        )
        for shift in shifts
    )
    return (
        Block(title=_("END OF DAY (Z) {day}").format(day=day), rows=((_("Made by"), by),)),
        Block(title=_("Looked at"), rows=tuple((f"{mark} {what}", details) for mark, what, details in looked_at)),
        Block(title=_("Shifts: how they stand, and the last count"), rows=worked or none),
        Block(title=_("Became final: kind, branch, how many, sum"), rows=volume_rows(volumes) or none),
        Block(title=_("In the books now"), rows=balance_rows(balances) or none),
        *proof_blocks(proof),
    )


def balance_rows(balances: Iterable[tp.BookBalance]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (KINDS_OF_ACCOUNT[line.kind].format(owner=line.owner), _units(line.asset, line.units)) for line in balances
    )


def volume_rows(volumes: Iterable[tp.Volume]) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (purpose_text(line.purpose), line.branch or "-", str(line.count), amount_text(line.amount)) for line in volumes
    )


def purpose_text(name: str) -> str:
    return _("deposit") if name == "deposit" else PURPOSES[tp.Purpose(name)]


def _mark(well: bool) -> str:
    return "✓" if well else "✗"


def _units(asset: tp.Asset, units: int) -> str:
    """Return units of an asset, with a sign where they are below nothing."""
    return ("-" if units < 0 else "") + amount_text(tp.Amount(asset, abs(units)))
