"""The grafted transformer while it is trained (PyTorch), and its teacher.

Texts are lists of token arrays of any length; they are run sorted by length, in
blocks of about as many tokens, and come back in their own order.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import normalize
from transformers import AutoModel

Array = np.ndarray
BLOCK = 4096  # tokens that are run at once, padding included


class Student:
    """The teacher's layers over rows of a table that is trained apart."""

    def __init__(self, teacher: Path) -> None:
        self.body = _body(teacher)
        del self.body.embeddings.word_embeddings

    def __call__(self, rows: Tensor, texts: Sequence[Array]) -> Tensor:
        """Unit vectors (n, d) of texts, arrays of ids into `rows` (0 is padding)."""

        def run(ids: Tensor) -> Tensor:
            return _read(self.body, ids > 0, inputs_embeds=rows[ids])

        return in_blocks(run, texts)


class Teacher:
    """all-MiniLM-L6-v2 over English texts."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(256)
        self.body = _body(folder)

    @torch.no_grad()
    def __call__(self, texts: Sequence[str]) -> Tensor:
        """Unit vectors (n, d)."""
        encoded = self.tokenizer.encode_batch(list(texts))

        def run(ids: Tensor) -> Tensor:
            return _read(self.body, ids > 0, input_ids=ids)

        return in_blocks(run, [np.array(e.ids) for e in encoded])


def _body(folder: Path) -> Any:
    """The layers, without dropout: the teacher's vectors are exact targets."""
    # "eager": on a CPU the fused attention's backward pass takes three times as long.
    body = AutoModel.from_pretrained(
        folder, add_pooling_layer=False, attn_implementation="eager"
    )
    return body.eval()


def _read(body: Any, mask: Tensor, **given: Tensor) -> Tensor:
    """Run the layers, and give the unit mean (n, d) over what the mask keeps."""
    with torch.autocast("cpu", torch.bfloat16):
        found = body(attention_mask=mask.long(), **given)
    kept = mask[..., None].float()
    return normalize((found.last_hidden_state.float() * kept).sum(1), dim=-1)


def in_blocks(run: Callable[[Tensor], Tensor], texts: Sequence[Array]) -> Tensor:
    """Run padded blocks (n, length) of texts, short texts with short ones."""
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    made, start = [], 0
    while start < len(order):
        longest = max(1, len(texts[order[start]]))
        part = order[start : start + max(1, BLOCK // longest)]
        block = np.zeros((len(part), longest), np.int64)
        for row, i in zip(block, part, strict=True):
            row[: len(texts[i])] = texts[i]
        made.append(run(torch.from_numpy(block)))
        start += len(part)
    back = torch.empty(len(order), dtype=torch.long)
    back[order] = torch.arange(len(order))
    return torch.cat(made)[back]
