"""A token table of 400 pieces and 16 columns, in the form of the packaged one.

It knows the letters of some scripts and a few hundred syllables; its numbers are
random, so it says nothing about meaning, but everything about the machinery.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from index import embedders

DIM = 16
PROGRAM = """
import sys
from pathlib import Path
from index import embedders
from qa.cli import main

embedders.MODELS = Path(sys.argv.pop(1))
main()
"""
LETTERS = (
    "abcdefghijklmnopqrstuvwxyzéèçàöüß0123456789абвгдежзийклмнопрстуф停火军事行动的"
)


def write(folder: Path, seed: int = 0) -> Path:
    """Write the model, other numbers with another seed; gives the folder."""
    folder.mkdir(parents=True)
    syllables = map("".join, product("▁bcdfglmnprst", "aeiou", "lnrst"))
    pieces = [("<unk>", 0.0), ("▁", -3.0)]
    pieces += [(letter, -8.0) for letter in LETTERS]
    pieces += [(syllable, -9.0) for syllable in syllables]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0, byte_fallback=False))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.save(str(folder / "tokenizer.json"))
    rng = np.random.default_rng(seed)
    weights = rng.uniform(0.5, 2, len(pieces)).astype(np.float32)
    weights[0] = 0  # what no piece covers says nothing, in every runtime
    embeddings = rng.integers(-127, 128, (len(pieces), DIM), dtype=np.int8)
    save_file(
        {"embeddings": embeddings, "weights": weights}, folder / "model.safetensors"
    )
    _describe(folder)
    return folder


def _describe(folder: Path) -> None:
    config = {"normalize": True, "max_length": None, "embedding_dtype": "int8"}
    kind = "sentence_transformers.models."
    modules = [
        {"idx": 0, "name": "0", "path": ".", "type": f"{kind}StaticEmbedding"},
        {"idx": 1, "name": "1", "path": "1_Normalize", "type": f"{kind}Normalize"},
    ]
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "modules.json").write_text(json.dumps(modules))


@contextmanager
def packaged(folder: Path) -> Iterator[Path]:
    """Let the packaged models be a tiny one in a folder."""
    write(folder / "fast")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedders, "MODELS", folder)
        yield folder


def program(folder: Path) -> list[str]:
    """Give the command `qa` in which the packaged models are those of a folder."""
    return [sys.executable, "-c", PROGRAM, str(folder)]
