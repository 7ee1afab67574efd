"""The counter: cash by the piece, and shifts between two counts of it."""
