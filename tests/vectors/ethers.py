"""Reading the vectors of ethers.js, which live outside the repository."""

import gzip
import json


def load(vectors, name):
    with gzip.open(vectors / "ethers" / f"{name}.json.gz") as file:
        return json.load(file)


def number(value):
    return int(value, 16) if isinstance(value, str) else value


def raw(text):
    return bytes.fromhex(text[2:])
