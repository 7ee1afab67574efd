"""Bad input: one clear line, a stable code, no traceback, nothing half-written."""

import inspect
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Desk, Said
from tests.world import CHAIN_ID, OUTSIDE, STRANGER
from tokenpay import errors
from tokenpay.cli.program import EXIT_INTERNAL, exit_code
from tokenpay.money.address import Address
from tokenpay.settings import BankSettings, write_settings

WRONG_CHECKSUM = "0x52908400098527886E0F7030069857D2E4169Ee7"
PAY = ("payment", "pay", "--from", "customer/{anna}", "--to", "customer/{boris}", "--asset", "DEUR", "--amount")
TO = ("payment", "pay", "--from", "customer/{anna}", "--asset", "DEUR", "--amount", "1", "--to")
REFUND = ("payment", "refund", "CS-NONE", "--to", OUTSIDE, "--asset", "DEUR", "--amount", "1")
STATEMENT = ("customer", "statement", "{anna}", "--asset", "DEUR", "--after-seq")

BAD: dict[str, tuple[tuple[str, ...], str, int]] = {
    "no command": ((), "input.invalid", 2),
    "no verb": (("payment",), "input.invalid", 2),
    "no reason": (("bank", "stop", "--reason", " "), "input.invalid", 2),
    "unknown noun": (("wallet",), "input.invalid", 2),
    "unknown verb": (("bank", "rob"), "input.invalid", 2),
    "unknown option": (("bank", "show", "--fast"), "input.invalid", 2),
    "shortened option": (("customer", "find", "a", "--ope", "tom"), "input.invalid", 2),
    "an option twice": ((*PAY, "1", "--amount", "100"), "input.invalid", 2),
    "a policy that says a name twice": (("policy", "propose", "{folder}/twice"), "input.invalid", 2),
    "a ceremony that says a name twice": (("bank", "found", "--ceremony", "{folder}/twice"), "input.invalid", 2),
    "amount in words": ((*PAY, "ten"), "amount.invalid", 2),
    "amount with a sign": ((*PAY, "+10"), "amount.invalid", 2),
    "amount grouped": ((*PAY, "1,000.00"), "amount.invalid", 2),
    "amount of nothing": ((*PAY, "0"), "input.invalid", 2),
    "too many decimals": ((*PAY, "1.0000001"), "money.precision_lost", 4),
    "unknown asset": (("payment", "pay", *PAY[2:-3], "--asset", "GOLD", "--amount", "1"), "not_found", 4),
    "malformed party": ((*TO, "boris"), "input.invalid", 2),
    "malformed address": ((*TO, f"eip155:{CHAIN_ID}:0x12"), "address.invalid", 2),
    "wrong checksum": ((*TO, f"eip155:{CHAIN_ID}:{WRONG_CHECKSUM}"), "address.invalid", 2),
    "zero address": ((*TO, f"eip155:{CHAIN_ID}:0x{'0' * 40}"), "address.invalid", 2),
    "address on another chain": ((*TO, f"eip155:1:{STRANGER}"), "input.invalid", 2),
    "unknown customer": ((*TO, "customer/C0"), "not_found", 4),
    "unknown customer's balance": (("customer", "balances", "C0"), "not_found", 4),
    "unknown customer's statement": (("customer", "statement", "C0", "--asset", "DEUR"), "not_found", 4),
    "unknown customer erased": (("customer", "erase", "C0"), "not_found", 4),
    "a customer erased who is one": (("customer", "erase", "{anna}"), "state.wrong", 4),
    "an erasure that nobody asked for": (("customer", "erasure", "{anna}"), "not_found", 4),
    "records after none": (("audit", "show", "--stream", "main", "--after-seq", "x"), "input.invalid", 2),
    "more records than are read": (("audit", "show", "--stream", "main", "--limit", "1001"), "input.invalid", 2),
    "texts over their own records": (
        ("audit", "export", "{folder}/out", "--stream", "main", "--texts", "{folder}/out"),
        "conflict",
        4,
    ),
    "unknown payment": (("payment", "show", "no-such-payment"), "not_found", 4),
    "unknown key": (("payment", "show", "--key", "never"), "not_found", 4),
    "unusable key": ((*PAY, "1", "--key", "x" * 129), "input.invalid", 2),
    "unknown state": (("payment", "list", "--state", "lost"), "input.invalid", 2),
    "unknown request": (("request", "show", "0" * 26), "not_found", 4),
    "unknown reference": (("request", "qr", "TKP:" + "0" * 26), "not_found", 4),
    "unknown request signed": (("request", "sign", "0" * 26), "not_found", 4),
    "signing over a file": (("request", "sign", "0" * 26, "--png", "{folder}/bank.json"), "input.invalid", 2),
    "one file for two pictures": (
        ("request", "sign", "0" * 26, "--png", "{folder}/q", "--svg", "{folder}/q"),
        "input.invalid",
        2,
    ),
    "a signed request in small letters": (("request", "read", "tks:abc"), "request.invalid", 2),
    "a signed request that is cut off": (("request", "resolve", "TKS:"), "request.invalid", 2),
    "request in another asset": (("request", "issue", "{anna}", "--asset", "GOLD"), "not_found", 4),
    "request for ever": (
        ("request", "issue", "{anna}", "--asset", "DEUR", "--expires-in-s", "99999999"),
        "input.invalid",
        2,
    ),
    "open amount, exact terms": (
        ("request", "issue", "{anna}", "--asset", "DEUR", "--terms", "exact"),
        "request.invalid",
        2,
    ),
    "text that is no request": (("request", "read", "hello"), "request.invalid", 2),
    "a private key scanned": (("request", "read", "ab" * 32), "request.invalid", 2),
    "unreadable text resolved": (("request", "resolve", "ethereum:x"), "request.invalid", 2),
    "no image": (("request", "read", "--image", "{folder}/absent.png"), "qr.invalid", 2),
    "image without a code": (("request", "read", "--image", "{folder}/bank.json"), "qr.invalid", 2),
    "unknown case": (("case", "resolve", "CS-NONE", "--resolution", "x"), "not_found", 4),
    "release of no hit": (
        ("case", "release", "CS-NONE", "--list", "ofac", "--entry", "7", "--reason", "another person"),
        "not_found",
        4,
    ),
    "unknown release": (("case", "confirm", "NR-NONE"), "not_found", 4),
    "refund of an unknown case": (REFUND, "not_found", 4),
    "malformed chain": (("chain", "watch", "one"), "input.invalid", 2),
    "unknown chain": (("chain", "watch", "5"), "not_found", 4),
    "malformed asset": (("asset", "register", "DEUR"), "asset.invalid", 2),
    "no contract there": (
        ("asset", "register", f"eip155:{CHAIN_ID}/erc20:{STRANGER}", "--symbol", "X", "--decimals", "2"),
        "not_found",
        4,
    ),
    "no such list": (("list", "load", "{folder}/absent", "--name", "x", "--dated", "2026-01-01"), "input.invalid", 2),
    "list of something else": (
        ("list", "load", "{folder}/bank.json", "--name", "x", "--dated", "2026-01-01"),
        "input.invalid",
        2,
    ),
    "list that is no text": (
        ("list", "load", "{folder}/noise", "--name", "x", "--dated", "2026-01-01"),
        "input.invalid",
        2,
    ),
    "no such day": (("list", "load", "{folder}/bank.json", "--name", "x", "--dated", "2026-02-30"), "input.invalid", 2),
    "no such token list": (("asset", "import", "{folder}/absent"), "input.invalid", 2),
    "token list of something else": (("asset", "import", "{folder}/bank.json"), "asset.invalid", 2),
    "malformed cursor": (("events", "read", "--after", "now"), "input.invalid", 2),
    "a cursor too large": (("events", "read", "--after", "9" * 30 + ".1"), "input.invalid", 2),
    "a limit too large": (("events", "read", "--limit", "0000000001" + "9" * 20), "input.invalid", 2),
    "a limit of 5,000 digits": (("payment", "list", "--limit", "9" * 5_000), "input.invalid", 2),
    "a limit in other digits": (("payment", "list", "--limit", "٣"), "input.invalid", 2),
    "a line too large": (
        (*STATEMENT, "9" * 30),
        "input.invalid",
        2,
    ),
    "a line of less than none": (
        (*STATEMENT, "-1"),
        "input.invalid",
        2,
    ),
    "a search of percents": (("customer", "find", "%" * 100_000), "input.invalid", 2),
    "a chain too large": (("chain", "watch", "9" * 30), "input.invalid", 2),
    "an asset on a chain too large": (("asset", "register", f"eip155:{10**30}/slip44:60"), "asset.invalid", 2),
    "a path that no folder has": (("asset", "import", "a\ud800"), "input.invalid", 2),
    "no limit": (("events", "read", "--limit", "0"), "input.invalid", 2),
    "endless pause": (("engine", "run", "--pause-s", "inf"), "input.invalid", 2),
    "founding over a bank": (("bank", "found", "--ceremony", "{folder}/ceremony.json"), "input.invalid", 2),
    "ceremony of something else": (("bank", "found", "--ceremony", "{folder}/bank.json"), "input.invalid", 2),
    "no such document": (("travel", "attach", "x", "--document", "{folder}/absent"), "input.invalid", 2),
    "document of something else": (
        ("travel", "attach", "x", "--document", "{folder}/bank.json"),
        "travel_rule.invalid",
        2,
    ),
    "data of nothing attached": (("travel", "show", "x"), "not_found", 4),
    "nobody to send to": (("travel", "send", "x", "--to", "second-bank"), "unavailable", 5),
    "nobody to receive from": (("travel", "receive"), "unavailable", 5),
    "a wallet in the books": (("travel", "challenge", "{anna}", "--wallet", "customer/{boris}"), "input.invalid", 2),
    "an unknown proof": (("travel", "prove", "WP-0", "--signature", "00"), "not_found", 4),
    "a signature that is none": (("travel", "prove", "WP-0", "--signature", "xyz"), "input.invalid", 2),
    "a report of too long": (
        ("report", "volumes", "--since", "2020-01-01", "--until", "2024-01-01"),
        "input.invalid",
        2,
    ),
    "large without a threshold": (
        ("report", "large", "--since", "2023-01-01", "--until", "2023-02-01"),
        "input.invalid",
        2,
    ),
    "a report over a file": (
        ("report", "volumes", "--since", "2023-01-01", "--until", "2023-02-01", "--csv", "{folder}/bank.json"),
        "input.invalid",
        2,
    ),
    "no such policy": (("policy", "propose", "{folder}/absent"), "input.invalid", 2),
    "policy of something else": (("policy", "propose", "{folder}/bank.json"), "input.invalid", 2),
    "policy that is no text": (("policy", "propose", "{folder}/noise"), "input.invalid", 2),
    "policy written over a file": (("policy", "export", "{folder}/bank.json"), "input.invalid", 2),
    "unknown proposal": (("policy", "diff", "PP-NONE"), "not_found", 4),
    "unknown proposal approved": (("policy", "approve", "PP-NONE"), "not_found", 4),
    "staff of no role": (("operator", "admit", "eve", "--name", "Eve", "--role", "engine"), "input.invalid", 2),
    "staff with an id in capitals": (
        ("operator", "admit", "Eve", "--name", "Eve", "--role", "teller"),
        "input.invalid",
        2,
    ),
    "staff with no name": (("operator", "admit", "eve", "--name", " ", "--role", "teller"), "input.invalid", 2),
    "staff in no branch": (
        ("operator", "admit", "eve", "--name", "Eve", "--role", "teller", "--branch", "No Branch"),
        "input.invalid",
        2,
    ),
    "somebody's id": (("operator", "admit", "tom", "--name", "Tom", "--role", "teller"), "state.wrong", 4),
    "unknown admission": (("operator", "approve", "ST-NONE"), "not_found", 4),
    "unknown admission refused": (("operator", "refuse", "ST-NONE", "--reason", "x"), "not_found", 4),
    "unknown admission withdrawn": (("operator", "withdraw", "ST-NONE"), "not_found", 4),
    "nobody dismissed": (("operator", "dismiss", "nobody", "--reason", "x"), "not_found", 4),
    "oneself dismissed": (("operator", "dismiss", "ann", "--reason", "x"), "session.not_permitted", 3),
    "one of two supervisors dismissed": (("operator", "dismiss", "bob", "--reason", "x"), "state.wrong", 4),
    "the engine dismissed": (("operator", "dismiss", "engine", "--reason", "x"), "session.not_permitted", 3),
    "dismissed without a reason": (("operator", "dismiss", "tom", "--reason", " "), "input.invalid", 2),
    "no such backup": (("restore", "{folder}/absent", "--bank", "{folder}/new"), "input.invalid", 2),
    "backup of something else": (("restore", "{folder}/bank.json", "--bank", "{folder}/new"), "integrity", 6),
    "restoring over a bank": (("restore", "{folder}/bank.json"), "input.invalid", 2),
    "backup over a file": (("backup", "{folder}/bank.json"), "input.invalid", 2),
    "no such folder": (("backup", "{folder}/absent/b.tar.gz"), "input.invalid", 2),
}
NOBODY = 65_534
CEREMONY = {"name": "Other", "founders": [{"id": n, "name": n, "password": "password1"} for n in ("eva", "kim")]}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_changes_nothing(desk: Desk, case: str) -> None:
    words, code, exits = BAD[case]
    (desk.folder / "noise").write_bytes(b"\xff\xfe\x00")
    (desk.folder / "twice").write_text('{"limits": {}, "limits": {"iso4217:EUR": {"payment_units": "1"}}}')
    (desk.folder / "ceremony.json").write_text(json.dumps(CEREMONY))
    known = {"anna": desk.world.anna.id, "boris": desk.world.boris.id, "folder": str(desk.folder)}
    rows, files = desk.rows(), sorted(desk.folder.rglob("*"))
    said = desk(*(word.format(**known) for word in words), by="ann")
    assert (said.error, said.code) == (code, exits)
    assert (desk.rows(), sorted(desk.folder.rglob("*"))) == (rows, files)


