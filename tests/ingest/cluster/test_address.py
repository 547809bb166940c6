"""Which clusters a person can name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.errors import UsageError
from pincite.ingest.cluster.address import MOST_LOCAL, Cluster


@pytest.mark.parametrize(
    "text",
    ["tls://scheduler:8786", "tls://10.0.0.5:1", "tcp://127.0.0.1:8786", "tcp://[::1]:8786"],
)
def test_a_scheduler_with_tls_or_on_this_machine_is_taken_as_it_is_named(text: str) -> None:
    assert str(Cluster.of(text)) == Cluster.of(text).address == text


@given(st.integers(1, MOST_LOCAL))
def test_workers_on_this_machine_are_named_by_their_number(workers: int) -> None:
    assert Cluster.of(f"local:{workers}") == Cluster(workers=workers)
    assert str(Cluster(workers=workers)) == f"local:{workers}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tcp://10.0.0.5:8786", "needs TLS; use tls://10.0.0.5:8786"),
        ("tcp://scheduler:8786", "needs TLS; use tls://scheduler:8786"),
        ("tcp://127.0.0.1.example.org:8786", "needs TLS"),
        ("local:0", "take 1 to 256"),
        ("local:9999", "take 1 to 256"),
        ("local:", "name a scheduler"),
        ("local:-1", "name a scheduler"),
        ("", "name a scheduler"),
        ("8786", "name a scheduler"),
        ("scheduler:8786", "name a scheduler"),
        ("http://scheduler:8786", "name a scheduler"),
        ("inproc://x", "name a scheduler"),
        ("tls://scheduler", "name a scheduler"),
        ("tls://scheduler:0", "name a scheduler"),
        ("tls://scheduler:99999", "name a scheduler"),
        ("tls://a:b@scheduler:8786", "name a scheduler"),
        ("tls://scheduler:8786/path", "name a scheduler"),
        ("tls://scheduler:8786\n", "name a scheduler"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(text: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        Cluster.of(text)
    assert said in str(refused.value)


@given(st.text())
def test_no_text_is_taken_that_sends_work_unencrypted_to_another_machine(text: str) -> None:
    try:
        cluster = Cluster.of(f"tcp://{text}:8786")
    except UsageError:
        return
    assert cluster.address.startswith(("tcp://127.", "tcp://localhost:", "tcp://[::1]"))
