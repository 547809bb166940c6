"""The page's own style rules, so far as they hide text: selectors of tags, classes, ids and
attributes, alone or inside each other, and few properties."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

Element = Any  # lxml has no types of its own
Declarations = dict[str, str]

_PROPERTIES = frozenset(
    {
        *("display", "visibility", "opacity", "font-size", "color", "background", "position"),
        *("background-color", "background-image", "left", "top", "right", "bottom", "clip"),
        *("clip-path", "text-indent", "margin-left", "margin-top", "width", "height"),
        *("max-height", "overflow", "mso-hide", "transform", "scale", "max-width", "font"),
        *("content-visibility", "filter", "zoom", "-webkit-text-fill-color", "translate"),
    }
)
_LONGEST_VALUE = 200  # characters; only pictures within the style sheet are longer
_MOST_CSS = 2_000_000  # characters; what stands after is not looked at
_MOST_COMPOUND = 50  # selectors of several parts that share their first, lest they be tried forever
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?|\\(.)", re.DOTALL)
_TOKEN = re.compile(r"[^{}]+|[{}]")
_MOST_NESTED = 100  # selectors of elements inside others that end in the same part
_LONGEST_SELECTOR = 300  # characters
_MOST_INSIDE = 8  # elements inside each other in one of them
_COMPOUND = re.compile(
    r"([a-z][a-z0-9]*|\*)?((?:[.#][\w-]+|\[\s*[\w-]+\s*(?:=\s*(?:\"[^\"\]]*\"|'[^'\]]*'|[\w-]+)\s*)?\])*)",
    re.IGNORECASE,
)
_COMBINATOR = re.compile(r"\s*>\s*|\s+(?![^\[]*\])")
_ATTRIBUTE = re.compile(r"\[\s*([\w-]+)\s*(?:=\s*[\"']?([^\"'\]]*?)[\"']?\s*)?\]")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*|\*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
_PARTS = re.compile(r"[.#][\w-]+")
_ON_SCREEN = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)\s*", re.IGNORECASE)
_GROUPS = ("@supports", "@layer", "@container")


def declarations(style: str) -> Declarations:
    """The declarations of a ``style`` attribute that can hide text, in lower case."""
    if ":" not in style:
        return {}
    result: Declarations = {}
    for declaration in _plain(style[:_MOST_CSS].lower()).split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip()
        if name in _PROPERTIES:
            result[name] = value[:_LONGEST_VALUE].replace("!important", "").strip()
        if name.startswith("background") and len(value) > _LONGEST_VALUE:
            result["background-image"] = "url("
    return result


def _plain(css: str) -> str:
    """A style in lower case without comments and escapes, by which words are written otherwise.

    >>> _plain("d" + chr(92) + "69 splay/**/:none")
    'display :none'
    """
    if "\\" not in css and "/*" not in css:
        return css
    return _ESCAPE.sub(_unescaped, _COMMENT.sub(" ", css))


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else 0
    return chr(code) if 0 < code < 0xD800 else match[2] or ""


class StyleRules:
    """The rules of all ``<style>`` elements of a page.

    Attributes:
        partial: whether there are more, in a style sheet elsewhere or with selectors that are not
            followed, which may set what stands behind a text.
    """

    def __init__(self, page: Element) -> None:
        self._rules: dict[str, dict[tuple[str, ...], Declarations]] = {}
        self._nested: dict[str, list[_Nested]] = {}  # by a part of what they end in
        self._above: dict[Element, frozenset[str]] = {}  # how elements and those around are named
        self._known: dict[tuple[str, str, str], Declarations] = {}
        self.partial = any(
            "stylesheet" in link.get("rel", "").lower() for link in page.iter("link")
        )
        for style in page.iter("style"):
            self._add("".join(style.itertext())[:_MOST_CSS])

    def of(self, element: Element) -> Declarations:
        """What the rules declare of an element; the more specific one wins, then the later."""
        if not self._rules and not self._nested:
            return {}
        attributes = element.attrib
        key = (element.tag, attributes.get("class", ""), attributes.get("id", ""))
        known = self._known.get(key)
        if known is not None and not self._nested:
            return known
        names = _names(element)
        around = self._names_around(element) if self._nested else frozenset[str]()
        result: Declarations = {}
        matches = [
            (_weight(selector), declared)
            for part in names
            for selector, declared in self._rules.get(part, {}).items()
            if names.issuperset(selector)
        ]
        matches += [
            (nested.weight, nested.declared)
            for part in names
            for nested in self._nested.get(part, ())
            if nested.around <= around and nested.fits(element, names)
        ]
        for _, declared in sorted(matches, key=lambda match: match[0]):
            result |= declared
        if not self._nested:
            self._known[key] = result
        return result

    def _names_around(self, element: Element) -> frozenset[str]:
        """By what selectors may name the elements that an element is in."""
        waiting = []
        while (element := element.getparent()) is not None and element not in self._above:
            waiting.append(element)
        found = frozenset[str]() if element is None else self._above[element]
        for one in reversed(waiting):
            own = _names(one)
            found = found if own <= found else found | own
            self._above[one] = found
        return found

    def _add(self, css: str) -> None:
        selectors = ""
        depth = skipped = 0  # how deep in braces, and from which depth on nothing applies
        for token in _TOKEN.findall(_COMMENT.sub(" ", css)):
            if token == "{":
                depth += 1
                head = selectors.strip()
                if head.startswith("@") and not skipped:
                    applies = _ON_SCREEN.fullmatch(head) or head.lower().startswith(_GROUPS)
                    skipped = 0 if applies else depth
                    selectors = ""
            elif token == "}":
                if skipped == depth:
                    skipped = 0
                depth = max(0, depth - 1)
                selectors = ""
            elif selectors and depth and not skipped:
                self._rule(selectors, declarations(token))
                selectors = ""
            else:
                selectors = token.rpartition(";")[2]

    def _rule(self, selectors: str, declared: Declarations) -> None:
        if not declared:
            return
        for selector in selectors.split(","):
            match = _SIMPLE.fullmatch(selector.strip())
            if match is None or not match[0]:
                nested = _Nested.of(selector.strip(), declared)
                of_end = self._nested.setdefault(nested.end, []) if nested else []
                if nested and len(of_end) < _MOST_NESTED:
                    of_end.append(nested)
                else:
                    self.partial = self.partial or any("background" in name for name in declared)
                continue
            named = [match[1].lower()] if match[1] else []
            parts = (*_PARTS.findall(match[2]), *named)
            of_part = self._rules.setdefault(parts[0], {})
            if parts in of_part or len(of_part) < _MOST_COMPOUND:
                of_part[parts] = {**of_part.pop(parts, {}), **declared}


@dataclass(frozen=True, slots=True)
class _Nested:
    """A rule for an element inside of others, or with attributes.

    Attributes:
        steps: from the outermost: whether it must be the parent's, its parts, and its attributes.
        weight: see `_weight`.
        declared: what it declares.
        around: how elements around must be named.
    """

    steps: tuple[tuple[bool, frozenset[str], tuple[tuple[str, str | None], ...]], ...]
    weight: tuple[int, int]
    declared: Declarations
    around: frozenset[str]

    @classmethod
    def of(cls, selector: str, declared: Declarations) -> _Nested | None:
        """The rule of a selector; None for one that is not followed."""
        if len(selector) > _LONGEST_SELECTOR:
            return None
        steps = []
        pieces = _COMBINATOR.split(selector)
        signs = [False, *(">" in sign for sign in _COMBINATOR.findall(selector))]
        if len(pieces) > _MOST_INSIDE:
            return None
        for piece, directly in zip(pieces, signs, strict=True):
            match = _COMPOUND.fullmatch(piece)
            if match is None or not match[0]:
                return None
            plain = _ATTRIBUTE.sub("", match[2])
            tag = match[1].lower() if match[1] else "*"
            found = (named.groups() for named in _ATTRIBUTE.finditer(match[2]))
            attributes = tuple((name.lower(), value) for name, value in found)
            steps.append((directly, frozenset([tag, *_PARTS.findall(plain)]), attributes))
        every = [part for _, parts, _ in steps for part in parts]
        ids, classes = _weight(tuple(every))
        weight = ids, classes + sum(len(named) for *_, named in steps)
        around = frozenset[str]().union(*(parts for _, parts, _ in steps[:-1]))
        return cls(tuple(steps), weight, declared, around)

    @property
    def end(self) -> str:
        """A part of the element itself, by which the rule is looked up."""
        return max(self.steps[-1][1], key=lambda part: (part[0] in "#.", part != "*", part))

    def fits(self, element: Element, names: Collection[str]) -> bool:
        """Whether it is for an element, which a selector may name so."""
        directly, parts, _ = self.steps[-1]
        if not parts.issubset(names) or not _fits(element, self.steps[-1]):
            return False
        waiting = list(self.steps[:-1])
        above = element.getparent()
        while waiting and above is not None:
            if _fits(above, waiting[-1]):
                directly, *_ = waiting.pop()
            elif directly:
                return False
            above = above.getparent()
        return not waiting


def _fits(
    element: Element, step: tuple[bool, frozenset[str], tuple[tuple[str, str | None], ...]]
) -> bool:
    _, parts, attributes = step
    return parts <= _names(element) and all(
        name in element.attrib and value in (None, element.get(name)) for name, value in attributes
    )


def _names(element: Element) -> set[str]:
    """By what a selector may name an element."""
    own = (f".{each}" for each in element.get("class", "").split())
    return {"*", str(element.tag), *own, f"#{element.get('id', '')}"}


def _weight(selector: tuple[str, ...]) -> tuple[int, int]:
    return sum(part[0] == "#" for part in selector), sum(part[0] == "." for part in selector)