def test_a_noun_alone_is_told_its_verbs(desk: Desk) -> None:
    assert desk("ledger").err == "error input.invalid: tokenpay ledger needs one of reconcile\n"
    verbs = "watch, settle, submit, sweep, overtaken, resume, recognise"
    assert desk("chain").err == f"error input.invalid: tokenpay chain needs one of {verbs}\n"
    assert desk().err.startswith("error input.invalid: tokenpay needs one of demo, bank, policy, ")


def test_an_error_in_json_has_stable_names(desk: Desk) -> None:
    said = desk("customer", "balances", "C0", "--json")
    assert said.code == 4
    error = json.loads(said.err)["error"]
    assert sorted(error) == ["code", "docs", "fields", "message"]
    assert (error["code"], error["docs"]) == ("not_found", "reference/errors#not_found")
    parsed = json.loads(desk("bank", "rob", "--json").err)["error"]
    assert parsed["code"] == "input.invalid"


def test_a_chain_of_more_than_nine_digits_is_named(desk: Desk) -> None:
    said = desk("chain", "watch", 1_953_459_056)  # the embedded chain's
    assert (said.error, "does not work on the chain" in said.err) == ("not_found", True)


@pytest.mark.parametrize(
    ("database", "error"),
    [("postgresql://u:hunter2@h:port/db", "input.invalid"), ("sqlite:////a?b=c", "input.invalid")],
)
def test_a_database_url_that_is_none(desk: Desk, database: str, error: str) -> None:
    write_settings(desk.folder, BankSettings(database=database))
    for words in (("bank", "show"), ("bank", "migrate"), ("backup", desk.folder / "b.tar.gz"), ("case", "list")):
        said = desk(*words)
        assert (said.error, "hunter2" in said.err) == ("input.invalid", False)
    assert "fail  database" in desk("doctor").out


