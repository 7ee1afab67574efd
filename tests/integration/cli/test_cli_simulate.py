"""`tokenpay simulate`: a table of what happened, or the shortest replay of what broke."""

import json
from pathlib import Path
from typing import Any

import pytest

from tokenpay.cli import main
from tokenpay.store.key_store import KeyStore

SHORT = ["simulate", "--seed", "2", "--acts-a-day", "20"]


def test_it_says_what_happened_and_that_all_held(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "history"
    assert main([*SHORT, "--json", "--history", str(file)]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["holds"] is True
    assert said["failure"] is None
    assert said["steps"] == len(file.read_text().splitlines()) == 22
    assert said["happened"]["payments"] > 5
    assert said["invariants_checked"] > 13 * 22
    assert set(said["digests"]) == {"2"}


def test_a_failure_ends_in_a_replay_that_fails_the_same(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bank that answers every payment with a key that it then forgets."""
    claim = KeyStore.claim

    def forgets(store: KeyStore, key: str, **named: Any) -> str | None:
        known = claim(store, key, **named)
        if named["verb"] == "payment":
            store.release(key)
        return known

    monkeypatch.setattr(KeyStore, "claim", forgets)
    assert main([*SHORT, "--seeds", "3"]) == 1
    heard = capsys.readouterr()
    assert "looking for its shortest replay" in heard.err
    *_, fails, replay = heard.out.splitlines()
    assert fails.startswith("seed 2 fails after step ")
    assert "nothing_is_paid_twice" in fails
    words = replay.removeprefix("replay it: tokenpay ").split()
    assert "," not in words[words.index("--only") + 1]
    assert main([*words, "--as-found"]) == 1
    assert fails in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--only", "3,x"], ["--only", ""], ["--days", "0"], ["--seed", "-1"]])
def test_what_is_no_number_of_steps_is_refused(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *words]) == 2
    assert "error input.invalid" in capsys.readouterr().err
