"""What bytes that are to be signed would do, in plain words: of a transaction, and of a typed message."""
