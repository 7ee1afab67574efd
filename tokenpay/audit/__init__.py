"""Who did what to what: hash-chained streams, one per branch and one per engine."""
