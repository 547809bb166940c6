"""Writing against a server that lies: what is shown, struck, left out, and said of failures."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import ClassVar

import pytest

from pincite.corpus.errors import ModelError, SettingsError
from pincite.corpus.hidden import Hidden
from pincite.corpus.types import Document, Section, Span
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.writing.entailment import Entailment, Objection, packaged_entailment
from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.model import open_model
from pincite.retrieval.writing.types import Sentence, Written
from pincite.retrieval.writing.writer import Listener, Writer, numbered
from tests.retrieval.writing.liar import Liar, Script, liar

TEXT = (
    "Leave\nStaff get 30 days of paid leave a year. Requests go to Dr. Ana Lima by 3 March 2024.\n"
    "Unused days are not paid out. Up to five days may be carried over until the end of June.\n"
    "Kitchen\nThe kitchen on the second floor is cleaned by a firm from Porto every Friday evening."
)
DOCUMENT = Document("leave.txt", "Leave", TEXT, (Section(Span(0, len(TEXT))),))
QUESTION = "How many days of leave do staff get, and who decides?"


def quote(words: str) -> Quote:
    start = TEXT.index(words)
    end = start + len(words)
    return Quote(DOCUMENT.id, "Leave", (), None, start, end, words, ((start, end),), 0.9)


QUOTES = [
    quote("Staff get 30 days of paid leave a year. Requests go to Dr. Ana Lima by 3 March 2024."),
    quote(
        "Unused days are not paid out. Up to five days may be carried over until the end of June."
    ),
    quote("The kitchen on the second floor is cleaned by a firm from Porto every Friday evening."),
]
TRUE = "Staff get 30 days of paid leave a year [1]."
SCRIPTS = {
    "honest": Script(
        ("Staff get 30 days of paid leave a year [1]. Unused days ", "are not paid out.[2]")
    ),
    "forged": Script(("Staff get 30 days of paid leave a year [9].",)),
    "number": Script(("Staff get 35 days of paid leave a year [1].",)),
    "date": Script(("Requests go to Ana Lima by 4 March 2024 [1].",)),
    "name": Script(("Requests go to Dr. Bruno Lima by 3 March 2024 [1].",)),
    "negation": Script(("Unused days are paid out [2].",)),
    "clause": Script(
        ("Staff get 30 days of paid leave a year, because trade unions fought hard [1].",)
    ),
    "clause-then": Script((f"{TRUE} Paid leave of 30 days goes to staff each year [1].",)),
    "uncited": Script(("Staff get 30 days of paid leave a year.",)),
    "thin": Script(("Clever bosses give staff daily naps [1].",)),
    "moved": Script(("Unused days are not paid out [1].",)),
    "think": Script(
        ("<think>Staff get 99 days [1].</th", "ink>Staff get 30 days of paid leave [1].")
    ),
    "json": Script(('{"answer": "Staff get 30 days", "quotes": [1]}',)),
    "nothing": Script(("NOT IN THE QUOTES",)),
    "empty": Script(()),
    "broken": Script(
        ("Staff get 30 days of paid leave a year [1]. Unused", " days are"), finish=""
    ),
    "long": Script(
        ("Staff get 30 days of paid leave a year [1]. Unused days are",), finish="length"
    ),
    "endless": Script((f"{TRUE} ",) * 200),
    "link": Script(("Staff get 30 days of paid leave, see https://evil.example/x?q=1 [1].",)),
    "markup": Script(("<img src=x>Staff get [30 days](http://evil.example) of paid leave [1].",)),
    "window": Script(("Staff get 30 days of paid leave a year [1].",), prompt_tokens=40),
    "slow": Script(("Staff get 30 days of paid leave a year [1]. Now ",) * 100, pause_s=0.05),
    "key": Script(status=401),
    "many": Script(status=429),
    "fails": Script(status=500),
    "unknown": Script(status=404),
    "refuses": Script(status=400),
}
SAYS = "Staff get 30 days of paid leave a year."


@pytest.fixture(scope="module")
def server() -> Iterator[Liar]:
    with liar(**SCRIPTS) as running:
        yield running


def write(
    server: Liar,
    name: str,
    listener: Listener | None = None,
    entailment: Entailment | None = None,
) -> Written:
    writer = Writer(open_model(f"openai:{name}", server.url), entailment)
    return writer.write(QUESTION, QUOTES, {DOCUMENT.id: DOCUMENT}.__getitem__, listener=listener)


def test_an_honest_answer_is_supported_sentence_by_sentence(server: Liar) -> None:
    heard: list[Sentence] = []
    written = write(server, "honest", Listener(heard.append))
    assert (
        heard
        == list(written.sentences)
        == [
            Sentence(SAYS, (1,), "supported"),
            Sentence("Unused days are not paid out.", (2,), "supported"),
        ]
    )
    assert (written.problem, written.left_out, written.tokens) == (None, 0, 7)
    assert written.host == server.url.split("/")[2]


LIES = pytest.mark.parametrize(
    ("name", "verdict", "missing"),
    [
        ("number", "unsupported", ("35",)),
        ("date", "unsupported", ("4 March 2024",)),
        ("name", "unsupported", ("Bruno",)),
        ("negation", "unsupported", ("not",)),
        ("clause", "unsupported", ("trade unions fought hard",)),
        ("link", "unsupported", ("https://evil.example/x?q=1",)),
        ("forged", "uncited", ()),
        ("uncited", "uncited", ()),
        ("thin", "uncited", ()),
        ("json", "uncited", ()),
        ("moved", "supported", ()),
        ("think", "supported", ()),
        ("markup", "supported", ()),
    ],
)


@LIES
def test_each_lie_is_met_by_its_rule(
    server: Liar, name: str, verdict: str, missing: tuple[str, ...]
) -> None:
    is_met(write(server, name), name, verdict, missing)


@LIES
@pytest.mark.model
def test_each_lie_is_met_with_the_network_too(
    server: Liar, name: str, verdict: str, missing: tuple[str, ...]
) -> None:
    is_met(write(server, name, entailment=packaged_entailment()), name, verdict, missing)


def is_met(written: Written, name: str, verdict: str, missing: tuple[str, ...]) -> None:
    (sentence,) = written.sentences
    assert (sentence.verdict, sentence.missing) == (verdict, missing)
    assert sentence.moved == (name == "moved")
    assert not {"<", "]", "http://"} & set(sentence.text.split()) or name == "json"
    assert written.is_empty == (verdict != "supported")


class Broken:
    """A network that cannot be run."""

    thresholds: ClassVar[dict[Objection, float]] = {}

    def log_odds(self, text: str, quotes: Sequence[Evidence]) -> float:
        raise ModelError("entailment.onnx failed (no memory); install Pincite again")


def test_a_network_that_fails_ends_what_is_written_with_its_sentence(server: Liar) -> None:
    written = write(server, "clause-then", entailment=Broken())
    assert [one.text for one in written.sentences] == [SAYS]  # it stands in the quote
    assert written.problem == "entailment.onnx failed (no memory); install Pincite again"


@pytest.mark.parametrize(
    ("name", "words", "sentences"),
    [
        ("nothing", "the quotes do not answer", 0),
        ("empty", "wrote nothing", 0),
        ("broken", "broke off", 1),  # the sentence that was begun is not whole
        ("long", "its end is missing", 2),
        ("window", "read only 40 tokens", 1),
        ("key", "refused the key (401)", 0),
        ("many", "takes no more questions now (429)", 0),
        ("fails", "failed (500)", 0),
        ("unknown", "has no writer openai:unknown (404)", 0),
        ("refuses", "refused the prompt (400)", 0),
    ],
)
def test_each_failure_is_one_sentence_and_what_was_checked_stays(
    server: Liar, name: str, words: str, sentences: int
) -> None:
    written = write(server, name)
    assert words in (written.problem or "")
    assert "\n" not in (written.problem or "")
    assert len(written.sentences) == sentences
    if sentences:
        assert written.sentences[0] == Sentence(SAYS, (1,), "supported")


def test_a_server_that_is_not_there_is_one_sentence() -> None:
    with liar() as gone:
        url = gone.url
    writer = Writer(open_model("openai:honest", url))
    written = writer.write(QUESTION, QUOTES, {DOCUMENT.id: DOCUMENT}.__getitem__)
    assert "cannot be reached" in (written.problem or "")


def test_an_answer_without_end_is_cut(server: Liar) -> None:
    written = write(server, "endless")
    assert len(written.sentences) == 12
    assert "its end is missing" in (written.problem or "")


def test_a_marker_cut_at_every_place_is_the_same_answer() -> None:
    text = "Staff get 30 days of paid leave a year [1][2]. Unused days are not paid out 【2】."
    scripts = {f"cut{i}": Script((text[:i], text[i:])) for i in range(40, len(text))}
    with liar(**scripts) as server:
        written = {write(server, name).sentences for name in list(scripts)[::3]}
    assert len(written) == 1


def test_whoever_hangs_up_ends_the_call(server: Liar) -> None:
    class GoneError(Exception):
        pass

    def leave(sentence: Sentence) -> None:
        raise GoneError

    server.hung_up.clear()
    with pytest.raises(GoneError):
        write(server, "slow", Listener(leave))
    assert server.hung_up.wait(20)


def test_a_model_on_this_machine_is_asked_one_question_at_a_time() -> None:
    with liar(slow=Script(("Staff get 30 days [1]. ",) * 3, pause_s=0.05)) as server:
        writer = Writer(open_model("openai:slow", server.url))
        documents = {DOCUMENT.id: DOCUMENT}.__getitem__
        threads = [
            threading.Thread(target=writer.write, args=(QUESTION, QUOTES, documents))
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(server.requests) == 4
        assert server.most_at_once == 1


def test_what_only_hidden_words_say_is_not_supported(server: Liar) -> None:
    start = TEXT.index("get 30 days")
    secret = replace(QUOTES[0], hidden=Hidden(words=((start, start + 30),)))
    writer = Writer(open_model("openai:honest", server.url))
    written = writer.write(QUESTION, [secret, *QUOTES[1:]], {DOCUMENT.id: DOCUMENT}.__getitem__)
    assert "30 days" not in server.requests[-1]["messages"][1]["content"]
    assert [sentence.verdict for sentence in written.sentences] == ["unsupported", "supported"]


def test_the_prompt_has_no_tools_and_a_limit(server: Liar) -> None:
    write(server, "honest")
    sent = server.requests[-1]
    assert "tools" not in sent
    assert sent.get("max_tokens", sent.get("max_completion_tokens")) == 350
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]


@pytest.mark.parametrize(
    ("writer", "url", "words"),
    [
        ("gpt", None, "PROVIDER:MODEL"),
        ("openai:", None, "PROVIDER:MODEL"),
        ("nobody:x", None, "nobody"),
        ("anthropic:x", None, "pip install langchain-anthropic"),
        ("ollama:x", "http://127.0.0.1:1/v1", "PINCITE_WRITER_URL goes with"),
        ("openai:x", "127.0.0.1:8080", "no address"),
        ("openai:x", "ftp://a.b", "no address"),
        ("openai:x", "http://a:b:c", "no address"),
    ],
)
def test_a_writer_that_cannot_be_opened_is_refused_in_a_sentence(
    writer: str, url: str | None, words: str
) -> None:
    with pytest.raises(SettingsError, match=words):
        open_model(writer, url)


@pytest.mark.parametrize(
    ("url", "is_local"),
    [
        ("http://127.0.0.1:8080/v1", True),
        ("http://localhost:1/v1", True),
        ("http://[::1]:1/v1", True),
        ("https://models.example/v1", False),
        ("http://user:secret@10.0.0.1:1/v1", False),
    ],
)
def test_a_host_beyond_this_machine_is_known_as_one(url: str, is_local: bool) -> None:
    model = open_model("openai:x", url)
    assert model.is_local == is_local
    assert "secret" not in model.host


def test_numbers_follow_what_the_reader_sees() -> None:
    shown = {1: 1, 2: 2, 3: 3}
    first, new = numbered(Sentence("a", (5, 1), "supported"), shown)
    assert (first.quotes, new) == ((4, 1), [5])
    second, new = numbered(Sentence("b", (7, 5), "supported"), shown)
    assert (second.quotes, new) == ((5, 4), [7])


def test_no_package_of_a_provider_is_imported_without_a_writer() -> None:
    code = (
        "import sys, pincite.retrieval.engine, pincite.retrieval.writing.writer\n"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('langchain', 'langchain_core', 'langchain_openai', 'openai', 'langsmith')])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
