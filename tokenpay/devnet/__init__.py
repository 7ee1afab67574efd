"""The embedded chain: a loopback process of its own that speaks JSON-RPC and keeps what it mined.

It is a full EVM with strict rules and worthless money: for demonstrations, tests and learning.
"""

DEVNET_CHAIN_ID = 0x746F6B70
"""The ASCII letters `tokp`, 1953459056: no public chain uses it."""

ALREADY_SERVED = 3
"""The exit code of a process that finds another one serving its folder."""
