"""A table of token vectors: a text is the mean of its tokens' rows.

Reads folders of model2vec and of sentence-transformers' StaticEmbedding directly,
in their arithmetic: model2vec's own loader copies the tokenizer through JSON, which
takes 2.7 s for 120,000 tokens where this takes 0.3 s. A table of ours has a lexicon
too, which they leave aside. Texts are never cut short.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Encoding, Tokenizer

from index.embedders import Vectors, fingerprint, unit
from index.embedders.lexicon import Lexicon, places
from index.errors import ModelError

_BATCH = 64
_WORDS = 2048
FEW = 16
RATHER_RARE = 10.0  # nats


def load(folder: Path, name: str) -> "StaticEmbedder":
    """Open the table in a folder; raises ModelError when it is not one."""
    place = (
        folder if (folder / "tokenizer.json").exists() else folder / "0_StaticEmbedding"
    )
    try:
        return StaticEmbedder(place, name)
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelError(
            f"{folder} holds no readable token table ({error}); get the model again"
        ) from error
    except Exception as error:  # what `tokenizers` raises has no class of its own
        raise ModelError(
            f"{place / 'tokenizer.json'} cannot be read ({error}); get the model again"
        ) from error


class StaticEmbedder:
    """An Embedder of the table in a folder, which also gives the vectors of words."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._unknown = _unknown(self._tokenizer, folder)
        tensors = load_file(folder / "model.safetensors")
        self._rows, self._row, self._weights, self._information, self._back = _table(
            tensors
        )
        self.lexicon = lexicon_of(tensors)
        self._own, self._pieces = shares_of(tensors)
        spoken = spoken_weights(self._weights, self._row, len(self._rows))
        self._spoken = spoken.astype(np.float32)
        if len(self._weights) < self._tokenizer.get_vocab_size():
            raise ValueError(
                f"{len(self._weights):,} rows for "
                f"{self._tokenizer.get_vocab_size():,} tokens"
            )
        if self.lexicon and self.lexicon.last_row >= len(self._rows):
            raise ValueError(
                f"{len(self._rows):,} rows for a lexicon of {self.lexicon.last_row:,}"
            )

    @cached_property
    def id(self) -> str:
        content = fingerprint(self._folder, "model.safetensors", "tokenizer.json")
        return f"{self._name}@{content}"

    @property
    def dim(self) -> int:
        return int(self._rows.shape[1])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self._encode(texts)

    def word_vectors(self, words: Sequence[str]) -> tuple[Vectors, Vectors]:
        """Give each word's direction, and how much meeting it tells.

        Returns vectors (n, dim), the unit sum of a word's weighted pieces or a zero
        row, and information (n,) in nats, that of all its pieces together. A word that
        is cut to pieces and that the lexicon has is its row there and its pieces too.
        """
        vectors = np.zeros((len(words), self.dim), np.float32)
        information = np.zeros(len(words), np.float32)
        for start, encodings in self._batches(words, _WORDS):
            tokens = [self._known(encoding) for encoding in encodings]
            sums = self._sum_pieces(tokens)  # (b, dim)
            rows = slice(start, start + len(sums))
            cut, known = self._looked_up(words[rows], tokens)
            sums[cut] *= self._pieces
            spoken = self._own * self._spoken[known]
            sums[cut] += self._rows[known].astype(np.float32) * spoken[:, None]
            # In doubles: what a product rounds off depends on how many rows it has.
            vectors[rows] = unit((sums @ self._back).astype(np.float32))
            information[rows] = [self._information[ids].sum() for ids in tokens]
        return vectors, information

    def knows(self, words: Sequence[str]) -> NDArray[np.bool_]:
        """Tell whether each word is one token: (n,)."""
        known = [self._tokenizer.token_to_id(word) is not None for word in words]
        return np.array(known, bool)

    def _encode(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dim), np.float32)
        for start, encodings in self._batches(texts, _BATCH):
            for row, (rows, weights) in enumerate(self._weighed(encodings), start):
                vectors[row] = weights @ self._rows[rows].astype(np.float32)
        return unit(vectors)

    def _weighed(
        self, encodings: Sequence[Encoding]
    ) -> Iterator[tuple[NDArray[np.int64], Vectors]]:
        """Yield the rows (n,) of each text's tokens, and of its words that the lexicon
        has, and their weights (n,)."""
        words = places(self.lexicon, encodings)
        for encoding, of_text in zip(encodings, words, strict=True):
            ids = np.array(encoding.ids, np.int64)
            rows, weights = self._row[ids], self._weights[ids]
            if self._unknown is not None:
                weights[ids == self._unknown] = 0
            for start, end, _ in of_text:
                weights[start:end] *= self._pieces
            known = np.array([row for *_, row in of_text], np.int64)
            spoken = self._own * self._spoken[known]
            yield np.concatenate([rows, known]), np.concatenate([weights, spoken])

    def _batches(
        self, texts: Sequence[str], size: int
    ) -> Iterator[tuple[int, list[Encoding]]]:
        """Yield the place and the tokens of texts, a batch at a time."""
        for start in range(0, len(texts), size):
            batch = texts[start : start + size]
            yield start, tokenized(self._tokenizer, batch, add_special_tokens=False)

    def _known(self, encoding: Encoding) -> NDArray[np.int64]:
        ids = np.array(encoding.ids, np.int64)
        return ids if self._unknown is None else ids[ids != self._unknown]

    def _looked_up(
        self, words: Sequence[str], tokens: Sequence[NDArray[np.int64]]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give the places of words cut to pieces that the lexicon has, and their rows.

        A beginning counts if it is longer than the first piece.
        """
        if self.lexicon is None:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        cut = [i for i, ids in enumerate(tokens) if len(ids) > 1]
        first = [len(str(self._tokenizer.id_to_token(tokens[i][0]))) for i in cut]
        rows = self.lexicon.rows([words[i] for i in cut], first)
        return np.array(cut, np.int64)[rows > 0], rows[rows > 0]

    def _sum_pieces(self, tokens: Sequence[NDArray[np.int64]]) -> Vectors:
        """Add up the weighted rows of each word: (n, dim)."""
        sums = np.zeros((len(tokens), self.dim), np.float32)
        ids = np.concatenate(tokens)
        owners = np.repeat(np.arange(len(tokens)), [len(t) for t in tokens])
        rows = self._rows[self._row[ids]].astype(np.float32)
        rows *= self._weights[ids, None]
        present, starts = np.unique(owners, return_index=True)
        if len(present):
            sums[present] = np.add.reduceat(rows, starts, axis=0)
        return sums


def tokenized(
    tokenizer: Tokenizer, texts: Sequence[str], *, add_special_tokens: bool = True
) -> list[Encoding]:
    """Cut texts to tokens; a few without waking the threads that many are shared among.

    `encode_batch_fast` does not tell which tokens are of one word.
    """
    if len(texts) > FEW:
        return tokenizer.encode_batch(
            list(texts), add_special_tokens=add_special_tokens
        )
    return [
        tokenizer.encode(text, add_special_tokens=add_special_tokens) for text in texts
    ]


def _table(
    tensors: Mapping[str, NDArray[Any]],
) -> tuple[
    NDArray[np.generic], NDArray[np.int64], Vectors, Vectors, NDArray[np.float64]
]:
    """Read the rows (r, dim), which of them each token has (V,), the weights (V,) and
    information (V,) of tokens, and what leads from the space of texts to that of
    words (dim, dim).

    A plain table has a row for each token, weighs all of them 1, takes them all for
    rather rare, and has one space.
    """
    rows = tensors.get("embeddings", tensors.get("embedding.weight"))
    if rows is None or rows.ndim != 2:
        raise ValueError(
            "no tensor `embeddings` or `embedding.weight` of two dimensions"
        )
    own = tensors.get("mapping", np.arange(len(rows))).astype(np.int64)
    weights = tensors.get("weights", np.ones(len(own))).astype(np.float32)
    information = tensors.get("information", np.full(len(own), RATHER_RARE))
    back = tensors.get("words", np.eye(rows.shape[1])).astype(np.float64)
    return rows, own, weights, information.astype(np.float32), back


def lexicon_of(tensors: Mapping[str, NDArray[Any]]) -> Lexicon | None:
    """Give the lexicon that a table has, if it has one."""
    if "lexicon.entries" not in tensors:
        return None
    return Lexicon(tensors["lexicon.entries"], tensors["lexicon.starts"])


def shares_of(tensors: Mapping[str, NDArray[Any]]) -> tuple[float, float]:
    """What a word of the lexicon has of its row's weight, and of its pieces'."""
    own, pieces = tensors.get("lexicon.shares", np.array([1, 0], np.float32)).tolist()
    return own, pieces


def spoken_weights(
    weights: Vectors, mapping: NDArray[np.int64], rows: int
) -> NDArray[np.float64]:
    """What a word of the lexicon weighs on each of so many rows: what the tokens there
    do, on average. weights, mapping: (v,) of the tokens."""
    sharing = np.bincount(mapping, minlength=rows)
    return np.bincount(mapping, weights, rows) / np.maximum(sharing, 1)


def _unknown(tokenizer: Tokenizer, folder: Path) -> int | None:
    """Find the token that stands for what no token covers; it says nothing."""
    name = getattr(tokenizer.model, "unk_token", None)
    if name is not None:
        token: int | None = tokenizer.token_to_id(name)
        return token
    if hasattr(tokenizer.model, "unk_token"):
        return None
    # Only a Unigram model has none of its own: a file says, our own models' soonest.
    config = folder / "config.json"
    if config.exists() and "unk_id" in (said := json.loads(config.read_bytes())):
        return int(said["unk_id"])
    model = json.loads((folder / "tokenizer.json").read_bytes())["model"]
    unknown: int | None = model.get("unk_id")
    return unknown
