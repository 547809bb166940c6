"""What a person does in the library's page, without a browser."""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import pytest

from pincite.corpus.errors import DiskFullError, UploadError
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.ingest import uploads
from pincite.ingest.files.read import MB
from pincite.ingest.uploads import Intake, Limits
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.ui.web.library.actions import LibraryActions, View, ViewState
from pincite.ui.web.library.uploads import Batch, received, taken
from tests.retrieval.conftest import fill, hashing_settings, small_documents
from tests.ui.markup import Drawn


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, *small_documents())
        yield Engine(library, HashingEmbedder(), hashing_settings())


@pytest.fixture
def actions(engine: Engine) -> LibraryActions:
    return LibraryActions(engine, Intake(engine, Limits()))


def said(actions: LibraryActions, view: View) -> str:
    """All that the page says."""
    shown = actions.show(view)
    return Drawn(shown.documents + shown.document + shown.notice).text


def id_of(engine: Engine, name: str = "birds.txt") -> str:
    return engine.library.find(name).id


def test_a_document_is_opened_tagged_renamed_removed_and_brought_back(
    engine: Engine, actions: LibraryActions
) -> None:
    id = id_of(engine)
    view = actions.do(View(), {"verb": "open", "id": id})
    assert "gull" in actions.show(view).document
    view = actions.do(view, {"verb": "tag", "id": id, "tag": " sea , old birds"})
    assert engine.library.find(id).tags == ("old birds", "sea")
    view = actions.do(view, {"verb": "untag", "id": id, "tag": "sea"})
    assert engine.library.find(id).tags == ("old birds",)
    asked = {"verb": "rename", "id": id, "title": "On birds", "source": "notes/birds.txt"}
    view = actions.do(view, asked)
    new = id_of(engine, "notes/birds.txt")
    assert view.opened is not None
    assert view.opened.id == new
    view = actions.do(view, {"verb": "remove", "id": new})
    assert engine.library.entry("notes/birds.txt") is None
    assert view.opened is None
    assert "Removed On birds" in said(actions, view)
    view = actions.do(view, {"verb": "undo", "token": view.removed[0].token})
    assert engine.library.find(new).tags == ("old birds",)
    assert "Put back: On birds" in said(actions, view)
    assert view.removed == ()


def test_a_removal_that_the_indexes_could_not_follow_says_so_and_offers_to_undo_it(
    engine: Engine, actions: LibraryActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(library: Library) -> None:
        raise DiskFullError("the indexes cannot be written")

    monkeypatch.setattr(uploads, "publish", full)
    view = actions.do(View(), {"verb": "remove", "id": id_of(engine)})
    assert engine.library.entry("birds.txt") is None
    assert "the indexes cannot be written" in said(actions, view).lower()
    view = actions.do(view, {"verb": "undo", "token": view.removed[0].token})
    assert engine.library.entry("birds.txt") is not None


def test_what_somebody_else_has_done_is_said_calmly(
    engine: Engine, actions: LibraryActions
) -> None:
    id = id_of(engine)
    view = actions.do(View(), {"verb": "open", "id": id})
    new = engine.library.rename(id, "other.txt")
    assert "has another name meanwhile" in said(actions, view)
    engine.library.remove([new])
    assert "was removed meanwhile" in said(actions, view)
    for asked in (
        {"verb": "remove", "id": id},
        {"verb": "tag", "id": id, "tag": "x"},
        {"verb": "rename", "id": id, "title": "t", "source": "s"},
        {"verb": "open", "id": id},
    ):
        assert "somebody removed or renamed it" in said(actions, actions.do(view, asked))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"verb": "tag", "tag": "x" * 65}, "choose a shorter one"),
        ({"verb": "rename", "source": " ", "title": "t"}, "is blank or not valid text"),
        ({"verb": "undo", "token": "nonsense"}, "can no longer be undone"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_changes_nothing(
    engine: Engine, actions: LibraryActions, asked: dict[str, str], sentence: str
) -> None:
    before = engine.library.entries()
    view = actions.do(View(), {"id": id_of(engine), **asked})
    assert sentence in said(actions, view)
    assert engine.library.entries() == before


def test_an_accident_is_logged_and_not_shown(
    engine: Engine, actions: LibraryActions, caplog: pytest.LogCaptureFixture
) -> None:
    engine.library.find = lambda name: 1 / 0  # type: ignore[method-assign, assignment, return-value]
    text = said(actions, actions.do(View(), {"verb": "open", "id": "x"}))
    assert "Something failed" in text
    assert "division" not in text
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    "asked", [{}, {"verb": "drop"}, {"verb": "turn", "to": "-1"}, {"verb": "page", "to": "1e9"}]
)
def test_a_request_that_no_page_makes_does_nothing(
    actions: LibraryActions, asked: dict[str, str]
) -> None:
    assert actions.do(View(), asked) == View()


def test_a_filter_that_was_overtaken_is_left_out(actions: LibraryActions) -> None:
    view = View()
    for at, words in ((1764187200002, "birds"), (1764187200001, "bir"), (1764187200003, "gulls")):
        view = actions.do(view, {"verb": "filter", "words": words, "at": str(at)})
        assert view.filter.words == ("birds" if words == "bir" else words)


def test_each_browser_has_a_view_of_its_own() -> None:
    first = ViewState()
    first.view = View(part=3)
    with first.lock:
        second = deepcopy(first)
        assert second.view == View()
        assert second.lock.acquire(blocking=False)


