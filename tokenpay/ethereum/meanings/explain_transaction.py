"""Say in plain words what a transaction does."""

from collections.abc import Sequence

from tokenpay.errors import InvalidInput, InvalidTransaction
from tokenpay.ethereum.abi import read_words, selector
from tokenpay.ethereum.grants.grant import read_signature
from tokenpay.ethereum.meanings import meaning
from tokenpay.ethereum.meanings.meaning import Assets, Form, Lines, Meaning, MeaningKind, find_asset, token_line
from tokenpay.ethereum.transaction import SetCodeAuthorization, SetCodeTransaction, Transaction, authority
from tokenpay.money.address import Address, eip55
from tokenpay.money.amount import Amount
from tokenpay.primitives.keccak import keccak256

_OWNER, _SPENDER = ("owner", meaning.address), ("spender", meaning.address)
_FROM, _TO, _AMOUNT = ("from", meaning.address), ("to", meaning.address), ("amount", meaning.amount)
_WINDOW = (("valid after", meaning.moment), ("valid before", meaning.moment))
_NONCE = ("nonce", meaning.hexadecimal)
_SIGNED = "uint8,bytes32,bytes32)"
_BY_FUNCTION: dict[str, tuple[MeaningKind, tuple[tuple[str, Form], ...]]] = {
    "transfer(address,uint256)": (MeaningKind.TOKEN_TRANSFER, (_TO, _AMOUNT)),
    "transferFrom(address,address,uint256)": (MeaningKind.TOKEN_TRANSFER_FROM, (_FROM, _TO, _AMOUNT)),
    "approve(address,uint256)": (MeaningKind.TOKEN_APPROVAL, (_SPENDER, ("allowance", meaning.allowance))),
    f"permit(address,address,uint256,uint256,{_SIGNED}": (
        MeaningKind.TOKEN_PERMIT,
        (_OWNER, _SPENDER, ("allowance", meaning.allowance), ("valid through", meaning.moment)),
    ),
    f"permit(address,address,uint256,uint256,bool,{_SIGNED}": (
        MeaningKind.DAI_PERMIT,
        (
            _OWNER,
            _SPENDER,
            ("nonce", meaning.number),
            ("valid through", meaning.moment_or_never),
            ("allowance", meaning.all_or_nothing),
        ),
    ),
    f"transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,{_SIGNED}": (
        MeaningKind.TRANSFER_WITH_AUTHORIZATION,
        (_FROM, _TO, _AMOUNT, *_WINDOW, _NONCE),
    ),
    f"receiveWithAuthorization(address,address,uint256,uint256,uint256,bytes32,{_SIGNED}": (
        MeaningKind.RECEIVE_WITH_AUTHORIZATION,
        (_FROM, _TO, _AMOUNT, *_WINDOW, _NONCE),
    ),
    f"cancelAuthorization(address,bytes32,{_SIGNED}": (MeaningKind.CANCEL_AUTHORIZATION, (_OWNER, _NONCE)),
}
_CALLS = {selector(function): (*call, function.endswith(_SIGNED)) for function, call in _BY_FUNCTION.items()}


def explain_transaction(transaction: Transaction, assets: Assets) -> Meaning:
    """Return what a transaction of any kind does, or unknown with the reason; raises nothing.

    `assets` is the bank's register. A call is read to its last byte: another function, a byte too
    many, a value sent along or a token that is not registered make it unknown. Signatures within a
    call are not verified here: the token does that.
    """
    delegations = transaction.authorization_list if isinstance(transaction, SetCodeTransaction) else ()
    lines = _delegation_lines(delegations)
    try:
        kind, parts = _explain(transaction, assets)
    except InvalidInput as error:
        return Meaning.unknown(error.message, *lines, *_facts(transaction))
    return Meaning(kind=MeaningKind.DELEGATION if delegations else kind, lines=(*lines, *parts))


def _explain(transaction: Transaction, assets: Assets) -> tuple[MeaningKind, Lines]:
    chain_id = transaction.chain_id
    if chain_id is None:
        raise InvalidInput("the transaction holds on any chain")
    if transaction.to is None:
        return MeaningKind.CONTRACT_CREATION, _creation_lines(transaction, chain_id, assets)
    to = Address(transaction.to)
    if not transaction.data:
        asset = find_asset(assets, chain_id, None)
        lines = (
            ("chain", f"eip155:{chain_id}"),
            ("to", to.text),
            ("amount", str(Amount(asset, transaction.value_wei))),
        )
        return MeaningKind.NATIVE_TRANSFER, lines
    asset = find_asset(assets, chain_id, to)
    if transaction.value_wei:
        raise InvalidInput("native coin is sent along with the call")
    function = transaction.data[:4]
    if function not in _CALLS:
        raise InvalidInput("the function is not known")
    kind, parts, is_signed = _CALLS[function]
    words = read_words(transaction.data, len(parts) + 3 * is_signed, function=function)
    if is_signed:
        read_signature(words[len(parts) :])
    told = tuple((label, form(word, asset)) for (label, form), word in zip(parts, words, strict=False))
    return kind, (token_line(asset), *told)


def _creation_lines(transaction: Transaction, chain_id: int, assets: Assets) -> Lines:
    endowment: Lines = ()
    if transaction.value_wei:
        coin = Amount(find_asset(assets, chain_id, None), transaction.value_wei)
        endowment = (("amount", str(coin)),)
    code = transaction.data
    about = (("code", f"{len(code)} bytes"), ("code hash", "0x" + keccak256(code).hex()))
    return (("chain", f"eip155:{chain_id}"), *endowment, *about)


def _facts(transaction: Transaction) -> Lines:
    """Return what is certain of a transaction that is not understood."""
    data, to = transaction.data, transaction.to
    return (
        ("chain", "any" if transaction.chain_id is None else f"eip155:{transaction.chain_id}"),
        ("to", "a new contract" if to is None else eip55(to)),
        ("value", f"{transaction.value_wei} wei"),
        ("function", "0x" + data[:4].hex() if len(data) >= 4 else "none"),
        ("data", f"{len(data)} bytes"),
    )


def _delegation_lines(delegations: Sequence[SetCodeAuthorization]) -> Lines:
    lines: list[tuple[str, str]] = []
    for grant in delegations:
        try:
            account = authority(grant)
        except InvalidTransaction:
            lines.append(("skipped", "a delegation that holds for nobody"))
            continue
        code = f"the code at {eip55(grant.address)}" if any(grant.address) else "no code any more"
        chain = f"eip155:{grant.chain_id}" if grant.chain_id else "every chain"
        lines.append(("account", account.text))
        lines.append(("runs", f"{code}, on {chain}, if its nonce is {grant.nonce}"))
    return tuple(lines)
