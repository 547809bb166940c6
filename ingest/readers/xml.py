"""XML, parsed without trusting it: no entities, no network, no DOCTYPE where none is needed."""

from __future__ import annotations

from typing import Any

from lxml import etree

from pincite.corpus.errors import UnsupportedSourceError


def parsed(xml: bytes, name: str, part: str = "its content") -> Any:
    """The root of ``xml``, without its comments; ``name`` and ``part`` are for messages.

    Raises:
        UnsupportedSourceError: it is not sound.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise UnsupportedSourceError(
            f"{name} is damaged: {part} is not valid XML at line {line:,}; open and save it in its "
            "own program, then ingest it again"
        ) from error


def refuse_entities_in(xml: bytes, path: str, name: str, *, doctype: bool = False) -> None:
    """Refuse XML with declarations that can make a file grow without end; ``path`` is its part.

    Raises:
        UnsupportedSourceError: it declares entities or, unless ``doctype``, a DOCTYPE.
    """
    plain = xml.replace(b"\0", b"") if b"\0" in xml else xml  # so UTF-16 hides nothing
    for declaration in (b"<!ENTITY",) if doctype else (b"<!ENTITY", b"<!DOCTYPE"):
        if declaration in plain:
            raise UnsupportedSourceError(
                f"{name} holds {path!r} with a {declaration.decode()} declaration, with which a "
                "file can be made to fill memory; it is not ingested"
            )
