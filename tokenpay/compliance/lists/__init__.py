"""Published lists and the bank's own, read from their bytes: each form of file has a reader of its own."""
