"""Our grafted transformer: a multilingual input table under an English one's layers.

The table lies here, 4 bits a number; the layers are an ONNX graph in 8-bit integers,
run by onnxruntime without torch. A text is run by itself, never padded: its vector
does not depend on what is encoded beside it, and texts share the cores among them.

A sentence's vector is the mean over what the layers made of its tokens, read in their
passage (late chunking: Günther et al., 2024): "he" in it is whom it speaks of.

What is read is set beside what is named: a vector is the network's and that of a
token table of this package, joined, so that a cosine is the mean of both, weighted.
Each finds what the other misses, and the table costs next to nothing.
"""

import os

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.embedders import Vectors, fingerprint, load_words, unit
from index.embedders.inputs import VERSION, Inputs, Reading
from index.embedders.lexicon import Lexicon
from index.embedders.static import StaticEmbedder
from index.errors import ModelError, first_line

_NONE = np.zeros(0, np.int32)
PROBE = Path(__file__).parent / "probe.onnx"  # one product; made by training.ship
FILES = (
    "model.safetensors",
    "model.onnx",
    "tokenizer.json",
    "english.json",
    "config.json",
)


def load(folder: Path, name: str) -> "GraftEmbedder":
    """Open the model in a folder; raises ModelError when it is not one."""
    try:
        return GraftEmbedder(folder, name)
    except ModelError:
        raise
    except (OSError, ValueError, KeyError, SafetensorError) as error:
        raise ModelError(
            f"{folder} holds no readable graft ({error}); get the model again"
        ) from error
    except Exception as error:  # `tokenizers` and onnxruntime raise what comes to hand
        raise ModelError(
            f"{folder} cannot be opened ({first_line(error)}); get the model again"
        ) from error


class GraftEmbedder:
    """An Embedder of the grafted transformer in a folder."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._said = described(folder)
        self._table = beside(self._said.table, folder)
        self._entrance = Entrance(folder, self._table.lexicon)
        self._layers = opened(folder / "model.onnx", slow=cuts_off())

    @cached_property
    def id(self) -> str:
        return f"{self._name}@{fingerprint(self._folder, *FILES)}"

    @property
    def dim(self) -> int:
        return self._table.dim + self._entrance.dim

    @property
    def sentence_dim(self) -> int:
        return self._entrance.dim

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self.encode_sentences(texts, [_NONE] * len(texts))[0]

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        return self.encode_passages(texts)

    def encode_sentences(
        self, texts: Sequence[str], ends: Sequence[NDArray[np.int32]]
    ) -> tuple[Vectors, list[Vectors]]:
        readings = self._entrance.rows(texts)
        if len(texts) < 2:
            made = list(map(self._run, readings, ends))
        else:
            # Long texts first, so that no thread is left with one at the end.
            order = sorted(range(len(texts)), key=lambda i: -len(readings[i].rows))
            with ThreadPoolExecutor(os.cpu_count()) as threads:
                run = threads.map(lambda i: self._run(readings[i], ends[i]), order)
                found = dict(zip(order, run, strict=True))
            made = [found[i] for i in range(len(texts))]
        read = np.array([means[0] for means in made], np.float32)
        read = read.reshape(len(texts), self.sentence_dim)
        named, share = self._table.encode_passages(texts), self._said.share
        joined = np.hstack([named * np.sqrt(share), read * np.sqrt(1 - share)])
        return unit(joined.astype(np.float32)), [means[1:] for means in made]

    def _run(self, reading: Reading, ends: NDArray[np.int32]) -> Vectors:
        """Give the unit vectors (1 + s, width) of a text and of its sentences."""
        if len(reading.rows) <= 2:  # only its two ends
            return np.zeros((1 + len(ends), self.sentence_dim), np.float32)
        (last,) = self._layers.run(None, {"entered": self._entrance(reading.rows)})
        cuts = 1 + np.searchsorted(reading.ends[1:-1], [0, *ends], "right")
        inner = [last[a:z].sum(axis=0) for a, z in pairwise(cuts)]
        return unit(np.array([last.sum(axis=0), *inner], np.float32))


@cache
def cuts_off() -> bool:
    """Tell whether this processor's quick products of 8-bit numbers are wrong.

    AVX2 without VNNI adds two of them in 16 bits, cut off at their ends; similarities
    then agree by .997 (Spearman) with right ones. Where it does not, the exact way
    would take nearly twice the time for the same numbers; so one product is tried.
    """
    probe = opened(PROBE, slow=False)
    (entered,) = probe.get_inputs()
    width = entered.shape[1]
    ones = np.ones((4, width), np.float32)  # 255 in 8 bits, times 127 each
    (found,) = probe.run(None, {entered.name: ones})
    return not np.allclose(found, width * 127)


def opened(path: Path, slow: bool) -> onnxruntime.InferenceSession:
    """Open a graph; slow: take the way that is exact on any processor."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # texts are run side by side instead
    options.log_severity_level = 3
    options.add_session_config_entry("session.x64quantprecision", str(int(slow)))
    return onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"]
    )


