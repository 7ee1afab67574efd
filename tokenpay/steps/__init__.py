"""What verbs are made of: the gate (`clear`), and the other steps that are taken inside a unit of work."""
