"""Double entry in two phases: accounts, transfers and the chart of accounts."""