class Entrance:
    """What stands before the layers: the tokenizers and the table of input vectors."""

    def __init__(self, folder: Path, lexicon: Lexicon | None) -> None:
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        english = Tokenizer.from_file(str(folder / "english.json"))
        tensors = load_file(folder / "model.safetensors")
        self._packed = tensors["table"]  # (r, dim / 2) uint8
        self._scale = tensors["table.scale"]  # (r,)
        self._positions = tensors["positions"]  # (longest, dim)
        mapping = tensors["mapping"]  # (v,) int32
        if len(mapping) < tokenizer.get_vocab_size():
            raise ValueError(
                f"{len(mapping):,} entries for {tokenizer.get_vocab_size():,} tokens"
            )
        if self._packed.shape[1] * 2 != self.dim:
            raise ValueError(f"rows of {self._packed.shape[1]} bytes for {self.dim}")
        size = len(self._packed)
        self._inputs = Inputs(tokenizer, mapping, lexicon, english, size)

    @property
    def dim(self) -> int:
        return int(self._positions.shape[1])

    @property
    def longest(self) -> int:
        return len(self._positions)

    def rows(self, texts: Sequence[str]) -> list[Reading]:
        """Give the rows of the table that each text enters by, its ends included; a
        text longer than the positions is cut short."""
        return self._inputs(texts, self.longest)

    def __call__(self, rows: NDArray[np.int32]) -> Vectors:
        """Give the input vectors (n, dim) of n rows at their places."""
        numbers = unpack(self._packed[rows]) * self._scale[rows, None]
        entered: Vectors = numbers + self._positions[: len(rows)]
        return entered


def unpack(packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Read two 4-bit numbers from each byte, the low half first: -8 to 7.

    >>> unpack(np.array([[0x7F, 0x80]], np.uint8)).tolist()
    [[7.0, -1.0, -8.0, 0.0]]
    """
    halves = np.stack([packed & 15, packed >> 4], axis=-1)
    return halves.reshape(*packed.shape[:-1], -1).astype(np.float32) - 8


class Description(NamedTuple):
    """How many layers there are, and heads each has; the version of `inputs` that they
    are for; the id of the token table beside them, and its share of a cosine."""

    layers: int
    heads: int
    inputs: int
    table: str
    share: float


def described(folder: Path) -> Description:
    """Read what a model's folder says of itself; ModelError when texts enter otherwise
    by now."""
    said = json.loads((folder / "config.json").read_bytes())
    found = Description(*(said[name] for name in Description._fields))
    if found.inputs != VERSION:
        raise ModelError(
            f"{folder} is for version {found.inputs} of how texts enter, and this "
            f"package has {VERSION}; use the model that came with this version"
        )
    return found


def beside(table: str, folder: Path) -> StaticEmbedder:
    """Load the package's table of this id; ModelError when it is another by now."""
    found = load_words(table.partition("@")[0])
    if found.id != table:
        raise ModelError(
            f"{folder} was trained beside {table}, and this package has {found.id}; "
            "use the model that came with this version"
        )
    assert isinstance(found, StaticEmbedder)  # the package's tables are
    return found
