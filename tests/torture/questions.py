"""Odd questions over the HTTP interfaces: none is ever answered with 500, or with a false quote."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pincite.corpus.store.library import Library
from tests.retrieval.conftest import fill, small_documents
from tests.torture.calls import JSON, Answered, caller, said_in_log, untrue
from tests.torture.memory import MB, sampled
from tests.torture.rows import Row, Tally
from tests.ui.server.started import started

PART = "questions"
_PLAIN = ("What does the herring gull eat?", "Where do gulls nest", "nine barrels", "Iceland storm")
_ODD = (
    *(
        "\0",
        "\x1b[31m",
        "\u202e",
        "\u200b",
        "\ufeff",
        "\ufffe",
        "e\u0301" * 9,
        "\U0001f9d1\u200d" * 9,
    ),
    *("ﷺ", "ß", "İ", "ǆ", "क्षि", "ไม่", "他吃什么", "١٩٩٧", "½", "Ω", "\u2028", "\r\n", "\t", "%00"),
    *("'; DROP TABLE documents; --", "{{7*7}}", "<script>", "../../etc/passwd", "a AND (b OR", '"'),
    *("NEAR/2", "*", "title:", "^", "~", "\\", "http://[::1", "1e309", "-0", "0x7f", "$" * 30),
    *("1/1/0000", "31 February 99999999999", "12:99", "²³", "M" * 30, "(((((", "[a-", "(?P<x>"),
)
_VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 1e308, 10**30, "", " ", [], {}, [None], [[]], ["x"], {"a": 1}),
    *("read", "user", [{"role": "user", "text": "a"}], [{"role": "x", "text": 1}], ["bibtex"]),
)
_FIELDS = (
    "question",
    "documents",
    "tags",
    "history",
    "cite",
    "write",
    "k",
    "messages",
    "model",
    "x",
)
_PATHS = ("/api/v1/ask", "/api/v1/search", "/v1/chat/completions")
_BODIES = (
    *(b"", b"{", b"null", b"[]", b'"', b"\xff\xfe", b'{"question": "\\ud800"}', b"[" * 10_000),
    *(b'{"question": NaN}', b'{"question": "a", "question": 7}', b"\xef\xbb\xbf{}", b"0" * 5000),
    *(b'{"a":' * 5000, b"{}{}", b'{"question":"\0"}', "{'question': 'ä'}".encode("utf-16")),
)

Call = tuple[str, str, bytes | None, dict[str, str]]


def run(folder: Path, count: int, seed: int) -> list[Row]:
    """So many calls, from one seed."""
    chance = random.Random(seed)
    with Library.open(folder / "library", create=True) as library:
        fill(library, *small_documents())
        texts = {entry.id: library.document(entry.id).text for entry in library.entries()}
    tally = Tally()
    with (
        started(folder / "log", "--library", str(folder / "library"), "serve") as server,
        sampled(server.process) as samples,
        caller(server) as connection,
    ):
        for _ in range(count):
            call = _call(chance, list(texts))
            try:
                _check(call, connection.call(*call), texts, tally)
            except Exception as error:
                tally.fault(f"{call[:3]!r:.300}: {type(error).__name__}: {error}")
        for sign in said_in_log(server):
            tally.fault(f"{sign!r} is in the log")
    tally.count = count
    figures = {"most memory": f"{samples.peak / MB:,.0f} MB"}
    return [tally.row(PART, "odd calls of ask, search, chat and documents", figures)]


def _check(call: Call, answer: Answered, texts: dict[str, str], tally: Tally) -> None:
    if answer.status >= 500 and answer.status != 503:
        tally.fault(f"{call[:3]!r:.300}: {answer.status} {answer.body[:200]!r}")
        return
    if call[1] == _PATHS[0] and answer.status == 200 and answer.body.startswith(b"{"):
        for what in untrue(answer.value, texts):
            tally.fault(f"{call[2]!r:.300}: {what}")
    tally.tell(f"answered with {answer.status // 100}xx")


def _call(chance: random.Random, ids: list[str]) -> Call:
    make: Callable[[random.Random, list[str]], Call] = chance.choices(
        (_question, _shape, _body, _document), (6, 2, 1, 1)
    )[0]
    return make(chance, ids)


def _text(chance: random.Random) -> str:
    """A question with odd things in it; now and then very long, or of any characters at all."""
    kind = chance.random()
    if kind < 0.1:
        length = chance.choice((0, 1, 1999, 2000, 2001, 20_000))
        return (chance.choice((*_PLAIN, *_ODD)) * length)[:length]
    if kind < 0.3:
        points = (chance.randrange(0x110000) for _ in range(chance.randrange(1, 60)))
        return "".join(map(chr, points))  # lone surrogates among them
    words = [chance.choice((*_PLAIN, *_ODD)) for _ in range(chance.randrange(1, 6))]
    return chance.choice(("", " ", "\n")).join(words)


def _question(chance: random.Random, ids: list[str]) -> Call:
    path, text = chance.choice(_PATHS), _text(chance)
    body: dict[str, object] = {"question": text}
    if path == _PATHS[2]:
        body = {"model": "pincite", "messages": [{"role": "user", "content": text}]}
        body["stream"] = chance.random() < 0.3
    elif chance.random() < 0.3:
        body["history"] = [
            {"role": role, "text": _text(chance)} for role in ("user", "assistant") * 2
        ]
    headers = dict(JSON)
    if chance.random() < 0.2:
        headers["Accept"] = "text/event-stream"
    if path != _PATHS[2] and chance.random() < 0.2:
        body[chance.choice(("documents", "tags"))] = [chance.choice((*ids, _text(chance)))]
    return "POST", path, json.dumps(body).encode(), headers


def _shape(chance: random.Random, ids: list[str]) -> Call:
    """An object whose fields have values of any type."""
    fields = chance.sample(_FIELDS, chance.randrange(1, 5))
    body = {name: chance.choice((*_VALUES, *_PLAIN)) for name in fields}
    return "POST", chance.choice(_PATHS), json.dumps(body).encode(), JSON


def _body(chance: random.Random, ids: list[str]) -> Call:
    """What is no JSON, or is not said to be."""
    body = chance.choice((*_BODIES, chance.randbytes(chance.randrange(200))))
    kind = chance.choice(("application/json", "text/plain", "multipart/form-data", "x", ""))
    return "POST", chance.choice(_PATHS), body, {"Content-Type": kind}


def _document(chance: random.Random, ids: list[str]) -> Call:
    """An address of a document, of a part of it, or of none."""
    name = chance.choice((*ids, ids[0][:5], "", _text(chance)))
    odd = quote(chance.choice((*_ODD, "-1", "0", "99999999999999999999")), errors="replace")
    rest = chance.choice(
        (
            "",
            "/guide",
            f"/pages/{odd}",
            f"/boxes?start={odd}&end={odd}",
            "/boxes?start=0&end=5",
            "/x",
        )
    )
    path = f"/api/v1/documents/{quote(name[:500], safe='', errors='replace')}{rest}"
    return "GET", path, None, {}
