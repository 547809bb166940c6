"""Source code and settings files: text as it is, so that a quote is a quote of the file."""

from __future__ import annotations

from pincite.ingest.readers.base import Heading
from pincite.ingest.readers.plain.text import TextReader

_SUFFIXES = {
    "text/x-python": ".py .pyi",
    "text/javascript": ".js .mjs .cjs .jsx",
    "text/x-typescript": ".ts .tsx .mts",
    "text/x-java": ".java",
    "text/x-c": ".c .h",
    "text/x-c++": ".cc .cpp .cxx .hh .hpp",
    "text/x-csharp": ".cs",
    "text/x-rust": ".rs",
    "text/x-go": ".go",
    "text/x-ruby": ".rb",
    "text/x-php": ".php",
    "text/x-perl": ".pl .pm",
    "text/x-swift": ".swift",
    "text/x-kotlin": ".kt .kts",
    "text/x-scala": ".scala",
    "text/x-haskell": ".hs",
    "text/x-julia": ".jl",
    "text/x-r": ".r",
    "text/x-lua": ".lua",
    "text/x-sh": ".sh .bash .zsh .ps1 .bat",
    "text/x-sql": ".sql",
    "text/css": ".css .scss .less",
    "application/toml": ".toml",
    "application/yaml": ".yaml .yml",
    "text/x-ini": ".ini .cfg .conf .properties",
    "text/x-diff": ".diff .patch",
    "application/x-bibtex": ".bib",
    "application/x-subrip": ".srt .vtt",
}


def _no_headings(text: str) -> list[Heading]:
    return []


CODE = tuple(
    TextReader(media_type, frozenset(suffixes.split()), _no_headings)
    for media_type, suffixes in _SUFFIXES.items()
)
