"""The version that follows the newest of a payment: it pays more for its block, or recalls the payment."""

from dataclasses import dataclass, field

from tokenpay.bank import Bank
from tokenpay.ethereum.fees import ANY_WEI, Fees, most_wei_per_gas
from tokenpay.money.address import Address
from tokenpay.parties.session import Session
from tokenpay.payments.attempt import SignedPayment
from tokenpay.payments.payment import Payment
from tokenpay.steps.asked_back import may_be_sent
from tokenpay.steps.groups import STAYS
from tokenpay.steps.no_op_gas import no_op_gas, no_op_gas_of
from tokenpay.steps.raise_fee_cap import raise_fee_cap
from tokenpay.steps.sign_payment import ToSign
from tokenpay.steps.tell_stuck import tell_stuck


@dataclass(slots=True, kw_only=True)
class NextVersion:
    """What versions offer in one turn, by today's `fees`; what a no-op takes is asked of the node at most once."""

    bank: Bank
    chain_id: int
    treasury: Address
    fees: Fees
    by: Session
    _asked: list[int | None] = field(default_factory=list)

    def after(self, payment: Payment, newest: SignedPayment) -> ToSign | None:
        """Return what is to be signed next for a payment, or None at its cap: then it has a case."""
        recalled = payment.recalled_by is not None
        gas_limit = no_op_gas_of(self._no_op_gas(), payment.gas_limit) if recalled else payment.gas_limit or 0
        try:
            payment = self._with_room(payment, newest, gas_limit)
        except STAYS as error:  # the treasury lacks the coin to reserve: what is reserved is offered first
            tell_stuck(self.bank, payment.id, error.message, by=self.by)
        fees = self.fees.above(newest.fees, at_most_wei=most_wei_per_gas(payment.fee_cap_wei, gas_limit))
        if fees is None and not may_be_sent(payment, newest):
            fees = newest.fees  # other bytes: a pool that has lost the payment takes them at the same price
        if fees is None:
            note = "it waits for a block, and its fee is as high as it may be"
            tell_stuck(self.bank, payment.id, note, by=self.by)
            return None
        no_op_gas = gas_limit if recalled else None
        return ToSign(payment=payment, fees=fees, version=newest.version + 1, no_op_gas=no_op_gas)

    def _with_room(self, payment: Payment, newest: SignedPayment, gas_limit: int) -> Payment:
        """Return the payment with as much gas reserved as a version that replaces its newest asks for now."""
        wanted = self.fees.above(newest.fees, at_most_wei=ANY_WEI)
        if wanted is None or wanted.max_fee_wei <= most_wei_per_gas(payment.fee_cap_wei, gas_limit):
            return payment
        return raise_fee_cap(self.bank, payment, wanted, gas_limit=gas_limit, by=self.by)

    def _no_op_gas(self) -> int | None:
        if not self._asked:
            self._asked.append(no_op_gas(self.bank, self.chain_id, self.treasury))
        return self._asked[0]
