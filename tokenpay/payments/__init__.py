"""What is to be paid and where it stands: intents, payments, attempts, deposits and their matching."""
