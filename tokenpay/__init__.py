"""Token wallets and token payments for a bank: the front door.

Nouns and verbs, each loaded when it is first used: importing tokenpay itself costs next to nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tokenpay.audit.record import AuditHead as AuditHead
    from tokenpay.bank import Bank as Bank
    from tokenpay.bootstrap import (
        Founded as Founded,
        engine_session as engine_session,
        found_bank as found_bank,
        open_bank as open_bank,
    )
    from tokenpay.compliance.case import Case as Case, CaseKind as CaseKind
    from tokenpay.compliance.policy import AssetLimits as AssetLimits, Hours as Hours, Policy as Policy
    from tokenpay.compliance.screening import DenyList as DenyList
    from tokenpay.counter.cash_count import CashCount as CashCount
    from tokenpay.counter.shift import Shift as Shift, ShiftState as ShiftState
    from tokenpay.engine import Cycle as Cycle, run as run, run_once as run_once
    from tokenpay.errors import (
        AssetMismatch as AssetMismatch,
        ChainUnavailable as ChainUnavailable,
        Conflict as Conflict,
        Denied as Denied,
        Halted as Halted,
        InsufficientFunds as InsufficientFunds,
        IntegrityError as IntegrityError,
        InvalidAddress as InvalidAddress,
        InvalidAmount as InvalidAmount,
        InvalidAsset as InvalidAsset,
        InvalidAuthorization as InvalidAuthorization,
        InvalidInput as InvalidInput,
        InvalidKeystore as InvalidKeystore,
        InvalidMnemonic as InvalidMnemonic,
        InvalidPath as InvalidPath,
        InvalidQr as InvalidQr,
        InvalidRequest as InvalidRequest,
        InvalidTransaction as InvalidTransaction,
        InvalidTypedData as InvalidTypedData,
        KeyReused as KeyReused,
        MissingExtra as MissingExtra,
        MoneyError as MoneyError,
        NotFound as NotFound,
        NotPermitted as NotPermitted,
        PrecisionLost as PrecisionLost,
        SessionExpired as SessionExpired,
        SignerRefused as SignerRefused,
        SignerUnavailable as SignerUnavailable,
        StoreUnavailable as StoreUnavailable,
        TokenpayError as TokenpayError,
        Unavailable as Unavailable,
        WrongPassword as WrongPassword,
        WrongState as WrongState,
    )
    from tokenpay.ethereum.authorization import Authorization as Authorization
    from tokenpay.ethereum.typed_data import Domain as Domain
    from tokenpay.money.address import Address as Address
    from tokenpay.money.amount import Amount as Amount
    from tokenpay.money.asset import Asset as Asset, AssetKind as AssetKind
    from tokenpay.money.token_list import TokenList as TokenList, parse_token_list as parse_token_list
    from tokenpay.operations.approve import approve as approve
    from tokenpay.operations.assets import check_asset as check_asset, register_asset as register_asset
    from tokenpay.operations.cancel import cancel as cancel
    from tokenpay.operations.cases import open_case as open_case, resolve_case as resolve_case
    from tokenpay.operations.close_shift import close_shift as close_shift
    from tokenpay.operations.collect import collect as collect
    from tokenpay.operations.controls import (
        accept_clock as accept_clock,
        resume_payments as resume_payments,
        stop_payments as stop_payments,
    )
    from tokenpay.operations.customers import (
        close_customer as close_customer,
        enrol_customer as enrol_customer,
        freeze_customer as freeze_customer,
        unfreeze_customer as unfreeze_customer,
    )
    from tokenpay.operations.expire import Expired as Expired, expire as expire
    from tokenpay.operations.found import Founder as Founder
    from tokenpay.operations.issue_request import cancel_request as cancel_request, issue_request as issue_request
    from tokenpay.operations.load_deny_list import load_deny_list as load_deny_list
    from tokenpay.operations.move_cash import (
        CashDirection as CashDirection,
        allocate_cash as allocate_cash,
        receive_cash as receive_cash,
    )
    from tokenpay.operations.open_session import close_session as close_session, open_session as open_session
    from tokenpay.operations.open_shift import open_shift as open_shift
    from tokenpay.operations.pay import pay as pay
    from tokenpay.operations.read import (
        balances as balances,
        find_asset as find_asset,
        find_customers as find_customers,
        find_payments as find_payments,
        get_payment as get_payment,
        get_request as get_request,
        list_assets as list_assets,
        list_cases as list_cases,
        payment_of_key as payment_of_key,
        read_events as read_events,
        request_deposits as request_deposits,
    )
    from tokenpay.operations.recognise_holding import recognise_holding as recognise_holding
    from tokenpay.operations.reconcile import (
        AssetTotal as AssetTotal,
        CustodyLine as CustodyLine,
        Reconciliation as Reconciliation,
        reconcile as reconcile,
    )
    from tokenpay.operations.refund import refund as refund
    from tokenpay.operations.refuse import refuse as refuse
    from tokenpay.operations.resolve_request import resolve_request as resolve_request
    from tokenpay.operations.resume_chain import resume_chain as resume_chain
    from tokenpay.operations.reverse import reverse as reverse
    from tokenpay.operations.settle import Settled as Settled, settle as settle
    from tokenpay.operations.shift_report import (
        CashLine as CashLine,
        ShiftReport as ShiftReport,
        shift_report as shift_report,
    )
    from tokenpay.operations.statement import (
        Statement as Statement,
        StatementLine as StatementLine,
        statement as statement,
    )
    from tokenpay.operations.submit import Submitted as Submitted, submit as submit
    from tokenpay.operations.sweep import sweep as sweep
    from tokenpay.operations.verify_audit import verify_audit as verify_audit
    from tokenpay.operations.watch import Watched as Watched, watch as watch
    from tokenpay.parties.customer import Customer as Customer, CustomerStatus as CustomerStatus
    from tokenpay.parties.operator import Operator as Operator, Permission as Permission, Role as Role
    from tokenpay.parties.session import Session as Session
    from tokenpay.payments.deposit import (
        Deposit as Deposit,
        DepositOutcome as DepositOutcome,
        DepositState as DepositState,
    )
    from tokenpay.payments.intent import (
        BookParty as BookParty,
        ChainParty as ChainParty,
        Intent as Intent,
        Purpose as Purpose,
        Rail as Rail,
    )
    from tokenpay.payments.payment import (
        Payment as Payment,
        PaymentState as PaymentState,
        Reason as Reason,
        Refusal as Refusal,
    )
    from tokenpay.ports import Chain as Chain, Clock as Clock, Entropy as Entropy, Signer as Signer
    from tokenpay.primitives.secp256k1 import Signature as Signature
    from tokenpay.requests.contract_call import ContractCall as ContractCall
    from tokenpay.requests.eip681 import Eip681 as Eip681
    from tokenpay.requests.emvco import EmvcoRequest as EmvcoRequest
    from tokenpay.requests.ens import EnsName as EnsName
    from tokenpay.requests.merchant import Merchant as Merchant
    from tokenpay.requests.payment_request import PaymentRequest as PaymentRequest, Terms as Terms
    from tokenpay.requests.qr import qr_ansi as qr_ansi, qr_lines as qr_lines, qr_png as qr_png, qr_svg as qr_svg
    from tokenpay.requests.qr_matrix import QrMatrix as QrMatrix, qr_matrices as qr_matrices, qr_matrix as qr_matrix
    from tokenpay.requests.qr_reader import FoundQr as FoundQr, find_qr as find_qr, read_qr as read_qr
    from tokenpay.requests.qr_size import (
        QrCapacity as QrCapacity,
        QrLevel as QrLevel,
        qr_capacity as qr_capacity,
        qr_fits as qr_fits,
    )
    from tokenpay.requests.request_claims import RequestClaims as RequestClaims
    from tokenpay.requests.request_state import RequestState as RequestState
    from tokenpay.requests.resolution import Resolution as Resolution, Resolved as Resolved
    from tokenpay.requests.scanned import (
        ScannedAddress as ScannedAddress,
        ScannedAsset as ScannedAsset,
        ScannedReference as ScannedReference,
        Unreadable as Unreadable,
        read_request as read_request,
    )
    from tokenpay.requests.signed_request import (
        BankKey as BankKey,
        SignedRule as SignedRule,
        VerifiedRequest as VerifiedRequest,
        sign_request as sign_request,
        verify_request as verify_request,
    )
    from tokenpay.requests.token_template import TokenTemplate as TokenTemplate
    from tokenpay.settings import BankSettings as BankSettings, ChainSettings as ChainSettings
    from tokenpay.store.asset_store import RegisteredAsset as RegisteredAsset
    from tokenpay.store.outbox_store import Event as Event
    from tokenpay.store.request_store import IssuedRequest as IssuedRequest

_HOME = {
    "Address": "money.address",
    "Amount": "money.amount",
    "Asset": "money.asset",
    "AssetKind": "money.asset",
    "AssetLimits": "compliance.policy",
    "AssetMismatch": "errors",
    "AssetTotal": "operations.reconcile",
    "AuditHead": "audit.record",
    "Authorization": "ethereum.authorization",
    "Bank": "bank",
    "BankKey": "requests.signed_request",
    "BankSettings": "settings",
    "BookParty": "payments.intent",
    "Case": "compliance.case",
    "CaseKind": "compliance.case",
    "CashCount": "counter.cash_count",
    "CashDirection": "operations.move_cash",
    "CashLine": "operations.shift_report",
    "Chain": "ports",
    "ChainParty": "payments.intent",
    "ChainSettings": "settings",
    "ChainUnavailable": "errors",
    "Clock": "ports",
    "Conflict": "errors",
    "ContractCall": "requests.contract_call",
    "CustodyLine": "operations.reconcile",
    "Customer": "parties.customer",
    "CustomerStatus": "parties.customer",
    "Cycle": "engine",
    "Denied": "errors",
    "DenyList": "compliance.screening",
    "Deposit": "payments.deposit",
    "DepositOutcome": "payments.deposit",
    "DepositState": "payments.deposit",
    "Domain": "ethereum.typed_data",
    "Eip681": "requests.eip681",
    "EmvcoRequest": "requests.emvco",
    "EnsName": "requests.ens",
    "Entropy": "ports",
    "Event": "store.outbox_store",
    "Expired": "operations.expire",
    "FoundQr": "requests.qr_reader",
    "Founded": "bootstrap",
    "Founder": "operations.found",
    "Halted": "errors",
    "Hours": "compliance.policy",
    "InsufficientFunds": "errors",
    "IntegrityError": "errors",
    "Intent": "payments.intent",
    "InvalidAddress": "errors",
    "InvalidAmount": "errors",
    "InvalidAsset": "errors",
    "InvalidAuthorization": "errors",
    "InvalidInput": "errors",
    "InvalidKeystore": "errors",
    "InvalidMnemonic": "errors",
    "InvalidPath": "errors",
    "InvalidQr": "errors",
    "InvalidRequest": "errors",
    "InvalidTransaction": "errors",
    "InvalidTypedData": "errors",
    "IssuedRequest": "store.request_store",
    "KeyReused": "errors",
    "Merchant": "requests.merchant",
    "MissingExtra": "errors",
    "MoneyError": "errors",
    "NotFound": "errors",
    "NotPermitted": "errors",
    "Operator": "parties.operator",
    "Payment": "payments.payment",
    "PaymentRequest": "requests.payment_request",
    "PaymentState": "payments.payment",
    "Permission": "parties.operator",
    "Policy": "compliance.policy",
    "PrecisionLost": "errors",
    "Purpose": "payments.intent",
    "QrCapacity": "requests.qr_size",
    "QrLevel": "requests.qr_size",
    "QrMatrix": "requests.qr_matrix",
    "Rail": "payments.intent",
    "Reason": "payments.payment",
    "Reconciliation": "operations.reconcile",
    "Refusal": "payments.payment",
    "RegisteredAsset": "store.asset_store",
    "RequestClaims": "requests.request_claims",
    "RequestState": "requests.request_state",
    "Resolution": "requests.resolution",
    "Resolved": "requests.resolution",
    "Role": "parties.operator",
    "ScannedAddress": "requests.scanned",
    "ScannedAsset": "requests.scanned",
    "ScannedReference": "requests.scanned",
    "Session": "parties.session",
    "SessionExpired": "errors",
    "Settled": "operations.settle",
    "Shift": "counter.shift",
    "ShiftReport": "operations.shift_report",
    "ShiftState": "counter.shift",
    "Signature": "primitives.secp256k1",
    "SignedRule": "requests.signed_request",
    "Signer": "ports",
    "SignerRefused": "errors",
    "SignerUnavailable": "errors",
    "Statement": "operations.statement",
    "StatementLine": "operations.statement",
    "StoreUnavailable": "errors",
    "Submitted": "operations.submit",
    "Terms": "requests.payment_request",
    "TokenList": "money.token_list",
    "TokenTemplate": "requests.token_template",
    "TokenpayError": "errors",
    "Unavailable": "errors",
    "Unreadable": "requests.scanned",
    "VerifiedRequest": "requests.signed_request",
    "Watched": "operations.watch",
    "WrongPassword": "errors",
    "WrongState": "errors",
    "accept_clock": "operations.controls",
    "allocate_cash": "operations.move_cash",
    "approve": "operations.approve",
    "balances": "operations.read",
    "cancel": "operations.cancel",
    "cancel_request": "operations.issue_request",
    "check_asset": "operations.assets",
    "close_customer": "operations.customers",
    "close_session": "operations.open_session",
    "close_shift": "operations.close_shift",
    "collect": "operations.collect",
    "engine_session": "bootstrap",
    "enrol_customer": "operations.customers",
    "expire": "operations.expire",
    "find_asset": "operations.read",
    "find_customers": "operations.read",
    "find_payments": "operations.read",
    "find_qr": "requests.qr_reader",
    "found_bank": "bootstrap",
    "freeze_customer": "operations.customers",
    "get_payment": "operations.read",
    "get_request": "operations.read",
    "issue_request": "operations.issue_request",
    "list_assets": "operations.read",
    "list_cases": "operations.read",
    "load_deny_list": "operations.load_deny_list",
    "open_bank": "bootstrap",
    "open_case": "operations.cases",
    "open_session": "operations.open_session",
    "open_shift": "operations.open_shift",
    "parse_token_list": "money.token_list",
    "pay": "operations.pay",
    "payment_of_key": "operations.read",
    "qr_ansi": "requests.qr",
    "qr_capacity": "requests.qr_size",
    "qr_fits": "requests.qr_size",
    "qr_lines": "requests.qr",
    "qr_matrices": "requests.qr_matrix",
    "qr_matrix": "requests.qr_matrix",
    "qr_png": "requests.qr",
    "qr_svg": "requests.qr",
    "read_events": "operations.read",
    "read_qr": "requests.qr_reader",
    "read_request": "requests.scanned",
    "receive_cash": "operations.move_cash",
    "recognise_holding": "operations.recognise_holding",
    "reconcile": "operations.reconcile",
    "refund": "operations.refund",
    "refuse": "operations.refuse",
    "register_asset": "operations.assets",
    "request_deposits": "operations.read",
    "resolve_case": "operations.cases",
    "resolve_request": "operations.resolve_request",
    "resume_chain": "operations.resume_chain",
    "resume_payments": "operations.controls",
    "reverse": "operations.reverse",
    "run": "engine",
    "run_once": "engine",
    "settle": "operations.settle",
    "shift_report": "operations.shift_report",
    "sign_request": "requests.signed_request",
    "statement": "operations.statement",
    "stop_payments": "operations.controls",
    "submit": "operations.submit",
    "sweep": "operations.sweep",
    "unfreeze_customer": "operations.customers",
    "verify_audit": "operations.verify_audit",
    "verify_request": "requests.signed_request",
    "watch": "operations.watch",
}
"""Where each public name lives."""

__all__ = [
    "Address",
    "Amount",
    "Asset",
    "AssetKind",
    "AssetLimits",
    "AssetMismatch",
    "AssetTotal",
    "AuditHead",
    "Authorization",
    "Bank",
    "BankKey",
    "BankSettings",
    "BookParty",
    "Case",
    "CaseKind",
    "CashCount",
    "CashDirection",
    "CashLine",
    "Chain",
    "ChainParty",
    "ChainSettings",
    "ChainUnavailable",
    "Clock",
    "Conflict",
    "ContractCall",
    "CustodyLine",
    "Customer",
    "CustomerStatus",
    "Cycle",
    "Denied",
    "DenyList",
    "Deposit",
    "DepositOutcome",
    "DepositState",
    "Domain",
    "Eip681",
    "EmvcoRequest",
    "EnsName",
    "Entropy",
    "Event",
    "Expired",
    "FoundQr",
    "Founded",
    "Founder",
    "Halted",
    "Hours",
    "InsufficientFunds",
    "IntegrityError",
    "Intent",
    "InvalidAddress",
    "InvalidAmount",
    "InvalidAsset",
    "InvalidAuthorization",
    "InvalidInput",
    "InvalidKeystore",
    "InvalidMnemonic",
    "InvalidPath",
    "InvalidQr",
    "InvalidRequest",
    "InvalidTransaction",
    "InvalidTypedData",
    "IssuedRequest",
    "KeyReused",
    "Merchant",
    "MissingExtra",
    "MoneyError",
    "NotFound",
    "NotPermitted",
    "Operator",
    "Payment",
    "PaymentRequest",
    "PaymentState",
    "Permission",
    "Policy",
    "PrecisionLost",
    "Purpose",
    "QrCapacity",
    "QrLevel",
    "QrMatrix",
    "Rail",
    "Reason",
    "Reconciliation",
    "Refusal",
    "RegisteredAsset",
    "RequestClaims",
    "RequestState",
    "Resolution",
    "Resolved",
    "Role",
    "ScannedAddress",
    "ScannedAsset",
    "ScannedReference",
    "Session",
    "SessionExpired",
    "Settled",
    "Shift",
    "ShiftReport",
    "ShiftState",
    "Signature",
    "SignedRule",
    "Signer",
    "SignerRefused",
    "SignerUnavailable",
    "Statement",
    "StatementLine",
    "StoreUnavailable",
    "Submitted",
    "Terms",
    "TokenList",
    "TokenTemplate",
    "TokenpayError",
    "Unavailable",
    "Unreadable",
    "VerifiedRequest",
    "Watched",
    "WrongPassword",
    "WrongState",
    "accept_clock",
    "allocate_cash",
    "approve",
    "balances",
    "cancel",
    "cancel_request",
    "check_asset",
    "close_customer",
    "close_session",
    "close_shift",
    "collect",
    "engine_session",
    "enrol_customer",
    "expire",
    "find_asset",
    "find_customers",
    "find_payments",
    "find_qr",
    "found_bank",
    "freeze_customer",
    "get_payment",
    "get_request",
    "issue_request",
    "list_assets",
    "list_cases",
    "load_deny_list",
    "open_bank",
    "open_case",
    "open_session",
    "open_shift",
    "parse_token_list",
    "pay",
    "payment_of_key",
    "qr_ansi",
    "qr_capacity",
    "qr_fits",
    "qr_lines",
    "qr_matrices",
    "qr_matrix",
    "qr_png",
    "qr_svg",
    "read_events",
    "read_qr",
    "read_request",
    "receive_cash",
    "recognise_holding",
    "reconcile",
    "refund",
    "refuse",
    "register_asset",
    "request_deposits",
    "resolve_case",
    "resolve_request",
    "resume_chain",
    "resume_payments",
    "reverse",
    "run",
    "run_once",
    "settle",
    "shift_report",
    "sign_request",
    "statement",
    "stop_payments",
    "submit",
    "sweep",
    "unfreeze_customer",
    "verify_audit",
    "verify_request",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
