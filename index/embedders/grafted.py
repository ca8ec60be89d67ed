"""The graft as a module of sentence-transformers (torch), from the same weights.

`SentenceTransformer(folder, trust_remote_code=True)` opens it where this package is
installed; the flag only lets sentence-transformers import this module.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import torch
from safetensors.torch import load_file
from sentence_transformers.base.modules import InputModule
from torch import Tensor
from torch.nn.functional import (
    gelu,
    layer_norm,
    linear,
    normalize,
    scaled_dot_product_attention,
)

from index.embedders.graft import Entrance, beside, described


class Graft(InputModule):
    """Reads texts and gives, joined, their vectors of the token table that stands
    beside and the unit means of the last layer: (n, dim)."""

    def __init__(self, folder: Path) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.folder = folder
        self.said = described(folder)
        self.table = beside(self.said.table, folder)
        self.entrance = Entrance(folder, self.table.lexicon)
        tensors = load_file(folder / "model.safetensors")
        for name in [n for n in tensors if n.endswith(".scale") and n[0].isdigit()]:
            weight = name.removesuffix(".scale") + ".weight"
            tensors[weight] = (tensors[weight].float() * tensors.pop(name)).T
        self.weights = torch.nn.ParameterDict(
            {
                name.replace(".", "_"): torch.nn.Parameter(tensor.contiguous())
                for name, tensor in tensors.items()
                if name.endswith((".weight", ".bias", ".smooth"))
            }
        )

    def preprocess(  # type: ignore[override]
        self, inputs: Sequence[str], prompt: str | None = None, **_: Any
    ) -> dict[str, Tensor]:
        """Give padded input vectors (n, length, width), their mask (n, length), and
        the table's vectors of the texts."""
        texts = [(prompt or "") + text for text in inputs]
        rows = [reading.rows for reading in self.entrance.rows(texts)]
        entered = [torch.from_numpy(self.entrance(ids)) for ids in rows]
        mask = [torch.ones(len(ids)) for ids in rows]
        return {
            "beside": torch.from_numpy(self.table.encode_passages(texts)),
            "entered": torch.nn.utils.rnn.pad_sequence(entered, batch_first=True),
            "attention_mask": torch.nn.utils.rnn.pad_sequence(mask, batch_first=True),
        }

    def forward(self, features: dict[str, Tensor], **_: Any) -> dict[str, Tensor]:
        mask = features["attention_mask"]  # (n, length)
        x = self._norm(features["entered"], "norm")
        for i in range(self.said.layers):
            x = self._layer(x, mask, str(i))
        spoken = mask.sum(dim=1, keepdim=True) > 2  # more than its two ends
        read = normalize((x * mask[..., None]).sum(dim=1)) * spoken
        share = self.said.share
        features["sentence_embedding"] = torch.cat(
            [features["beside"] * share**0.5, read * (1 - share) ** 0.5], dim=1
        )
        return features

    def _layer(self, x: Tensor, mask: Tensor, i: str) -> Tensor:
        heads = self._linear(x, f"{i}_attend").chunk(3, dim=-1)
        query, key, value = (
            part.view(*part.shape[:2], self.said.heads, -1).transpose(1, 2)
            for part in heads
        )
        seen = mask[:, None, None, :].bool()
        attended = scaled_dot_product_attention(query, key, value, attn_mask=seen)
        merged = self._linear(attended.transpose(1, 2).flatten(2), f"{i}_merge")
        x = self._norm(x + merged, f"{i}_norm1")
        wide = gelu(self._linear(x, f"{i}_widen"))
        return self._norm(x + self._linear(wide, f"{i}_narrow"), f"{i}_norm2")

    def _linear(self, x: Tensor, name: str) -> Tensor:
        even = x * self.weights[f"{name}_smooth"]
        return linear(
            even, self.weights[f"{name}_weight"], self.weights[f"{name}_bias"]
        )

    def _norm(self, x: Tensor, name: str) -> Tensor:
        weight, bias = self.weights[f"{name}_weight"], self.weights[f"{name}_bias"]
        return layer_norm(x, weight.shape, weight, bias, eps=1e-12)

    @property
    def max_seq_length(self) -> int:
        """The most tokens of a text that are read, its two ends included."""
        return self.entrance.longest

    def get_embedding_dimension(self) -> int:
        return self.table.dim + self.entrance.dim

    def save(self, output_path: str, *_: Any, **__: Any) -> None:
        """Write nothing: the folder that was read holds all there is."""
        raise NotImplementedError(f"copy {self.folder} instead")

    @classmethod
    def load(  # type: ignore[override]
        cls, model_name_or_path: str, **_: Any
    ) -> Self:
        return cls(Path(model_name_or_path))
