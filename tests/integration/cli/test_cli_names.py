"""A hit on a name on the command line: held, shown with its reasons, released by two."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import tokenpay as tp
from tests.integration.cli.conftest import Desk
from tokenpay.testing import FakeScreener


def test_a_hit_is_shown_and_released_by_two(desk: Desk, tmp_path: Path) -> None:
    world, file = desk.world, tmp_path / "sought.csv"
    file.write_text("id,kind,names,addresses,programs\n7,person,Boris,,\n")
    day = datetime.fromtimestamp(world.clock.now_s(), UTC).date()
    assert desk("list", "load", file, "--name", "sought", "--dated", day, by="ann").code == 0
    held = world.paid(20)
    assert [reason.code for reason in held.reasons] == ["screening.pending"]
    engine = replace(world.bank, screener=FakeScreener())
    tp.screen_names(engine, by=world.engine)
    (listed,) = desk("case", "list", "--json", by="ann").json["cases"]
    assert (listed["kind"], listed["subject"]) == ("possible_match", f"customer/{world.boris.id}")
    (hit,) = desk("case", "show", listed["id"], "--json", by="ann").json["hits"]
    assert (hit["hit"]["entry_id"], hit["hit"]["why"], hit["asked"]) == ("7", ["boris = boris: same"], None)
    release = ("case", "release", listed["id"], "--list", "sought", "--entry", "7", "--reason", "another birthday")
    assert desk(*release).error == "session.not_permitted"
    asked = desk(*release, "--json", by="ann").json
    assert desk("case", "confirm", asked["id"], by="ann").error == "session.not_permitted"
    assert desk("case", "confirm", asked["id"], "--json", by="bob").json["confirmed_by"] == "bob"
    tp.screen_names(engine, by=world.engine)
    assert world.now(held).state is tp.PaymentState.FINAL
