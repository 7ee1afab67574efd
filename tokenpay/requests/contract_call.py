"""A contract call that a scanned text asks for and that is no token transfer."""

from dataclasses import dataclass

from tokenpay.money.address import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractCall:
    """A call that is no token transfer, as its text names it: never paid, and nothing of it is judged.

    `parameters` are (type, value) in the order in which they make the function's signature.
    """

    chain_id: int
    contract: Address
    function: str
    parameters: tuple[tuple[str, str], ...] = ()
    value_wei: int | None = None
    ignored: tuple[str, ...] = ()

    @property
    def signature(self) -> str:
        """The function as a contract knows it, such as `approve(address,uint256)`."""
        return f"{self.function}({','.join(type for type, _ in self.parameters)})"

    def __str__(self) -> str:
        value = () if self.value_wei is None else (("value", str(self.value_wei)),)
        query = "&".join(f"{key}={text}" for key, text in (*self.parameters, *value))
        return f"ethereum:{self.contract}@{self.chain_id}/{self.function}{'?' if query else ''}{query}"
