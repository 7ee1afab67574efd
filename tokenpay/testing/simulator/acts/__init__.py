"""Who does what in a simulation: a file for each kind of people, one for the engine, one for the chain."""
