"""The table being trained, and the losses on it (PyTorch).

A text is a padded block of rows of the table: `ids` (n, length) int64 into the
batch's own rows, row 0 standing for padding and always zero. Two views are
trained: the mean of the rows (one vector a text), and late interaction (Khattab
and Zaharia, SIGIR 2020), where a token's weight is the norm of its row.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, embedding_bag, normalize


class Table:
    """Rows (v, d) float32 under Adam (Kingma and Ba, 2015), rows not met untouched.

    Bias is corrected by each row's own count of updates, so that a rare row's
    first step is not larger than a frequent one's.
    """

    def __init__(self, size: int, dimensions: int, seed: int) -> None:
        generator = torch.Generator().manual_seed(seed)
        self.rows = torch.randn(size, dimensions, generator=generator) * 0.02
        self.first = torch.zeros(size, dimensions)
        self.second = torch.zeros(size, dimensions)
        self.updates = torch.zeros(size, 1)

    def gather(self, ids: Tensor) -> Tensor:
        """Give rows `ids` as a leaf that collects a gradient, padding row first."""
        rows = torch.cat([torch.zeros(1, self.rows.shape[1]), self.rows[ids]])
        return rows.requires_grad_()

    def step(
        self,
        ids: Tensor,
        gradient: Tensor,
        rate: float,
        eager: float = 1.0,
        least: float = 1e-8,
    ) -> None:
        """Update rows `ids` by one step of Adam.

        eager: how many times the rate a row's first step takes; its n-th takes a
        root of n less, down to the rate, so that what is met seldom moves at all.
        least: what is added to a gradient's size; large batches have small ones.
        """
        self.updates[ids] += 1
        n = self.updates[ids]
        first = self.first[ids].lerp_(gradient, 0.1)
        second = self.second[ids].mul_(0.999).addcmul_(gradient, gradient, value=0.001)
        self.first[ids], self.second[ids] = first, second
        scale = (second / (1 - 0.999**n)).sqrt_().add_(least)
        rates = rate * (eager / n.sqrt()).clamp_min(1)
        self.rows[ids] -= rates * (first / (1 - 0.9**n)) / scale

    def save(self, path: Path, step: int) -> None:
        """Write everything needed to go on, whole or not at all."""
        save_whole(dict(vars(self)) | {"step": step}, path)

    def load(self, path: Path) -> int:
        """Take up a saved state; gives the step to go on with."""
        state = torch.load(path, weights_only=True)
        step = int(state.pop("step"))
        vars(self).update(state)
        return step


def save_whole(state: dict[str, Any], path: Path) -> None:
    """Write a checkpoint whole or not at all."""
    torch.save(state, path.with_suffix(".tmp"))
    path.with_suffix(".tmp").replace(path)


def pad(texts: list[np.ndarray], longest: int, rng: np.random.Generator) -> Tensor:
    """Stack token ids to (n, length), 0 behind; a longer text gives a random window."""
    width = min(longest, max(1, max(map(len, texts))))
    block = np.zeros((len(texts), width), np.int64)
    for row, ids in zip(block, texts, strict=True):
        if len(ids) > width:
            start = rng.integers(len(ids) - width + 1)
            ids = ids[start : start + width]
        row[: len(ids)] = ids
    return torch.from_numpy(block)


def means(rows: Tensor, ids: Tensor) -> Tensor:
    """Unit mean vectors (n, d) of padded texts."""
    flat = embedding_bag(ids, rows, mode="sum", padding_idx=0)
    return normalize(flat, dim=-1)


def contrast(scores: Tensor, same: Tensor) -> Tensor:
    """Cross-entropy of picking the partner, both ways; `same` pairs do not count.

    scores: (n, n), already divided by the temperature; the diagonal is right.
    same: (n, n) bool, off-diagonal pairs that are right too.
    """
    scores = scores.masked_fill(same, -1e4)
    target = torch.arange(len(scores), device=scores.device)
    return (cross_entropy(scores, target) + cross_entropy(scores.T, target)) / 2


def equal(rows: np.ndarray) -> Tensor:
    """Give (n, n) bool: off-diagonal places where two rows are the same text."""
    same = torch.from_numpy(rows[:, None] == rows[None, :])
    return same.fill_diagonal_(False)


def late_scores(rows: Tensor, queries: Tensor, passages: Tensor) -> Tensor:
    """Late interaction (q, p): mean over query tokens, weighted by row norm, of the
    best cosine among the passage's tokens."""
    unit = normalize(rows, dim=-1, eps=1e-6)
    weight = rows.norm(dim=-1)[queries]  # (q, lq)
    n_passages, length = passages.shape
    left = unit[queries].flatten(0, 1).bfloat16()  # (q * lq, d)
    right = unit[passages].flatten(0, 1).bfloat16()  # (p * lp, d)
    cosines = (left @ right.T).view(len(left), n_passages, length)
    best = cosines.amax(dim=-1).float().clamp_min(0)  # (q * lq, p); padding gives 0
    best = best.view(*queries.shape, n_passages)
    return torch.einsum("ql,qlp->qp", weight, best) / weight.sum(
        1, keepdim=True
    ).clamp_min(1e-6)
