"""The counter: cash by the piece, shifts between two counts, quotes that expire, receipts."""
