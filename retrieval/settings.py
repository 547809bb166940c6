"""What a person can set, each with its unit and meaning. Unknown names are refused."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from pincite.corpus.errors import SettingsError
from pincite.corpus.store.address import address
from pincite.retrieval.embedding.embedder import PACKAGED

_PREFIX = "PINCITE_"
LogFormat = Literal["lines", "json"]


class Settings(BaseModel):
    """Made by ``load_settings``, which reads ``PINCITE_*`` in the environment."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    library: Annotated[Path | str, BeforeValidator(address)] = Field(
        Path(".pincite"),
        description="The library's folder, or the address of a shared one: lance://FOLDER or "
        "s3://BUCKET/NAME.",
    )
    embedder: str = Field(
        PACKAGED,
        description="The embedding model: the packaged one's name, a folder, a name on the hub, "
        "or 'hashing' for word hashing without a model.",
    )
    precision: Literal["auto", "float32", "bfloat16", "int8"] = Field(
        "auto", description="Arithmetic of the model for documents; auto is the fastest here."
    )
    candidates: int = Field(
        300, ge=1, le=10_000, description="Passages taken from each index before fusion."
    )
    dense_weight: float = Field(
        0.6, ge=0, le=1, description="Share of the dense score in a passage's fused score."
    )
    read_passages: int = Field(
        60, ge=1, le=1000, description="Best passages whose sentences are read."
    )
    cross_encoder: str = Field(
        "packaged",
        description="The model that reads question and passage together: 'packaged', 'none', a "
        "folder, or the name of a cross-encoder or question-answering model on the hub.",
    )
    reranked_passages: int = Field(
        10,
        ge=0,
        le=100,
        description="Best passages that the cross-encoder reads; 0 turns it off.",
    )
    quotes: int = Field(
        3,
        ge=1,
        le=3,
        description="Quotes in an answer, at most. A question of more parts has one each.",
    )
    threshold: float | None = Field(
        None,
        ge=0,
        le=1,
        description="Confidence from which on an answer is ANSWERED; by default the calibration's.",
    )
    nearest: int = Field(3, ge=0, le=100, description="Nearest passages shown with an answer.")
    reading_seconds: float = Field(
        120, gt=0, le=86_400, description="Seconds that reading one file may take."
    )
    longest_question: int = Field(
        2000, ge=1, le=1_000_000, description="Characters in a question, at most."
    )
    writer: str | None = Field(
        None,
        description="The model that writes answers from the quotes, as PROVIDER:NAME (openai:…, "
        "ollama:…, anthropic:…); by default none.",
    )
    writer_url: str | None = Field(
        None,
        description="Address of the OpenAI-compatible server that has the writer openai:NAME.",
    )
    allow_tracing: Literal["0", "1"] = Field(
        "0",
        description="1 lets LangChain send questions and documents to LangSmith where that is "
        "asked for by LangSmith's own variables; by default nothing is sent.",
    )
    log_format: LogFormat = Field(
        "lines", description="The log of `pincite serve`: lines for people, or JSON objects."
    )

    @property
    def may_trace(self) -> bool:
        """Whether LangChain may send questions and documents to LangSmith."""
        return self.allow_tracing == "1"


def load_settings(**overrides: Any) -> Settings:
    """The settings of the environment, with ``overrides`` (those that are not None) on top.

    Raises:
        SettingsError: a name that is no setting, or a value that its setting does not take.
    """
    named = _from_environment(os.environ)
    named |= {name: value for name, value in overrides.items() if value is not None}
    try:
        return Settings(**named)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        known = ", ".join(Settings.model_fields)
        raise SettingsError(
            f"the setting {name} = {first['input']!r} is not valid: {first['msg']}; "
            f"the settings are {known}"
        ) from error


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    """What the environment sets, by the setting's name."""
    found: dict[str, Any] = {}
    for name, value in environment.items():
        if not name.startswith(_PREFIX):
            continue
        setting = name.removeprefix(_PREFIX).lower()
        if setting not in Settings.model_fields:
            raise SettingsError(
                f"{name} in the environment is not a setting of Pincite; the settings are "
                + ", ".join(sorted(f"{_PREFIX}{known.upper()}" for known in Settings.model_fields))
            )
        found[setting] = value
    return found
