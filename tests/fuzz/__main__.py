"""Fuzz one reader, or each in a process of its own, under limits of memory and time; print what was seen."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MAX_RSS_MB = 1_024
MAX_INPUT_S = 10
COLUMNS = ("reader", "inputs", "accepted", "seconds", "growth_mb")


def main() -> int:
    """Return the exit code: 0 when no input broke a reader."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--reader", action="append", default=[], help="a reader of tests/fuzz/readers.py; repeatable")
    parser.add_argument("--all", action="store_true", help="every reader")
    parser.add_argument("--runs", type=int, default=100_000, help="inputs for a cheap reader; slow ones get a share")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--crashes", type=Path, default=Path(".cache", "fuzz"), help="where inputs that break one are kept"
    )
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.inside:
        fuzz(arguments.reader[0], arguments.runs, arguments.seed, arguments.crashes)

    from tests.fuzz.readers import READERS

    chosen = [reader for reader in READERS if arguments.all or reader.name in arguments.reader]
    if not chosen or not {*arguments.reader} <= {reader.name for reader in READERS}:
        parser.error(f"--all, or --reader with one of {', '.join(reader.name for reader in READERS)}")
    print(line(COLUMNS), line("-" * len(column) for column in COLUMNS), sep="\n", flush=True)
    rows = [
        row
        for reader in chosen
        if (
            row := in_a_child(
                reader.name, max(100, int(arguments.runs * reader.speed)), arguments.seed, arguments.crashes
            )
        )
    ]
    total = {column: sum(row[column] for row in rows) for column in COLUMNS[1:]}
    print(line({"reader": "all", **total, "growth_mb": ""}.values()))
    return 0 if len(rows) == len(chosen) else 1


def line(cells: Any) -> str:
    """Return cells as one line of a Markdown table."""
    return "| " + " | ".join(f"{cell:<22}" if place == 0 else f"{cell:>9}" for place, cell in enumerate(cells)) + " |"


def in_a_child(name: str, runs: int, seed: int, crashes: Path) -> dict[str, Any] | None:
    """Fuzz one reader in its own process and print its row, or what broke it."""
    command = [sys.executable, "-m", "tests.fuzz", "--inside", "--reader", name]
    command += ["--runs", str(runs), "--seed", str(seed), "--crashes", str(crashes)]
    ended = subprocess.run(command, capture_output=True, text=True, errors="replace")
    if ended.returncode != 0:
        print(f"{name} breaks:\n{ended.stdout}{ended.stderr}", flush=True)
        return None
    row: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    print(line(row.values()), flush=True)
    return row


def fuzz(name: str, runs: int, seed: int, crashes: Path) -> None:
    """Fuzz one reader in this process, which ends with it."""
    import atheris

    with atheris.instrument_imports(include=["tokenpay"]):
        from tests.fuzz.reader import check
        from tests.fuzz.readers import BY_NAME

    reader = BY_NAME[name]
    seen = accepted = early_kb = 0
    began = time.monotonic()

    def one(data: bytes) -> None:
        nonlocal seen, accepted, early_kb
        accepted += check(reader, data)
        seen += 1
        if seen == runs // 10:  # caches are full by now: from here on memory should stay
            early_kb = rss_kb()
        if seen == runs:  # the process ends right after the last input, without any clean-up
            growth_mb = round((rss_kb() - early_kb) / 1024)
            values = (name, seen, accepted, round(time.monotonic() - began), growth_mb)
            print(json.dumps(dict(zip(COLUMNS, values, strict=True))), flush=True)

    crashes.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="tokenpay-fuzz-") as folder:
        corpus = Path(folder, "corpus")
        corpus.mkdir()
        for number, sample in enumerate(reader.seed_bytes()):
            (corpus / str(number)).write_bytes(sample)
        words = Path(folder, "words")
        words.write_text("".join(f'"{escaped(word)}"\n' for word in reader.words or ("0",)))
        options = {
            "runs": runs,
            "seed": seed,
            "max_len": reader.max_length,
            "rss_limit_mb": MAX_RSS_MB,
            "timeout": MAX_INPUT_S,
            "dict": words,
            "artifact_prefix": f"{crashes}/{name}-",
            "verbosity": 0,
        }
        atheris.Setup(["fuzz", *(f"-{option}={value}" for option, value in options.items()), str(corpus)], one)
        atheris.Fuzz()


def escaped(word: str) -> str:
    """Return a word as libFuzzer's dictionaries write it."""
    return "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass"))


def rss_kb() -> int:
    """Return the memory of this process that is resident now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4


if __name__ == "__main__":
    sys.exit(main())
