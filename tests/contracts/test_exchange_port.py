"""What holds of every exchange of Travel Rule messages: the one of files, and the fake."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tokenpay.adapters.exchange.folder import FolderExchange
from tokenpay.compliance.travel_message import MAX_ENVELOPE_BYTES
from tokenpay.errors import Unavailable
from tokenpay.ports import TravelRuleExchange
from tokenpay.testing.fake_exchange import FakeExchange, new_post

Carry = Callable[[], None]
Pair = tuple[TravelRuleExchange, TravelRuleExchange, Carry]


@pytest.fixture(params=["folder", "fake"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Pair:
    """Two institutions, and what carries their messages: for files, somebody who moves them."""
    if request.param == "fake":
        post = new_post()
        return FakeExchange("a", post), FakeExchange("b", post), lambda: None
    places = {name: tmp_path / name for name in ("a", "b")}

    def carry() -> None:
        for place in places.values():
            for path in sorted((place / "outbox").glob("*/*")):
                inbox = places[path.parent.name] / "inbox"
                inbox.mkdir(exist_ok=True, parents=True)
                path.rename(inbox / path.name)

    return FolderExchange(places["a"]), FolderExchange(places["b"]), carry


def test_nothing_waits_at_first(pair: Pair) -> None:
    assert pair[0].received() == []


def test_what_is_sent_arrives_whole_and_in_the_order_of_names(pair: Pair) -> None:
    ours, theirs, carry = pair
    assert ours.send("b", "TR-2.json", b"two")
    assert ours.send("b", "TR-1.json", bytes(range(256)))
    carry()
    assert theirs.received() == [("TR-1.json", bytes(range(256))), ("TR-2.json", b"two")]
    assert theirs.received() == theirs.received()
    assert ours.received() == []


def test_one_name_is_handed_over_once(pair: Pair) -> None:
    ours, theirs, carry = pair
    assert ours.send("b", "TR-1.json", b"one")
    assert not ours.send("b", "TR-1.json", b"another")
    carry()
    assert theirs.received() == [("TR-1.json", b"one")]


def test_what_is_done_or_set_aside_is_gone(pair: Pair) -> None:
    ours, theirs, carry = pair
    for name in ("TR-1.json", "TR-2.ack", "TR-3.json"):
        ours.send("b", name, b"x")
    carry()
    theirs.done("TR-1.json")
    theirs.set_aside("TR-2.ack")
    assert [name for name, _ in theirs.received()] == ["TR-3.json"]
    theirs.done("TR-1.json")
    theirs.set_aside("TR-2.ack")


def test_files_are_their_owners_alone_and_others_are_not_looked_at(tmp_path: Path) -> None:
    exchange = FolderExchange(tmp_path)
    exchange.send("b", "TR-1.json", b"x")
    assert stat.S_IMODE((tmp_path / "outbox" / "b" / "TR-1.json").stat().st_mode) == 0o600
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name in (".TR-1.json.12.partial", "TR-1.json.tmp", "notes.txt", "a b.json"):
        (inbox / name).write_bytes(b"x")
    (inbox / "TR-9.json").write_bytes(bytes(MAX_ENVELOPE_BYTES + 10))
    assert [(name, len(content)) for name, content in exchange.received()] == [("TR-9.json", MAX_ENVELOPE_BYTES + 1)]


def test_a_link_is_no_message_and_what_is_no_folder_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    os.symlink(tmp_path / "secret", tmp_path / "inbox" / "TR-1.json")
    assert FolderExchange(tmp_path).received() == []
    (tmp_path / "outbox").write_bytes(b"a file")
    with pytest.raises(Unavailable):
        FolderExchange(tmp_path).send("b", "TR-1.json", b"x")


def test_a_file_in_the_place_of_a_folder_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "outbox").mkdir()
    (tmp_path / "outbox" / "b").write_text("")
    with pytest.raises(Unavailable):
        FolderExchange(tmp_path).send("b", "TR-1.json", b"one")
