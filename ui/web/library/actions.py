"""What a person does with the documents in the library's page, and what the page then shows."""

from __future__ import annotations

import copy
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Self

from pincite.corpus.errors import DocumentNotFoundError, PinciteError, UsageError
from pincite.corpus.store.address import address
from pincite.corpus.store.rows import Entry
from pincite.ingest.collections import Collections
from pincite.ingest.uploads import Intake
from pincite.ingest.wastebin import Removed, Wastebin
from pincite.retrieval.engine import Engine
from pincite.retrieval.health import examine
from pincite.ui.access import EVERYBODY, Person, Role, library_for
from pincite.ui.guides import SharedGuides
from pincite.ui.web.html import NO_HTML, Html
from pincite.ui.web.library import document_list, document_view, guide_view, notices
from pincite.ui.web.library.filter import Catalogue, Filter, Holdings
from pincite.ui.web.wording import FAILED

_LOG = logging.getLogger("pincite.web")
_UNDOABLE = 5  # removals that a page offers to undo
_GONE = "the library no longer has that document: somebody removed or renamed it"


@dataclass(frozen=True, slots=True)
class View:
    """What one browser sees of the library.

    ``opened`` is the open document as it was when it was opened, ``part`` the part of its text that
    is shown; ``notice`` is HTML on what was done last, and ``removed`` is what can be undone, the
    newest first.
    """

    filter: Filter = field(default_factory=Filter)
    opened: Entry | None = None
    part: int = 0
    notice: Html = NO_HTML
    removed: tuple[Removed, ...] = ()


class ViewState:
    """One browser's view. Who reads or changes it holds the ``lock``.

    Its requests overlap, and one that was begun earlier must not bring back what it saw then: not
    here, where each finds the view as the last one left it, nor in the browser, where what they
    draw can arrive in another order (see ``numbered``).
    """

    def __init__(self) -> None:
        self.view = View()
        self.questions = ""  # HTML, as it was found last
        self.lock = threading.Lock()
        self._drawn: dict[str, tuple[int, str]] = {}

    def numbered(self, part: str, html: str) -> str:
        """The HTML with a number in front by which the browser leaves out an older one.

        What is drawn as it was keeps its number, so that it stays the same to the byte. The
        numbers go on rising when the server starts anew, whose states are new.
        """
        number, was = self._drawn.get(part, (0, None))
        if html != was:
            number = max(number + 1, int(time.time() * 1000))
            self._drawn[part] = number, html
        return f"<!--{number}-->{html}"

    def __deepcopy__(self, memo: object) -> ViewState:
        return ViewState()  # Gradio copies what it gives to a new browser


@dataclass(frozen=True, slots=True)
class Shown:
    """The three parts of the page, as HTML."""

    documents: Html
    document: Html
    notice: Html


