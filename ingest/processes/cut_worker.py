"""The process in which long texts are cut, so that one that takes too long holds up nothing else.

It has no tokenizer: it asks whoever started it how many tokens its texts have. So any embedder
will do, and no model is loaded here.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import IO, Any, cast

from pincite.corpus import codec
from pincite.ingest.cutting import passages
from pincite.ingest.processes.child import MEMORY, READY, limit_cpu, limit_memory, pipes
from pincite.ingest.processes.messages import receive, send
from pincite.retrieval.embedding.embedder import Embedder


@dataclass(frozen=True, slots=True)
class _Counter:
    """As much of an embedder as it takes to cut a text."""

    window: int
    requests: IO[bytes]
    answers: IO[bytes]

    def count(self, texts: Sequence[str]) -> list[int]:
        send(self.answers, {"kind": "count"}, [text.encode() for text in texts])
        value, _ = receive(self.requests)
        counts: list[int] = value["counts"]
        return counts


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Say that all is ready, then cut each text that comes, until none can come.

    It ends early after a text that took too much memory, as what is left may be in a poor state.
    """
    answers.write(READY)
    answers.flush()
    with suppress(EOFError):
        while True:
            value, parts = receive(requests)
            limit_cpu(value["seconds"])
            try:
                _cut(value, (parts.pop() or b"").decode(), requests, answers)
            except MemoryError:
                send(answers, {"kind": "memory"}, ())
                return
            except EOFError:
                raise
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"[:200]
                send(answers, {"kind": "failed", "reason": reason}, ())
            limit_cpu(0)


def _cut(value: dict[str, Any], text: str, requests: IO[bytes], answers: IO[bytes]) -> None:
    """Send the passages of a text as they are found, and at last their number."""
    counter = cast(Embedder, _Counter(value["window"], requests, answers))
    document = codec.document_from(value["document"], text)
    found = passages.passages(document, counter, value["passage_tokens"])
    number = 0
    while some := [codec.passage_values(passage) for passage in islice(found, value["at_once"])]:
        number += len(some)
        if number <= value["most"]:
            send(answers, {"kind": "cut", "passages": some}, ())
    send(answers, {"kind": "done", "number": number}, ())


def main() -> None:
    """Cut texts until there are no more."""
    requests, answers = pipes()
    limit_memory(MEMORY)
    serve(requests, answers)


if __name__ == "__main__":
    main()
