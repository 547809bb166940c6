"""The head: which version of each table makes up the library now.

It is one value in the configuration of a table without rows. Lance refuses to change a key that
somebody else has changed since, so moving the head is a compare-and-set, and the one moment at
which a commit becomes visible.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta

import lance
import pyarrow as pa
from lance import LanceOperation

from pincite.corpus.errors import LibraryDamagedError, LibraryError, LibraryVersionError
from pincite.corpus.shared.durable import Durable
from pincite.corpus.shared.lance_errors import mapped
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.session import session
from pincite.corpus.shared.tables import FORMAT, OLDEST

_TABLE, _KEY = "head", "pincite.head"
_APART = timedelta(minutes=5)  # of two clocks, from which on nobody writes


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a table, which never changes."""

    path: str
    number: int


@dataclass(frozen=True, slots=True)
class Head:
    """A library at one moment.

    Attributes:
        number: of the head's own version; it is moved on from this one or not at all.
        generation: how many commits could change an answer.
        commits: how many there were.
        embedder: what made the vectors; None until there are some.
        analysis: what made the terms.
        next_passage: the first passage id that nobody has reserved.
        tables: the version of each.
        sums: the last list of the sums of files, see `pincite.corpus.shared.file_sums`; None where
            there is none, as in a library that only an older Pincite has written to.
        left: when tables or folders ceased to be the library's, by path; they are to be dropped.
        at: when it was moved, ISO 8601, UTC.
    """

    number: int = 0
    generation: int = 0
    commits: int = 0
    embedder: str | None = None
    analysis: str = ""
    next_passage: int = 1
    tables: Mapping[str, Version] = field(default_factory=dict)
    sums: str | None = None
    left: Mapping[str, str] = field(default_factory=dict)
    at: str = ""
    format: int = FORMAT


class Heads:
    """Reads and moves the head of the library at a place."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self.durable = Durable(place)
        self._head: Head | None = None
        self.reopen()

    def reopen(self) -> None:
        """Open the table anew, with the session that there is now."""
        with mapped(self._place.name, opening=True):
            self._table = lance.dataset(
                self._place.table(_TABLE), storage_options=self._place.options, session=session()
            )

    @classmethod
    def create(cls, place: Place, head: Head) -> None:
        """Make the table, where there is none, with a first head."""
        with mapped(place.name):
            table = lance.write_dataset(
                pa.schema([("nothing", pa.int8())]).empty_table(),
                place.table(_TABLE),
                storage_options=place.options,
            )
        cls._commit(place, head, table.version)

    def latest(self) -> Head:
        """The head as it is now.

        Raises:
            LibraryVersionError: a newer Pincite wrote it.
            LibraryDamagedError: it is none of ours.
        """
        with mapped(self._place.name):
            self._table.checkout_latest()
            if self._head is None or self._head.number != self._table.version:
                said = self._table.config().get(_KEY, "")
                self._head = _read(self._place.name, said, self._table.version)
        return self._head

    def move(self, head: Head) -> Head:
        """Put ``head`` in the place of the one whose number it has.

        Raises:
            ConflictError: somebody else has moved it.
            LibraryError: this machine's clock is far from that of whoever moved it last.
        """
        require_clock(self._place.name, head)
        head = replace(head, at=_now().isoformat(timespec="seconds"), format=FORMAT)
        return replace(head, number=self._commit(self._place, head, head.number))

    def clean(self, before: datetime | None) -> int:
        """Drop older versions, only those made ``before`` if it is given; bytes given back."""
        with mapped(self._place.name):
            older = [
                one["version"]
                for one in self._table.versions()
                if one["version"] < self._table.version
                and (before is None or one["timestamp"] < before)
            ]
            if not older:
                return 0
            return int(self._table.cleanup_old_versions(versions=older).bytes_removed)

    @staticmethod
    def _commit(place: Place, head: Head, number: int) -> int:
        values = {key: value for key, value in asdict(head).items() if key != "number"}
        update = LanceOperation.UpdateConfig(
            config_updates=LanceOperation.UpdateMap({_KEY: json.dumps(values)}, False)
        )
        with mapped(place.name):
            table = lance.LanceDataset.commit(
                place.table(_TABLE),
                update,
                read_version=number,
                storage_options=place.options,
                max_retries=0,
            )
        return int(table.version)


def require_clock(name: str, head: Head) -> None:
    """Check that the last commit is not in the future, as this machine sees it.

    What is old enough to be cleaned up is told by the time.

    Raises:
        LibraryError: it is.
    """
    if head.at and (ahead := datetime.fromisoformat(head.at) - _now()) > _APART:
        raise LibraryError(
            f"the last commit of {name} is {round(ahead.total_seconds() / 60)} minutes in the "
            "future, so the clock of this machine or of the one that wrote it is wrong; set both, "
            "by NTP say, and run it again"
        )


def _now() -> datetime:
    return datetime.now(UTC)


def _read(name: str, said: str, number: int) -> Head:
    try:
        values = json.loads(said)
        format = int(values["format"])
        if format > FORMAT:
            raise LibraryVersionError(
                f"the library {name} has format {format}, and this Pincite knows formats up to "
                f"{FORMAT}; open it with the newer Pincite that wrote it"
            )
        if format < OLDEST:
            raise LibraryVersionError(
                f"the library {name} has format {format}, of an older Pincite; export it with that "
                "one, and import it into a new library"
            )
        tables = {table: Version(**one) for table, one in values.pop("tables").items()}
        return Head(number=number, tables=tables, **values)
    except (ValueError, KeyError, TypeError) as error:
        raise LibraryDamagedError(
            f"the head of the library {name} is not what Pincite writes; restore the store from a "
            "copy"
        ) from error
