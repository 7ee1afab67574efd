"""Places that keep signed heads: once kept it stays, the same again changes nothing, another is refused."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tokenpay.adapters.head_sink.database import DatabaseSink
from tokenpay.adapters.head_sink.folder import FolderSink
from tokenpay.adapters.head_sink.paper import PaperSink, head_slip
from tokenpay.audit.signed_head import HeadStep, StreamHead, read_heads, sign_stream_head
from tokenpay.counter.slip import SlipQr
from tokenpay.errors import IntegrityError, InvalidInput, SinkUnavailable
from tokenpay.ports import HeadSink
from tokenpay.testing.fake_printer import FakePrinter

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HEAD = StreamHead(bank="Bänk", stream="a/b", size=7, root=b"\x01" * 32, hash=b"\x02" * 32, at_s=1_700_000_000)


def step(**changes: object) -> HeadStep:
    return HeadStep(signed=sign_stream_head(replace(HEAD, **changes), KEY), older=3, proof=(b"\x03" * 32,))  # type: ignore[arg-type]


def folder(path: Path) -> HeadSink:
    return FolderSink(path / "heads", name="heads")


def database(path: Path) -> HeadSink:
    return DatabaseSink(f"sqlite:///{path / 'heads.db'}")


def kept(path: Path) -> list[HeadStep]:
    if (path / "heads").exists():
        return [found for file in sorted((path / "heads").glob("*.json")) for found in read_heads(file.read_text())]
    engine = sa.create_engine(f"sqlite:///{path / 'heads.db'}")
    with engine.connect() as connection:
        found = connection.execute(sa.text("SELECT content FROM kept_heads ORDER BY size")).scalars().all()
    engine.dispose()
    return read_heads("\n".join(found))


@pytest.mark.parametrize("place", [folder, database])
def test_a_head_is_kept_whole_and_never_written_over(place: Callable[[Path], HeadSink], tmp_path: Path) -> None:
    sink = place(tmp_path)
    sink.keep(step())
    sink.keep(step())
    place(tmp_path).keep(step(at_s=HEAD.at_s + 1))  # another opening, and an answer of the signer that was asked again
    sink.keep(step(size=8))
    assert kept(tmp_path) == [step(), step(size=8)]
    for other in (step(root=bytes(32)), step(hash=bytes(32))):
        with pytest.raises(IntegrityError, match="another head"):
            sink.keep(other)
    assert kept(tmp_path) == [step(), step(size=8)]


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "heads").write_text("a file")
    with pytest.raises(SinkUnavailable, match="the folder for heads"):
        folder(tmp_path).keep(step())


def test_half_a_head_that_a_killed_program_left_is_in_nobodys_way(tmp_path: Path) -> None:
    from os import getpid

    sink = folder(tmp_path)
    (tmp_path / "heads").mkdir()
    (tmp_path / "heads" / f".a%2Fb-000000000007.json.{getpid()}-0.partial").write_text("{")
    sink.keep(step())
    assert kept(tmp_path) == [step()]


@pytest.mark.parametrize("content", ["", "{}", "[1]", "other"])
def test_what_is_no_head_is_not_taken_for_the_same(content: str, tmp_path: Path) -> None:
    folder(tmp_path).keep(step())
    (file,) = (tmp_path / "heads").iterdir()
    file.write_text(content)
    with pytest.raises(IntegrityError, match="something else"):
        folder(tmp_path).keep(step())


def test_a_database_that_is_away_says_so_and_a_wrong_url_is_told() -> None:
    with pytest.raises(SinkUnavailable):
        DatabaseSink("sqlite:////nowhere/at/all.db").keep(step())
    for url in ("", "nonsense", "ftp://x/y"):
        with pytest.raises(InvalidInput):
            DatabaseSink(url)


def test_the_name_of_a_place_holds_no_password() -> None:
    assert "secret" not in DatabaseSink("postgresql+psycopg://me:secret@host/heads").name


@pytest.mark.parametrize("width", [32, 42, 48])
def test_paper_shows_figures_and_a_code_that_verifies(width: int) -> None:
    slip = head_slip(step(), width=width)
    (code,) = [line.text for line in slip.lines if isinstance(line, SlipQr)]
    assert [found.signed for found in read_heads(code)] == [step().signed]
    text = slip.text()
    assert "records 7" in text
    assert HEAD.root.hex()[:8] in text


def test_a_printer_that_is_away_keeps_no_head() -> None:
    printer = FakePrinter()
    sink = PaperSink(printer)
    sink.keep(step())
    assert len(printer.slips) == 1
    printer.unreachable = True
    with pytest.raises(SinkUnavailable):
        sink.keep(step())
