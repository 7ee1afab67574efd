"""Take a token out of use whose contract is not what it was, with a case that says what was seen."""

from tokenpay.bank import Bank
from tokenpay.compliance.case import CaseKind
from tokenpay.parties.operator import Operator
from tokenpay.steps.enter_case import enter_case
from tokenpay.steps.record import record
from tokenpay.store.unit_of_work import UnitOfWork


def take_out_of_use(
    uow: UnitOfWork, bank: Bank, operator: Operator, asset_id: str, *, why: str, code_hash: str = ""
) -> None:
    """Freeze a token, once: nothing of it leaves any more, and what comes in of it stands in suspense."""
    if uow.assets.get(asset_id).active:
        uow.assets.freeze(asset_id, at_s=bank.clock.now_s())
        record(uow, bank, operator, "asset.frozen", asset_id, {"code_hash": code_hash})
    enter_case(uow, bank, operator, kind=CaseKind.ASSET_CHANGED, subject=asset_id, note=why)
