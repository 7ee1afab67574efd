"""Customers serve themselves: their balances, what moved, and what comes and what they pay, behind a PIN."""
