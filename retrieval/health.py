"""Is everything sound? Versions, model, library and indexes, looked at without changing any."""

from __future__ import annotations

import platform
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pincite.corpus.errors import LibraryNotFoundError, PinciteError
from pincite.corpus.store.library import Library
from pincite.retrieval.cross_encoder.cross_encoder import cross_encoder_for
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.libraries import file_problems, has_library, open_library
from pincite.retrieval.search.upkeep import index_differences, index_problems
from pincite.retrieval.settings import Settings
from pincite.retrieval.writing.types import Model
from pincite.retrieval.written_answer import Writers

_PACKAGES = (
    "pincite",
    "torch",
    "sentence-transformers",
    "onnxruntime",
    "faiss-cpu",
    "tantivy",
    "langchain-core",
    "gradio",
)


@dataclass(frozen=True, slots=True)
class Health:
    """What was looked at and what is wrong; ``problems`` is empty when all is well.

    ``notes`` are worth to know and no fault: what could not be checked, say.
    ``writer`` and ``writer_host`` are the model that writes answers and where it gets the quotes;
    None where none is named, or the one that is named cannot be opened.
    """

    versions: dict[str, str]
    embedder: str | None
    library: str
    exists: bool
    generation: int | None
    documents: int
    passages: int
    problems: tuple[str, ...]
    writer: str | None = None
    writer_host: str | None = None
    writer_is_local: bool | None = None
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The findings as JSON values."""
        return asdict(self)


def examine(settings: Settings, *, deep: bool = False) -> Health:
    """Look at everything that the settings name. A problem is reported, never raised.

    With ``deep``, every text, offset, vector and index entry is checked; without, what is quick to
    check: how the library's tables hang together, and the sums of the index files.
    """
    problems: list[str] = []
    fingerprint = None
    try:
        embedder = open_embedder(settings, problems.append)
        fingerprint = embedder.fingerprint
        cross_encoder_for(embedder, settings.cross_encoder)  # which looks at its files
    except PinciteError as error:
        problems.append(str(error))
    model = _writer(settings, problems)
    generation, documents, passages = None, 0, 0
    notes: list[str] = []
    exists = has_library(settings.library)
    if exists:
        try:
            with open_library(settings.library) as library:
                generation = library.generation
                documents, passages = library.counts()
                found = library.problems(deep=deep)
                problems += found
                if deep:
                    notes += library.notes()
                if fingerprint is not None:
                    library.require(fingerprint)
                if passages:
                    # Against a library that is damaged, nothing can be compared.
                    problems += _index_problems(library, deep and not found)
        except LibraryNotFoundError:
            exists = False
        except PinciteError as error:
            problems.append(str(error))
            if deep:
                problems += _file_problems(settings)
    return Health(
        versions=_versions(),
        embedder=fingerprint,
        library=str(settings.library),
        exists=exists,
        generation=generation,
        documents=documents,
        passages=passages,
        problems=tuple(dict.fromkeys(problems)),
        writer=None if model is None else model.name,
        writer_host=None if model is None else model.host,
        writer_is_local=None if model is None else model.is_local,
        notes=tuple(notes),
    )


def _file_problems(settings: Settings) -> list[str]:
    """The files that may be why a library cannot be opened or read."""
    try:
        return file_problems(settings.library)
    except PinciteError as error:
        return [str(error)]


def _writer(settings: Settings, problems: list[str]) -> Model | None:
    """The model that the settings name, opened and not called."""
    if settings.writer is None:
        return None
    try:
        from pincite.retrieval.writing.entailment import packaged_entailment

        packaged_entailment()  # which looks at its files
    except PinciteError as error:
        problems.append(str(error))
    try:
        return Writers().open(settings, lambda sentence: None).model
    except PinciteError as error:
        problems.append(str(error))
        return None


def _index_problems(library: Library, deep: bool) -> list[str]:
    if found := index_problems(library):
        return [f"{problem}; the next question rebuilds it" for problem in found]
    if not deep:
        return []
    with library.snapshot():
        return [
            f"{found}; rebuild them with: pincite rebuild" for found in index_differences(library)
        ]


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found
