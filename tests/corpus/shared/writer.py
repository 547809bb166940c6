"""Puts one document after the other into a shared library, and says so after each.

python -m tests.corpus.shared.writer ADDRESS NAME
"""

from __future__ import annotations

import sys
from itertools import count

from pincite.retrieval.libraries import open_library
from tests.retrieval.conftest import fill, make_document

if __name__ == "__main__":
    address, name = sys.argv[1:]
    with open_library(address) as library:
        for i in count():
            text = f"The gull {name} number {i} eats fish on a cliff."
            fill(library, make_document(text, f"{name}-{i}.txt"))
            sys.stdout.write(f"{i}\n")
            sys.stdout.flush()
