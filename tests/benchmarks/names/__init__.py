"""Lists of made-up parties, names that mean one of them, and names that do not: what the matcher of names is held to.

Nothing here imports the matcher, nor the libraries it rests on: spellings come from tables and rules written here, out
of published systems of transliteration, and the names in `material` are common ones that anybody knows.
"""
