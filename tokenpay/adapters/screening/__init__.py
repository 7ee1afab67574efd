"""Who finds a name on the lists."""
