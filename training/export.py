"""Write a trained table as a model folder that two runtimes open.

Shared rows are int8 and each token has a float32 weight, in model2vec's layout,
which `SentenceTransformer(folder)` reads as well: a text's vector is the unit mean of
`embeddings[mapping[token]] * weights[token]`.

A mean is served by other weights than a word, and by a space whose axes are more even
than training leaves them; `words` (d, d) leads from it back to the space in which
words were trained.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer

from training.vocabulary import COST

_MODULES = [
    ("0", ".", "sentence_transformers.models.StaticEmbedding"),
    ("1", "1_Normalize", "sentence_transformers.models.Normalize"),
]


def quantize(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give int8 rows (r, d) and float32 scales (r,) with `rows ~ int8 * scale`."""
    scale = np.abs(rows).max(axis=1) / 127
    safe = np.where(scale > 0, scale, 1)[:, None]
    return np.rint(rows / safe).astype(np.int8), scale.astype(np.float32)


def _information(tokenizer: Tokenizer) -> np.ndarray:
    """How much meeting a token tells: -log of its probability in the material, in
    nats, (v,). Function words of any language have little."""
    model = json.loads(tokenizer.to_str())["model"]
    scores = np.array([score for _, score in model["vocab"]], np.float32)
    return -(scores + COST)


def even(
    shared: np.ndarray,
    mapping: np.ndarray,
    weights: np.ndarray,
    information: np.ndarray,
    settings: dict[str, Any],
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Fit rows and weights to means: rows (r, d), weights (v,), and `words` (d, d).

    Common tokens and loud ones weigh less (smooth inverse frequency: Arora, Liang and
    Ma, ICLR 2017), and principal axes are divided by a power of their variance, as
    they are met in running text (whitening: Su et al., 2021).
    """
    loud = np.linalg.norm(shared, axis=1)[mapping] * weights
    power = np.maximum(information, 0.5) ** settings["information_power"]
    power *= np.maximum(loud, 1e-3) ** settings["length_power"]
    made = np.where(loud > 0, weights * power, 0)
    met = np.minimum(np.exp(-information), 1e-3)
    moment = np.zeros(len(shared))  # of each row, in running text
    np.add.at(moment, mapping, made**2 * met)
    spread, axes = np.linalg.eigh((shared * moment[:, None]).T @ shared)
    power = (spread / spread.mean()) ** settings["evenness"]
    turned = shared @ (axes / power) @ axes.T
    return turned, made, ((axes * power) @ axes.T).astype(np.float32)


def export(
    shared: np.ndarray,
    mapping: np.ndarray,
    lengths: np.ndarray,
    tokenizer: Tokenizer,
    settings: dict[str, Any],
    folder: Path,
) -> None:
    """Write the model folder.

    shared: (r, d) unit rows, row 0 zero. mapping: (v,) the row of each token.
    lengths: (v,) of the tokens' own rows; token 0 (unknown) is on row 0.
    settings: the recipe of the table.
    """
    information = _information(tokenizer)
    rows, weights, words = even(shared, mapping, lengths, information, settings)
    embeddings, scale = quantize(rows)
    tensors = {
        "information": information,
        "embeddings": embeddings,
        "mapping": mapping.astype(np.int32),
        "weights": (weights * scale[mapping]).astype(np.float32),
        "words": words,
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1_Normalize").mkdir(exist_ok=True)
    save_file(tensors, folder / "model.safetensors")
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    config = {
        "unk_id": 0,
        "model_type": "model2vec",
        "architectures": ["StaticModel"],
        "normalize": True,
        "max_length": None,
        "embedding_dtype": "int8",
        "hidden_dim": int(rows.shape[1]),
        "vocabulary_quantization": len(rows),
    }
    modules = [
        {"idx": i, "name": name, "path": path, "type": kind}
        for i, (name, path, kind) in enumerate(_MODULES)
    ]
    for name, content in (("config.json", config), ("modules.json", modules)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    (folder / "1_Normalize" / "config.json").write_text("{}\n", "utf-8")
