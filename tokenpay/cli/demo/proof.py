"""The proof that ends the story: the books against themselves, the chain and the audit trail."""

from tokenpay import Amount, Asset, CustodyLine, list_assets, reconcile
from tokenpay.cli.demo.show import Show
from tokenpay.cli.demo.world import World

_TOTALS, _CUSTODY = (8, 28, 28, 8), (20, 6, 22, 22, 5)


def proof(world: World, show: Show) -> None:
    """Reconcile: every asset balances, every address holds what the books say, every audit stream is whole."""
    world.settle_all()
    found = reconcile(world.bank, by=world.vera)
    assets = {known.asset.id: known.asset for known in list_assets(world.bank)}
    totals = [("Asset", "Debits", "Credits", "")]
    for total in found.totals:
        asset = assets[total.asset_id]
        debits, credits = Amount(asset, total.debits_units), Amount(asset, total.credits_units)
        totals.append((asset.symbol, debits.short(), credits.short(), "balances" if total.balances else "DIFFERS"))
    show.table(totals, _TOTALS)
    show.line()
    treasury = world.bank.required_signer().treasury().text
    show.table(
        [("Held at", "Asset", "In the books", "On the chain", ""), *_custody(found.custody, assets, treasury)],
        _CUSTODY,
    )
    show.line()
    show.claim(all(total.balances for total in found.totals), "every asset balances")
    show.claim(
        bool(found.custody) and all(line.agrees for line in found.custody),
        f"all {len(found.custody)} custody accounts equal the chain to the last unit",
        custody=len(found.custody),
        block=min((line.block_number for line in found.custody), default=0),
    )
    show.claim(
        found.holds and found.records > 0,
        f"{found.streams} audit streams with {found.records} records are whole",
        records=found.records,
        root=found.root,
    )


def _custody(
    lines: tuple[CustodyLine, ...], assets: dict[str, Asset], treasury: str
) -> list[tuple[str, str, str, str, str]]:
    """Return a row for each line of the treasury, and one for all deposit addresses of an asset together."""
    groups: dict[tuple[bool, str], list[CustodyLine]] = {}
    for line in lines:
        groups.setdefault((line.address != treasury, line.asset_id), []).append(line)
    rows = []
    for (outside, asset_id), group in sorted(groups.items()):
        asset = assets[asset_id]
        rows.append(
            (
                "deposit addresses" if outside else "treasury",
                asset.symbol,
                Amount(asset, sum(line.ledger_units for line in group)).short(),
                Amount(asset, sum(line.chain_units for line in group)).short(),
                "equal" if all(line.agrees for line in group) else "DIFFER",
            )
        )
    return rows
