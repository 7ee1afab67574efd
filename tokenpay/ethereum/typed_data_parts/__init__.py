"""What stands behind `tokenpay.ethereum.typed_data`: the structs, the values of their members, and the rules."""
