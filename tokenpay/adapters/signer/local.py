"""A signer that holds its keys in this process, opened from an encrypted file."""

from collections.abc import Sequence

from tokenpay.adapters.signer.data_keys import LocalDataKeys
from tokenpay.adapters.signer.head_key import derive_head_key
from tokenpay.adapters.signer.head_memory import HeadMemory
from tokenpay.adapters.signer.memory import Place, SignerMemory
from tokenpay.adapters.signer.request_key import derive_request_key
from tokenpay.adapters.signer.rules import PasskeyRules, SignerRules, TrustedOperator
from tokenpay.audit.proofs import verify_consistency
from tokenpay.audit.signed_head import SignedHead, StreamHead, sign_stream_head
from tokenpay.audit.tree import TreeHead
from tokenpay.compliance.approval import Approval, Part
from tokenpay.compliance.clearance import Clearance
from tokenpay.compliance.decision import needs_passkeys, needs_second_person
from tokenpay.compliance.passkey_consent import PasskeyConsent
from tokenpay.errors import IntegrityError, InvalidInput, SignerRefused
from tokenpay.ethereum import erc20, transaction
from tokenpay.ethereum.grants import authorization as eip3009
from tokenpay.ethereum.grants.authorization import Authorization
from tokenpay.ethereum.grants.grant import sign as sign_grant
from tokenpay.ethereum.preflight import preflight
from tokenpay.ethereum.transaction import DynamicFeeTransaction, SignedTransaction
from tokenpay.ethereum.typed_data import Domain
from tokenpay.ledger.chart import AccountKind
from tokenpay.money.address import Address
from tokenpay.money.asset import AssetKind
from tokenpay.parties.operator import AT_THE_COUNTER, Role
from tokenpay.payments.intent import OWN_MONEY, BookParty, ChainParty, Intent, Purpose
from tokenpay.payments.outgoing import moves_nothing
from tokenpay.ports import SignedAuthorization, SigningRequest
from tokenpay.requests.request_claims import RequestClaims
from tokenpay.requests.signed_request import sign_claims
from tokenpay.wallets.hd import ExtendedPrivateKey
from tokenpay.wallets.secret import Secret

TREASURY_PATH = "m/44'/60'/0'/0/0"
DEPOSITS_PATH = "m/44'/60'/1'/0"
_LEAVES = frozenset({Purpose.PAYMENT, Purpose.REFUND})


