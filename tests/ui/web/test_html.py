"""HTML that is put together: what is no HTML is escaped, whoever forgot to."""

from __future__ import annotations

import json

import pytest

from pincite.ui.web.html import Html, attribute, escaped, isolated

MARKUP = "<b>'a' & \"b\"</b>"
ESCAPED = "&lt;b&gt;&#39;a&#39; &amp; &#34;b&#34;&lt;/b&gt;"
HIDDEN = f"a{chr(0x202E)}b"


@pytest.mark.parametrize(
    "made",
    [
        Html("<p>{text}</p>").format(text=MARKUP),
        Html("<p>") + MARKUP + Html("</p>"),
        Html().join([Html("<p>"), MARKUP, Html("</p>")]),
        Html("<p>{text}</p>").format(text=escaped(MARKUP)),
        Html("<p>{text}</p>").format(text=attribute(MARKUP)),
    ],
)
def test_text_is_escaped_once_however_it_is_put_in(made: Html) -> None:
    assert isinstance(made, Html)
    assert made == f"<p>{ESCAPED}</p>"


def test_html_is_put_in_as_it_is() -> None:
    assert escaped(isolated("a")) == "<bdi>a</bdi>"
    assert Html("<p>{inner}</p>").format(inner=Html("<i>")) == "<p><i></p>"


def test_hidden_characters_are_shown_in_text_and_kept_in_an_attribute() -> None:
    shown = Html("<p>{text}</p>").format(text=HIDDEN)
    assert "U+202E" in shown
    assert chr(0x202E) not in shown
    assert attribute(HIDDEN) == HIDDEN


def test_braces_in_a_text_stay_what_they_are() -> None:
    assert Html("<p>{text}</p>").format(text="{0} {text.__class__}") == (
        "<p>{0} {text.__class__}</p>"
    )


def test_html_goes_to_the_browser_as_text() -> None:
    assert json.loads(json.dumps(Html("<p>a</p>"))) == "<p>a</p>"
