"""A large XML file, read piece by piece and without trust: no document type, no entities, no namespace bound to."""

import io
from collections.abc import Collection, Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from tokenpay.errors import InvalidInput

_MAX_DEPTH = 64


def pieces(content: bytes, *, root: str, wanted: Collection[str]) -> Iterator[Element]:
    """Yield the root as it opens, then each wanted element once it is whole; it is forgotten when the next is asked.

    Names come without their namespaces, which publishers change. What stands outside wanted elements is passed over, so
    that memory stays small. Raises InvalidInput for another root, a document type or an entity, too deep a nesting, and
    for what is cut off or no XML: then nothing that was yielded before counts.
    """
    try:
        yield from _pieces(content, root, wanted)
    except ParseError as error:
        line = error.position[0]
        raise InvalidInput(f"the file is cut off or no XML, at line {line}", line=line) from None
    except DefusedXmlException:
        raise InvalidInput("the file declares a document type or entities: no list does") from None
    except (LookupError, ValueError):  # an encoding that nobody knows
        raise InvalidInput("the file is written in an unknown encoding") from None


def _pieces(content: bytes, root: str, wanted: Collection[str]) -> Iterator[Element]:
    open_elements: list[Element] = []
    within = 0  # how many wanted elements are open
    for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
        if event == "start":
            element.tag = element.tag.rpartition("}")[2]
            within += element.tag in wanted
            if not open_elements:
                if element.tag != root:
                    raise InvalidInput(f"the file is of another form: it begins with {element.tag[:40]}, not {root}")
                yield element
            open_elements.append(element)
            if len(open_elements) > _MAX_DEPTH:
                raise InvalidInput("the file is nested too deeply")
            continue
        open_elements.pop()
        within -= element.tag in wanted
        if within:
            continue
        if element.tag in wanted:
            yield element
        if open_elements:
            open_elements[-1].remove(element)


def text_of(element: Element | None) -> str:
    """Return an element's own text with single spaces; "" for none."""
    return "" if element is None else tidy(element.text)


def text_at(element: Element, path: str) -> str:
    """Return the text at a path below an element, tidied; "" where nothing stands there."""
    return text_of(element.find(path))


def tidy(text: str | None) -> str:
    """Return a text without outer spaces, its inner ones single."""
    return " ".join((text or "").split())
