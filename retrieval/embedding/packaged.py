"""The embedder that comes with Pincite: run by ONNX Runtime, so that a question needs no torch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property

from pincite.corpus.errors import ModelError
from pincite.corpus.types import Span
from pincite.retrieval.embedding import embedder
from pincite.retrieval.embedding.embedder import PACKAGED, SentenceTransformerEmbedder
from pincite.retrieval.embedding.forward_pass import MeanPooling, Vectors
from pincite.retrieval.embedding.onnx import EIGHT_BIT, LONGEST, OnnxNetwork
from pincite.retrieval.inference import has_fast_bytes


class PackagedEmbedder(SentenceTransformerEmbedder):
    """all-MiniLM-L6-v2: questions in float32, documents in what is fastest.

    torch is imported only if

    - documents are embedded where bfloat16 is faster, or the settings ask for it,
    - ONNX Runtime cannot be used, or
    - somebody asks for ``model`` or ``network``.

    Args:
        precision: of documents, as of `SentenceTransformerEmbedder`; or ``int8``, which ``auto`` is
            where the processor has instructions for it (cosines to float32 are at least 0.997).
        say: hears a sentence if torch has to take ONNX Runtime's place, or float32 that of int8.

    Raises:
        ModelError: a file of the model is missing, or not the publisher's.
    """

    def __init__(
        self, precision: str = "auto", say: Callable[[str], None] = lambda sentence: None
    ) -> None:
        super().__init__(PACKAGED, "auto" if precision == "int8" else precision)
        self._asked = precision
        self._say = say
        self._onnx: OnnxNetwork | None = None
        try:
            self._onnx = OnnxNetwork(self.folder)
        except ModelError as error:
            say(f"{error}; torch reads questions instead, and takes seconds longer to start")

    @property
    def window(self) -> int:
        """See `Embedder`."""
        return LONGEST - 2

    def count(self, texts: Sequence[str]) -> list[int]:
        """See `Embedder`."""
        return super().count(texts) if self._onnx is None else self._onnx.count(texts)

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        if self._onnx is None or self._prefers_torch():
            return super().embed_documents(texts)
        return self._documents.embed_whole(texts)

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Vectors]:
        """See `Embedder`: parts are embedded where they stand."""
        if self._onnx is None or self._prefers_torch():
            return super().embed_parts(texts, parts)
        return self._documents.embed(texts, parts)

    def _rows_of_question(self, pieces: list[str]) -> Vectors:
        if self._onnx is None:
            return super()._rows_of_question(pieces)
        return MeanPooling(self._onnx).embed_whole(pieces)

    @cached_property
    def _documents(self) -> MeanPooling:
        if self._asked == "int8" or (self._asked == "auto" and has_fast_bytes()):
            try:
                return MeanPooling(OnnxNetwork(self.folder, EIGHT_BIT, packed=True))
            except ModelError as error:
                self._say(f"{error}; documents are embedded in float32 instead, which is slower")
        return MeanPooling(OnnxNetwork(self.folder, packed=True))

    def _prefers_torch(self) -> bool:
        if self._asked == "auto":
            return embedder.has_fast_bfloat16()
        return self._asked == "bfloat16"
