"""The Chain port over JSON-RPC: one adapter for the embedded chain, for test nodes and for real ones."""
