"""The commands that measure the speed and memory of ingest, alone and beside others.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincite.corpus.errors import UsageError
from pincite.eval.console import (
    JsonFile,
    Overrides,
    output,
    progress_shown,
    require_writable,
    settings_of,
)

if TYPE_CHECKING:
    from pincite.retrieval.embedding.embedder import Embedder


def bench_ingest(
    pdfs: Annotated[
        Path | None, typer.Option(help="Ingest this folder of PDFs; print pages per second.")
    ] = None,
    files: Annotated[
        int | None, typer.Option(min=1, help="Ingest this many small files, twice.")
    ] = None,
    gigabytes: Annotated[
        float | None, typer.Option(min=0.001, help="Ingest this much generated text.")
    ] = None,
    file_mb: Annotated[
        float, typer.Option(min=0.001, help="With --gigabytes: the size of a file.")
    ] = 5,
    chunks: Annotated[
        bool,
        typer.Option("--chunks", help="Compare with chunks of 1,000 characters, on the article."),
    ] = False,
    memory: Annotated[
        list[float] | None,
        typer.Option(min=0.1, help="Print the memory that so many MB of text take; repeatable."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="With --memory: write it to this JSON file.")
    ] = None,
    config: Overrides = None,
) -> None:
    """Print how fast documents are ingested, and the memory it takes.

    PDFs are embedded with the embedder of the settings. Files and generated text are embedded only
    with --config embedder=NAME; without it, their vectors cost nothing, and only reading and
    storing are measured.
    """
    from pincite.eval.bench import ingest as benches
    from pincite.retrieval.engine import open_embedder

    require_writable(json_file)
    settings = settings_of(config)
    out = output()
    if pdfs is not None:
        benches.bench_pages(out, pdfs, open_embedder(settings))
    named = any(override.startswith("embedder=") for override in config or ())
    embedder: Embedder = open_embedder(settings) if named else benches.CheapEmbedder()
    if files is not None:
        benches.bench_files(out, files, embedder)
    if gigabytes is not None:
        benches.bench_bytes(out, gigabytes, embedder, round(file_mb * 1_000_000))
    if chunks:
        _bench_chunks(open_embedder(settings))
    if memory:
        _bench_memory(memory, json_file)
    if (pdfs, files, gigabytes, chunks, memory) == (None, None, None, False, None):
        raise UsageError(
            "name what to measure: --pdfs FOLDER, --files N, --gigabytes X, --memory MB or --chunks"
        )


def _bench_memory(sizes: list[float], json_file: Path | None) -> None:
    from pincite.eval.bench import ingest_memory as benches
    from pincite.eval.report import report

    with progress_shown() as progress:
        runs = benches.bench(sizes, progress)
    benches.show(output(), runs)
    if json_file:
        report.write_json(benches.to_json(runs), json_file)


def _bench_chunks(embedder: Embedder) -> None:
    from pincite.eval.bench import chunks as benches
    from pincite.eval.goldset import bundled
    from pincite.eval.run import document_of
    from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder

    if not isinstance(embedder, SentenceTransformerEmbedder):
        raise UsageError(
            f"the embedder {embedder.fingerprint} is not a sentence-transformers model, so it "
            "cannot embed chunks; name one: --config embedder=NAME"
        )
    (article,) = bundled().documents.values()
    benches.show(output(), benches.compare(document_of(article), embedder))


def bench_peers(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files of UTF-8 text (default: the article).")
    ] = None,
    json_file: JsonFile = None,
    config: Overrides = None,
) -> None:
    """Compare ingest, search and memory with LangChain's default, Chroma and txtai.

    All get the same text and the same model, and are measured in one run. Those that are not
    installed are named.
    """
    from importlib.resources import files as resources

    from pincite.eval.bench import peers as benches
    from pincite.eval.bench.questions import ARTICLE
    from pincite.eval.goldset import bundled
    from pincite.eval.report import report

    require_writable(json_file)
    article = Path(str(resources("pincite.corpus"))) / "documents" / ARTICLE
    asked = [q.question for q in bundled().questions][:50]
    model = settings_of(config).embedder
    with progress_shown() as progress:
        found = benches.compare(files or [article], asked, model, progress)
    benches.show(output(), found)
    if json_file:
        report.write_json(found.to_json(), json_file)
