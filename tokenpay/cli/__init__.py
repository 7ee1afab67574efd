"""The `tokenpay` command: a noun and a verb, for people and, with `--json`, for scripts."""

from tokenpay.cli.program import main

__all__ = ["main"]