class LibraryActions:
    """Does what a page asks for, one action at a time. Safe to use from several threads.

    It lets everybody do everything; `of` makes the ones for a person.
    """

    def __init__(self, engine: Engine, intake: Intake, guides: SharedGuides | None = None) -> None:
        self._library = self._visible = engine.library
        self._settings = engine.settings.model_copy(
            update={"library": address(engine.library.name)}
        )
        self._bin = Wastebin(engine.library, engine.embedder, intake.remove)
        self._catalogue = Catalogue(engine.library)
        self._shared_guides = guides or SharedGuides(engine)
        self._guides = self._shared_guides.of(EVERYBODY)
        self._person = EVERYBODY
        self._collections: Collections | None = None  # all
        self._untagging = threading.Lock()

    def of(self, person: Person) -> Self:
        """The same for a person: they see and do what they may."""
        theirs = copy.copy(self)
        theirs._person = person
        theirs._visible = library_for(self._library, person)
        theirs._guides = self._shared_guides.of(person)
        if person.tags is not None:
            theirs._collections = Collections(self._library, person.tags)
        return theirs

    def do(self, view: View, asked: Mapping[str, str]) -> View:
        """Do what ``asked["verb"]`` says. What cannot be done is said in the view's notice."""
        if (known := _ACTIONS.get(asked.get("verb", ""))) is None:
            return view
        role, action = known
        try:
            self._person.require(role)
            return action(self, view, asked)
        except DocumentNotFoundError:
            return replace(view, notice=notices.problem(_GONE))
        except PinciteError as error:
            return replace(view, notice=notices.problem(str(error)))
        except Exception:
            _LOG.exception("the library's page could not do %r", asked.get("verb"))
            return replace(view, notice=notices.problem(FAILED))

    def show(self, view: View) -> Shown:
        """The page for a view, of the library as it is now."""
        holdings = self._holdings()
        opened = view.opened.id if view.opened else ""
        removed = [one for one in view.removed if self._may_undo(one)]
        return Shown(
            document_list.document_list(holdings, view.filter, opened, self._person),
            self._document(view, holdings),
            notices.notice(view.notice, removed),
        )

    def questions(self, view: View) -> Html | None:
        """The questions that the open document answers, as HTML; None where there are none yet.

        Takes as long as asking some of them, when it is asked first.
        """
        was = view.opened
        if was is None or all(entry.id != was.id for entry in self._holdings().entries):
            return None
        guide = self._guides.complete(was.id)
        return guide_view.questions(guide) if guide else None

    def _holdings(self) -> Holdings:
        return self._catalogue.holdings(self._person.tags)

    def _may_undo(self, removed: Removed) -> bool:
        return self._person.may("write") and self._person.sees(removed.tags)

    def _document(self, view: View, holdings: Holdings) -> Html:
        was = view.opened
        if was is None:
            return Html()
        entry = next((entry for entry in holdings.entries if entry.id == was.id), None)
        try:
            if entry is not None:
                guide = self._guides.known(entry.id)
                document = self._library.document(entry.id)
                return document_view.document_view(entry, document, view.part, guide, self._person)
        except DocumentNotFoundError:  # at this very moment
            pass
        same = [entry for entry in holdings.entries if entry.source == was.source]
        same += [entry for entry in holdings.entries if entry.text_sha256 == was.text_sha256]
        return document_view.gone(was, same[0] if same else None)

    def _filter(self, view: View, asked: Mapping[str, str]) -> View:
        words, tag, state, order = (asked.get(n, "") for n in ("words", "tag", "state", "order"))
        at = _number(asked, "at")
        if at < view.filter.at:  # it was overtaken on the way here
            return view
        return replace(view, filter=Filter(words, tag, state, order, at=at))

    def _page(self, view: View, asked: Mapping[str, str]) -> View:
        return replace(view, filter=replace(view.filter, page=_number(asked)))

    def _open(self, view: View, asked: Mapping[str, str]) -> View:
        entry = self._visible.find(asked.get("id", ""))
        return replace(view, opened=entry, part=0, notice=Html())

    def _turn(self, view: View, asked: Mapping[str, str]) -> View:
        return replace(view, part=_number(asked))

    def _close(self, view: View, asked: Mapping[str, str]) -> View:
        return replace(view, opened=None, part=0)

    def _dismiss(self, view: View, asked: Mapping[str, str]) -> View:
        return replace(view, notice=Html(), removed=())

    def _tag(self, view: View, asked: Mapping[str, str]) -> View:
        tags = [tag for tag in asked.get("tag", "").split(",") if tag.strip()]
        entry = self._visible.find(asked.get("id", ""))
        if self._collections:
            tags = self._collections.checked(tags)
        self._library.tag([entry.id], add=tags)
        return replace(view, notice=Html())

    def _untag(self, view: View, asked: Mapping[str, str]) -> View:
        tag = asked.get("tag", "")
        with self._untagging:  # of two at once, neither would be the last
            entry = self._visible.find(asked.get("id", ""))
            if self._collections:
                self._collections.check_untagging(entry, [tag])
            self._library.tag([entry.id], remove=[tag])
        return replace(view, notice=Html())

    def _rename(self, view: View, asked: Mapping[str, str]) -> View:
        source, title = asked.get("source", ""), asked.get("title", "")
        old = self._visible.find(asked.get("id", ""))
        if self._collections:
            self._collections.check_name(source)
        id = self._library.rename(old.id, source, title)
        was = view.opened
        return replace(
            view,
            opened=self._visible.find(id) if was and was.id == old.id else was,
            notice=notices.done("renamed", title),
        )

    def _remove(self, view: View, asked: Mapping[str, str]) -> View:
        removed = self._bin.remove(self._visible.find(asked.get("id", "")).id)
        was = view.opened
        return replace(
            view,
            opened=None if was and was.id == asked.get("id") else was,
            notice=notices.problem(removed.problem) if removed.problem else Html(),
            removed=(removed, *view.removed)[:_UNDOABLE],
        )

    def _undo(self, view: View, asked: Mapping[str, str]) -> View:
        token = asked.get("token", "")
        if any(one.token == token and not self._may_undo(one) for one in view.removed):
            raise UsageError(
                "the document is in none of your collections by now, so it stays removed; ask "
                "whoever runs this server"
            )
        restored = self._bin.undo(token)
        rest = tuple(removed for removed in view.removed if removed.token != token)
        notice = notices.done("put back", restored.title)
        if restored.problem:
            notice += notices.problem(restored.problem)
        return replace(view, notice=notice, removed=rest)

    def _forget(self, view: View, asked: Mapping[str, str]) -> View:
        source = asked.get("id", "")
        if self._collections:
            raise DocumentNotFoundError(source)  # files that could not be read are in none
        self._library.clear_failures([source])
        return replace(view, notice=notices.done("forgotten", source))

    def _examine(self, view: View, asked: Mapping[str, str]) -> View:
        deep = asked.get("deep") == "yes"
        return replace(view, notice=notices.health(examine(self._settings, deep=deep), deep))


_Action = Callable[[LibraryActions, View, Mapping[str, str]], View]
# By their verbs, with the role that each needs.
_ACTIONS: Mapping[str, tuple[Role, _Action]] = {
    "filter": ("read", LibraryActions._filter),
    "page": ("read", LibraryActions._page),
    "open": ("read", LibraryActions._open),
    "turn": ("read", LibraryActions._turn),
    "close": ("read", LibraryActions._close),
    "dismiss": ("read", LibraryActions._dismiss),
    "tag": ("write", LibraryActions._tag),
    "untag": ("write", LibraryActions._untag),
    "rename": ("write", LibraryActions._rename),
    "remove": ("write", LibraryActions._remove),
    "undo": ("write", LibraryActions._undo),
    "forget": ("write", LibraryActions._forget),
    "examine": ("admin", LibraryActions._examine),
}


def _number(asked: Mapping[str, str], name: str = "to") -> int:
    said = asked.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 16 else 0
