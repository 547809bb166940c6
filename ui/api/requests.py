"""What comes in over the wire, for its checks and for the OpenAPI document."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from pincite.retrieval.conversation.turns import Role, Turn
from pincite.ui.api.models import CiteFormat

_QUESTION = Field(
    description="In natural language; at most 2,000 characters by default.",
    examples=["Who coined the phrase AI safety engineering?"],
)
_DOCUMENTS = Field(
    None,
    description="Ask only these documents, by name, path, title or id.",
    examples=[None],
    min_length=1,
)
_TAGS = Field(
    None, description="Ask only documents with one of these tags.", examples=[None], min_length=1
)

_HISTORY = Field(
    None,
    description='The conversation so far, oldest first. A question that leans on it, as in "and '
    'in Berlin?", is looked for with its words; `trace.carried` shows which.',
    examples=[None],
)
_CITE = Field(
    None,
    description="Give the quotes as citations too, in each of these formats. They come in the same "
    "answer, as `citations`, so that one call gives several formats, and quotes and citations are "
    "of one state of the library.",
    examples=[["bibtex"]],
    min_length=1,
)
_WRITE = Field(
    False,
    description="Let the writer of the server answer from the quotes as well, in sentences that "
    "are checked against them: `written` of the answer. Where it names none, this is a 422.",
)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Message(_Strict):
    """A turn of the conversation so far."""

    role: Role
    text: str


class _Question(_Strict):
    """A question, what was said before it, and what to ask it of."""

    question: str = _QUESTION
    documents: list[str] | None = _DOCUMENTS
    tags: list[str] | None = _TAGS
    history: list[Message] | None = _HISTORY

    @property
    def turns(self) -> list[Turn]:
        """The history as the engine takes it."""
        return [Turn(one.role, one.text) for one in self.history or ()]


class AskRequest(_Question):
    """A question, what was said before it, what to ask it of, and what the answer is to have."""

    cite: list[CiteFormat] | None = _CITE
    write: bool = _WRITE


class SearchRequest(_Question):
    """A question, what to search, and how much to bring."""

    k: int = Field(10, ge=1, le=1000, description="How many passages, at most.")