class LocalSigner:
    """Parses every byte it is asked to sign; trusts the keys of the operators it was told of and its own memory.

    What a database says is never enough: no row of it can make a signature appear that pays, or appear twice.
    """

    def __init__(self, seed: Secret, rules: SignerRules, memory: SignerMemory, heads: HeadMemory | None = None) -> None:
        root = ExtendedPrivateKey.from_seed(seed)
        self._treasury = root.derive(TREASURY_PATH)
        self._deposits = root.derive(DEPOSITS_PATH)
        self._request_key = derive_request_key(seed)
        self.data_keys = LocalDataKeys(seed)
        self._head_key = derive_head_key(seed)
        self._rules = rules
        self._memory = memory
        self._heads = heads or HeadMemory(None)

    def __repr__(self) -> str:
        return f"LocalSigner(treasury={self.treasury()})"

    def treasury(self) -> Address:
        return self._treasury.public().address()

    def deposit_xpub(self) -> str:
        return self._deposits.public().xpub()

    def request_key(self) -> bytes:
        return self._request_key.public_key().public_bytes_raw()

    def sign_transactions(self, asked: Sequence[SigningRequest]) -> list[SignedTransaction | SignerRefused]:
        allowed = [self._allowed(request) for request in asked]
        places = [
            Place(
                payment=request.intent.hash(),
                chain_id=parsed.chain_id,
                nonce=parsed.nonce,
                fills=request.intent.purpose is Purpose.FILL,
                only_again=self._recalls(parsed, request.intent) and not self._is_cleared(request),
            )
            for request, parsed in zip(asked, allowed, strict=True)
            if isinstance(parsed, DynamicFeeTransaction)
        ]
        remembered = iter(self._memory.remember(places))
        return [
            parsed if isinstance(parsed, SignerRefused) else next(remembered) or self._sign(parsed)
            for parsed in allowed
        ]

    def _sign(self, parsed: DynamicFeeTransaction) -> SignedTransaction:
        return transaction.sign(parsed, self._treasury.key)

    def _allowed(self, request: SigningRequest) -> DynamicFeeTransaction | SignerRefused:
        """Return what is asked to be signed, parsed from its bytes, where every rule allows it."""
        try:
            parsed = transaction.decode_unsigned(request.unsigned)
            preflight(parsed)
            if not isinstance(parsed, DynamicFeeTransaction):
                raise SignerRefused("the transaction has a form that no payment has")
            if not self._recalls(parsed, request.intent):
                self._check_clearance(request.intent, request.clearance)
            self._check_transaction(parsed, request.intent, request.domain)
        except InvalidInput as error:
            return SignerRefused(error.message)
        except SignerRefused as error:
            return error
        return parsed

    def _recalls(self, parsed: DynamicFeeTransaction, intent: Intent) -> bool:
        """Tell whether this is a no-op in the place of a payment.

        It pays nobody. So where the payment was signed before, nobody has to agree: whoever's consent counts for
        nothing any more would keep the payment on its way.
        """
        return intent.purpose is not Purpose.FILL and moves_nothing(parsed, self.treasury())

    def _is_cleared(self, request: SigningRequest) -> bool:
        try:
            self._check_clearance(request.intent, request.clearance)
        except SignerRefused:
            return False
        return True

    def sign_sweep(
        self, authorization: Authorization, *, index: int, intent: Intent, clearance: Clearance
    ) -> SignedAuthorization:
        self._check_clearance(intent, clearance)
        self._check_authorization(authorization, intent)
        if intent.purpose is not Purpose.SWEEP or authorization.recipient != self.treasury():
            raise SignerRefused("a deposit address pays the bank's own treasury and nobody else")
        child = self._deposit_key(index)
        if child.public().address() != authorization.sender:
            raise SignerRefused("the authorization is not of this deposit address")
        return sign_grant(authorization, child.key)

    def sign_request(self, claims: RequestClaims, *, index: int) -> str:
        if self._deposit_key(index).public().address() != claims.deposit_address:
            raise SignerRefused("the request asks for money to an address that is not this deposit address")
        return sign_claims(claims, key=self._request_key)

    def head_key(self) -> bytes:
        return self._head_key.public_key().public_bytes_raw()

    def last_head(self, stream: str) -> TreeHead | None:
        return self._heads.last(stream)

    def sign_head(self, head: StreamHead, proof: Sequence[bytes]) -> SignedHead:
        with self._heads.held() as signed:
            last = signed.get(head.stream)
            if last is not None:
                try:
                    verify_consistency(last, head.tree(), proof)
                except IntegrityError as error:
                    raise SignerRefused(f"a head was signed that this one contradicts: {error.message}") from None
            if last != head.tree():
                self._heads.remember(head.stream, head.tree())
        return sign_stream_head(head, self._head_key)

    def _deposit_key(self, index: int) -> ExtendedPrivateKey:
        try:
            return self._deposits.child(index)
        except InvalidInput as error:
            raise SignerRefused(error.message) from None

    def _check_transaction(self, parsed: DynamicFeeTransaction, intent: Intent, domain: Domain | None) -> None:
        asset, creditor = intent.amount.asset, intent.creditor
        cap = self._rules.fee_caps_wei.get(parsed.chain_id)
        if cap is None or parsed.chain_id != asset.chain_id:
            raise SignerRefused("the transaction is for another chain")
        if parsed.gas_limit * parsed.max_fee_wei > cap:
            raise SignerRefused("the transaction may cost more gas than this signer allows")
        if not isinstance(creditor, ChainParty) or parsed.access_list:
            raise SignerRefused("the transaction has a form that no payment has")
        if intent.purpose in OWN_MONEY and creditor.address != self.treasury():
            raise SignerRefused("the bank's own money moves to its own treasury")
        if moves_nothing(parsed, self.treasury()):
            return
        if intent.purpose is Purpose.FILL:
            raise SignerRefused("a no-op moves nothing")
        if asset.kind is AssetKind.NATIVE:
            if intent.purpose not in _LEAVES:
                raise SignerRefused("only a payment or a refund takes coin out")
            expected = (creditor.address.raw, intent.amount.units, b"")
            if (parsed.to, parsed.value_wei, parsed.data) != expected:
                raise SignerRefused("the transaction does not pay what was approved")
        else:
            self._check_token_call(parsed, intent, creditor, domain)

    def _check_token_call(
        self, parsed: DynamicFeeTransaction, intent: Intent, creditor: ChainParty, domain: Domain | None
    ) -> None:
        contract = intent.amount.asset.contract
        if contract is None or parsed.to != contract.raw or parsed.value_wei:
            raise SignerRefused("the transaction does not call the token that was approved")
        try:
            if intent.purpose in (Purpose.COLLECTION, Purpose.SWEEP):
                if domain is None:
                    raise SignerRefused("an authorization is read with its token's domain")
                self._check_authorization(eip3009.decode_calldata(parsed.data, domain).grant, intent)
            elif erc20.decode_transfer(parsed.data) != (creditor.address, intent.amount.units):
                raise SignerRefused("the transaction does not pay what was approved")
        except InvalidInput as error:
            raise SignerRefused(error.message) from None

    def _check_authorization(self, authorization: Authorization, intent: Intent) -> None:
        asset, debtor, creditor = intent.amount.asset, intent.debtor, intent.creditor
        agreed = (
            isinstance(debtor, ChainParty)
            and isinstance(creditor, ChainParty)
            and authorization.sender == debtor.address
            and authorization.recipient == creditor.address
            and authorization.units == intent.amount.units
            and authorization.domain.verifying_contract == asset.contract
            and authorization.domain.chain_id == asset.chain_id
        )
        if not agreed:
            raise SignerRefused("the authorization does not pay what was approved")

    def _check_clearance(self, intent: Intent, clearance: Clearance) -> None:
        intent_hash = intent.hash()
        if clearance.intent_hash != intent_hash or clearance.payment_id != intent.uetr:
            raise SignerRefused("the clearance is for another payment")
        people: dict[Part, str] = {}
        signed_with: list[bytes] = []
        for approval in clearance.approvals:
            operator = self._rules.known(approval.operator_id, at_s=approval.at_s) or self._introduced(approval, intent)
            if approval.intent_hash != intent_hash or not intent.created_at_s <= approval.at_s < intent.expires_at_s:
                raise SignerRefused("an approval is for another payment or another time")
            try:
                approval.verify(operator.public_key)
            except IntegrityError as error:
                raise SignerRefused(error.message) from None
            self._check_role(approval.part, operator, intent)
            people[approval.part] = approval.operator_id
            if approval.passkey is not None:
                signed_with.append(self._check_passkey(approval, approval.passkey, intent, operator))
        if people.get(Part.MAKER) != intent.maker:
            raise SignerRefused("the payment is not signed by who made it")
        alone = not needs_second_person(intent, self._rules.alone_units)
        if not alone and people.get(Part.CHECKER) in (None, intent.maker):
            raise SignerRefused("this payment needs the signature of a second person")
        if any(people.get(Part.CHECKER) in approval.known_through for approval in clearance.approvals):
            raise SignerRefused("a payment is checked by somebody who did not say whose its maker's key is")
        if len(set(signed_with)) < len(signed_with):
            raise SignerRefused("two people signed with one passkey")
        needed = self._rules.passkeys is not None and needs_passkeys(intent, self._rules.passkeys.units)
        if needed and len(signed_with) < len(clearance.approvals):
            raise SignerRefused("everybody who signs this payment does so with a passkey")

    def _check_passkey(
        self, approval: Approval, consent: PasskeyConsent, intent: Intent, operator: TrustedOperator
    ) -> bytes:
        """Return the public key of a passkey that this signer trusts, and whose owner signed this intent with it."""
        rules = self._rules.passkeys
        if rules is None:
            raise SignerRefused("this signer was told of no passkeys")
        public_key = self._passkey_of(approval, consent, rules, operator)
        try:
            consent.verify(
                intent,
                operator_id=approval.operator_id,
                part=approval.part,
                public_key=public_key,
                party=rules.party,
            )
        except (IntegrityError, InvalidInput) as error:
            raise SignerRefused(error.message) from None
        return public_key

    def _passkey_of(
        self, approval: Approval, consent: PasskeyConsent, rules: PasskeyRules, operator: TrustedOperator
    ) -> bytes:
        if operator.role is not Role.CUSTOMER:
            trusted = rules.keys.get(consent.assertion.credential_id.hex())
            if trusted is None or trusted.operator_id != approval.operator_id:
                raise SignerRefused("a passkey is not one that this signer was told of")
            return trusted.public_key
        owner, vouch = consent.owner, consent.vouch
        if owner is None or vouch is None or owner.operator_id != approval.operator_id:
            raise SignerRefused("a customer's passkey comes without who knows it")
        registrar = self._rules.known(vouch.by, at_s=vouch.at_s)
        if registrar is None or registrar.role not in AT_THE_COUNTER:
            raise SignerRefused("a customer's passkey was registered by somebody this signer does not know")
        if owner.software and not self._rules.demo:
            raise SignerRefused("a program stands for an authenticator in a demo bank only")
        try:
            owner.check_vouch(vouch, registrar.public_key)
        except IntegrityError as error:
            raise SignerRefused(error.message) from None
        return owner.public_key

    def _introduced(self, approval: Approval, intent: Intent) -> TrustedOperator:
        """Return a customer whose key somebody this signer knows has vouched for: they pay from their own account."""
        introduction = approval.introduction
        if introduction is None or introduction.operator_id != approval.operator_id:
            raise SignerRefused("an approval comes from somebody this signer does not know")
        introducer = self._rules.known(introduction.introduced_by, at_s=introduction.at_s)
        if introducer is None or introducer.role not in AT_THE_COUNTER:
            raise SignerRefused("a customer was introduced by somebody this signer does not know")
        try:
            introduction.verify(introducer.public_key)
        except IntegrityError as error:
            raise SignerRefused(error.message) from None
        own = BookParty(AccountKind.CUSTOMER, introduction.customer_id)
        if approval.part is not Part.MAKER or intent.purpose is not Purpose.PAYMENT or intent.debtor != own:
            raise SignerRefused("a customer pays from their own account and does nothing else")
        return TrustedOperator(public_key=introduction.public_key, role=Role.CUSTOMER)

    def _check_role(self, part: Part, operator: TrustedOperator, intent: Intent) -> None:
        own_money = intent.purpose in OWN_MONEY
        allowed = {
            Part.MAKER: {Role.ENGINE} if own_money else {*AT_THE_COUNTER, Role.CUSTOMER},
            Part.CHECKER: {Role.SUPERVISOR},
        }
        if operator.role not in allowed[part]:
            raise SignerRefused("an approval comes from somebody in the wrong role")
