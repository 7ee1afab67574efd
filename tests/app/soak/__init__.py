"""Sessions of random keys at the terminal of a seeded bank, with everything that a bank does meanwhile.

A seed is a whole session: who sits there, the size of the screen, every key, and between the keys the engine, the
chain, payers from outside, other people at the bank, and the answers that get lost. The same seed is the same session.
What may be done is read off the terminal: a new screen and its commands take part without a word here.
"""
