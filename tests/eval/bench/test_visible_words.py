"""Words are compared as a reader sees them, and nothing that is seen is forgiven."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.eval.bench.visible_words import raw_words, visible_words

_PLAIN = st.lists(st.from_regex(r"[a-z0-9éß]{1,6}", fullmatch=True), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("## [Home](/home.html)", "Home"),
        ("a [label](https://example.org/a_(b)?c=d#e) here", "a label here"),
        ('[label](/a "with a title")', "label"),
        ("![A gull on a pier](gull.png)", "A gull on a pier"),
        ("[![A gull](gull.png)](/gulls)", "A gull"),
        ("note[[2]](#note-2)", "note 2"),
        (r"mod\_docs \& more", "mod docs & more"),
        ("_very_ loud, **very** loud", "very loud, very loud"),
        ("Fish &amp; chips &#8364;5 &lt;b&gt;", "Fish chips 5 b"),
        ("before <!-- image --> after <!-- formula-not-decoded -->", "before after"),
        ("| a | b |\n| --- | --- |\n| 1 | 2 |", "a b 1 2"),
        ("- [x] Tea\n- [ ] Milk", "☒ Tea ☐ Milk"),
        ("cafe\u0301", "caf\u00e9"),
    ],
)
def test_notation_that_no_reader_sees_is_no_word(written: str, shown: str) -> None:
    assert visible_words(written) == visible_words(shown)


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("2 x 106 cells", "2 x 10⁶ cells"),
        ("opened in 18932", "opened in 1893 [2]"),
        ("750 %", "7.50 %"),
        ("total 1250", "total 1,250.00"),
        ("<td>gulls</td>", "gulls"),
        ("<!-- an old remark --> gulls", "gulls"),
        ("gulls (https://example.org/gulls)", "gulls"),
        ("\\frac{a}{b}", "a b"),
        ("Tea", "- [x] Tea"),
        ("- [ ] Tea", "- [x] Tea"),
        ("GULLS", "gulls"),
        ("Strasse", "Straße"),
        ("fınd", "find"),
        ("اإلنتاجية", "الإنتاجية"),
    ],
)
def test_what_a_reader_sees_otherwise_is_another_word(read: str, printed: str) -> None:
    assert visible_words(read) != visible_words(printed)


@given(_PLAIN)
def test_every_word_of_plain_text_is_one(words: list[str]) -> None:
    assert visible_words(" ".join(words)) == words == raw_words(" ".join(words))


@given(_PLAIN)
def test_words_in_markdown_are_the_words(words: list[str]) -> None:
    linked = " ".join(f"**[{word}](/to/{word})**" for word in words)
    table = "".join(f"| {word} |\n| --- |\n" for word in words)
    assert visible_words(linked) == visible_words(table) == words


@given(st.text(alphabet='[]()!\\"<->&#_ax1; \n', max_size=60))
def test_no_text_breaks_it_and_no_letter_is_made_up(text: str) -> None:
    assert set("".join(visible_words(text))) <= {*text, "☑", "☐"} | set("0123456789")
