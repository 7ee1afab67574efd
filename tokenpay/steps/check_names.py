"""Who and what a proposed policy names must be there: a limit for nobody bounds nobody, and looks as if it did."""

from tokenpay.compliance.payee_rules import EVERYBODY
from tokenpay.compliance.policy import Policy
from tokenpay.compliance.scoped_limit import Scope, ScopedLimit
from tokenpay.errors import InvalidInput, NotFound
from tokenpay.store.unit_of_work import UnitOfWork


def check_names(uow: UnitOfWork, policy: Policy) -> None:
    """Raise InvalidInput for a scoped limit, a list of payees or a fee cap of what this bank does not have.

    And for one that leaves out a chain's fee cap which the policy in force says: the signer keeps the last it was told.
    An asset's own limits may come before the asset: of one that they do not name, nothing is allowed at all.
    """
    try:
        for limit in policy.scoped:
            uow.assets.get(limit.asset_id)
            _check_name(uow, limit)
        for customer_id in policy.payees:
            if customer_id != EVERYBODY:
                uow.customers.get(customer_id)
        for chain_id in policy.fee_caps_wei:
            uow.chains.get(chain_id)
    except NotFound as error:
        raise InvalidInput(f"the policy names what this bank does not have: {error.message}") from None
    dropped = uow.policies.newest().fee_caps_wei.keys() - policy.fee_caps_wei.keys()
    if dropped:
        chains = ", ".join(str(chain_id) for chain_id in sorted(dropped))
        raise InvalidInput(f"the policy says no more what gas may cost on {chains}: say what it may")


def _check_name(uow: UnitOfWork, limit: ScopedLimit) -> None:
    if not limit.name or limit.of is Scope.ROLE:
        return
    if limit.of is Scope.OPERATOR:
        uow.operators.get(limit.name)
    elif limit.of is Scope.CUSTOMER:
        uow.customers.get(limit.name)
    elif limit.name not in {operator.branch for operator in uow.operators.all()}:
        raise NotFound("there is no such branch")
