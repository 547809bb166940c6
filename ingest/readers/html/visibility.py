"""What of a page a browser does not show: hidden, off the page, too small, or in no colour.

The page's own ``<style>`` rules with simple selectors and inline styles are followed, so far as
they hide text. What a style sheet elsewhere does cannot be known and is taken to show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from lxml import etree

from pincite.ingest.readers.html.styles import Declarations, StyleRules, declarations

Element = Any  # lxml has no types of its own

_CLASSES = frozenset(  # of frameworks, whose style sheets are elsewhere
    {
        *("sr-only", "visually-hidden", "visuallyhidden", "screen-reader-text"),
        *("screenreader-only", "u-visually-hidden", "element-invisible", "a11y-hidden"),
    }
)
_FAINT = 0.05  # of full opacity: less cannot be seen
_AWAY = -300.0  # pixels: so far to the left or above, nothing of a line is on the page
_TINY = 1.0  # pixels: letters that size are no letters
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "vw": 12.0, "vh": 8.0}
_LENGTH = re.compile(r"(-?[0-9]{0,7}(?:\.[0-9]{1,7})?)\s*([a-z]{0,4}|%)")
_CLIPPED = re.compile(
    r"rect\(\s*(?:0|1px)[^)]*\)|inset\(\s*(?:50|100)%[^)]*\)|(?:circle|ellipse)\(\s*0[^)]*\)"
)
_SCALED_AWAY = re.compile(r"scale[xy]?\(\s*0(?:\.0{1,7})?\s*[,)]")
_MOVED_AWAY = re.compile(r"translate[xy3d]{0,2}\(([^)]{1,60})\)")
_TURNED_AWAY = re.compile(r"rotate[xy]\(\s*-?(?:90|270)deg")
_FILTERED = re.compile(r"opacity\(\s*([0-9.]{1,8}%?)\s*\)")
_FONT_SIZE = re.compile(r"(?:^|\s)([0-9.]{1,8}(?:px|pt|em|rem)?)(?:/\S+)?\s")
_HSL = re.compile(r"hsla?\(([0-9.,%\s/a-z]{5,60})\)")
_HEX = re.compile(r"#([0-9a-f]{3,8})")
_RGB = re.compile(r"rgba?\(([0-9.,%\s/]{5,60})\)")
_NAMES = {
    **{"white": (255, 255, 255), "black": (0, 0, 0), "red": (255, 0, 0), "blue": (0, 0, 255)},
    **{"snow": (255, 250, 250), "ivory": (255, 255, 240), "whitesmoke": (245, 245, 245)},
    **{"gray": (128, 128, 128), "grey": (128, 128, 128), "yellow": (255, 255, 0)},
    **{"silver": (192, 192, 192), "green": (0, 128, 0), "navy": (0, 0, 128)},
}
_LINK = (0, 0, 238)
_ALIKE = 10  # of 255: colours that differ by less in each part cannot be told apart
_INHERITED = frozenset({"transparent", "none", "inherit", "initial", "unset", ""})

Colour = tuple[int, int, int]


class Visibility:
    """What of a page cannot be seen.

    Attributes:
        hidden: the elements that are hidden with all in them, the outermost ones.
        blended: the elements whose own text has the colour of what is behind it.
    """

    def __init__(self, page: Element, *, scripted: bool = False) -> None:
        rules = StyleRules(page)
        self.hidden: dict[Element, None] = {}  # in the order of the page
        self.blended: dict[Element, None] = {}
        white = None if rules.partial or scripted else (255, 255, 255)
        colours: list[tuple[Colour | None, Colour | None]] = [((0, 0, 0), white)]
        events = etree.iterwalk(page, events=("start", "end"))
        for event, element in events:
            if event == "end":
                colours.pop()
                continue
            colours.append(colours[-1])
            if not isinstance(element.tag, str) or element.tag in ("head", "script", "style"):
                events.skip_subtree()
                continue
            inline = declarations(element.get("style", ""))
            # What a rule does, a script may undo.
            style = inline if scripted else {**rules.of(element), **inline}
            if _switched_off(element, style) or _out_of_sight(element, style):
                self.hidden[element] = None
                events.skip_subtree()
            else:
                colours[-1] = _colours(element, style, *colours[-1])
                if _blends(*colours[-1]):
                    self.blended[element] = None


def _switched_off(element: Element, style: Declarations) -> bool:
    if element.tag in ("html", "body"):  # these a script hides until all is loaded
        return False
    return (
        element.get("hidden", "until-found") != "until-found"
        or style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or style.get("content-visibility") == "hidden"
        or (element.tag == "dialog" and "open" not in element.attrib)
        or "popover" in element.attrib
        or element.tag in ("noembed", "noframes")
        or style.get("mso-hide") == "all"
    )


def _out_of_sight(element: Element, style: Declarations) -> bool:
    if not _CLASSES.isdisjoint(element.get("class", "").lower().split()):
        return True
    if not style or element.tag in ("html", "body"):
        return False
    filtered = _FILTERED.search(style.get("filter", ""))
    if _is_faint(style.get("opacity")) or (filtered and _is_faint(filtered[1])):
        return True
    in_short = _FONT_SIZE.search(f"{style.get('font', '')} ")
    size = _pixels(style.get("font-size") or (in_short[1] if in_short else None))
    if (size is not None and 0 <= size <= _TINY) or style.get("zoom") in ("0", "0%"):
        return True
    if _CLIPPED.search(style.get("clip", "") + style.get("clip-path", "")):
        return True
    if style.get("scale") == "0" or _is_transformed_away(style.get("transform", "")):
        return True
    if style.get("overflow") == "hidden":
        sides = [_pixels(style.get(s)) for s in ("width", "height", "max-height", "max-width")]
        if sides.count(0.0) or all(side is not None and side <= _TINY for side in sides[:2]):
            return True
    moved = ["text-indent", "margin-left", "margin-top"]
    if style.get("position") in ("absolute", "fixed", "relative"):
        moved += ["left", "top", "right", "bottom"]
    return any((at := _pixels(style.get(by))) is not None and at <= _AWAY for by in moved)


def _is_faint(opacity: str | None) -> bool:
    """Whether so little opacity shows nothing."""
    if not opacity:
        return False
    try:
        share = float(opacity.removesuffix("%")) / (100 if opacity.endswith("%") else 1)
    except ValueError:
        return False
    return share <= _FAINT


def _is_transformed_away(transform: str) -> bool:
    if _SCALED_AWAY.search(transform) or _TURNED_AWAY.search(transform):
        return True
    moved = _MOVED_AWAY.search(transform)
    steps = [_pixels(step.strip()) for step in moved[1].split(",")] if moved else []
    return any(step is not None and step <= _AWAY for step in steps)


def _colours(
    element: Element, style: Declarations, colour: Colour | None, behind: Colour | None
) -> tuple[Colour | None, Colour | None]:
    """The colour of an element's text, and that behind it; None where it is not known."""
    if element.tag == "a" and "href" in element.attrib:  # links do not take that around them
        colour = _LINK
    named = style.get("-webkit-text-fill-color") or style.get("color")
    if (named := named or element.get("color", "").lower()) and named != "inherit":
        colour = behind if _is_transparent(named) else _colour(named)
    if style.get("position") in ("absolute", "fixed"):  # it may lie on a picture
        behind = None
    if element.get("background"):
        behind = None
    filled = style.get("background-color") or style.get("background") or ""
    if "background-image" in style or "url(" in filled or "gradient(" in filled:
        behind = None
    elif (filled := filled or element.get("bgcolor", "").lower()) not in _INHERITED:
        behind = _colour(filled)
    return colour, behind


