"""What a person does with the documents in the library's page, and what the page then shows."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pincite.corpus.errors import DocumentNotFoundError, PinciteError
from pincite.corpus.store.rows import Entry
from pincite.ingest.uploads import Intake
from pincite.ingest.wastebin import Removed, Wastebin
from pincite.retrieval.engine import Engine
from pincite.retrieval.health import examine
from pincite.ui.guides import Guides
from pincite.ui.web.html import NO_HTML, Html
from pincite.ui.web.library import document_list, document_view, guide_view, notices
from pincite.ui.web.library.filter import Catalogue, Filter, Holdings
from pincite.ui.web.wording import FAILED

_LOG = logging.getLogger("pincite.web")
_UNDOABLE = 5  # removals that a page offers to undo
_GONE = (
    "that document is in the library no longer under this name: somebody has removed or renamed it "
    "meanwhile"
)


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
    """Does what a page asks for, one action at a time. Safe to use from several threads."""

    def __init__(self, engine: Engine, intake: Intake, guides: Guides | None = None) -> None:
        self._library = engine.library
        self._settings = engine.settings.model_copy(update={"library": engine.library.folder})
        self._bin = Wastebin(engine.library, engine.embedder, intake.remove)
        self._catalogue = Catalogue(engine.library)
        self._guides = guides or Guides(engine)
        self._actions: Mapping[str, Callable[[View, Mapping[str, str]], View]] = {
            "filter": self._filter,
            "page": self._page,
            "open": self._open,
            "turn": self._turn,
            "close": lambda view, asked: replace(view, opened=None, part=0),
            "tag": self._tag,
            "untag": self._untag,
            "rename": self._rename,
            "remove": self._remove,
            "undo": self._undo,
            "forget": self._forget,
            "examine": self._examine,
            "dismiss": lambda view, asked: replace(view, notice=Html(), removed=()),
        }

    def do(self, view: View, asked: Mapping[str, str]) -> View:
        """Do what ``asked["verb"]`` says. What cannot be done is said in the view's notice."""
        action = self._actions.get(asked.get("verb", ""))
        if action is None:
            return view
        try:
            return action(view, asked)
        except DocumentNotFoundError:
            return replace(view, notice=notices.problem(_GONE))
        except PinciteError as error:
            return replace(view, notice=notices.problem(str(error)))
        except Exception:
            _LOG.exception("the library's page could not do %r", asked.get("verb"))
            return replace(view, notice=notices.problem(FAILED))

    def show(self, view: View) -> Shown:
        """The page for a view, of the library as it is now."""
        holdings = self._catalogue.holdings()
        return Shown(
            document_list.document_list(
                holdings, view.filter, view.opened.id if view.opened else ""
            ),
            self._document(view, holdings),
            notices.notice(view.notice, view.removed),
        )

    def questions(self, view: View) -> Html | None:
        """The questions that the open document answers, as HTML; None where there are none yet.

        Takes as long as asking some of them, when it is asked first.
        """
        guide = self._guides.complete(view.opened.id) if view.opened else None
        return guide_view.questions(guide) if guide else None

    def _document(self, view: View, holdings: Holdings) -> Html:
        was = view.opened
        if was is None:
            return Html()
        entry = next((entry for entry in holdings.entries if entry.id == was.id), None)
        try:
            if entry is not None:
                guide = self._guides.known(entry.id)
                return document_view.document_view(
                    entry, self._library.document(entry.id), view.part, guide
                )
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
        entry = self._library.find(asked.get("id", ""))
        return replace(view, opened=entry, part=0, notice=Html())

    def _turn(self, view: View, asked: Mapping[str, str]) -> View:
        return replace(view, part=_number(asked))

    def _tag(self, view: View, asked: Mapping[str, str]) -> View:
        tags = [tag for tag in asked.get("tag", "").split(",") if tag.strip()]
        self._library.tag([asked.get("id", "")], add=tags)
        return replace(view, notice=Html())

    def _untag(self, view: View, asked: Mapping[str, str]) -> View:
        self._library.tag([asked.get("id", "")], remove=[asked.get("tag", "")])
        return replace(view, notice=Html())

    def _rename(self, view: View, asked: Mapping[str, str]) -> View:
        source, title = asked.get("source", ""), asked.get("title", "")
        id = self._library.rename(asked.get("id", ""), source, title)
        was = view.opened
        return replace(
            view,
            opened=self._library.find(id) if was and was.id == asked.get("id") else was,
            notice=notices.done("renamed", title),
        )

    def _remove(self, view: View, asked: Mapping[str, str]) -> View:
        removed = self._bin.remove(asked.get("id", ""))
        was = view.opened
        return replace(
            view,
            opened=None if was and was.id == asked.get("id") else was,
            notice=Html(),
            removed=(removed, *view.removed)[:_UNDOABLE],
        )

    def _undo(self, view: View, asked: Mapping[str, str]) -> View:
        token = asked.get("token", "")
        restored = self._bin.undo(token)
        rest = tuple(removed for removed in view.removed if removed.token != token)
        return replace(view, notice=notices.done("put back", restored.title), removed=rest)

    def _forget(self, view: View, asked: Mapping[str, str]) -> View:
        source = asked.get("id", "")
        self._library.clear_failures([source])
        return replace(view, notice=notices.done("forgotten", source))

    def _examine(self, view: View, asked: Mapping[str, str]) -> View:
        deep = asked.get("deep") == "yes"
        return replace(view, notice=notices.health(examine(self._settings, deep=deep), deep))


def _number(asked: Mapping[str, str], name: str = "to") -> int:
    said = asked.get(name, "")
    return int(said) if said.isdecimal() and len(said) < 16 else 0
