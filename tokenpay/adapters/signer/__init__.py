"""Signers: what holds keys."""
