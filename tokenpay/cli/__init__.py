"""The `tokenpay` command: a noun and a verb, for people and, with `--json`, for scripts."""

from typing import TYPE_CHECKING

from tokenpay.cli.interrupts import EXIT_INTERRUPTED, interruptible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tokenpay.ports import Chain, Clock, Entropy

__all__ = ["main"]


def main(
    argv: "Sequence[str] | None" = None,
    *,
    clock: "Clock | None" = None,
    entropy: "Entropy | None" = None,
    chain_ports: "Mapping[int, Chain] | None" = None,
) -> int:
    """Run one command and return its exit code; the ports are passed on to the bank it opens."""
    try:
        with interruptible():
            from tokenpay.cli.program import run  # a tenth of a second, in which a signal may come already

            return run(argv, {"clock": clock, "entropy": entropy, "chain_ports": chain_ports})
    except KeyboardInterrupt as told:
        return int(getattr(told, "exit_code", EXIT_INTERRUPTED))
