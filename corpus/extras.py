"""The optional parts of an installation, ``pincite[NAME]``, and the sentence where one is missing.

Each extra has the modules that it brings and the code imports; nothing here imports them.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import Literal

from pincite.corpus.errors import MissingExtraError

Extra = Literal["serve", "langchain", "eval", "ocr", "legacy", "write", "shared"]

# As pyproject.toml has them, by the names that Python imports; tests/deploy compares the two.
MODULES: dict[Extra, tuple[str, ...]] = {
    "serve": (
        *("fastapi", "gradio", "markupsafe", "mcp", "mcp_types", "prometheus_client"),
        *("python_multipart", "starlette", "uvicorn"),
    ),
    "langchain": ("langchain_core", "langsmith"),
    "eval": ("ir_measures", "sklearn"),
    "ocr": ("cv2", "pi_heif", "rapidocr"),
    "legacy": ("kreuzberg",),
    "write": ("langchain", "langchain_openai"),
    "shared": ("cryptography", "dask", "distributed", "lance", "pyarrow"),
}


def install(extra: Extra) -> str:
    """What a person types to get an extra.

    >>> install("ocr")
    "pip install 'pincite[ocr]'"
    """
    return f"pip install 'pincite[{extra}]'"


def available(extra: Extra) -> bool:
    """Whether all that an extra brings is installed."""
    return all(module in sys.modules or find_spec(module) for module in MODULES[extra])


def require(extra: Extra, what: str) -> None:
    """Check that an extra is installed, before anything of it is imported.

    Args:
        extra: its name.
        what: what needs it, as a person calls it, such as ``pincite serve``.

    Raises:
        MissingExtraError: it is not, or not all of it.
    """
    if not available(extra):
        raise MissingExtraError(f"{what} needs the extra {extra}: {install(extra)}")
