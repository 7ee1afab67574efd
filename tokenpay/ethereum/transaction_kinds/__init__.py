"""The kinds of transaction, a file each. `tokenpay.ethereum.transaction` is their door.

A kind is a frozen record of its fields, with `TYPE`, the byte it begins with (EIP-2718), `FIELDS`, how many it
has unsigned, `encode_fields` and `read_fields`. Its making refuses shapes that no bytes have; what the protocol says
of the values is asked of `preflight`.
"""