@pytest.mark.parametrize("said", ["0000", "zzzz"])
def test_a_revision_that_never_was(desk: Desk, said: str) -> None:
    desk.world.sql("UPDATE alembic_version SET version_num = :said", said=said)
    told = desk("bank", "migrate")
    assert (told.error, told.code) == ("integrity", 6)


def test_who_cannot_prove_who_they_are_does_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk("case", "list", password="not-this-one").error == "password.wrong"
    assert desk("case", "list", by="nobody", password="x").error == "password.wrong"
    assert desk("case", "list", by="").error == "input.invalid"
    monkeypatch.setattr("sys.stdin", open(os.devnull))  # noqa: SIM115 - closed with the process
    assert desk("case", "list", password="").error == "input.invalid"
    assert desk("bank", "stop", "--reason", "x").error == "session.not_permitted"


def test_a_database_that_is_gone_or_is_none(desk: Desk) -> None:
    database = desk.folder / "bank.db"
    database.write_bytes(b"not a database" * 100)
    assert desk("bank", "show").error == "store.unavailable"
    database.unlink()
    said = desk("bank", "show")
    assert (said.error, said.code) == ("store.unavailable", 5)
    assert desk("backup", desk.folder / "b.tar.gz").error == "store.unavailable"
    assert not list(desk.folder.glob("*b.tar.gz*"))
    assert desk("bank", "show", "--bank", desk.folder / "absent").error == "store.unavailable"


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b'{"chains": [{"chain_id": 0}]}', b'{"databse": ""}']
)
def test_settings_that_are_damaged(desk: Desk, content: bytes) -> None:
    (desk.folder / "bank.json").write_bytes(content)
    for words in (("bank", "show"), ("backup", desk.folder / "b.tar.gz"), ("bank", "migrate")):
        said = desk(*words)
        assert (said.error, said.code) == ("input.invalid", 2)
    assert "fail  folder" in desk("doctor").out


