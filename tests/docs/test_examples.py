"""How an example's output is compared: everything counts but what the documents leave open."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.examples import check, commands, examples, pattern


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("1 added; 3 passages embedded in 8.9 s", "1 added; 3 passages embedded in 11 s"),
        ("added: …/notes/a.md", "added: /tmp/somewhere/notes/a.md"),
        ("first\n…\nlast", "first\nsecond\nthird\nlast"),
        ('{"a":1,\n "b":2}', '{"a":1,"b":2}'),
        ("a\n\nb", "a\n\nb"),
    ],
)
def test_what_is_left_open_may_differ(shown: str, printed: str) -> None:
    assert pattern(shown).fullmatch(printed)


@pytest.mark.parametrize(
    ("shown", "printed"),
    [
        ("1 added; 3 passages embedded in 8.9 s", "1 added; 4 passages embedded in 8.9 s"),
        ("added: …/notes/a.md", "replaced: /tmp/notes/a.md"),
        ("first … last", "first\nlast"),
        ("Not sure; these come closest", "Not sure; these come closest, sorry"),
        ("a.b", "axb"),
    ],
)
def test_another_word_or_number_is_a_difference(shown: str, printed: str) -> None:
    assert pattern(shown).fullmatch(printed) is None


PAGE = """
```sh
echo one
```

```text
one
```

<!-- not run: it would end the world -->
```sh
exit 9
```

Then:

```python
print("two")
```

It prints something.

```text
that belongs to nothing
```
"""


def test_blocks_are_read_with_what_is_shown_right_after_them(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    found = list(examples(page))
    assert [(one.block.text, one.shown) for one in found] == [
        ("echo one\n", "one\n"),
        ('print("two")\n', None),
    ]


def test_an_example_that_prints_something_else_or_fails_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    environment = commands(tmp_path / "bin")
    page.write_text(PAGE.replace("echo one", "echo other"))
    with pytest.raises(AssertionError, match="prints:\nother"):
        check(next(examples(page)), tmp_path, environment, 1)
    page.write_text(PAGE.replace("echo one", "echo one; exit 3"))
    with pytest.raises(AssertionError, match="ended with 3"):
        check(next(examples(page)), tmp_path, environment, 1)


def test_an_endless_example_is_interrupted_once_it_has_printed_what_is_shown(
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "```sh\necho ready; sleep 100    # Ctrl-C ends it\n```\n\n```text\nready\n```\n"
    )
    (example,) = examples(page)
    assert example.endless
    check(example, tmp_path, commands(tmp_path / "bin"), 1)
