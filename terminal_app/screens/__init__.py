"""The rooms of the terminal, one a file."""
