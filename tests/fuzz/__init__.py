"""Fuzzing: every reader of the library, thrown bytes at, under one invariant (see `reader`).

`python -m tests.fuzz --all --runs N` is the long form, with coverage to guide it (atheris). The short form, a
seeded mutator over the same table, runs with the tests.
"""
