"""The words that English writes in small letters, from texts: they are no names.

`pincite.retrieval.writing.words` takes a capital at the start of a sentence for a name only where
the word is none of these.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from pincite.corpus.errors import UsageError
from pincite.retrieval.writing.words import starts_sentence

FILE = Path(str(files("pincite.retrieval.writing"))) / "common_words.txt"
_LEAST = 2  # times that a word stands in small letters
_RATIO = 3  # times as often as it stands with a capital, of which a "Will" or "Rose" has many
_WORD = re.compile(r"[^\W\d_]+")


def common_words(texts: Iterable[str]) -> list[str]:
    """The words that stand in small letters twice or more, and three times as often as with a
    capital, where no sentence starts; sorted.

    >>> common_words(["We sail, we row. Row on, Will said; will we sail to Will?"])
    ['sail', 'we']
    """
    small: Counter[str] = Counter()
    capital: Counter[str] = Counter()
    for text in texts:
        for match in _WORD.finditer(text):
            if not starts_sentence(text, match.start()):
                word = match[0]
                (small if word.islower() else capital)[word.lower()] += 1
    return sorted(
        word for word, times in small.items() if times >= _LEAST and times >= _RATIO * capital[word]
    )


def write(found: Iterable[str], words_file: Path) -> None:
    """Write the words, a line each.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        words_file.write_text("".join(f"{word}\n" for word in found), "utf-8")
    except OSError as error:
        raise UsageError(f"{words_file} cannot be written: {error.strerror}") from error
