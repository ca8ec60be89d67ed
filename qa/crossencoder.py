"""Rerank the best passages by a network: `--reranker MODEL` (sentence-transformers).

Source: Nogueira and Cho, 2019: question and passage are read together.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import CrossEncoder

from index.embedders import check_kind, fetched
from index.errors import ModelError, first_line
from qa.rerank import Ranking

FIRST = 20  # passages that are read; the others keep their order behind them


def load(model: str | Path) -> "Reranker":
    """Load a model from a folder or the hub; raises ModelError when that fails."""
    folder = fetched(str(model))
    try:
        network = CrossEncoder(
            str(folder),
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
        check_kind(network.model)
    except Exception as error:  # transformers raises what comes to hand
        raise ModelError(
            f"{model} cannot be loaded as a reranker ({first_line(error)}); it must be "
            "a CrossEncoder in safetensors that needs no code of its own"
        ) from error
    if network.num_labels != 1:
        raise ModelError(
            f"{model} gives {network.num_labels} numbers for a passage; a reranker "
            "gives one"
        )
    return Reranker(network)


class Reranker:
    """Scores passages from 0 to 1 by reading them with the question."""

    def __init__(self, network: CrossEncoder) -> None:
        self._network = network

    def rank(
        self, question: str, ranking: Ranking, text: Callable[[int], str]
    ) -> Ranking:
        """Put the first FIRST passages in the network's order, equals by row.

        text: gives that of a row. The others follow, their scores pressed below.
        """
        head, tail = ranking.rows[:FIRST], ranking.rows[FIRST:]
        if not len(head):
            return ranking
        read = [(question, text(int(row))) for row in head]
        scores = np.asarray(
            self._network.predict(
                read, activation_fn=torch.nn.Sigmoid(), show_progress_bar=False
            ),
            np.float32,
        )
        order = np.lexsort((head, -scores))
        rest = np.minimum(ranking.scores[FIRST:], scores.min())
        places = np.concatenate([order, np.arange(len(head), len(head) + len(tail))])
        return ranking.reordered(places, np.concatenate([scores[order], rest]))
