"""Found a bank, bring its database up to date, and show what it is."""

import os
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_verb
from tokenpay.cli.desk import bank_folder, opened
from tokenpay.cli.output import Answer

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "bank", "found, migrate and show a bank")
    parser = add_verb(verbs, "found", found, "found a bank in an empty folder; its recovery words are shown once")
    parser.add_argument(
        "--ceremony",
        type=Path,
        metavar="FILE",
        help="JSON with name, founders, chains, policy and database; what it leaves out is asked for, or stays zero",
    )
    add_verb(verbs, "migrate", migrate, "bring the bank's database to this program's revision")
    add_verb(verbs, "show", show, "show the bank, its chains and its database")


def found(args: Namespace) -> Answer:
    from tokenpay.cli.ceremony import hold

    folder = bank_folder(args)
    ceremony = hold(args.ceremony)
    founded = tp.found_bank(
        folder,
        name=ceremony.name,
        founders=ceremony.people(),
        policy=ceremony.rules(),
        chains=ceremony.chains,
        database=ceremony.database,
        key_password=os.environ.get("TOKENPAY_KEY_PASSWORD") or None,
        **args.ports,
    )
    content = {
        "directory": str(folder),
        "name": ceremony.name,
        "operators": [founder.id for founder in ceremony.founders],
        "chains": [chain.chain_id for chain in ceremony.chains],
        "recovery_phrase": founded.recovery_phrase,
    }
    text = (
        f"{ceremony.name} is founded in {folder}\n\n"
        f"  {founded.recovery_phrase}\n\n"
        "Write these words on paper now and keep them apart: they are all the bank's keys, and are not shown again."
    )
    return Answer(content=content, text=text)


def migrate(args: Namespace) -> Answer:
    from tokenpay.settings import database_url, read_settings
    from tokenpay.store.migrate import HEAD, revision, upgrade

    folder = bank_folder(args)
    url = database_url(folder, read_settings(folder))
    before = revision(url)
    upgrade(url)
    return Answer(content={"before": before, "revision": HEAD})


def show(args: Namespace) -> Answer:
    from tokenpay.store.migrate import HEAD

    with opened(args) as bank, bank.store.read() as uow:
        names = {chain.chain_id: chain.name for chain in bank.settings.chains}
        content = {
            "name": bank.name,
            "demo": bool(uow.facts.get("demo", "")),
            "directory": str(bank.directory),
            "database": bank.store.engine.dialect.name,
            "revision": HEAD,
            "payments": "stopped" if uow.facts.get("stopped", "") else "running",
            "chains": [
                {
                    "chain_id": chain.chain_id,
                    "name": names.get(chain.chain_id, ""),
                    "treasury": chain.treasury,
                    "head_number": chain.head_number,
                    "final_number": chain.final_number,
                    "halted": chain.halted,
                }
                for chain in uow.chains.all()
            ],
        }
    return Answer(content=content)
