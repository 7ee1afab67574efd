"""`python -m tokenpay.cli.demo`: the same as `tokenpay demo`."""

import sys

from tokenpay.cli import main

if __name__ == "__main__":
    sys.exit(main(["demo", *sys.argv[1:]]))
