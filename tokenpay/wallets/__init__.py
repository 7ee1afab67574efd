"""Where keys come from and how they rest: mnemonics, derived keys, encrypted files."""
