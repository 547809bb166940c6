"""What Lance and the object store below it report, as our errors: one sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pincite.corpus.errors import (
    DiskFullError,
    LibraryChangedError,
    LibraryDamagedError,
    LibraryError,
    LibraryNotFoundError,
    LibraryReadOnlyError,
    PinciteError,
)

_REFUSED = (  # with the words: names of files, times and ports can have the digits of a status
    *("401 Unauthorized", "403 Forbidden", "AccessDenied"),
    *("InvalidAccessKeyId", "SignatureDoesNotMatch"),
)
_NO_CREDENTIALS = ("CredentialsNotLoaded", "no providers in chain", "credential", "Credential")
_UNREACHABLE = (
    *("error sending request", "Connection refused", "timed out", "timeout", "dns error"),
    *("error trying to connect", "unreachable"),
)
_NO_BUCKET = ("NoSuchBucket", "bucket does not exist")
_DAMAGED = ("decode", "Encountered corrupt", "orrupt", "Invalid", "protobuf", "Schema")
_GONE = ("not found", "Not found", "NotFound", "No such file")
_FULL = ("No space left", "os error 28", "os error 122")
_READ_ONLY = ("Read-only file system", "Permission denied", "os error 30", "os error 13")


class ConflictError(Exception):
    """Somebody else has committed to the same table, or has moved the head."""


@contextmanager
def mapped(name: str, *, opening: bool = False) -> Iterator[None]:
    """Errors of Lance as ours.

    Args:
        name: the library's address.
        opening: whether nothing found means that there is no library.

    Raises:
        ConflictError: somebody else was faster.
        LibraryError: for all else that goes wrong.
    """
    try:
        yield
    except (PinciteError, ConflictError):
        raise
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # of Rust; it is no Exception
            raise _damaged(name, str(error)) from error
        is_known = type(error).__module__.split(".")[0] in ("lance", "builtins", "pyarrow")
        if not is_known or not isinstance(error, Exception):
            raise
        raise _error(name, str(error), opening=opening) from error


def _error(name: str, said: str, *, opening: bool) -> Exception:
    said = said.replace(name.partition("://")[2], "")  # the address may have any word

    def has(signs: tuple[str, ...]) -> bool:
        return any(sign in said for sign in signs)

    if "onflict" in said or "Incompatible transaction" in said or "preempted" in said:
        return ConflictError(said)
    if has(_NO_BUCKET):
        return LibraryNotFoundError(f"the bucket of {name} does not exist; make it first")
    if has(_REFUSED):
        return LibraryError(
            f"the store of {name} does not let us in; check AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, and what they may do"
        )
    if has(_FULL):
        return DiskFullError(
            f"the disk of the library {name} is full, so nothing was changed; free some space and "
            "run it again"
        )
    if has(_READ_ONLY):
        return LibraryReadOnlyError(
            f"the library {name} can be read and not written; check its folder's permissions"
        )
    if has(_GONE):
        if opening:
            return LibraryNotFoundError(
                f"{name} has no library; make one with: pincite ingest PATH"
            )
        return LibraryChangedError(
            f"a part of the library {name} is gone: another process has compacted it, or it was "
            "deleted; try again, and if that does not help: pincite doctor --deep"
        )
    if has(_NO_CREDENTIALS):
        return LibraryError(
            f"there are no credentials for {name}; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        )
    if has(_UNREACHABLE):
        return LibraryError(
            f"the store of {name} cannot be reached; check AWS_ENDPOINT_URL and the network"
        )
    if has(_DAMAGED):
        return _damaged(name, said)
    return LibraryError(f"the library {name} cannot be used: {_short(said)}")


def _damaged(name: str, said: str) -> LibraryDamagedError:
    return LibraryDamagedError(
        f"the library {name} is damaged ({_short(said)}); see: pincite doctor --deep; restore the "
        "store from a copy, or ingest the documents into a new one"
    )


def _short(said: str) -> str:
    """The beginning, on one line."""
    return " ".join(said.split())[:150]
