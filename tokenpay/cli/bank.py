"""Found a bank, bring its database up to date, show what it is, and the brake for all its payments."""

import os
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import tokenpay as tp
from tokenpay.cli.command import add_noun, add_reason, add_verb
from tokenpay.cli.desk import ask_new_secret, bank_folder, opened, signed_in
from tokenpay.cli.output import Answer

if TYPE_CHECKING:
    from tokenpay.cli.command import Subparsers


def add_parser(subparsers: "Subparsers") -> None:
    verbs = add_noun(subparsers, "bank", "found, migrate and show a bank; stop and resume all its payments")
    parser = add_verb(verbs, "found", found, "found a bank in an empty folder; its recovery words are shown once")
    parser.add_argument(
        "--ceremony",
        type=Path,
        metavar="FILE",
        help="JSON with name, founders, chains, policy and database; what it leaves out is asked for, or stays zero",
    )
    add_verb(
        verbs,
        "migrate",
        migrate,
        "bring the bank's database to this program's revision, and make the PIN key of a bank without one",
    )
    parser = add_verb(
        verbs, "roles", roles, "make the database roles of a bank on PostgreSQL, as the owner of its tables"
    )
    parser.add_argument("--show", action="store_true", help="only print the SQL, for a database administrator to run")
    came_back = (
        "once books in PostgreSQL came back from a copy or lost their newest, before anybody works: stop payments and"
        " close all sessions, leave a gap in the deposit addresses, and let event readers begin anew; as the"
        " owner of its tables"
    )
    add_verb(verbs, "restored", restored, came_back)
    add_verb(verbs, "show", show, "show the bank, its chains, its database, its policy and its screening lists")
    stopping = add_verb(verbs, "stop", stop, "refuse every payment from now on", operator=True)
    add_reason(stopping)
    add_verb(verbs, "resume", resume, "ask to pay again, or agree to it as the second person", operator=True)
    changing = "change the password of the wallet on this machine: asked for twice, or $TOKENPAY_NEW_KEY_PASSWORD"
    add_verb(verbs, "change-key-password", change_key_password, changing, operator=True)
    accepting = "go on after a clock ran ahead and was set right; look first at what was done meanwhile"
    add_verb(verbs, "accept-clock", accept_clock, accepting, operator=True)


def found(args: Namespace) -> Answer:
    from tokenpay.cli.ceremony import hold

    folder = bank_folder(args)
    ceremony = hold(args.ceremony)
    founded = tp.found_bank(
        folder,
        name=ceremony.name,
        founders=ceremony.people(),
        policy=ceremony.policy.policy(),
        chains=ceremony.chains,
        database=ceremony.database,
        passkeys=ceremony.passkeys,
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
    from tokenpay.bootstrap import make_pin_key
    from tokenpay.settings import database_url, read_settings
    from tokenpay.store.migrate import HEAD, revision, upgrade

    folder = bank_folder(args)
    url = database_url(folder, read_settings(folder))
    before = revision(url)
    upgrade(url)
    with opened(args) as bank:  # a bank that was founded before PINs gets the key that they are stretched with
        make_pin_key(bank)
    return Answer(content={"before": before, "revision": HEAD})


def roles(args: Namespace) -> Answer:
    from tokenpay.settings import database_url, read_settings
    from tokenpay.store.roles import ROLES, grant_roles

    folder = bank_folder(args)
    statements = grant_roles(database_url(folder, read_settings(folder)), only_show=args.show)
    if args.show:
        return Answer(content={"statements": statements}, text=";\n".join([*statements, ""]).rstrip())
    return Answer(content={"roles": list(ROLES), "granted": len(statements)})


def restored(args: Namespace) -> Answer:
    from tokenpay.store.outbox_store import START
    from tokenpay.store.restored import came_back

    with opened(args) as bank, bank.store.unit_of_work() as uow:
        copied_at_s = max(head.at_s for head in uow.audit.heads())
        begins = came_back(uow, copied_at_s=copied_at_s, now_s=bank.clock.now_s())
    return Answer(content={"addresses_from": begins, "events_from": START, "payments": "stopped"})


def show(args: Namespace) -> Answer:
    from tokenpay.cli.rules import policy_content
    from tokenpay.store.migrate import HEAD

    with opened(args) as bank, bank.store.read() as uow:
        names = {chain.chain_id: chain.name for chain in bank.settings.chains}
        content = {
            "name": bank.name,
            "demo": bool(uow.facts.get("demo", "")),
            "directory": str(bank.directory),
            "database": bank.store.engine.dialect.name,
            "revision": HEAD,
            "request_key": uow.facts.get("request_key", "") or None,
            "data_key": uow.facts.get("data_key", "") or None,
            "head_key": uow.facts.get("head_key", "") or None,
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
            "policy": policy_content(
                uow.policies.newest(), {known.asset.id: known.asset for known in uow.assets.all()}, as_json=args.json
            ),
            "lists": list(uow.lists.all()),
        }
    return Answer(content=content)


def stop(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        tp.stop_payments(bank, reason=args.reason, by=by)
    return Answer(content={"payments": "stopped"})


def resume(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        running = tp.resume_payments(bank, by=by)
    return Answer(
        content={"payments": "running" if running else "stopped"},
        text=None if running else "payments: stopped until a second person resumes them too",
    )


def accept_clock(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        return Answer(content={"accepted": tp.accept_clock(bank, by=by)})


def change_key_password(args: Namespace) -> Answer:
    with signed_in(args) as (bank, by):
        new = ask_new_secret("wallet password", "TOKENPAY_NEW_KEY_PASSWORD")
        tp.change_key_password(bank, new=new, by=by, key_password=os.environ.get("TOKENPAY_KEY_PASSWORD") or None)
    return Answer(content={"wallet_password": "changed"})
