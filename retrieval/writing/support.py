"""The probability that quotes support a sentence, from the signs against it.

A logistic model, fitted by ``pincite eval claims --fit`` on sentences written by hand and by a
program; ``support.json`` beside this file has its weights and how well they tell on files left out.
It is fitted twice: for the vectors of the packaged embedder, and without vectors, for any other.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from pincite.retrieval.confidence.confidence import Logistic

FILE = Path(str(files("pincite.retrieval.writing"))) / "support.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Support:
    """A fitted model.

    Attributes:
        embedder: the fingerprint of the embedder whose vectors it takes; empty where none.
        model: on the signs.
        threshold: the probability below which a sentence is not shown.
        about: data, date and scores of the fit, for people.
    """

    embedder: str
    model: Logistic
    threshold: float
    about: Mapping[str, Any]

    def supports(self, signs: Mapping[str, float]) -> bool:
        """Whether a sentence with these signs is shown."""
        return self.model.probability(signs) >= self.threshold

    def strongest(self, signs: Mapping[str, float]) -> str:
        """The name of the sign that speaks most against the sentence."""
        weights, scale = self.model.weights, self.model.scale
        return min(weights, key=lambda name: weights[name] * signs[name] / scale[name])

    def to_json(self) -> dict[str, Any]:
        """The model as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Support:
        """Read what ``to_json`` wrote."""
        return cls(
            value["embedder"], Logistic(**value["model"]), value["threshold"], value["about"]
        )


@cache
def packaged() -> Mapping[str, Support]:
    """The models that come with Pincite, by their embedder.

    Raises:
        ValueError: another format.
    """
    value = json.loads(FILE.read_text("utf-8"))
    if value.get("format") != FORMAT:
        raise ValueError(f"{FILE.name} has format {value.get('format')!r}, expected {FORMAT}")
    return {one.embedder: one for one in map(Support.from_json, value["models"])}


def write(models: Iterable[Support], file: Path = FILE) -> None:
    """Write models for ``packaged``."""
    value = {"format": FORMAT, "models": [one.to_json() for one in models]}
    file.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
    packaged.cache_clear()
