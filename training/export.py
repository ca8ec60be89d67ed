"""Write a trained table as a model folder that two runtimes open.

Shared rows are int8 and each token has a float32 weight, in model2vec's layout,
which `SentenceTransformer(folder)` reads as well: a text's vector is the unit mean of
`embeddings[mapping[token]] * weights[token]`.
"""

import json
from pathlib import Path

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


def export(
    shared: np.ndarray,
    mapping: np.ndarray,
    lengths: np.ndarray,
    tokenizer: Tokenizer,
    folder: Path,
) -> None:
    """Write the model folder.

    shared: (r, d) unit rows, row 0 zero. mapping: (v,) the row of each token.
    lengths: (v,) of the tokens' own rows; token 0 (unknown) is on row 0.
    """
    embeddings, scale = quantize(shared)
    tensors = {
        "information": _information(tokenizer),
        "embeddings": embeddings,
        "mapping": mapping.astype(np.int32),
        "weights": (lengths * scale[mapping]).astype(np.float32),
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
        "hidden_dim": int(shared.shape[1]),
        "vocabulary_quantization": len(shared),
    }
    modules = [
        {"idx": i, "name": name, "path": path, "type": kind}
        for i, (name, path, kind) in enumerate(_MODULES)
    ]
    for name, content in (("config.json", config), ("modules.json", modules)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    (folder / "1_Normalize" / "config.json").write_text("{}\n", "utf-8")
