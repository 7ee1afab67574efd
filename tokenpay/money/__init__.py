"""Assets, amounts and addresses: what is moved, how much of it, and where to."""
