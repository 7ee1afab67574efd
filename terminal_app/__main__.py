"""`python -m terminal_app`."""

import sys

from terminal_app.program import main

if __name__ == "__main__":
    sys.exit(main())
