"""Who acts and for whom: operators with their roles, sessions, customers."""
