"""From a file to a verbatim quote: with the real model, without a network, through accidents."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pincite.corpus.canonical import canonical
from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.answer import FoundPassage
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.settings import load_settings
from pincite.ui.web.ask.examples import ARTICLE
from tests.conftest import CUT_OFF, Pincite, process

ARTICLE_SHA256 = "7f109e0c094a91d5b30c5b8279b46ef4f2b34e04f61edb0959c31ad078fe2355"
COINED = "Who coined the phrase AI safety engineering?"
ELSEWHERE = (
    "What is the capital of France?",
    "Who won the football world cup in 1998?",
    "How do I remove a red wine stain from a carpet?",
    "When was the Great Wall of China built?",
    "What percentage of the earth's surface is water?",
    "Who is the owner of Reading Football Club?",
    "Which vaccines are safe during pregnancy?",
    "How many bones does an adult have?",
    "What time does the post office close on Saturdays?",
    "Who were the two mathematicians that invented calculus?",
    "Why do leaves turn yellow in autumn?",
    "What is the penalty for paying a tax bill late?",
    "When does the eclipse end in Chicago?",
    "Which planet has the most moons?",
    "How long should rice be cooked?",
    "What did the tenant agree to in the lease?",
    "Who painted the ceiling of the Sistine Chapel?",
    "What does the warranty of the washing machine cover?",
    "How far is it from Lisbon to Porto?",
    "Which team does the striker play for now?",
)
OFF_TOPIC = "How long does it take to boil an egg so that the yolk stays soft?"
ABROAD = [  # a text, what is asked, what the first quote says, and what is asked of something else
    (
        "Der Leuchtturm wurde im Jahr 1887 vom Ingenieur Karl Brandt erbaut. Er steht auf einer "
        "Klippe im Norden der Insel. Seit 1954 ist sein Licht elektrisch. Wer die Insel besucht, "
        "hat von dort den besten Blick auf das Meer.",
        "Wer hat den Leuchtturm erbaut?",
        "Karl Brandt",
        "Wie lange muss ein Ei kochen, damit der Dotter weich bleibt?",
    ),
    (
        "Маяк построил в 1887 году инженер Карл Брандт. Он стоит на скале на севере острова. С "
        "1954 года его свет электрический.",
        "Кто построил маяк?",
        "Карл Брандт",
        "Сколько варить яйцо, чтобы желток остался мягким?",
    ),
    (
        "这座灯塔由工程师卡尔·布兰特于1887年建造。它矗立在岛屿北部的悬崖上。自1954年以来它的灯光改为电力。",
        "谁建造了这座灯塔？",
        "布兰特",
        "鸡蛋要煮多久蛋黄才会保持柔软？",
    ),
]
SAID = {  # what one of an answer's quotes says
    "Who introduced the term AI safety engineering?": "Roman Yampolskiy",
    "What is a sleeper agent?": '"sleeper agent" models',
    "How much money did DSIT announce for AI safety research?": "£8.5 million",
    "Why are neural networks called black boxes?": "difficult to understand why",
    "Who wrote the book Superintelligence?": "Nick Bostrom",
    "When did the AI safety summit take place?": "November 2023",
    "What did Andrew Ng compare worries about AGI to?": "overpopulation on Mars",
    "Which book came out in 1988?": "Blay Whitby",
    "What are adversarial examples?": "intentionally designed",
    "Who discovered that small perturbations to an image cause misclassification?": "Szegedy",
    "What killed a pedestrian in 2018?": "self-driving car",
    "What does the TrojAI project do?": "identify and protect against Trojan attacks",
    "What is the prisoner's dilemma an example of?": "self-interest",
    "What is a stochastic parrot?": "stochastic parrots",
    "Who chaired the first International AI Safety Report?": "Yoshua Bengio",
    "What is calibration research for?": "model probabilities correspond",
    "How many training images had to change to plant a trojan?": "300 out of 3 million",
    "What did the United Nations General Assembly adopt in 2024?": "safe, secure and trustworthy",
    "How was the neuron that responds to Spider-Man found?": "CLIP",
    "What did China publish in September 2021?": "ethical guidelines",
    "What does OpenAI's charter commit to?": "stop competing",
}

_ALONE = f"""
{CUT_OFF}
from pincite.ui.cli import main

