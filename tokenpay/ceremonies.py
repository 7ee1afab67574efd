"""What the signer on this machine is told, and its password: ceremonies that take the wallet's password.

The books are not believed: the signer verifies everything by the rules that it holds.
"""

from tokenpay.adapters.signer.passkey_sealing import seal_passkeys
from tokenpay.adapters.signer.policy_sealing import following, seal_policy_rules
from tokenpay.adapters.signer.rules import SignerRules
from tokenpay.adapters.signer.staff_sealing import seal_staff, unknown_to
from tokenpay.adapters.signer.wallet_file import RULES, change_wallet_password, read_rules
from tokenpay.bank import Bank
from tokenpay.compliance.decision import passkey_units_of
from tokenpay.compliance.policy import Policy
from tokenpay.compliance.policy_proposal import ProposalState
from tokenpay.compliance.staff_change import SignerTold
from tokenpay.errors import SignerUnavailable, WrongState
from tokenpay.parties.operator import Permission
from tokenpay.parties.passkey import Passkey, PasskeyState
from tokenpay.parties.session import Session
from tokenpay.primitives.canonical import Value
from tokenpay.settings import KEYS
from tokenpay.steps.authorize import authorize
from tokenpay.steps.record import record


def trust_passkeys(bank: Bank, *, by: Session, key_password: str | None = None) -> list[Passkey]:
    """Tell the signer on this machine of the staff's confirmed passkeys, and of none that is revoked; return those.

    It takes the wallet's password, and a supervisor. Each key is verified by the signatures of its owner and of the
    supervisor who confirmed it. Programs that hold the signer open trust them when they are started again. Raises
    IntegrityError, and changes nothing, for a key that nobody vouched for; SignerUnavailable, WrongPassword.
    """
    if bank.directory is None:
        raise SignerUnavailable("a bank without a folder has no wallet to seal")
    party = bank.required_relying_party()
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CONTROL)
        passkeys, units = uow.passkeys.of_staff(), passkey_units_of(uow.policies.newest())
    trusted = seal_passkeys(bank.directory / KEYS, key_password, passkeys, party=party, units=units)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        standing = [uow.passkeys.get(passkey.id, lock=True) for passkey in sorted(trusted, key=lambda key: key.id)]
        fresh = [passkey.id for passkey in standing if passkey.state is PasskeyState.CONFIRMED]
        uow.passkeys.activate(fresh)
        record(uow, bank, operator, "passkeys.trusted", "signer", {"passkeys": [passkey.id for passkey in trusted]})
        return [uow.passkeys.get(passkey.id) for passkey in standing]


def seal_policy(bank: Bank, *, by: Session, key_password: str | None = None) -> Policy:
    """Tell the signer on this machine of the policy in force: what one person pays alone, passkeys, and fee caps.

    It takes the wallet's password, and a supervisor. The two people who signed the policy are verified by the signer's
    own rules; what was sealed of an older one is replaced, whether it allowed more or less. Programs that hold the
    signer open obey it when they are started again. Raises WrongState for the policy that the bank was founded with,
    which nobody signed; IntegrityError, and changes nothing, where those who signed are not two supervisors whom the
    signer knows, or it was told of a newer one; SignerUnavailable, WrongPassword.
    """
    if bank.directory is None:
        raise SignerUnavailable("a bank without a folder has no wallet to seal")
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CONTROL)
        policy = uow.policies.newest()
        signed = uow.policies.signed(policy.version)
    if signed is None:
        raise WrongState("the first policy was sealed when the bank was founded, and is signed by nobody")
    party = bank.required_relying_party() if passkey_units_of(policy) else None
    rules = seal_policy_rules(bank.directory / KEYS, key_password, signed, party=party)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        details: dict[str, Value] = {"policy": policy.hash().hex(), "rules": rules.version}
        record(uow, bank, operator, "policy.sealed", str(policy.version), details)
    return policy


def trust_staff(bank: Bank, *, by: Session, key_password: str | None = None) -> SignerTold:
    """Tell the signer on this machine who was admitted and who was dismissed; return the changes it did not know.

    It takes the wallet's password, and a supervisor. Each change is verified by the signer's own rules: those who
    signed it stand there, or came by changes that lead back to them. Programs that hold the signer open follow when
    they are started again. What they did not sign is left out, and so is what says of an id that the signer knows that
    it is somebody else's, as after books came back from a copy. Raises IntegrityError for rules that are an older copy,
    SignerUnavailable, WrongPassword.
    """
    if bank.directory is None:
        raise SignerUnavailable("a bank without a folder has no wallet to seal")
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CONTROL)
        changes = uow.staff.standing(ProposalState.IN_FORCE)
    rules, told = seal_staff(bank.directory / KEYS, key_password, changes)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        details: dict[str, Value] = {"changes": [change.id for change in told.changes], "rules": rules.version}
        if told.left_out:
            details["left_out"] = [change.id for change, _ in told.left_out]
        record(uow, bank, operator, "operators.trusted", "signer", details)
    return told


def untold(bank: Bank) -> dict[str, str] | None:
    """Return what the signer on this machine was not told of, each with the command that does; None: none is here.

    What lies there is read and not verified: this only reminds. Raises IntegrityError for rules that cannot be read.
    """
    if bank.directory is None or not (bank.directory / KEYS / RULES).exists():
        return None
    rules = SignerRules.unverified(read_rules(bank.directory / KEYS))
    with bank.store.read() as uow:
        policy = uow.policies.newest()
        changes = uow.staff.standing(ProposalState.IN_FORCE)
    missing = {}
    if following(rules, policy, party=bank.relying_party()) != rules:
        missing[f"version {policy.version} of the policy"] = "tokenpay policy seal"
    people = sorted({change.operator.id for change in unknown_to(rules, changes)})
    if people:
        missing[f"who came or went: {', '.join(people)}"] = "tokenpay operator trust"
    return missing


def change_key_password(bank: Bank, *, new: str, by: Session, key_password: str | None = None) -> None:
    """Encrypt the wallet on this machine under another password; one that was kept beside it is taken away.

    It takes the wallet's password of now, and a supervisor. Programs that hold the signer open go on, and need the new
    one when they are started again. A copy made before opens with the password of its time. Raises InvalidInput for a
    password of less than 8 characters, SignerUnavailable, WrongPassword.
    """
    if bank.directory is None:
        raise SignerUnavailable("a bank without a folder has no wallet")
    with bank.store.read() as uow:
        authorize(uow, bank, by, Permission.CONTROL)
    change_wallet_password(bank.directory / KEYS, key_password, new, entropy=bank.entropy)
    with bank.store.unit_of_work() as uow:
        operator = authorize(uow, bank, by, Permission.CONTROL)
        record(uow, bank, operator, "wallet.password_changed", "signer")
