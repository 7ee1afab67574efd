"""The branch terminal, built on the public names of tokenpay."""
