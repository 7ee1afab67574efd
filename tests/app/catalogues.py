"""Write the catalogues anew from the terminal's words: `python -m tests.app.catalogues`, or `make catalogues`.

Translations that are there stay; a new text stands with an empty one, and one that nothing shows is dropped.
"""

import io
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from terminal_app import language

SOURCE = Path(language.__file__).parent
TRANSLATED = [code for code in language.LANGUAGES if code != "en"]
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}
NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)
"""The same texts make the same file, whenever it is written."""
HEADER = "# The words of the branch terminal. Written by `make catalogues`: translate what stands empty.\n#"


def path(code: str, ending: str) -> Path:
    return language.FOLDER / code / "LC_MESSAGES" / f"{language.DOMAIN}.{ending}"


def extracted() -> Catalog:
    """Every text of the terminal."""
    texts = Catalog()
    for _file, _line, text, comments, _context in extract_from_dir(SOURCE, keywords=KEYWORDS):
        texts.add(text, auto_comments=comments)
    return texts


def kept(code: str) -> Catalog:
    """The catalogue of a language as it is kept."""
    with path(code, "po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def fresh(code: str) -> Catalog:
    """The catalogue of a language with the texts of today."""
    before = kept(code) if path(code, "po").exists() else Catalog()
    after = Catalog(locale=code, header_comment=HEADER, project="tokenpay", fuzzy=False)
    for message in extracted():
        if message.id:
            empty = "" if isinstance(message.id, str) else ("",) * after.num_plurals
            old = before.get(message.id if isinstance(message.id, str) else message.id[0])
            string = old.string if old is not None and old.id == message.id else empty
            after.add(message.id, string, flags=message.flags)
    return after


def as_po(catalogue: Catalog) -> bytes:
    """The catalogue as it is kept: sorted, so that two people who add texts seldom meet, and without a date."""
    file = io.BytesIO()
    write_po(file, catalogue, width=120, sort_output=True, omit_header=True)
    plural = f'"Plural-Forms: {catalogue.plural_forms}\\n"\n'
    header = f'{HEADER}\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n{plural}\n'
    return header.encode() + file.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    file, whole = io.BytesIO(), read_po(io.BytesIO(as_po(catalogue)), locale=catalogue.locale)
    whole.creation_date = whole.revision_date = NO_DATE
    write_mo(file, whole)
    return file.getvalue()


def strings(message: Message) -> tuple[str, ...]:
    """The translations of a text: one, or as many as the language has plurals."""
    return (message.string or "",) if isinstance(message.string, str | None) else tuple(message.string)


if __name__ == "__main__":
    for code in TRANSLATED:
        catalogue = fresh(code)
        path(code, "po").parent.mkdir(parents=True, exist_ok=True)
        path(code, "po").write_bytes(as_po(catalogue))
        path(code, "mo").write_bytes(as_mo(catalogue))
        print(f"{code}: {len(catalogue)} texts, {sum(not all(strings(message)) for message in catalogue)} to translate")
