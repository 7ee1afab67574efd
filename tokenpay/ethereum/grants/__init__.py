"""Grants: typed messages by which a holder lets tokens be moved, a file each. `grant` signs and verifies them all.

A grant is a frozen record of a message's fields with `grantor`, whose signature it needs, and `digest`. Where a
token takes it as a call, `calldata` writes that call and `decode_calldata` reads it back, verified.
"""
