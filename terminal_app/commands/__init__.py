"""What can be done at the terminal: each command's key, words and permission, in one place."""
