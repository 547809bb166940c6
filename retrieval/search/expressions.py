"""Things that people write in several ways: numbers, dates, codes, addresses and their like.

Each is rewritten into terms of letters and digits, which any tokenizer keeps whole, so that all
ways of writing one thing share a term: ``125,000`` and ``125 000``, ``−20`` and ``-20``,
``3 March 2024`` and ``2024-03-03``, ``PPR-9087`` and ``PPR9087``. Every pattern takes what it
matches for good (possessive or bounded repeats), so the time is linear in the text.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from pincite.retrieval.search import dates, numbers


@dataclass(frozen=True, slots=True)
class Expression:
    """A stretch of text that means one thing however it is written.

    Attributes:
        start, end: where it stands, in code points.
        parts: what its own words are, as text for the tokenizer; may be empty.
        wholes: terms that stand for all of it, equal for equal things; several where it can be read
            in several ways (3/4/2024).
        broader: terms of what it belongs to: its month, the version above.
    """

    start: int
    end: int
    parts: str
    wholes: tuple[str, ...]
    broader: tuple[str, ...] = ()

    @property
    def rewritten(self) -> str:
        """The expression as text of which a tokenizer makes its terms."""
        return " ".join((self.parts, *self.wholes, *self.broader))


# Words that are also names in capitals (World Health Organization, Information Technology, United
# States). Only a word beside it in small letters, or no word at all, makes it a name: THIS IS IT.
_NAMES = (
    "AM|AN|AND|ANY|ARE|AS|AT|BE|BY|CAN|DO|FOR|HAD|HAS|HE|HER|HIM|HIS|HOW|IF|IN|IS|IT|ITS|ME|MY|NO"
    "|NOR|NOT|OF|ON|OR|OUR|SHE|SO|SUCH|THAT|THE|THEM|THEN|TO|TOO|US|WAS|WE|WHO|WHY|WILL|WITH"
)
_EDGE, _END = r"(?<![^\W_])", r"(?![^\W_])"
_DASH = "[-\u2010\u2011_]"
# Where an expression may begin; most words in small letters are told apart here, at little cost.
_GATE = (
    rf"(?=[^\Wa-z]|[{numbers.MINUS}.]|[a-z]\w{{0,64}}+[-@.\#+:\u2010\u2011]"
    rf"|[a-z]{{1,24}}+_?[0-9]|minus |{dates.MONTH})"
)


def _pattern(gate: str, code_letters: str) -> re.Pattern[str]:
    return re.compile(
        rf"{_EDGE}{gate}(?:"
        rf"(?P<url>(?:https?://|www\.)[^\s<>\"|(){{}}\[\]]++)"
        rf"|(?P<mail>(?<![\w.+-])[\w.+-]{{1,64}}+@[\w-]{{1,63}}+(?:\.[\w-]{{1,63}}+){{1,8}}+)"
        rf"|(?P<date>{dates.PATTERN})"
        rf"|(?P<code>[A-Za-z]{{1,8}}+[0-9]{{0,8}}+(?:{_DASH}[A-Za-z0-9]{{1,10}}+){{1,5}}+{_END}"
        rf"|(?![Mm]inus ){code_letters}{{2,8}}+ (?!{dates.PATTERN})[0-9]{{2,10}}+"
        rf"(?![^\W_]|[.,/:'’\u00a0\u202f ][0-9]))"
        rf"|(?P<language>[A-Za-z](?:\+\+|\#)(?![\w+\#])|(?i:asp|ado|vb)?\.(?i:net){_END})"
        rf"|(?P<number>{numbers.PATTERN})"
        rf"|(?P<dotted>(?:[A-Z]\.){{2,5}}+{_END})"
        rf"|(?P<name>(?:{_NAMES}){_END}))"
    )


# In a document only capitals make a code of "PPR 9087"; who asks may write it small, and what the
# library does not have is not asked for.
_WRITTEN, _ASKED = _pattern(_GATE, "[A-Z]"), _pattern("", "[A-Za-z]")
_LONGEST = 48  # of what becomes one term; beyond it nobody writes a thing in two ways
_BEFORE, _AFTER = re.compile(r"([^\W\d_]+)[^\S\n]?$"), re.compile(r"[^\S\n]?([^\W\d_]+)")
_REACH = 24  # code points beside a word in which its neighbour is looked for
_JOINT = re.compile(r"[\W_]+")


def expressions(text: str, *, asked: bool = False) -> Iterator[Expression]:
    """The expressions in ``text``, in order, none overlapping; ``asked`` where it is a question."""
    for match in (_ASKED if asked else _WRITTEN).finditer(text):
        expression = _READ[str(match.lastgroup)](match)
        if expression is not None:
            yield expression


def rewrite(text: str) -> str:
    """``text`` with each expression as its terms.

    >>> rewrite("−20 °C, 125,000 of PPR-9087").split()
    ['minus20', '°C,', '125000', 'of', 'PPR', '9087', 'ppr9087']
    """
    pieces, last = [], 0
    for expression in expressions(text):
        pieces += [text[last : expression.start], " ", expression.rewritten, " "]
        last = expression.end
    return "".join([*pieces, text[last:]]) if pieces else text


def _made(match: re.Match[str], parts: str, *wholes: str) -> Expression:
    return Expression(match.start(), match.end(), parts, wholes)


def _address(match: re.Match[str]) -> Expression:
    """An e-mail address or a URL: as one term, whatever its length."""
    plain = match[0].rstrip(".,;:!?'’”/").lower()
    plain = plain.split("://", 1)[-1].removeprefix("www.")
    return _made(match, match[0], f"w{zlib.crc32(plain.encode()):08x}")


def _date(match: re.Match[str]) -> Expression | None:
    date = dates.read(match[0])
    if date is None:
        return None
    return Expression(match.start(), match.end(), match[0], date.wholes, date.broader)


def _code(match: re.Match[str]) -> Expression | None:
    """PPR-9087; and Wi-Fi, e-mail and check-in, which people write in one word too."""
    joined = _JOINT.sub("", match[0]).lower()
    if len(joined) > _LONGEST:
        return None
    return _made(match, _JOINT.sub(" ", match[0]), joined)


def _language(match: re.Match[str]) -> Expression:
    """C++, C#, .NET: the signs are what tells them from C and from a net."""
    name, dot, _ = match[0].lower().partition(".")
    if dot:
        return _made(match, name, "dotnet")
    return _made(match, "", name[0] + ("sharp" if name[1] == "#" else "plusplus"))


