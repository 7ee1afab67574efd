"""What the chain reads and writes: transactions, typed data, token calls, and what was observed on it."""
