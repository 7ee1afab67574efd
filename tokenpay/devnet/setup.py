"""The world outside the bank, for demonstrations: coin from the faucet, a token, people with wallets of their own."""

import json
from dataclasses import dataclass, field
from importlib.resources import files

from tokenpay.adapters.chain.rpc import JsonRpc
from tokenpay.errors import WrongState, answered
from tokenpay.ethereum import erc20
from tokenpay.ethereum.abi import address_word, selector, uint_word
from tokenpay.ethereum.transaction import DynamicFeeTransaction, sign
from tokenpay.money.address import Address
from tokenpay.payments.outgoing import Call
from tokenpay.ports import Chain
from tokenpay.primitives import rlp
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey

TIMEOUT_S = 10.0
DEPLOY_GAS = 3_000_000
_MINT = selector("mint(address,uint256)")


def fund(url: str, recipient: Address, wei: int) -> None:
    """Send native coin from the embedded chain's faucet; raises ChainUnavailable."""
    JsonRpc(url, timeout_s=TIMEOUT_S).call("devnet_fund", recipient.text, hex(wei))


def mine(url: str, blocks: int = 1) -> None:
    """Let the embedded chain make blocks, up to 250 at once; raises ChainUnavailable."""
    JsonRpc(url, timeout_s=TIMEOUT_S).call("evm_mine", hex(blocks))


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideWallet:
    """Somebody who is no part of the bank: one key, and coin of their own for gas.

    Verbs return the transaction's hash once the node has taken it; WrongState when it would fail or is refused.
    """

    chain: Chain
    key: PrivateKey = field(repr=False)

    @property
    def address(self) -> Address:
        return Address(self.key.public_key.address_bytes())

    def pay(self, recipient: Address, wei: int) -> bytes:
        """Send native coin."""
        return self.call(recipient, b"", value_wei=wei)

    def transfer(self, token: Address, recipient: Address, units: int) -> bytes:
        """Send tokens."""
        return self.call(token, erc20.transfer(recipient, units))

    def mint(self, token: Address, recipient: Address, units: int) -> bytes:
        """Make new tokens, which the owner of the demo token may."""
        return self.call(token, _MINT + address_word(recipient) + uint_word(units))

    def call(self, to: Address, data: bytes, *, value_wei: int = 0) -> bytes:
        """Call a contract, or pay whoever is there at the head: one that waits in the node's pool is nobody yet."""
        call = Call(to=to, data=data, value_wei=value_wei)
        gas = answered(self.chain.estimate_gas([call], sender=self.address)[0])
        return self._send(to.raw, data, value_wei, gas + gas // 4)

    def deploy(self, code: bytes) -> Address:
        """Create a contract from its creation code and return where it will be."""
        nonce = self.chain.transaction_count(self.address, pending=True)
        self._send(None, code, 0, DEPLOY_GAS)
        place = rlp.encode_list(rlp.encode_bytes(self.address.raw) + rlp.encode_int(nonce))
        return Address(keccak256(place)[12:])

    def _send(self, to: bytes | None, data: bytes, value_wei: int, gas_limit: int) -> bytes:
        tip_wei = self.chain.priority_fee_wei()
        signed = sign(
            DynamicFeeTransaction(
                chain_id=self.chain.chain_id,
                nonce=self.chain.transaction_count(self.address, pending=True),
                max_priority_fee_wei=tip_wei,
                max_fee_wei=2 * self.chain.head().base_fee_wei + tip_wei,
                gas_limit=gas_limit,
                to=to,
                value_wei=value_wei,
                data=data,
            ),
            self.key,
        )
        (said,) = self.chain.broadcast([signed.raw])
        if said.outcome != "accepted":
            raise WrongState(f"the node did not take the transaction: {said.reason}")
        return signed.hash


def deploy_demo_token(
    owner: OutsideWallet, *, name: str = "Demo Euro", symbol: str = "DEUR", decimals: int = 6
) -> Address:
    """Deploy the demo token (EIP-2612, EIP-3009), which `owner` may mint, and return its address."""
    artifact = json.loads((files("tokenpay.devnet") / "contracts" / "demo_token.json").read_text())
    return owner.deploy(bytes.fromhex(artifact["bytecode"][2:]) + _arguments(name, symbol, decimals))


def _arguments(name: str, symbol: str, decimals: int) -> bytes:
    """Return constructor arguments (string, string, uint8): offsets and the number, then the texts."""
    texts = [_text(name), _text(symbol)]
    return uint_word(96) + uint_word(96 + len(texts[0])) + uint_word(decimals) + b"".join(texts)


def _text(text: str) -> bytes:
    raw = text.encode()
    return uint_word(len(raw)) + raw + bytes(-len(raw) % 32)
