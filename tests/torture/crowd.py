"""Many users at once, each with documents of their own, while the server's memory is watched."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

from pincite.corpus.store.library import Library
from pincite.ui.server.people import write_people
from tests.retrieval.foreign_documents import PEOPLE, People, store_all
from tests.torture.calls import JSON, Answered, caller, said_in_log, untrue
from tests.torture.memory import MB, sampled, slope
from tests.torture.rows import Row, Tally
from tests.ui.server.started import Started, started
from tests.ui.visitors import account

PART = "crowd"
USERS = 64
_WARM = 0.25  # of the time, in which caches fill
_GROWTH = (
    0.05  # of its memory, that a server may at most have grown by in the time that is measured
)


def run(folder: Path, count: int, seed: int) -> list[Row]:
    """64 users of 20 accounts, for ``count`` seconds."""
    people, place = People(seed), folder / "library"
    with Library.open(place, create=True) as library:
        store_all(people, library)
    tokens = [f"{number:020}" for number in range(PEOPLE)]
    accounts = {
        f"p{n}": account(f"p{n}", "read", people.tags[n], token=tokens[n]) for n in range(PEOPLE)
    }
    write_people(folder / "people", accounts)
    options = ("--library", str(place), "serve", "--auth", str(folder / "people"))
    tally = Tally()
    with started(folder / "log", *options) as server, sampled(server.process) as samples:
        end = time.monotonic() + count
        threads = [
            threading.Thread(target=_ask, args=(server, people, tokens, user, seed, end, tally))
            for user in range(USERS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for sign in said_in_log(server):
            tally.fault(f"{sign!r} is in the log")
    warm = next((i for i, at in enumerate(samples.times) if at > count * _WARM), 0)
    figures = {"seconds": f"{count:,}", "most memory": f"{samples.peak / MB:,.0f} MB"}
    if samples.own[warm:]:
        grown = slope(samples.times[warm:], samples.own[warm:])
        figures["memory grows by"] = str(grown)
        if grown.low / 60 * count > _GROWTH * samples.own[warm]:
            tally.fault(f"the memory grows by {grown}")
    return [tally.row(PART, f"questions of {USERS} users at once, of {PEOPLE} accounts", figures)]


def _ask(
    server: Started,
    people: People,
    tokens: list[str],
    user: int,
    seed: int,
    end: float,
    tally: Tally,
) -> None:
    """Ask as one user until the time is over: of their own documents, and of others'."""
    person, chance = user % PEOPLE, random.Random(seed * 1000 + user)
    own, foreign = people.seen_by(person), people.foreign_to(person)
    texts = {secret.document.id: secret.document.text for secret in own}
    headers = {**JSON, "Authorization": f"Bearer {tokens[person]}"}
    with caller(server) as connection:
        while time.monotonic() < end:
            is_own = chance.random() < 0.7
            secret = chance.choice(own if is_own else foreign)
            question = f"How much does the {secret.word} cost?"
            try:
                answer = connection.ask(question, headers=headers)
                _check(answer, secret.word, texts, is_own=is_own, tally=tally)
            except Exception as error:
                tally.fault(f"user {user}: {type(error).__name__}: {error}")


def _check(
    answer: Answered, word: str, texts: dict[str, str], *, is_own: bool, tally: Tally
) -> None:
    if answer.status == 503:
        tally.tell("told to ask again")
        return
    if answer.status != 200:
        tally.fault(f"{answer.status} {answer.body[:200]!r}")
        return
    value = answer.value
    wrong = list(untrue(value, texts))
    quoted = " ".join(quote["text"] for quote in value["quotes"])
    if is_own and f"The {word} costs nine crowns a day." not in quoted:
        wrong.append(f"their own {word} is not quoted")
    if wrong:
        tally.fault("; ".join(wrong))
    else:
        tally.tell("own document quoted" if is_own else "nothing of another's")
