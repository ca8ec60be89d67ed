"""Texts to vectors: one module a runtime, chosen by what a model's folder holds."""

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

Vectors = NDArray[np.float32]

# Where the modules come from that a model's folder may name.
_KNOWN = ("sentence_transformers.", "index.embedders.")

MODELS = Path(__file__).parent.parent / "models"


class Embedder(Protocol):
    """Encodes texts as float32 unit rows; a text that says nothing is a zero row.

    id: name and content hash; vectors of one id may be compared.
    """

    @property
    def id(self) -> str: ...

    @property
    def dim(self) -> int: ...

    def __hash__(self) -> int: ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Encode n texts to be found: (n, dim)."""
        ...

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Encode n questions: (n, dim)."""
        ...


class WordEmbedder(Embedder, Protocol):
    """An embedder that also knows words by themselves: a token table."""

    def word_vectors(self, words: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Give directions (n, dim), unit or zero rows, and information (n,), nats."""
        ...

    def knows(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Tell whether each word is one token: (n,)."""
        ...


class SentenceEmbedder(Embedder, Protocol):
    """An embedder that reads each sentence within its passage, too.

    A question is set against them by the last `sentence_dim` numbers of its vector.
    """

    @property
    def sentence_dim(self) -> int: ...

    def encode_sentences(
        self, texts: Sequence[str], ends: Sequence[NDArray[np.int32]]
    ) -> tuple[Vectors, list[Vectors]]:
        """Encode n passages to be found, (n, dim), and the sentences of each,
        (s, sentence_dim), which end where `ends` (s,) says; rows are unit or zero."""
        ...


def load(model: str | Path) -> Embedder:
    """Load a model of the package by name, one in a folder, or one of the hub.

    Raises ModelError when it cannot be found or is not to be trusted.
    """
    folder = fetched(str(model), packaged())
    try:
        stamp = max((file.stat().st_mtime_ns for file in folder.iterdir()), default=0)
    except OSError as error:
        raise ModelError(
            f"{error.filename} cannot be read ({error.strerror}); get the model again"
        ) from error
    return _opened(folder, stamp, _name(str(model)))


# A table takes half a second and 250 MB to open: builds and questions share it.
@lru_cache(maxsize=2)
def _opened(folder: Path, stamp: int, name: str) -> Embedder:
    """Open a model's folder; its stamp changes when a file of it does."""
    runtime = import_module(f"{__name__}.{_runtime(folder)}")
    embedder: Embedder = runtime.load(folder, name=name)
    return embedder


def load_words(model: str | Path) -> WordEmbedder:
    """Load a token table; raises ModelError when the model is another kind."""
    embedder = load(model)
    if not hasattr(embedder, "word_vectors"):
        raise ModelError(
            f"{model} is not a token table; give one of "
            f"{', '.join(packaged()) or '(none)'}, or the folder of a static model"
        )
    return cast(WordEmbedder, embedder)


def settled(model: str | Path) -> str:
    """Name a model so that `load` finds it from any working folder."""
    is_folder = str(model) not in packaged() and Path(model).is_dir()
    return str(Path(model).absolute() if is_folder else model)


def packaged() -> list[str]:
    """List the models that need no download."""
    return sorted(path.parent.name for path in MODELS.glob("*/modules.json"))


def fetched(model: str, named: Sequence[str] = ()) -> Path:
    """Find a model's folder: named in the package, given, or fetched from the hub."""
    if model in named:
        return MODELS / model
    if Path(model).is_dir():
        return Path(model)
    if model.count("/") == 1 and not model.startswith((".", "/", "~")):
        folder: Path = import_module(f"{__name__}.hub").fetch(model)
        return folder
    own = f"one of {', '.join(named)}, " if named else ""
    raise ModelError(
        f"no model {model!r}; give {own}a folder, or a name on the hub, OWNER/NAME"
    )


def check_kind(network: Any) -> None:
    """Refuse a network of transformers that was saved as another kind: some of its
    weights would be random. Raises ValueError."""
    kind, saved = type(network).__name__, network.config.architectures or ()
    if saved and kind not in saved:
        raise ValueError(f"it is a {saved[0]}")


def unit(vectors: Vectors) -> Vectors:
    """Scale rows to length 1, but zero rows stay zero."""
    lengths = np.linalg.norm(vectors, axis=1)  # (n,)
    made: Vectors = (
        vectors / np.where(lengths > 0, lengths, 1).astype(np.float32)[:, None]
    )
    return made


def fingerprint(folder: Path, *files: str) -> str:
    """Name the content of some files of a folder."""
    digest = hashlib.sha256()
    for file in files:
        with (folder / file).open("rb") as content:
            hashlib.file_digest(content, lambda: digest)
    return digest.hexdigest()[:12]


def _name(model: str) -> str:
    return Path(model).resolve().name if Path(model).is_dir() else model


def _runtime(folder: Path) -> str:
    """Tell what runs a model, by the modules its folder lists."""
    weights = {file.parent for file in folder.rglob("*.safetensors")}
    pickles = {file.parent for file in folder.rglob("pytorch_model*.bin")} - weights
    if pickles or not weights:
        raise ModelError(
            f"{min(pickles, default=folder)} holds no .safetensors file; other weights "
            "can run code and are not opened, so convert the model"
        )
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
        types = {str(module["type"]) for module in modules}
    except FileNotFoundError:
        types = {f"{_KNOWN[0]}Transformer"}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ModelError(
            f"{folder / 'modules.json'} cannot be read ({error}); get the model again"
        ) from error
    if unknown := [name for name in sorted(types) if not name.startswith(_KNOWN)]:
        raise ModelError(
            f"{folder} needs code of its own ({unknown[0]}), which is not run; use a "
            "model made of sentence-transformers' own modules"
        )
    kinds = {name.rpartition(".")[2] for name in types}
    if kinds <= {"StaticEmbedding", "Normalize"}:
        return "static"
    return "graft" if "Graft" in kinds else "transformer"