def _number(match: re.Match[str]) -> Expression | None:
    value = numbers.read(match[0], match.string, match.start())
    if value is None:
        return None
    return Expression(
        match.start(), match.start() + value.length, value.parts, value.wholes, value.broader
    )


def _dotted(match: re.Match[str]) -> Expression:
    """U.S. as US; initials of a person too, beside themselves."""
    joined = match[0].replace(".", "")
    return _made(match, " ".join(joined), _name_term(joined))


def _name(match: re.Match[str]) -> Expression | None:
    start, end = match.span()
    before = _BEFORE.search(match.string[max(0, start - _REACH) : start])
    after = _AFTER.match(match.string[end : end + _REACH])
    beside = [side[1] for side in (before, after) if side]
    if beside and not any(any(letter.islower() for letter in word) for word in beside):
        return None
    return _made(match, "", _name_term(match[0]))


_NAME_SET = frozenset(_NAMES.split("|"))


def _name_term(name: str) -> str:
    """``xwho`` for WHO, which is another word than ``who``; other names are their own term."""
    return f"x{name.lower()}" if name in _NAME_SET else name.lower()


_READ = {
    "url": _address,
    "mail": _address,
    "date": _date,
    "code": _code,
    "language": _language,
    "number": _number,
    "dotted": _dotted,
    "name": _name,
}