sys.argv = ["pincite", *sys.argv[1:]]
main()
"""


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The bundled article, taken in and asked with the packaged model."""
    folder = tmp_path_factory.mktemp("article")
    embedder = SentenceTransformerEmbedder()
    with Library.open(folder, create=True) as library:
        ingest_sources([Source(ARTICLE, "AI safety")], library, embedder)
    with Engine.open(folder, embedder=embedder) as opened:
        yield opened


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text, "utf-8")
    return file


def test_the_bundled_article_is_the_one_that_it_was() -> None:
    assert hashlib.sha256(ARTICLE.read_bytes()).hexdigest() == ARTICLE_SHA256


@pytest.mark.model
def test_a_phrase_that_was_coined_is_answered_with_its_sentence(engine: Engine) -> None:
    answer = engine.ask(COINED)
    best = answer.quotes[0]
    assert answer.status == "ANSWERED"
    start, end = best.highlights[0]
    marked = best.text[start - best.start : end - best.start]
    assert marked.startswith('In 2011, Roman Yampolskiy introduced the term "AI safety engineering')
    assert (best.title, best.section) == ("AI safety", ("History",))


@pytest.mark.model
@pytest.mark.parametrize("question", SAID)
def test_quotes_are_verbatim(engine: Engine, question: str) -> None:
    text = canonical(ARTICLE.read_text("utf-8"))
    whatever = load_settings(threshold=0.0)  # so that it has quotes, however sure of them
    with Engine.open(engine.library.folder, settings=whatever, embedder=engine.embedder) as bold:
        answer = bold.ask(question)
    assert 1 <= len(answer.quotes) <= 3
    shown: list[Quote | FoundPassage] = [*answer.quotes, *answer.nearest]
    assert [item for item in shown if text[item.start : item.end] != item.text] == []
    cut = [(quote, place) for quote in answer.quotes for place in quote.highlights]
    assert [place for quote, place in cut if text[slice(*place)] not in quote.text] == []


@pytest.mark.model
def test_nearly_all_questions_get_a_quote_that_answers_them(engine: Engine) -> None:
    missed = [
        question
        for question, said in SAID.items()
        if not any(said in quote.text for quote in engine.ask(question).quotes)
    ]
    assert len(missed) <= 2, missed


@pytest.mark.model
def test_what_the_article_does_not_say_is_not_found(engine: Engine) -> None:
    answer = engine.ask(OFF_TOPIC)
    assert (answer.status, answer.quotes) == ("NOT_FOUND", ())
    assert len(answer.nearest) == 3


@pytest.mark.model
def test_no_question_about_something_else_is_answered(engine: Engine) -> None:
    answered = [question for question in ELSEWHERE if engine.ask(question).status == "ANSWERED"]
    assert answered == []


@pytest.mark.model
def test_other_languages_are_answered_by_their_words_and_promise_no_probability(
    tmp_path: Path,
) -> None:
    sources = [
        Source(write(tmp_path, f"{number}.txt", text)) for number, (text, *_) in enumerate(ABROAD)
    ]
    embedder = SentenceTransformerEmbedder()
    with Library.open(tmp_path / "library", create=True) as library:
        ingest_sources(sources, library, embedder)
        engine = Engine(library, embedder)
        for _, question, said, elsewhere in ABROAD:
            answer = engine.ask(question)
            assert said in answer.quotes[0].text
            assert answer.trace.confidence_kind == "score"
            assert engine.ask(elsewhere).status == "NOT_FOUND"


@pytest.mark.model
def test_a_fresh_process_cut_off_from_the_network_ingests_and_answers(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if "OFFLINE" not in name}

    def cut_off(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", _ALONE, *arguments],
            env={**environment, "HOME": str(tmp_path), "HF_HOME": str(tmp_path / "hub")},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
        )

    taken = cut_off("ingest", str(ARTICLE))
    answered = cut_off("ask", COINED)
    assert (taken.returncode, answered.returncode, answered.stderr) == (0, 0, "")
    assert "1 added" in taken.stderr
    first = answered.stdout.partition("[2]")[0]
    assert first.startswith("[1] ")
    assert "In 2011, Roman Yampolskiy introduced the term" in first


