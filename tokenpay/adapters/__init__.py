"""One folder a port: what fills it from outside."""
