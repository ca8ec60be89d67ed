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

    def by_sentence(
        self,
        rows: Tensor,
        texts: Sequence[Array],
        sentences: Sequence[Array],
        most: int,
    ) -> Tensor:
        """Unit vectors (n, 1 + most, d) of texts, and of each one's sentences as they
        are read in it (late chunking: Günther et al., 2024); zero where it has no more.

        sentences: which one each token is of, from 1 to `most`, 0 for none.
        """
        number = torch.arange(1, most + 1)[:, None]

        def run(ids: Tensor, of: Tensor) -> Tensor:
            kept = torch.cat([(ids > 0)[:, None], of[:, None] == number], 1)
            return _read(self.body, ids > 0, kept, inputs_embeds=rows[ids])

        return in_blocks(run, texts, sentences)


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


def _read(
    body: Any, mask: Tensor, parts: Tensor | None = None, **given: Tensor
) -> Tensor:
    """Run the layers, and give the unit mean (n, d) over what the mask keeps, or the
    means (n, p, d) over each of the `parts` (n, p, length)."""
    with torch.autocast("cpu", torch.bfloat16):
        found = body(attention_mask=mask.long(), **given)
    kept = (mask[:, None] if parts is None else parts).float()
    means = normalize(kept @ found.last_hidden_state.float(), dim=-1)
    return means[:, 0] if parts is None else means


def in_blocks(run: Callable[..., Tensor], *columns: Sequence[Array]) -> Tensor:
    """Run padded blocks (n, length) of texts, short texts with short ones.

    columns: of each text, the ids of its tokens, and whatever else goes with each.
    """
    texts = columns[0]
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    made, start = [], 0
    while start < len(order):
        longest = max(1, len(texts[order[start]]))
        part = order[start : start + max(1, BLOCK // longest)]
        blocks = np.zeros((len(columns), len(part), longest), np.int64)
        for block, column in zip(blocks, columns, strict=True):
            for row, i in zip(block, part, strict=True):
                row[: len(column[i])] = column[i]
        made.append(run(*map(torch.from_numpy, blocks)))
        start += len(part)
    back = torch.empty(len(order), dtype=torch.long)
    back[order] = torch.arange(len(order))
    return torch.cat(made)[back]