def test_what_was_reported_before_a_kill_is_there_after_it(
    tmp_path: Path, pincite: Pincite
) -> None:
    (tmp_path / "many").mkdir()
    for number in range(120):
        sections = (
            f"== Part {part} ==\nBook {number} tells tale {part} to gulls.\n" for part in range(50)
        )
        write(tmp_path / "many", f"book{number:03}.txt", "\n".join(sections))
    with subprocess.Popen(
        [sys.executable, "-m", "pincite.ui.cli", "ingest", "many"],
        stderr=subprocess.PIPE,
        text=True,
    ) as ingesting:
        assert ingesting.stderr is not None
        said = [ingesting.stderr.readline() for _ in range(10)]
        ingesting.send_signal(signal.SIGKILL)
        said += ingesting.stderr.read().splitlines(keepends=True)
    assert ingesting.returncode == -signal.SIGKILL
    reported = {line.removeprefix("added: ").removesuffix(", 50 passages\n") for line in said}
    entries = json.loads(pincite("documents", "--json").stdout)
    assert len(reported) >= 10
    assert reported <= {entry["source"] for entry in entries}
    assert {entry["passages"] for entry in entries} == {50}
    run = pincite("ask", "To whom does book 3 tell tale 7?")
    assert run.code == 0
    assert "Book 3 tells tale 7 to gulls." in run.stdout
    assert pincite("doctor").code == 0
    assert "0 refused" in pincite("ingest", "many/book119.txt").stderr


@pytest.mark.usefixtures("notes")
def test_indexes_that_were_deleted_are_made_again(pincite: Pincite) -> None:
    before = pincite("ask", "Which owl hunts mice?")
    shutil.rmtree(Path(".pincite", "indexes"))
    after = pincite("ask", "Which owl hunts mice?")
    assert before.stdout.startswith("[1] The barn owl hunts mice at night.")
    assert after == before
    assert pincite("doctor").code == 0


@pytest.mark.usefixtures("notes")
def test_an_open_engine_answers_though_its_indexes_were_deleted() -> None:
    with Engine.open(".pincite", embedder=HashingEmbedder()) as engine:
        before = engine.ask("Which owl hunts mice?").quotes
        shutil.rmtree(Path(".pincite", "indexes"))
        assert engine.ask("Which owl hunts mice?").quotes == before


@pytest.mark.usefixtures("notes")
def test_what_another_process_takes_in_is_seen_by_the_next_question(tmp_path: Path) -> None:
    write(tmp_path, "ships.txt", "The schooner left Bergen with forty sailors.\n")
    with Engine.open(".pincite", embedder=HashingEmbedder()) as engine:
        before = engine.ask("Which owl hunts mice?")
        assert process("ingest", "ships.txt").returncode == 0
        after = engine.ask("Which schooner left Bergen?")
    (best, *_), said = before.quotes, "The barn owl hunts mice at night."
    assert best.text == f"{said} Its face is shaped like a heart."
    assert best.highlights == ((best.start, best.start + len(said)),)
    assert after.quotes[0].text == "The schooner left Bergen with forty sailors."
    assert after.trace.generation == before.trace.generation + 1


def test_what_another_process_removes_is_quoted_no_more(pincite: Pincite, notes: Path) -> None:
    ships = write(notes.parent, "ships.txt", "The schooner left Bergen with forty sailors.\n")
    pincite("ingest", ships)
    with Engine.open(".pincite", embedder=HashingEmbedder()) as engine:
        before = engine.search("Which schooner left Bergen?")
        assert process("remove", str(ships)).returncode == 0
        after = engine.search("Which schooner left Bergen?")
    assert before[0].title == "ships"
    assert {passage.title for passage in after} == {"notes"}