@pytest.mark.parametrize(
    ("file", "content", "code"),
    [
        ("wallet.json", b"{", "keystore.invalid"),
        ("wallet.json", b"\xff\xfe", "keystore.invalid"),
        ("wallet.json", b'{"version": 3}', "keystore.invalid"),
        ("wallet.json", None, "signer.unavailable"),
        ("signer.json", b'{"rules": {}, "mac": ""}', "integrity"),
        ("signer.json", b"\xff", "integrity"),
        ("signer.json", None, "signer.unavailable"),
        ("wallet.password", b"another", "password.wrong"),
        ("wallet.password", None, "signer.unavailable"),
        ("engine.password", b"another", "password.wrong"),
        ("engine.password", b"\xff", "password.wrong"),
        ("engine.password", None, "signer.unavailable"),
    ],
)
def test_key_files_that_are_damaged(desk: Desk, file: str, content: bytes | None, code: str) -> None:
    path = desk.folder / "keys" / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    said = desk("chain", "submit", CHAIN_ID)
    assert said.error == code
    assert content is not None or file == "engine.password" or f"keys/{file}" in said.err
    assert desk("engine", "run", "--once").error == code


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder that this process, root or not, cannot write to."""
    folder = Path(tempfile.mkdtemp(prefix="tokenpay-"))
    (folder / "ceremony.json").write_text(json.dumps(CEREMONY))
    (folder / "shut").mkdir()
    (folder / "shut").chmod(0o555)
    folder.chmod(0o755)
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    yield folder
    os.seteuid(before)
    shutil.rmtree(folder)


def test_a_folder_that_cannot_be_written(run: Callable[..., Said], read_only: Path) -> None:
    for place in ("shut", "shut/bank", "ceremony.json/bank"):
        said = run("bank", "found", "--ceremony", read_only / "ceremony.json", "--bank", read_only / place)
        assert (said.error, said.code) == ("store.unavailable", 5)
    assert not list((read_only / "shut").iterdir())


def test_what_nobody_expected_is_one_line_without_its_text(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("a secret word")

    monkeypatch.setattr(desk.world.chain, "head", broken)
    said = desk("chain", "watch", CHAIN_ID)
    assert (said.error, said.code) == ("internal", EXIT_INTERNAL)
    assert "secret" not in said.err
    monkeypatch.setenv("TOKENPAY_DEBUG", "1")
    with pytest.raises(RuntimeError):
        desk("chain", "watch", CHAIN_ID)


def test_an_interrupt_is_clean(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(desk.world.chain, "head", interrupted)
    said = desk("chain", "watch", CHAIN_ID)
    assert (said.code, said.out, said.err) == (130, "", "")


def test_every_error_has_an_exit_code() -> None:
    tree = [
        thing for thing in vars(errors).values() if inspect.isclass(thing) and issubclass(thing, errors.TokenpayError)
    ]
    codes = {error: exit_code(error.__new__(error)) for error in tree}
    assert [error for error, code in codes.items() if code == EXIT_INTERNAL] == [errors.TokenpayError]
    assert codes[errors.InvalidAmount] == 2
    assert codes[errors.WrongPassword] == 3
    assert codes[errors.NotFound] == codes[errors.KeyReused] == codes[errors.PrecisionLost] == 4
    assert codes[errors.ChainUnavailable] == codes[errors.Halted] == 5
    assert codes[errors.IntegrityError] == codes[errors.SignerRefused] == 6


def tokenpay(*words: str) -> list[str]:
    return [sys.executable, "-c", "import sys; from tokenpay.cli import main; sys.exit(main())", *words]


def test_a_process_ends_as_it_should() -> None:
    done = subprocess.run(tokenpay("request", "read", str(Address(b"\x11" * 20))), capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    done = subprocess.run(tokenpay("request", "read", "nonsense"), capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    said = "this is not a payment request, nor an address (reason unknown_format)"
    assert done.stderr == f"error request.invalid: {said}\n"


def test_a_broken_pipe_is_clean() -> None:
    process = subprocess.Popen(
        tokenpay("request", "read", str(Address(b"\x11" * 20))), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


def test_a_command_imports_only_what_it_needs() -> None:
    heavy = ["alembic", "cryptography", "eth", "pydantic", "qrcode", "sqlalchemy", "web3", "zxingcpp"]
    code = (
        "import sys; from tokenpay.cli import main; main(['request', 'read', sys.argv[1]]);"
        f"print(*set({heavy!r}) & set(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(STRANGER)], capture_output=True, text=True, check=True)
    assert done.stderr.split() == []
