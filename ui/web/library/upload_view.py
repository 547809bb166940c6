"""Uploads as HTML: where files are dropped, how far each is, and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pincite.corpus.counts import counted
from pincite.ingest.events import OUTCOMES, Event, Summary
from pincite.ingest.files.read import MB
from pincite.ingest.uploads import Limits
from pincite.ui.text.progress import passed_over
from pincite.ui.web.html import Html, attribute, isolated, shortened
from pincite.ui.web.wording import sentence

_NAMED = 200  # files that are named one by one
_NAME = 120  # characters of a file's name
_WORDS = {
    "added": "Added",
    "replaced": "Replaced",
    "unchanged": "Unchanged",
    "removed": "Removed",
    "refused": "Not read",
}


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file as the browser sent it; ``lost`` says why it is not here."""

    name: str
    lost: str = ""


def drop_zone(limits: Limits) -> Html:
    """Where files are dropped or chosen. The script beside it sends them and says how far it is."""
    size = f"{limits.file_bytes / MB:,g} MB"
    too_many = (
        f"An upload may have {limits.files:,} files. Split them into several uploads, or put "
        "them into a zip file of no more."
    )
    largest = f"{limits.upload_bytes / MB:,g} MB"
    too_large = f"An upload may have {largest}. Split the files into several uploads."
    return Html(
        '<form class="drop" data-files="{files}" data-largest="{file_bytes}"'
        ' data-bytes="{upload_bytes}" data-too-many="{too_many}"'
        ' data-too-large="{too_large}">'
        '<p class="call">Drop files or folders here, or '
        '<label class="choose"><input type="file" multiple class="unseen">'
        "<span>choose files</span></label></p>"
        '<p class="kinds">PDF, Word, PowerPoint, Excel, EPUB, HTML, Markdown, mail, text; a folder '
        "also as a zip file. Up to {size} a file, {files:,} files at once.</p>"
        '<label class="for-all"><span>Tags for them</span><input name="tags" maxlength="400" '
        'placeholder="none; several with commas" autocomplete="off"></label></form>'
        '<div class="sending"></div>'
    ).format(
        files=limits.files,
        file_bytes=limits.file_bytes,
        upload_bytes=limits.upload_bytes,
        too_many=attribute(too_many),
        too_large=attribute(too_large),
        size=size,
    )


def collections(tags: frozenset[str] | None) -> Html:
    """Into which collections a person's uploads go; nothing for those who have all."""
    if tags is None:
        return Html()
    named = Html(", ").join(Html("<b>{tag}</b>").format(tag=isolated(tag)) for tag in sorted(tags))
    how = "What you add goes into it" if len(tags) == 1 else "Add what you drop to one, as its tag"
    return Html('<p class="collections">Your {what}: {named}. {how}.</p>').format(
        what="collection" if len(tags) == 1 else "collections", named=named, how=how
    )


def reading(files: Sequence[UploadedFile], events: Iterable[Event], embedded: int) -> Html:
    """How far each file of an upload is while they are read."""
    fates = {event.source: event for event in events}
    names = [file.name for file in files]
    lines = [
        *(
            (file.name, _fate(fates[file.name]) if file.name in fates else _waiting(file))
            for file in files
        ),
        *((source, _fate(event)) for source, event in fates.items() if source not in set(names)),
    ]
    done = len(fates) + sum(bool(file.lost) for file in files if file.name not in fates)
    passages = f", {counted(embedded, 'passage')} embedded" if embedded else ""
    return Html(
        '<div class="arrivals"><p><b>Reading {files}</b> '
        '{done:,} done{passages}</p><progress max="{total}" value="{done}" '
        'aria-label="Files read"></progress>{lines}</div>'
    ).format(
        files=counted(len(files), "file"),
        done=done,
        passages=passages,
        total=max(len(lines), 1),
        lines=_lines(lines),
    )


def finished(files: Sequence[UploadedFile], summary: Summary) -> Html:
    """What was read of an upload, and what was not and why."""
    lost = [Event(file.name, "refused", reason=file.lost) for file in files if file.lost]
    events = [*lost, *summary.events]
    counts = Counter(event.outcome for event in events)
    said = ", ".join(
        f"{counts[outcome]:,} {_WORDS[outcome].lower()}" for outcome in OUTCOMES if counts[outcome]
    )
    warned = len(summary.warned)
    said += f", {warned:,} with a warning" if warned else ""
    # What a person has to see comes first.
    events.sort(key=lambda event: (event.outcome != "refused", not event.warnings))
    left_out = (
        Html("<p>{passed_over}</p>").format(passed_over=sentence(passed_over(summary.passed_over)))
        if summary.passed_over.total()
        else Html()
    )
    return Html(
        '<div class="arrivals done" role="status">'
        "<p><b>{said}</b></p>{left_out}"
        "{lines}"
        '<button type="button" class="quiet" data-verb="dismiss">Dismiss</button></div>'
    ).format(
        said=said or "There was nothing to read",
        left_out=left_out,
        lines=_lines((event.source, _fate(event)) for event in events),
    )


def failed(message: str) -> Html:
    """Why nothing of an upload was read."""
    return Html(
        '<div class="arrivals failed" role="alert"><p>{message}</p>'
        '<button type="button" class="quiet" data-verb="dismiss">Dismiss</button></div>'
    ).format(message=sentence(message))


def _waiting(file: UploadedFile) -> Html:
    return _said("refused", "Not read", [file.lost]) if file.lost else _said("waiting", "Waiting")


def _fate(event: Event) -> Html:
    said = _WORDS[event.outcome]
    if event.outcome in ("added", "replaced"):
        said += f", {counted(event.passages, 'passage')}"
    notes = [event.reason] if event.reason else list(event.warnings)
    if event.same_as:
        notes.append(f"it has the same contents as {event.same_as}")
    return _said(event.outcome, said, notes)


def _said(kind: str, said: str, notes: Sequence[str] = ()) -> Html:
    more = Html().join(
        Html('<p class="why">{note}</p>').format(note=sentence(note)) for note in notes
    )
    return Html('<span class="fate {kind}">{said}</span>{more}').format(
        kind=kind, said=said, more=more
    )


def _lines(lines: Iterable[tuple[str, Html]]) -> Html:
    drawn = [
        Html('<li><span class="name">{name}</span>{fate}</li>').format(
            name=isolated(shortened(name, _NAME)), fate=fate
        )
        for name, fate in lines
    ]
    more = (
        Html("<li>and {count:,} more</li>").format(count=len(drawn) - _NAMED)
        if len(drawn) > _NAMED
        else Html()
    )
    return Html("<ul>{drawn}{more}</ul>").format(drawn=Html().join(drawn[:_NAMED]), more=more)
