"""A model's tokenizer, read once: the embedder and the cross-encoder count in the same words."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pincite.corpus.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer


@lru_cache(maxsize=4)
def tokenizer(file: Path) -> Tokenizer:
    """The tokenizer in a ``tokenizer.json``, without padding and truncation; the same for all.

    Whoever uses it leaves its lengths as they are, so several threads may use it at once.

    Raises:
        ModelError: the file is missing or damaged.
    """
    # Else it warns on a person's terminal when a process is started after it was used.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    try:
        opened = Tokenizer.from_file(str(file))
    except Exception as error:  # tokenizers raises no narrower one
        raise ModelError(
            f"the tokenizer {file} cannot be read ({error}); fetch its model again"
        ) from error
    opened.no_padding()
    opened.no_truncation()
    return opened
