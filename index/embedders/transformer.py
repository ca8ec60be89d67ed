"""Networks, through sentence-transformers (torch); no code of a model is run."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

from index.embedders import Vectors, fingerprint
from index.errors import ModelError, first_line

_BATCH = 32
# What makes a text's vector: weights, the tokenizer, and settings such as prompts.
_MADE_OF = (".json", ".model", ".safetensors", ".txt")


def load(folder: Path, name: str) -> "TransformerEmbedder":
    """Open the network in a folder; raises ModelError when that fails."""
    try:
        model = SentenceTransformer(
            str(folder),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    except Exception as error:  # transformers raises what comes to hand
        raise ModelError(
            f"{name} cannot be loaded ({first_line(error)}); it must be a "
            "sentence-transformers model that needs no code of its own"
        ) from error
    return TransformerEmbedder(model, folder, name)


class TransformerEmbedder:
    """An Embedder of a network, with the prompts the network was trained with."""

    def __init__(self, model: SentenceTransformer, folder: Path, name: str) -> None:
        self._model = model
        self._folder = folder
        self._name = name
        self._query, self._passage = prompts(model.prompts, name)

    @cached_property
    def id(self) -> str:
        return f"{self._name}@{_fingerprint(self._folder)}"

    @property
    def dim(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self._passage)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts, self._query)

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        vectors = self._model.encode(
            list(texts),
            prompt=prompt,
            batch_size=_BATCH,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        )
        return np.asarray(vectors, np.float32)


def prompts(declared: Mapping[str, str | None], name: str) -> tuple[str, str]:
    """Choose what stands before questions and before passages.

    declared: the prompts in the model's configuration. E5 models of the first
    generations declare none, but were trained with two.

    >>> prompts({}, "intfloat/multilingual-e5-small")
    ('query: ', 'passage: ')
    """
    query = declared.get("query") or ""
    passage = declared.get("passage") or declared.get("document") or ""
    if not query and not passage and "e5" in name.lower():
        return "query: ", "passage: "
    return query, passage


def _fingerprint(folder: Path) -> str:
    """Name a network: by the hub's commit, or by the content of its files."""
    if folder.parent.name == "snapshots":
        return folder.name[:12]
    made_of = (path for path in sorted(folder.rglob("*")) if path.suffix in _MADE_OF)
    return fingerprint(folder, *(str(path.relative_to(folder)) for path in made_of))
