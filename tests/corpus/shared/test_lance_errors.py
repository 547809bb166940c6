"""What an error of the store is taken for, whatever the files and the address are called."""

from __future__ import annotations

import pytest

from pincite.corpus.errors import LibraryChangedError, LibraryError, PinciteError
from pincite.corpus.shared.lance_errors import mapped

_GONE = (
    "Failed to get remote file: Object at location library/passages-{uuid}/x.lance not found: "
    "Error performing GET http://127.0.0.1:{port}/pincite/library/x.lance in {time}µs - Server "
    "returned non-2xx status code: 404 Not Found: <Error><Size>{size}</Size></Error>"
)
_REFUSED = (
    "LanceError(IO): Generic S3 error: Error performing list request: Error performing GET "
    "http://127.0.0.1:{port}/pincite?list-type=2 in {time}ms - Server returned non-2xx status "
    "code: {status}: <ListBucketResult><Size>404</Size></ListBucketResult>"
)


def _as_ours(said: str, name: str = "s3://pincite/library") -> PinciteError:
    with pytest.raises(PinciteError) as caught, mapped(name):
        raise OSError(said)
    return caught.value


@pytest.mark.parametrize("digits", ["401", "403", "404", "777"])
def test_a_missing_file_is_missing_whatever_digits_stand_in_names_ports_and_times(
    digits: str,
) -> None:
    uuid, port, time = f"186ce{digits}-5d0d-{digits}a", f"{digits}59", f"{digits}.{digits}"
    error = _as_ours(_GONE.format(uuid=uuid, port=port, time=time, size=digits))
    assert type(error) is LibraryChangedError
    assert "is gone" in str(error)


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_store_that_refuses_says_what_to_check(status: str) -> None:
    error = _as_ours(_REFUSED.format(status=status, port="40459", time="404.1"))
    assert type(error) is LibraryError
    assert "does not let us in" in str(error)


@pytest.mark.parametrize("word", ["NoSuchBucket", "AccessDenied", "conflict", "credentials"])
def test_a_word_of_the_address_is_no_sign(word: str) -> None:
    said = f"Not found: {word}-notes/library/head/_versions"
    assert type(_as_ours(said, f"s3://{word}-notes/library")) is LibraryChangedError
