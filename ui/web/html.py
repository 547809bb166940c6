"""Text from documents and questions, made harmless for a page."""

from __future__ import annotations

import re
from typing import Any, Self

from markupsafe import Markup, escape

from pincite.corpus.unseen import UNSEEN


class Html(Markup):
    """HTML of ours. What is put into it and is no HTML itself is escaped, as `escaped` says.

    >>> str(Html("<b>{name}</b>").format(name="<i>"))
    '<b>&lt;i&gt;</b>'
    """

    __slots__ = ()

    @classmethod
    def escape(cls, s: Any, /) -> Self:
        """The value as HTML: HTML stays what it is, anything else is text."""
        return cls(s) if hasattr(s, "__html__") else cls(UNSEEN.sub(_badge, str(escape(s))))


NO_HTML = Html()


def escaped(text: str) -> Html:
    """The text as HTML in which nothing of it is markup, and hidden characters are shown.

    >>> str(escaped("<b>a & b</b>"))
    '&lt;b&gt;a &amp; b&lt;/b&gt;'
    >>> str(escaped("a" + chr(0x202E) + "b"))
    'a<span class="hidden-char" title="hidden character">U+202E</span>b'
    """
    return Html.escape(text)


def attribute(text: str) -> Html:
    """The text as the value of an attribute, to the letter; an element there could end it.

    >>> str(attribute('a "b" <c>'))
    'a &#34;b&#34; &lt;c&gt;'
    """
    return Html(escape(text))


def isolated(text: str) -> Html:
    """As `escaped`, and its direction cannot reach what stands beside it."""
    return Html("<bdi>{text}</bdi>").format(text=text)


def shortened(text: str, most: int) -> str:
    """The text itself, or its first ``most`` characters with an ellipsis.

    >>> shortened("a very long one", 6)
    'a very…'
    """
    return text if len(text) <= most else text[:most].rstrip() + "…"


def _badge(found: re.Match[str]) -> str:
    run = found.group()
    name = f"U+{ord(run[0]):04X}" + (f" +{len(run) - 1}" if len(run) > 1 else "")
    return f'<span class="hidden-char" title="hidden character">{name}</span>'
