"""The customer's screen beside a terminal: what they are asked for, and how it stands."""
