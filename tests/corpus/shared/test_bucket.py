"""A library in a bucket, and the stores that are none to keep one in."""

from __future__ import annotations

import re

import pytest

from pincite.corpus.errors import (
    LibraryError,
    LibraryNotFoundError,
    PinciteError,
    UsageError,
)
from pincite.retrieval.libraries import open_library
from tests.corpus.shared.object_store import Bucket
from tests.retrieval.conftest import fill, make_document, small_documents


def test_what_one_puts_into_a_bucket_another_reads(in_bucket: str) -> None:
    with open_library(in_bucket, create=True) as one, open_library(in_bucket) as other:
        fill(one, *small_documents())
        with open_library(in_bucket) as later:
            assert later.sources() == one.sources()
            assert later.problems(deep=True) == []
        fill(other, make_document("A whale sings at night.", "whale.txt"))
        assert other.counts()[0] == 4
        assert other.document(other.find("whale.txt").id).text == "A whale sings at night."


def test_deleted_words_leave_the_bucket_when_it_is_compacted(
    in_bucket: str, bucket: Bucket
) -> None:
    with open_library(in_bucket, create=True) as library:
        fill(library, *small_documents(), make_document("A xylophone plays.", "gone.txt"))
        library.remove([library.find("gone.txt").id])
        assert any(b"xylophone" in data for data in bucket.objects.values())
        library.compact()
        assert not any(b"xylophone" in data for data in bucket.objects.values())
        assert library.problems(deep=True) == []


def test_a_store_that_writes_over_what_is_there_is_refused(in_bucket: str, bucket: Bucket) -> None:
    bucket.honours_conditions = False
    with pytest.raises(LibraryError, match="ignores If-None-Match") as refused:
        open_library(in_bucket, create=True)
    assert_is_one_sentence(refused.value)
    assert bucket.objects == {}


def test_a_store_that_lets_several_at_once_write_the_same_is_refused(
    in_bucket: str, bucket: Bucket
) -> None:
    bucket.looks_first = True
    with pytest.raises(LibraryError, match="ignores If-None-Match"):
        open_library(in_bucket, create=True)
    assert bucket.objects == {}


def test_a_store_that_has_changed_its_mind_is_refused_before_anything_is_put(
    in_bucket: str, bucket: Bucket
) -> None:
    with open_library(in_bucket, create=True) as library:
        fill(library, *small_documents())
    bucket.honours_conditions = False
    with open_library(in_bucket) as library:
        assert library.counts()[0] == 3  # it can be asked
        with pytest.raises(LibraryError, match="ignores If-None-Match"):
            fill(library, make_document("A whale sings.", "whale.txt"))
        assert library.counts()[0] == 3


def test_wrong_credentials_are_said_in_one_sentence(in_bucket: str, bucket: Bucket) -> None:
    bucket.fail_with = 403
    for create in (False, True):
        with pytest.raises(LibraryError, match="AWS_ACCESS_KEY_ID") as refused:
            open_library(in_bucket, create=create)
        assert_is_one_sentence(refused.value)


def test_a_store_that_is_away_is_said_in_one_sentence(
    in_bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setattr("pincite.corpus.shared.place.CLIENT", QUICK)
    with pytest.raises(LibraryError, match="cannot be reached") as refused:
        open_library(in_bucket)
    assert_is_one_sentence(refused.value)


QUICK = {"client_max_retries": "0", "client_retry_timeout": "1", "connect_timeout": "1s"}


def test_a_bucket_without_a_library_says_how_to_make_one(in_bucket: str) -> None:
    with pytest.raises(LibraryNotFoundError, match="pincite ingest") as refused:
        open_library(in_bucket)
    assert_is_one_sentence(refused.value)


@pytest.mark.parametrize("address", ["s3://", "s3://bucket", "s3://B/x", "lance://", "lance://."])
def test_an_address_without_a_place_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match=re.escape(address.rstrip("/"))) as refused:
        open_library(address, create=True)
    assert_is_one_sentence(refused.value)


def assert_is_one_sentence(error: PinciteError) -> None:
    said = str(error)
    assert "\n" not in said
    assert "Traceback" not in said
    assert len(said) < 300
