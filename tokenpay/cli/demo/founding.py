"""The demo bank as it is founded: its people, its token, its first policy."""

from pathlib import Path

from tokenpay import (
    Address,
    Amount,
    Asset,
    AssetLimits,
    ChainSettings,
    Founder,
    Hours,
    PasskeySettings,
    Policy,
    Role,
    Tariff,
    found_bank,
)
from tokenpay.devnet import DEVNET_CHAIN_ID
from tokenpay.primitives import rlp
from tokenpay.primitives.keccak import keccak256
from tokenpay.primitives.secp256k1 import PrivateKey

CONFIRMATIONS = 2
_PASSWORD_COST = 2**12  # real banks use the default, which takes longer to open and to guess
_LIST_MAX_AGE_S = 7 * 86_400
# Worthless and known to all, so that the token stands at the same address on every embedded chain.
ISSUER_KEY = PrivateKey.from_bytes(keccak256(b"tokenpay demo: who issues the token"))
LISTED = Address(keccak256(b"tokenpay demo: an address on the deny-list")[12:])

VERA = Founder(id="vera", name="Vera Lind", password="vera-demo", role=Role.SUPERVISOR)  # noqa: S106 - a demo's
OTTO = Founder(id="otto", name="Otto Brandt", password="otto-demo", role=Role.SUPERVISOR)  # noqa: S106
TIM = Founder(id="tim", name="Tim Wolf", password="tim-demo", role=Role.TELLER)  # noqa: S106
PEOPLE = (VERA, OTTO, TIM)
CASH = Asset.cash("EUR")
PASSKEYS = PasskeySettings(
    domain="demo.tokenpay.invalid", origins=("https://demo.tokenpay.invalid",), authenticator="software"
)
PINS = {"vera": "271828", "otto": "314159", "tim": "161803"}


def demo_token() -> Asset:
    """Return the demo token, at the address that its issuer's first transaction creates it."""
    issuer = ISSUER_KEY.public_key.address_bytes()
    place = rlp.encode_list(rlp.encode_bytes(issuer) + rlp.encode_int(0))
    return Asset.token(DEVNET_CHAIN_ID, Address(keccak256(place)[12:]), symbol="DEUR", decimals=6)


def policy_for(token: Asset) -> Policy:
    """Return the demo bank's first policy."""

    def units(whole: int) -> int:
        return Amount.of(whole, token).units

    limits = AssetLimits(
        payment_units=units(10_000),
        alone_units=units(1_000),
        customer_day_units=units(1_000_000),
        operator_day_units=units(1_000_000),
        passkey_units=units(5_000),
    )
    cash = AssetLimits(
        payment_units=1_000_000, alone_units=100_000, customer_day_units=100_000_000, operator_day_units=100_000_000
    )
    tariff = Tariff(
        token=token.id,
        currency=CASH.symbol,
        sell_basis_points=50,
        buy_basis_points=50,
        fee_minimum_units=100,
        quote_lifetime_s=300,
        rate_max_age_s=7 * 86_400,
    )
    return Policy(
        limits={token.id: limits, CASH.id: cash},
        hours=Hours.always(),
        list_max_age_s=_LIST_MAX_AGE_S,
        tariffs=(tariff,),
    )


def found_demo_bank(directory: Path) -> None:
    """Found the demo bank in a folder that holds nothing but its chain."""
    found_bank(
        directory,
        name="Demo Bank",
        founders=PEOPLE,
        policy=policy_for(demo_token()),
        chains=[ChainSettings(chain_id=DEVNET_CHAIN_ID, name="devnet", confirmations=CONFIRMATIONS)],
        passkeys=PASSKEYS,
        demo=True,
        password_cost=_PASSWORD_COST,
    )