def test_what_is_drawn_later_has_a_higher_number_and_what_stays_keeps_its_own() -> None:
    state, other = ViewState(), ViewState()
    drawn = [state.numbered("documents", html) for html in ("a", "a", "b", "a")]
    assert drawn[0] == drawn[1]
    numbers = [int(html.removeprefix("<!--").partition("-->")[0]) for html in drawn]
    assert numbers[1] < numbers[2] < numbers[3]
    assert [html.partition("-->")[2] for html in drawn] == ["a", "a", "b", "a"]
    assert state.numbered("notice", "a").endswith("-->a")
    time.sleep(0.01)
    assert other.numbered("documents", "a") > drawn[3]  # as of a server that was started anew


def test_a_refused_file_is_forgotten(engine: Engine, actions: LibraryActions) -> None:
    engine.library.record_failures([Refusal("a/locked.pdf", "it is locked")])
    assert "It is locked." in said(actions, View())
    view = actions.do(View(), {"verb": "forget", "id": "a/locked.pdf"})
    assert engine.library.refusals() == []
    assert "Forgotten: a/locked.pdf" in said(actions, view)


def test_the_library_is_examined(engine: Engine, actions: LibraryActions) -> None:
    view = actions.do(View(), {"verb": "examine"})
    assert "The library is sound." in said(actions, view)
    assert "3 documents" in said(actions, view)
    (engine.library.folder / "indexes").rename(engine.library.folder / "gone")
    assert "1 problem" in said(actions, actions.do(view, {"verb": "examine", "deep": "yes"}))
    assert said(actions, actions.do(view, {"verb": "dismiss"})) == said(actions, View())


def test_only_files_that_were_sent_are_taken(tmp_path: Path) -> None:
    folder, name = tmp_path / "sent", "0" * 32
    (folder / "hash").mkdir(parents=True)
    (folder / "hash" / name).write_text("Sent.")
    secret = tmp_path / "elsewhere" / name
    secret.parent.mkdir()
    secret.write_text("Secret.")
    (folder / "hash" / ("1" * 32)).symlink_to(secret)
    (folder / "hash" / "config.json").write_text("{}")
    paths = [
        folder / "hash" / name,
        secret,
        folder / "hash" / ("1" * 32),
        folder / "hash" / "config.json",
        folder / ".." / "elsewhere" / name,
        folder / "hash" / ("2" * 32),
    ]
    sent = [{"name": f"{n}.txt", "size": 5, "path": str(path)} for n, path in enumerate(paths)]
    batch = received(sent, folder, Limits())
    assert [(upload.name, upload.path) for upload in batch.uploads] == [("0.txt", paths[0])]
    assert [bool(file.lost) for file in batch.files] == [False, True, True, True, True, True]


@pytest.mark.parametrize(
    "sent", [None, 3, [3], [{}], [{"name": 1, "path": 2}], [{"name": "a", "path": "\0"}]]
)
def test_nonsense_in_place_of_an_upload_takes_nothing(tmp_path: Path, sent: object) -> None:
    assert received(sent, tmp_path, Limits()).uploads == []


def test_a_file_over_the_limit_is_refused_by_name_with_both_sizes(tmp_path: Path) -> None:
    batch = received([{"name": "a.pdf", "size": 3 * MB, "path": ""}], tmp_path, Limits.of(2, 5))
    (file,) = batch.files
    assert file.lost == "it has 3.0 MB, and a file may have 2 MB; split it"


def sent(tmp_path: Path, **texts: str) -> Batch:
    """Files that lie where the server puts what is sent to it."""
    items = []
    for number, (name, text) in enumerate(texts.items()):
        path = tmp_path / "sent" / str(number) / f"{number:032x}"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        items.append({"name": f"{name}.txt", "size": len(text), "path": str(path)})
    return received(items, tmp_path / "sent", Limits())


def test_an_upload_is_taken_in_with_its_tags_and_its_files_are_deleted(
    engine: Engine, tmp_path: Path
) -> None:
    batch = sent(tmp_path, zebra="A zebra has stripes.", empty="")
    *_, last = taken(batch, ["new"], Intake(engine, Limits()))
    assert last.summary is not None
    assert (last.summary.count("added"), last.summary.count("refused")) == (1, 1)
    assert engine.library.find("zebra.txt").tags == ("new",)
    assert list((tmp_path / "sent").iterdir()) == []


def test_an_upload_that_is_refused_as_a_whole_is_deleted_too(
    engine: Engine, tmp_path: Path
) -> None:
    batch = sent(tmp_path, a="One.", b="Two.")
    with pytest.raises(UploadError, match="an upload may have 1"):
        list(taken(batch, [], Intake(engine, Limits(files=1))))
    assert list((tmp_path / "sent").iterdir()) == []


def test_an_upload_goes_on_when_nobody_listens_any_more(engine: Engine, tmp_path: Path) -> None:
    intake = Intake(engine, Limits())
    following = taken(sent(tmp_path, zebra="A zebra has stripes."), [], intake)
    next(following)
    following.close()  # type: ignore[attr-defined]
    *_, last = taken(sent(tmp_path / "then", emu="An emu runs."), [], intake)  # waits for the first
    assert last.summary is not None
    assert {"zebra.txt", "emu.txt"} <= {entry.source for entry in engine.library.entries()}
