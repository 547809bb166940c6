"""Any chat model that LangChain knows, as the one that writes. Nothing else here imports LangChain.

A model is named ``provider:name``, as `langchain.chat_models.init_chat_model` takes it; an address
of an OpenAI-compatible server (llama.cpp, vLLM, LM Studio, Ollama) may go with it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage
from langsmith.run_helpers import tracing_context

from pincite.corpus.errors import SettingsError, WriterError
from pincite.retrieval.writing.types import Chunk

_TIMEOUT_S = 120.0  # without a word from the model
_COMPATIBLE = "openai"  # the provider whose interface other servers have as well
_NO_KEY = "none"  # what a server that wants no key gets
# Where each provider's package connects to, and the variable that says otherwise.
_HOSTS: Mapping[str, tuple[str, str]] = {
    "openai": ("https://api.openai.com", "OPENAI_BASE_URL"),
    "anthropic": ("https://api.anthropic.com", "ANTHROPIC_BASE_URL"),
    "ollama": ("http://127.0.0.1:11434", "OLLAMA_HOST"),
    "mistralai": ("https://api.mistral.ai", "MISTRAL_BASE_URL"),
    "groq": ("https://api.groq.com", "GROQ_API_BASE"),
}


class LangChainModel:
    """A chat model of LangChain as a `pincite.retrieval.writing.types.Model`."""

    def __init__(
        self, name: str, host: str, chat: BaseChatModel, *, may_trace: bool = False
    ) -> None:
        self.name = name
        self.host = host
        self.is_local = _is_loopback(host)
        self._chat = chat
        self._may_trace = may_trace

    def stream(self, system: str, user: str, longest: int) -> Iterator[Chunk]:
        """See `pincite.retrieval.writing.types.Model`."""
        messages = [SystemMessage(system), HumanMessage(user)]
        # Tracing that the environment turns on would send the quotes to a third party.
        with nullcontext() if self._may_trace else tracing_context(enabled=False):
            try:
                ended = False
                for piece in self._chat.stream(messages, max_tokens=longest):
                    ended |= bool(_finish(piece))
                    yield _chunk(piece)
            except Exception as error:
                raise WriterError(_sentence(error, self.name, self.host)) from error
        # The package for OpenAI's interface takes a connection that breaks for the end.
        if not ended and self.name.startswith(f"{_COMPATIBLE}:"):
            raise WriterError(f"the writer {self.name} at {self.host} broke off; ask again")


def open_model(writer: str, url: str | None = None, *, may_trace: bool = False) -> LangChainModel:
    """The model that the settings name. It is called on first use.

    Args:
        writer: ``provider:name``.
        url: the address of an OpenAI-compatible server that has it.
        may_trace: let LangSmith's variables in the environment count.

    Raises:
        SettingsError: the name is not of that form, the address is none, or the provider's package
            is not installed.
    """
    provider, _, model = writer.partition(":")
    if not provider or not model:
        raise SettingsError(
            f"the writer {writer!r} is refused; name one as PROVIDER:MODEL, like "
            "PINCITE_WRITER=openai:NAME or ollama:NAME"
        )
    options: dict[str, Any] = {"temperature": 0.0, "max_retries": 0, "timeout": _TIMEOUT_S}
    if provider == "ollama":
        options = {"temperature": 0.0, "client_kwargs": {"timeout": _TIMEOUT_S}}
    if url is not None:
        if provider != _COMPATIBLE:
            raise SettingsError(
                f"PINCITE_WRITER_URL goes with PINCITE_WRITER=openai:NAME, not with {writer!r}"
            )
        _address(url)
        options["base_url"] = url
        options["api_key"] = os.environ.get("OPENAI_API_KEY") or _NO_KEY
    if provider == _COMPATIBLE:
        options["stream_usage"] = True
    try:
        chat = init_chat_model(model, model_provider=provider, **options)
    except (ImportError, ValueError) as error:
        raise SettingsError(_not_opened(writer, provider, error)) from error
    except Exception as error:  # a key is missing; each package has its own error for that
        raise SettingsError(f"the writer {writer!r} cannot be opened: {error}") from error
    return LangChainModel(writer, _host(provider, url), chat, may_trace=may_trace)


def _not_opened(writer: str, provider: str, error: Exception) -> str:
    if isinstance(error, ImportError):
        return (
            f"the writer {writer!r} needs a package that is not installed; install it with: "
            f"pip install langchain-{provider.replace('_', '-')}"
        )
    return f"the writer {writer!r} is refused: {str(error).splitlines()[0]}"


def _address(url: str) -> None:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise SettingsError(
            f"PINCITE_WRITER_URL={url!r} is no address of a server; name one like "
            "http://127.0.0.1:8080/v1"
        )


def _host(provider: str, url: str | None) -> str:
    usual, variable = _HOSTS.get(provider, ("", ""))
    address = url or os.environ.get(variable or "-") or usual
    if not address:
        return f"the servers of {provider}"
    return urlsplit(address if "//" in address else f"//{address}").netloc.rpartition("@")[2]


def _is_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _chunk(piece: AIMessageChunk) -> Chunk:
    usage = piece.usage_metadata
    return Chunk(
        piece.text if isinstance(piece.text, str) else "",
        usage["input_tokens"] if usage else None,
        usage["output_tokens"] if usage else None,
        _finish(piece) in ("length", "max_tokens"),
    )


def _finish(piece: AIMessageChunk) -> str | None:
    """Why the model ended, by whatever name its provider gives that."""
    names = ("finish_reason", "stop_reason", "done_reason")
    return next((piece.response_metadata[n] for n in names if piece.response_metadata.get(n)), None)


def _sentence(error: Exception, name: str, host: str) -> str:
    """What went wrong and what to do, for the errors of any provider's package."""
    status = _status(error)
    for codes, sentence in _BY_STATUS:
        if status in codes:
            return sentence(name, host, status)
    kind = " ".join(cls.__name__ for cls in type(error).__mro__)
    if "Timeout" in kind:
        return (
            f"the writer {name} at {host} was silent for {_TIMEOUT_S:.0f} seconds; ask again, or "
            "name a faster one"
        )
    if status is not None and status >= 500:
        return f"the writer {name} at {host} failed ({status}); ask again later"
    if "Connect" in kind:
        return f"the writer {name} cannot be reached at {host}; start it, or name another one"
    detail = " ".join(str(error).split())[:200]
    return f"the writer {name} at {host} broke off: {detail or type(error).__name__}"


def _status(error: Exception) -> int | None:
    for holder in (error, getattr(error, "response", None)):
        status = getattr(holder, "status_code", None)
        if isinstance(status, int):
            return status
    return None


_BY_STATUS: tuple[tuple[frozenset[int], Callable[[str, str, int | None], str]], ...] = (
    (
        frozenset({401, 403}),
        lambda name, host, status: (
            f"the writer {name} at {host} refused the key ({status}); set "
            "the right one in the environment"
        ),
    ),
    (
        frozenset({404}),
        lambda name, host, status: f"{host} has no writer {name} ({status}); name one that it has",
    ),
    (
        frozenset({429}),
        lambda name, host, status: (
            f"the writer {name} at {host} takes no more questions now ({status}); ask again later"
        ),
    ),
    (
        frozenset({400, 413, 422}),
        lambda name, host, status: (
            f"the writer {name} at {host} refused the prompt ({status}); "
            "its window may be under 2,048 tokens"
        ),
    ),
)
