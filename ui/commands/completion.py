"""What the shell offers for the name of a document or a tag, once completion is installed."""

from __future__ import annotations

import os
from pathlib import Path

import typer

from pincite.corpus.store import name_completion


def documents(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
    """Names of documents in the library that the line names, with their titles."""
    return name_completion.documents(_library(ctx), incomplete)


def tags(ctx: typer.Context, incomplete: str) -> list[str]:
    """Tags in the library that the line names."""
    return name_completion.tags(_library(ctx), incomplete)


def _library(ctx: typer.Context) -> Path:
    # Nothing has run yet that would have noted --library, nor may a bad setting say anything here.
    named = ctx.find_root().params.get("library") or os.environ.get("PINCITE_LIBRARY")
    return Path(named or ".pincite")  # a shared one is not looked at, which would take long
