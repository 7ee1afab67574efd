import pytest

from tokenpay.ethereum.typed_data import Domain
from tokenpay.money.address import Address


@pytest.mark.parametrize(
    ("name", "version", "contract", "separator"),
    [
        # EIP-712, its example in full.
        (
            "Ether Mail",
            "1",
            "0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC",
            "f2cee375fa42b42143804025fc449deafd50cc031ca257e0b194a650a912090f",
        ),
        # USDC on Ethereum: DOMAIN_SEPARATOR() of the contract.
        (
            "USD Coin",
            "2",
            "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48",
            "06c37168a7db5138defc7866392bb87a741f9b3d104deb5094588ce041cae335",
        ),
    ],
)
def test_separators_that_are_published(name, version, contract, separator):
    domain = Domain(name=name, version=version, chain_id=1, verifying_contract=Address.parse(contract))
    assert domain.separator.hex() == separator


def test_the_digest_of_the_example_in_eip_712():
    contract = Address.parse("0xCcCCccccCCCCcCCCCCCcCcCccCcCCCcCcccccccC")
    domain = Domain(name="Ether Mail", version="1", chain_id=1, verifying_contract=contract)
    mail = bytes.fromhex("c52c0ee5d84264471806290a3f2c4cecfc5490626bf912d01f240d7a274b371e")
    assert domain.digest(mail).hex() == "be609aee343fb3c4b28e1df9e632fca64fcfaede20f02e86244efddf30957bd2"
