"""Token wallets and token payments for a bank."""
