"""Places outside the bank that keep signed heads."""
