"""`python -m tokenpay.cli`: the same as `tokenpay`."""

import sys

from tokenpay.cli import main

if __name__ == "__main__":
    sys.exit(main())
