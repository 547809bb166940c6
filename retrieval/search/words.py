"""The words of a library beside its indexes: its vocabulary, and the short forms it defines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pincite.corpus.errors import IndexDamagedError
from pincite.retrieval.search.short_forms import FormCounts, ShortForms
from pincite.retrieval.search.vocabulary import Vocabulary, count_words

_VOCABULARY, _SHORT_FORMS = "words.txt", "short_forms.json"


@dataclass(frozen=True, slots=True)
class Words:
    """What stands in a library, word for word."""

    vocabulary: Vocabulary
    short_forms: ShortForms

    def save(self, folder: Path) -> None:
        """Write two files into ``folder``."""
        (folder / _VOCABULARY).write_text(self.vocabulary.text, "utf-8", newline="\n")
        (folder / _SHORT_FORMS).write_text(json.dumps(self.short_forms.to_json()), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> Words:
        """Read what ``save`` wrote into ``folder``. The caller has checked the files' hashes.

        Raises:
            IndexDamagedError: a file is missing or is not in its form.
        """
        try:
            text = (folder / _VOCABULARY).read_text("utf-8")
            forms = json.loads((folder / _SHORT_FORMS).read_text("utf-8"))
            return cls(Vocabulary(text), ShortForms.from_json(forms))
        except (OSError, ValueError, TypeError, AttributeError) as error:
            raise IndexDamagedError(f"the words in {folder} cannot be read") from error


@dataclass(slots=True)
class WordCounts:
    """Counts the words of passages on their way into an index, so that they are read once."""

    _words: Counter[str] = field(default_factory=Counter)
    _forms: FormCounts = field(default_factory=FormCounts)

    def of(
        self, passages: Iterable[tuple[int, str, str, str]]
    ) -> Iterator[tuple[int, str, str, str]]:
        """The same ``(id, title, headings, body)``, counted."""
        last = ("", "")
        for passage in passages:
            _, title, headings, body = passage
            # What stands over many passages is counted once.
            for text in (title, headings, body) if last != (title, headings) else (body,):
                count_words(text, self._words)
                self._forms.add(text)
            last = (title, headings)
            yield passage

    def words(self) -> Words:
        """The words of what was counted."""
        return Words(Vocabulary.of_counts(self._words), self._forms.short_forms())
