"""What somebody may do who sees only some collections: the documents with any of certain tags."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import dataclass, replace

from pincite.corpus.errors import AccessDeniedError, NameTakenError, UsageError
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry
from pincite.corpus.tags import checked_tag
from pincite.ingest.events import Event


@dataclass(frozen=True, slots=True)
class Collections:
    """The collections that somebody sees, by their tags; of a whole library, all of it."""

    library: Library
    tags: frozenset[str]

    def sees(self, tags: Iterable[str]) -> bool:
        """Whether a document with these tags is in one of them."""
        return not self.tags.isdisjoint(tags)

    def of_upload(self, tags: Iterable[str]) -> list[str]:
        """The tags that new documents get, of which at least one is a collection.

        Raises:
            UsageError: a tag is not well formed, or it is not clear into which collection they go.
            AccessDeniedError: a tag is another one's collection.
        """
        asked = self.checked(tags)
        if not asked and len(self.tags) > 1:
            raise UsageError(
                f"your collections are {self._named()}; say with a tag into which of them the "
                "documents go"
            )
        return asked or list(self.tags)

    def checked(self, tags: Iterable[str]) -> list[str]:
        """The tags as they are kept, each a collection.

        Raises:
            UsageError: a tag is not well formed.
            AccessDeniedError: it is none of the collections.
        """
        asked = [checked_tag(tag) for tag in tags]
        for tag in asked:
            if tag not in self.tags:
                raise AccessDeniedError(
                    f"the tag {tag!r} is none of your collections, which are {self._named()}; "
                    "choose among these, or ask an admin"
                )
        return asked

    def check_name(self, source: str) -> None:
        """Check that no document has this name that stays out of sight.

        Raises:
            NameTakenError: one has.
        """
        entry = self.library.entry(source)
        if entry is not None and not self.sees(entry.tags):
            raise NameTakenError(
                "a document of this name is there already in a collection that is not yours; "
                "choose another name"
            )

    def check_untagging(self, entry: Entry, tags: Iterable[str]) -> None:
        """Check that a document stays in a collection without these tags.

        Raises:
            UsageError: a tag is not well formed.
            AccessDeniedError: a tag is no collection of theirs, or the last one.
        """
        taken = self.checked(tags)
        if not self.sees(set(entry.tags) - set(taken)):
            raise AccessDeniedError(
                f"{taken[0]!r} is the last of your collections that this document is in, so it "
                "stays; remove the document, or ask an admin"
            )

    def known(self, event: Event, names: Container[str]) -> Event:
        """What became of a file, without the name of a document that stays out of sight.

        ``names`` are those of its upload.
        """
        if not event.same_as or event.same_as in names:
            return event
        entry = self.library.entry(event.same_as)
        return event if entry and self.sees(entry.tags) else replace(event, same_as="")

    def _named(self) -> str:
        return ", ".join(sorted(self.tags))
