"""Answer phrases by a question-answering network: `--reader MODEL` (transformers).

Source: Devlin et al., NAACL 2019: scores of each token as first and as last; one that
also learned to find nothing puts its score for that on the first token.
"""

from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForQuestionAnswering, AutoTokenizer

from index.embedders import check_kind, fetched
from index.errors import ModelError, first_line
from qa.phrase import Phrase

_WINDOW, _STRIDE = 384, 128  # tokens
_ASKED = 96  # of a question; the rest is not read
_LONGEST = 30


def load(model: str | Path) -> "ExtractiveReader":
    """Load a model from a folder or the hub; raises ModelError when that fails."""
    folder = fetched(str(model))
    try:
        network = AutoModelForQuestionAnswering.from_pretrained(
            folder, trust_remote_code=False, local_files_only=True, use_safetensors=True
        )
        check_kind(network)
        tokenizer = AutoTokenizer.from_pretrained(
            folder, trust_remote_code=False, local_files_only=True
        )
    except Exception as error:  # transformers raises what comes to hand
        raise ModelError(
            f"{model} cannot be loaded as a reader ({first_line(error)}); it must be a "
            "question-answering model in safetensors that needs no code of its own"
        ) from error
    return ExtractiveReader(network.eval(), tokenizer)


class ExtractiveReader:
    """Finds the characters of a text that answer a question."""

    def __init__(self, network: torch.nn.Module, tokenizer: Any) -> None:
        self._network = network
        self._tokenizer = tokenizer

    def find(self, question: str, text: str) -> Phrase | None:
        """Give the likeliest `text[start:end]` and its score, if any."""
        found = self._tokenizer(
            self._shortened(question),
            text,
            truncation="only_second",
            max_length=_WINDOW,
            stride=_STRIDE,
            padding=True,
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_tensors="pt",
        )
        offsets = found.pop("offset_mapping")
        found.pop("overflow_to_sample_mapping", None)
        with torch.inference_mode():
            scores = self._network(**found)
        windows = [
            _best(start, end, places, [part == 1 for part in found.sequence_ids(i)])
            for i, (start, end, places) in enumerate(
                zip(scores.start_logits, scores.end_logits, offsets, strict=True)
            )
        ]
        return max(filter(None, windows), key=lambda p: p.score, default=None)

    def _shortened(self, question: str) -> str:
        """Cut a question that would leave no room for a text."""
        places = self._tokenizer(
            question, add_special_tokens=False, return_offsets_mapping=True
        )["offset_mapping"]
        return question if len(places) <= _ASKED else question[: places[_ASKED - 1][1]]


def _best(
    start: torch.Tensor, end: torch.Tensor, places: torch.Tensor, inside: list[bool]
) -> Phrase | None:
    """Choose within a window; None where nothing is likelier than any phrase."""
    pairs = torch.log_softmax(start, 0)[:, None] + torch.log_softmax(end, 0)
    nothing = float(pairs[0, 0])
    mask = torch.tensor(inside)
    fits = torch.ones_like(pairs, dtype=torch.bool).triu().tril(_LONGEST - 1)
    pairs = pairs.masked_fill(~(fits & mask[:, None] & mask), -torch.inf)
    value, place = pairs.flatten().max(0)
    if not torch.isfinite(value) or float(value) < nothing:
        return None
    first, last = divmod(int(place), len(start))
    return Phrase(int(places[first, 0]), int(places[last, 1]), float(value.exp()))
