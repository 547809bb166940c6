"""The one exception tree.

    PinciteError
    ├── UsageError                 what was asked is not well formed (exit code 2)
    │   ├── QuestionError          an empty or oversized question
    │   ├── SettingsError          an unknown or impossible setting
    │   ├── UploadError            an upload is over a limit
    │   ├── MissingExtraError      an optional part is not installed; an ImportError too
    │   ├── NetworkNotAllowedError an address was named, and nobody allowed the network
    │   ├── RecordError            an exported document, or a line of it, is not what it should be
    │   └── GoldSetError           a gold set, or a line of it, is not what it should be
    ├── SourceError                a file could not be taken in
    │   ├── SourceNotFoundError
    │   ├── UnreadableSourceError
    │   ├── UnsupportedSourceError binary data, or a format without a reader
    │   ├── EncodingError
    │   ├── EmptySourceError
    │   └── FetchError             a page did not come from the web
    │       └── AddressRefusedError    Pincite does not go there
    ├── LibraryError               the library could not be used
    │   ├── LibraryNotFoundError
    │   ├── LibraryLockedError
    │   ├── LibraryDamagedError
    │   ├── LibraryVersionError
    │   ├── LibraryOlderError      commits that it had are missing
    │   ├── LibraryReadOnlyError   it may be read, and not written
    │   ├── DiskFullError
    │   ├── EmbedderMismatchError
    │   ├── LibraryEmptyError
    │   ├── LibraryChangedError
    │   ├── DocumentNotFoundError
    │   │   └── AmbiguousIdError   a name, or how an id begins, fits several
    │   ├── TagNotFoundError
    │   ├── PageNotDrawnError      a document's page cannot be shown as a picture
    │   └── NameTakenError
    ├── IndexDamagedError          a derived index is missing, stale or damaged; it can be rebuilt
    ├── ModelError                 the embedding model is missing or not what it claims to be
    ├── UnderFloorError            a metric fell under what it may not fall under
    ├── EvaluationStoppedError     somebody stopped an evaluation; it gives no numbers
    ├── QuoteError                 a quote is not what its document says at that place
    ├── ClusterError               the cluster cannot be reached, or broke off
    ├── ServeError                 the server could not start
    ├── ServerBusyError            more is asked at once than the server takes on
    └── AccessDeniedError          whoever asks may not do this

Every message is one sentence or two for a person: what happened, with which value, and
what can be done now.
"""

from __future__ import annotations


class PinciteError(Exception):
    """Anything that Pincite reports to a person. ``exit_code`` is what the command line returns."""

    exit_code = 1


class UsageError(PinciteError):
    """The request itself is not well formed."""

    exit_code = 2


class QuestionError(UsageError):
    """The question is empty or too long."""


class SettingsError(UsageError):
    """A setting is unknown, or its value is impossible."""


class UploadError(UsageError):
    """An upload has more files or more bytes than are taken at once."""


class MissingExtraError(UsageError, ImportError):
    """An optional part of the installation, such as ``pincite[serve]``, is not there."""


class NetworkNotAllowedError(UsageError):
    """An address of the web was named, and Pincite was not told that it may use the network."""


class RecordError(UsageError):
    """A line of an exported library is not in its form; the message says which and why."""


class GoldSetError(UsageError):
    """A gold set is not in its form; the message names the file and the line."""


class SourceError(PinciteError):
    """A file could not be taken into the library."""


class SourceNotFoundError(SourceError):
    """There is nothing at the path."""


class UnreadableSourceError(SourceError):
    """The path is there, but the system does not let us read it."""


class UnsupportedSourceError(SourceError):
    """The file holds binary data, or no reader takes its format."""


class EncodingError(SourceError):
    """The bytes are not text in an encoding that we know."""


class EmptySourceError(SourceError):
    """The file, or the folder, holds nothing to read."""


class FetchError(SourceError):
    """A page or file of the web did not come, or not within its limits."""


class AddressRefusedError(FetchError):
    """Pincite does not go to the address: it is private, not http, or robots.txt asks so."""


class LibraryError(PinciteError):
    """The library could not be opened, read or written."""


class LibraryNotFoundError(LibraryError):
    """No library at the path."""


class LibraryLockedError(LibraryError):
    """Another process is writing to the library."""


class LibraryDamagedError(LibraryError):
    """The library file is not a sound SQLite database of ours."""


class LibraryVersionError(LibraryError):
    """The library was written by a newer Pincite."""


class LibraryOlderError(LibraryError):
    """The library lacks commits that it once had, as where its write-ahead log was lost."""


class LibraryReadOnlyError(LibraryError):
    """The library stands where nobody may write, so it can be asked and not changed."""


class DiskFullError(LibraryError):
    """The disk has no space for what was to be written."""


class EmbedderMismatchError(LibraryError):
    """The library's vectors were made by another embedder."""


class LibraryEmptyError(LibraryError):
    """The library holds nothing that could be asked."""


class LibraryChangedError(LibraryError):
    """Another process changed the library between two steps that belong together."""


class DocumentNotFoundError(LibraryError):
    """The library has no such document."""


class AmbiguousIdError(DocumentNotFoundError):
    """Several documents fit the name, title or first digits of an id that were asked for."""


class TagNotFoundError(LibraryError):
    """No document carries the tag, or none of the named documents does."""


class PageNotDrawnError(LibraryError):
    """There is no picture of a page of a document; the message says why."""


class NameTakenError(LibraryError):
    """The library has another document of this name."""


class IndexDamagedError(PinciteError):
    """A derived index is missing, stale or damaged; it can be rebuilt from the library."""


class ModelError(PinciteError):
    """The embedding model is missing, or its files are not what they should be."""


class WriterError(PinciteError):
    """The model that writes answers cannot be reached, refuses, or broke off."""


class UnderFloorError(PinciteError):
    """An evaluation is worse than its floors allow."""


class EvaluationStoppedError(PinciteError):
    """An evaluation was stopped before it was done."""


class QuoteError(PinciteError):
    """A quote does not equal its document at its place. Such a quote is never shown."""


class ClusterError(PinciteError):
    """A cluster of workers cannot be reached, or was lost in the middle; running again goes on."""


class ServeError(PinciteError):
    """The server could not be started."""


class ServerBusyError(PinciteError):
    """More questions are asked at once than the server takes on; asking again later helps."""


class AccessDeniedError(PinciteError):
    """Whoever asks may not do this; the message says who may."""
