"""A bank signs a request; whoever trusts its key reads and verifies it without the bank, and the bank takes it once."""

import tokenpay as tp
from tokenpay.testing import TOKEN, euro, open_branch

WALLET_KNOWS = {TOKEN.id: TOKEN}  # symbols and decimals are never taken from a request


def read_at_the_payers(text: str, trusted: tp.BankKey, now_s: int) -> str:
    """What a payer's wallet does: it has the bank's name and key, a clock, and nothing else of the bank."""
    try:
        claims = tp.verify_request(text, trusted_keys=[trusted], now_s=now_s).claims
    except tp.InvalidRequest as refused:
        return f"refused: {refused.message} ({refused.fields['rule']})"
    asset = WALLET_KNOWS[claims.asset_id]
    amount = f"any amount of {asset.symbol}" if claims.units is None else tp.Amount(asset, claims.units)
    return f"{claims.bank} asks {amount} for {claims.payee_name}, to {claims.deposit_address}"


with open_branch() as branch:
    bank, tim, anna, boris = branch.bank, branch.tim, branch.anna, branch.boris

    request = tp.issue_request(bank, payee=boris.id, asset=TOKEN, amount=euro("25.00"), by=tim, key="request-1")
    text = tp.sign_issued_request(bank, request.id, by=tim)
    print(text[:28], "...", len(text), "characters, as a QR code of", tp.qr_matrix(text).size, "modules a side")

    published = tp.bank_key(bank)  # on the bank's page, say; a wallet is given it once
    print("key of", published.bank, published.public_key.hex())

    now_s = branch.clock.now_s()
    print(read_at_the_payers(text, published, now_s))
    tampered = text[:300] + ("A" if text[300] != "A" else "B") + text[301:]
    print(read_at_the_payers(tampered, published, now_s))
    print(read_at_the_payers(text, published, request.expires_at_s))
    print(read_at_the_payers(text, tp.BankKey(bank="Other Bank", public_key=bytes(range(32))), now_s))

    scanned = tp.resolve_request(bank, text)
    print("at the bank:", scanned.resolution, scanned.amount, "trusted" if scanned.trusted else "not trusted")
    print("at the bank, tampered:", tp.resolve_request(bank, tampered).message)
    order = {"debtor": f"customer/{anna.id}", "creditor": request.payee}
    tp.pay(bank, **order, amount=scanned.amount, request_id=scanned.request.id, by=tim, key="counter-1/0001")
    print("scanned again:", tp.resolve_request(bank, text).message)
