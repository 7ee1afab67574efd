"""The rules are one set: what is raised anywhere is in it, and the reference lists it."""

import re
from pathlib import Path

from tokenpay.ethereum.transaction_kinds.rule import TransactionRule

REPOSITORY = Path(__file__).parents[3]
RULES = {rule.value for rule in TransactionRule}


def test_the_reference_lists_every_rule_once():
    text = (REPOSITORY / "docs" / "reference" / "errors.md").read_text()
    section = text.split("## transaction-invalid")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) == [rule.value for rule in TransactionRule]


def test_what_the_primitives_raise_is_a_rule():
    sources = [REPOSITORY / "tokenpay" / "primitives" / name for name in ("rlp.py", "secp256k1.py")]
    raised = {rule for source in sources for rule in re.findall(r'rule="(\w+)"', source.read_text())}
    assert len(raised) > 8
    assert raised <= RULES
