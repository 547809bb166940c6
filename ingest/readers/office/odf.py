"""OpenDocument texts, decks and sheets: headings as sections, lists, tables, slides and sheets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers import zip_listing as contents
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.office.margins import without_numbers
from pincite.ingest.readers.office.odf_line import line_of
from pincite.ingest.readers.office.odf_styles import OFFICE, STYLE, TABLE, TEXT, Element, Styles
from pincite.ingest.readers.office.odf_walk import Walker
from pincite.ingest.readers.warnings import hidden, too_long, unread
from pincite.ingest.readers.xml import parsed, refuse_entities_in
from pincite.ingest.readers.zip import holds, member, open_archive, refuse_entities

_DC_TITLE = "{http://purl.org/dc/elements/1.1/}title"
_MEDIA_TYPE = "application/vnd.oasis.opendocument."
_STYLE = f"{STYLE}style"
_MOST = 50_000_000  # characters taken from a file, which can say that a cell is repeated
_FLAT = re.compile(rb'office:mimetype="application/vnd\.oasis\.opendocument\.([a-z]+)')
_LOOKED_AT = 16_384  # bytes in which a flat file says what it is, after its namespaces


class OdfReader:
    """Reads ``.odt``, ``.odp`` or ``.ods``, its templates, and the same as one flat XML file."""

    version = 2

    def __init__(self, letter: str, kind: str) -> None:
        self.media_type = _MEDIA_TYPE + kind
        self.suffixes = frozenset({f".od{letter}", f".ot{letter}", f".fod{letter}"})
        self._kind = kind

    def recognises(self, data: bytes) -> bool:
        """Whether the file's own media type is this one."""
        if contents.is_zip(data):
            return contents.mimetype(data).startswith(self.media_type)
        flat = _FLAT.search(data, 0, _LOOKED_AT)
        return flat is not None and flat[1].decode() == self._kind

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`.

        Raises:
            UnsupportedSourceError: it is damaged, protected or made to fill memory.
        """
        if not contents.is_zip(data):
            refuse_entities_in(data, name, name)
            root = parsed(data, name)
            return _reading([root], root, [root], lambda _: None)
        with open_archive(data, name) as archive:
            if holds(archive, "META-INF/manifest.xml") and b"encryption-data" in member(
                archive, "META-INF/manifest.xml", name
            ):
                raise UnsupportedSourceError(
                    f"{name} is protected by a password; save it without one and ingest it again"
                )
            refuse_entities(archive, name)

            def part(path: str) -> Element | None:
                return parsed(member(archive, path, name), name) if holds(archive, path) else None

            body = parsed(member(archive, "content.xml", name), name)
            styles, about = part("styles.xml"), part("meta.xml")
            roots = [body] if styles is None else [styles, body]
            return _reading(roots, body, [] if about is None else [about], _objects(part))


def _objects(part: Callable[[str], Element | None]) -> Callable[[str], Element | None]:
    """The content of an object by the path that the document gives, for the first time only."""
    opened: set[str] = set()  # a file can refer to an object without end

    def content(path: str) -> Element | None:
        if path in opened:
            return None
        opened.add(path)
        return part(f"{path}/content.xml")

    return content


def _reading(
    roots: list[Element],
    body: Element,
    about: list[Element],
    embedded: Callable[[str], Element | None],
) -> Reading:
    """The whole document: the heads of its pages, its body, and their feet."""
    built, styles = Builder(), Styles(roots)
    walker = Walker(built, styles, embedded, _MOST)
    built.lines("\n".join(_margin("header", roots, styles)))
    for content in body.iter(f"{OFFICE}body"):
        walker.walk(content)
    if foot := list(_margin("footer", roots, styles)):
        if walker.has_headings:  # or it would belong to the last section
            built.heading(1, "Page footer")
        built.lines("\n".join(foot))
    titles = [
        " ".join((node.text or "").split()) for root in about for node in root.iter(_DC_TITLE)
    ]
    return built.reading(next(filter(None, titles), None), _warnings(walker, body))


def _margin(kind: str, roots: list[Element], styles: Styles) -> Iterator[str]:
    """The distinct lines of heads or feet, in order."""
    lines: dict[str, None] = {}
    for root in roots:
        for master in _used_masters(root, roots):
            for side in ("", "-left", "-first"):
                for part in master.iterchildren(f"{STYLE}{kind}{side}"):
                    if part.get(f"{STYLE}display") != "false":
                        for paragraph in part.iter(f"{TEXT}p", f"{TEXT}h"):
                            line = line_of(paragraph, styles, in_margin=True).text
                            lines[without_numbers(line)] = None
    return filter(None, lines)


def _used_masters(root: Element, roots: list[Element]) -> list[Element]:
    """The kinds of pages that a document has: the first, and those that something asks for."""
    masters = list(root.iter(f"{STYLE}master-page"))
    used = {style.get(f"{STYLE}master-page-name") for one in roots for style in one.iter(_STYLE)}
    following = {one.get(f"{STYLE}name"): one.get(f"{STYLE}next-style-name") for one in masters}
    used |= {following.get(name) for name in [*used, *list(following)[:1]]}
    return [one for one in masters if one is masters[0] or one.get(f"{STYLE}name") in used]


def _warnings(walker: Walker, body: Element) -> list[str]:
    """What was not read, or is not to be seen."""
    deleted = body.iter(f"{TEXT}deletion", f"{TABLE}deletion", f"{TABLE}cell-content-change")
    counts = Counter({"tracked deletion": sum(1 for _ in deleted)}) + walker.unread
    warnings = [line for kind, count in walker.hidden.items() for line in hidden(count, kind)]
    warnings += unread(counts)
    if walker.left < 0:
        warnings.append(too_long(_MOST))
    return warnings


ODF = (
    OdfReader("t", "text"),
    OdfReader("p", "presentation"),
    OdfReader("s", "spreadsheet"),
)
