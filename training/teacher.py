"""Encode English sentences with the teacher, all-MiniLM-L6-v2 (Apache-2.0).

Source: Reimers and Gurevych, EMNLP 2020: a multilingual student learns the
teacher's English geometry through translations.
"""

import logging
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

log = logging.getLogger(__name__)
_SHARD = 20_000


def encode(model: Path, texts: list[str], folder: Path) -> np.ndarray:
    """Give unit rows (n, 384) float16, one per text; finished shards are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    teacher = SentenceTransformer(str(model), device="cpu")
    teacher.max_seq_length = 128
    shards = []
    for start in range(0, len(texts), _SHARD):
        shard = folder / f"{start:08d}.npy"
        if not shard.exists():
            with torch.autocast("cpu", torch.bfloat16):
                rows = teacher.encode(
                    texts[start : start + _SHARD],
                    batch_size=256,
                    normalize_embeddings=True,
                    convert_to_tensor=True,
                )
            np.save(shard, rows.float().numpy().astype(np.float16))
            log.info("teacher: %d of %d", start + len(rows), len(texts))
        shards.append(np.load(shard))
    return np.concatenate(shards)
