"""Thin faces of a keccak library and of libsecp256k1, and RLP."""