def _blends(colour: Colour | None, behind: Colour | None) -> bool:
    if colour is None or behind is None:
        return False
    return all(abs(a - b) < _ALIKE for a, b in zip(colour, behind, strict=True))


def _colour(written: str) -> Colour | None:
    for word in written.split():
        if word in _NAMES:
            return _NAMES[word]
    if match := _HEX.search(written):
        digits = match[1] if len(match[1]) > 4 else "".join(d * 2 for d in match[1])
        return (int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:6], 16))
    if match := _RGB.search(written):
        parts = list(_numbers(match[1]))
        if len(parts) == 3 or (len(parts) == 4 and parts[3] == 1):
            return (int(parts[0]), int(parts[1]), int(parts[2]))
    if match := _HSL.search(written):
        light = next(islice(_numbers(match[1].replace("deg", "")), 2, None), -1.0)
        if light <= 0 or light >= 250:  # black and white, of whatever hue
            return (255, 255, 255) if light >= 250 else (0, 0, 0) if light == 0 else None
    return None


def _is_transparent(named: str) -> bool:
    parts = _RGB.search(named) or _HSL.search(named)
    shares = re.split(r"[,\s/]+", parts[1].strip()) if parts else []
    return named == "transparent" or (len(shares) == 4 and _is_faint(shares[3]))


def _numbers(written: str) -> Iterator[float]:
    for part in re.split(r"[,\s/]+", written.strip()):
        try:
            yield float(part[:-1]) * 2.55 if part.endswith("%") else float(part)
        except ValueError:
            yield -1.0


def _pixels(length: str | None) -> float | None:
    """A length in pixels, roughly; None for one that is not understood."""
    if not length or not (match := _LENGTH.fullmatch(length)):
        return None
    unit = match[2]
    try:
        number = float(match[1])
    except ValueError:
        return None
    if unit == "%":
        return number * 10 if number else 0.0
    return number * _PIXELS[unit] if unit in _PIXELS else None
