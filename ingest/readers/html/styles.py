"""The page's own style rules, so far as they hide text: simple selectors, few properties."""

from __future__ import annotations

import re
from typing import Any

Element = Any  # lxml has no types of its own
Declarations = dict[str, str]

_PROPERTIES = frozenset(
    {
        *("display", "visibility", "opacity", "font-size", "color", "background", "position"),
        *("background-color", "background-image", "left", "top", "right", "bottom", "clip"),
        *("clip-path", "text-indent", "margin-left", "margin-top", "width", "height"),
        *("max-height", "overflow", "mso-hide", "transform", "scale"),
    }
)
_LONGEST_VALUE = 200  # characters; only pictures within the style sheet are longer
_MOST_CSS = 2_000_000  # characters; what stands after is not looked at
_MOST_COMPOUND = 50  # selectors of several parts that share their first, lest they be tried forever
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
_TOKEN = re.compile(r"[^{}]+|[{}]")
_SIMPLE = re.compile(r"([a-z][a-z0-9]*|\*)?((?:[.#][\w-]+)*)", re.IGNORECASE)
_PARTS = re.compile(r"[.#][\w-]+")
_ON_SCREEN = re.compile(r"@media\s+(?:only\s+)?(?:screen|all)\s*", re.IGNORECASE)
_GROUPS = ("@supports", "@layer", "@container")


def declarations(style: str) -> Declarations:
    """The declarations of a ``style`` attribute that can hide text, in lower case."""
    if ":" not in style:
        return {}
    result: Declarations = {}
    for declaration in style[:_MOST_CSS].lower().split(";"):
        name, _, value = declaration.partition(":")
        name = name.strip()
        if name in _PROPERTIES:
            result[name] = value[:_LONGEST_VALUE].replace("!important", "").strip()
        if name.startswith("background") and len(value) > _LONGEST_VALUE:
            result["background-image"] = "url("
    return result


class StyleRules:
    """The rules of all ``<style>`` elements of a page.

    Attributes:
        partial: whether there are more, in a style sheet elsewhere or with selectors that are not
            followed, which may set what stands behind a text.
    """

    def __init__(self, page: Element) -> None:
        self._rules: dict[str, dict[tuple[str, ...], Declarations]] = {}
        self._known: dict[tuple[str, str, str], Declarations] = {}
        self.partial = any(
            "stylesheet" in link.get("rel", "").lower() for link in page.iter("link")
        )
        for style in page.iter("style"):
            self._add("".join(style.itertext())[:_MOST_CSS])

    def of(self, element: Element) -> Declarations:
        """What the rules declare of an element; the more specific one wins, then the later."""
        if not self._rules:
            return {}
        attributes = element.attrib
        key = (element.tag, attributes.get("class", ""), attributes.get("id", ""))
        if (known := self._known.get(key)) is not None:
            return known
        tag, classes, name = key
        own = [f".{each}" for each in dict.fromkeys(classes.split())]
        names = {tag, "*", *own, f"#{name}"}
        result: Declarations = {}
        matches = [
            (_weight(selector), selector, declared)
            for part in ("*", tag, *own, f"#{name}")
            for selector, declared in self._rules.get(part, {}).items()
            if names.issuperset(selector)
        ]
        for _, _, declared in sorted(matches, key=lambda match: match[0]):
            result |= declared
        self._known[key] = result
        return result

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
                self.partial = self.partial or any("background" in name for name in declared)
                continue
            named = [match[1].lower()] if match[1] else []
            parts = (*_PARTS.findall(match[2]), *named)
            of_part = self._rules.setdefault(parts[0], {})
            if parts in of_part or len(of_part) < _MOST_COMPOUND:
                of_part[parts] = {**of_part.pop(parts, {}), **declared}


def _weight(selector: tuple[str, ...]) -> tuple[int, int]:
    return sum(part[0] == "#" for part in selector), sum(part[0] == "." for part in selector)
