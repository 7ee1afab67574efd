"""Where the bank's rates come from."""
