"""What people do for a chain when something went wrong on it."""

from tests.integration.cli.conftest import Desk
from tests.integration.operations.test_outgoing import overtaken


def test_an_overtaken_payment_is_ended_by_the_other_transactions_bytes(desk: Desk) -> None:
    payment, other = overtaken(desk.world, desk.world.treasury, 1)
    assert desk("chain", "overtaken", payment.id, "0x12").error == "transaction.invalid"
    assert desk("chain", "overtaken", payment.id, "0xzz").error == "input.invalid"
    assert desk("chain", "overtaken", "nobody", other.raw.hex()).error == "not_found"
    ended = desk("chain", "overtaken", payment.id, f"0x{other.raw.hex()}", "--json")
    assert (ended.code, ended.json["state"]) == (0, "failed")
    assert desk("chain", "overtaken", payment.id, other.raw.hex()).error == "state.wrong"
