"""Write a trained graft as a model folder: one file of weights, two runtimes.

Weights are 8-bit integers with a scale a column, rows of the input table 4-bit with a
scale a row. What a few loud channels would cost the rounding of a product's left side
is moved into its weights (SmoothQuant: Xiao et al., ICML 2023). The ONNX graph holds
no weights: it names places in `model.safetensors`, which the torch module reads too,
so the two cannot drift apart.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from index.build import TABLE
from index.embedders import load_words
from index.embedders.graft import unpack
from index.embedders.grafted import Graft
from index.embedders.inputs import VERSION
from index.embedders.static import lexicon_of
from training.graft import Start
from training.graft import tokenizer as tokenizer_of

Array = np.ndarray
LONGEST = 256  # tokens
LAYERS, HEADS = 6, 12
SHARE = 0.5  # of a cosine that is the token table's (odd articles: EXPERIMENTS.md)
_EXPERT = "com.microsoft"  # onnxruntime's own operators
_ONNX = {"F32": TensorProto.FLOAT, "I8": TensorProto.INT8, "I64": TensorProto.INT64}


def ship(made: Start, texts: Sequence[str], folder: Path) -> None:
    """Write the model folder.

    made: what was trained, the names of its layers' weights being those of
    transformers' BertModel. texts: passages of many languages that tell how loud each
    channel gets.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made.tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    made.english.save(str(folder / "english.json"), pretty=False)
    _write(made.rows, made.mapping, made.body, {}, folder)
    heard = loudness(folder, texts)
    _write(made.rows, made.mapping, made.body, heard, folder)


def between(begin: Start, ends: Sequence[Start], taken: float) -> Start:
    """Go a part of the way from where trainings began to the mean of where they ended:
    the middle is better than either (Wortsman et al., ICML and CVPR 2022)."""
    mean = np.mean([end.rows for end in ends], axis=0)
    body = dict[str, Array]()
    for name in ends[0].body:
        now = np.mean([end.body[name] for end in ends], axis=0)
        was = begin.body.get(name, now)
        body[name] = was + taken * (now - was)
    return replace(begin, rows=begin.rows + taken * (mean - begin.rows), body=body)


class _Listener(Graft):
    """The model, noting the largest number in each channel of each product's left."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.heard: dict[str, torch.Tensor] = {}

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        loudest = x.abs().flatten(0, -2).amax(dim=0)
        self.heard[name] = torch.maximum(self.heard.get(name, loudest), loudest)
        return super()._linear(x, name)


@torch.inference_mode()
def loudness(folder: Path, texts: Sequence[str]) -> dict[str, Array]:
    """Give the largest number (in,) of each channel that enters each product."""
    model = _Listener(folder)
    for text in texts:
        model(model.preprocess([text]))
    return {
        name.replace("_", "."): heard.numpy() for name, heard in model.heard.items()
    }


def _write(
    rows: Array,
    mapping: Array,
    body: dict[str, Array],
    heard: dict[str, Array],
    folder: Path,
) -> None:
    packed, scale = pack(rows)
    positions = body["embeddings.position_embeddings.weight"][:LONGEST]
    tensors = layers(body, heard) | {
        "table": packed,
        "table.scale": scale,
        "mapping": mapping.astype(np.int32),
        "positions": positions + body["embeddings.token_type_embeddings.weight"][0],
    }
    save_file(tensors, folder / "model.safetensors")
    graph(folder)
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "index.embedders.grafted.Graft"},
        {
            "idx": 1,
            "name": "1",
            "path": "1_Normalize",
            "type": "sentence_transformers.models.Normalize",
        },
    ]
    config = {
        "model_type": "passage-graft",
        "layers": LAYERS,
        "heads": HEADS,
        "inputs": VERSION,
        "table": load_words(TABLE).id,
        "share": SHARE,
    }
    for name, content in (("config.json", config), ("modules.json", modules)):
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", "utf-8")
    (folder / "1_Normalize").mkdir(exist_ok=True)
    (folder / "1_Normalize" / "config.json").write_text("{}\n", "utf-8")


def pack(rows: Array) -> tuple[Array, Array]:
    """Round rows (r, d) to 4 bits: two numbers a byte, and each row's scale.

    The scale is the one of a few that loses least: the largest number may be clipped.
    """
    largest = np.abs(rows).max(axis=1)
    best = np.full(len(rows), np.inf)
    scale = np.zeros(len(rows), np.float32)
    for share in np.linspace(0.5, 1.0, 11):
        tried = np.maximum(share * largest / 7, 1e-9)[:, None]
        lost = ((_round(rows, tried) * tried - rows) ** 2).sum(axis=1)
        scale = np.where(lost < best, tried[:, 0], scale)
        best = np.minimum(best, lost)
    numbers = (_round(rows, scale[:, None]) + 8).astype(np.uint8)
    return numbers[:, 0::2] | numbers[:, 1::2] << 4, scale.astype(np.float32)


def _round(rows: Array, scale: Array) -> Array:
    return np.clip(np.rint(rows / scale), -8, 7)


def again(folder: Path, fast: Path, teacher: Path) -> Start:
    """Read a shipped model back, as it was rounded, to be trained further.

    fast: the static table, which may have other tokens and rows by now.
    teacher: tells how what is told of positions is parted in two.
    """
    tensors = load_file(folder / "model.safetensors")
    told = load_file(fast / "model.safetensors")
    made_by = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer = tokenizer_of(fast)
    shipped = unpack(tensors["table"]) * tensors["table.scale"][:, None]
    first = int(tensors["mapping"].max()) + 1  # of the English rows
    rows, mapping = _moved(
        shipped[:first],
        tensors["mapping"],
        [made_by.token_to_id(token) for token in _tokens(tokenizer)],
        told,
    )
    of = load_file(teacher / "model.safetensors")
    kind = of["embeddings.token_type_embeddings.weight"]
    positions = of["embeddings.position_embeddings.weight"].copy()
    positions[:LONGEST] = tensors["positions"] - kind[0]
    made = {
        "embeddings.token_type_embeddings.weight": kind,
        "embeddings.position_embeddings.weight": positions,
        "embeddings.LayerNorm.weight": tensors["norm.weight"],
        "embeddings.LayerNorm.bias": tensors["norm.bias"],
    }
    for i in range(LAYERS):
        for part, names in _products(i).items():
            weight = tensors[f"{i}.{part}.weight"] * tensors[f"{i}.{part}.scale"]
            weight = (weight * tensors[f"{i}.{part}.smooth"][:, None]).T
            bias = np.split(tensors[f"{i}.{part}.bias"], len(names))
            for j, own in enumerate(np.split(weight, len(names))):
                made[f"{names[j]}.weight"], made[f"{names[j]}.bias"] = own, bias[j]
        for part, name in _norms(i).items():
            for what in ("weight", "bias"):
                made[f"{name}.{what}"] = tensors[f"{i}.{part}.{what}"]
    rows = np.concatenate([rows, shipped[first:]])
    english = Tokenizer.from_file(str(folder / "english.json"))
    return Start(tokenizer, mapping, rows, english, lexicon_of(told), made)


def _moved(
    rows: Array, mapping: Array, before: list[int | None], told: dict[str, Array]
) -> tuple[Array, Array]:
    """Give the rows that new tokens enter by, and which of them each has.

    rows, mapping: as they were. before: each new token's id then, if it had one. told:
    the static table, whose tokens may share other rows now: a row is the mean of what
    its tokens had, by how often they are met. Marks and ends keep theirs.
    """
    own, size = told["mapping"], len(told["embeddings"])
    rest = len(before) - len(own)
    now = np.concatenate([own, size + np.arange(rest)]).astype(np.int32)
    chance = np.exp(-told["information"].astype(np.float32))
    chance = np.concatenate([np.where(own > 0, chance, 0), np.ones(rest)])
    had = np.array([-1 if id is None else id for id in before])
    kept = np.flatnonzero((had >= 0) & (chance > 0))
    total = np.zeros((size + rest, rows.shape[1]), np.float32)
    weight = np.zeros(len(total), np.float32)
    np.add.at(total, now[kept], rows[mapping[had[kept]]] * chance[kept, None])
    np.add.at(weight, now[kept], chance[kept])
    return total / np.maximum(weight, 1e-12)[:, None], now


def _tokens(tokenizer: Tokenizer) -> list[str]:
    """The tokens by their ids."""
    return [tokenizer.id_to_token(id) for id in range(tokenizer.get_vocab_size())]


def _products(i: int) -> dict[str, list[str]]:
    """Layer i's products by our names, and whose weights they join in BertModel."""
    own = f"encoder.layer.{i}"
    heads = [f"{own}.attention.self.{part}" for part in ("query", "key", "value")]
    return {
        "attend": heads,
        "merge": [f"{own}.attention.output.dense"],
        "widen": [f"{own}.intermediate.dense"],
        "narrow": [f"{own}.output.dense"],
    }


def _norms(i: int) -> dict[str, str]:
    own = f"encoder.layer.{i}"
    return {
        "norm1": f"{own}.attention.output.LayerNorm",
        "norm2": f"{own}.output.LayerNorm",
    }


def layers(body: dict[str, Array], heard: dict[str, Array]) -> dict[str, Array]:
    """Give the layers' weights by the names that both runtimes read them by."""
    made = {
        "norm.weight": body["embeddings.LayerNorm.weight"],
        "norm.bias": body["embeddings.LayerNorm.bias"],
    }
    for i in range(LAYERS):
        for part, names in _products(i).items():
            weight = np.concatenate([body[f"{n}.weight"] for n in names]).T  # (in, out)
            smooth = _smooth(heard.get(f"{i}.{part}", np.ones(len(weight))))
            made[f"{i}.{part}.smooth"] = 1 / smooth
            weight = weight * smooth[:, None]
            scale = np.abs(weight).max(axis=0) / 127
            made[f"{i}.{part}.weight"] = np.rint(weight / scale).astype(np.int8)
            made[f"{i}.{part}.scale"] = scale.astype(np.float32)
            made[f"{i}.{part}.bias"] = np.concatenate(
                [body[f"{n}.bias"] for n in names]
            )
        for part, name in _norms(i).items():
            for kind in ("weight", "bias"):
                made[f"{i}.{part}.{kind}"] = body[f"{name}.{kind}"]
    return {name: np.ascontiguousarray(array) for name, array in made.items()}


def _smooth(heard: Array) -> Array:
    """What each channel is divided by: the root of its loudness, 1 on average."""
    loud = np.maximum(heard, 1e-4)
    return np.sqrt(loud / loud.mean()).astype(np.float32)


def graph(folder: Path) -> None:
    """Write model.onnx beside the weights it names: (n, d) entered -> (n, d) last."""
    path = folder / "model.safetensors"
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))
    d = header["positions"]["shape"][1]
    nodes = [_norm("entered", "norm", "0.in")]
    for i in range(LAYERS):
        nodes += _layer(i, d)
    nodes[-1].output[0] = "last"
    named = {name for node in nodes for name in node.input}
    weights = [
        _elsewhere(name, said, path.name, 8 + size)
        for name, said in header.items()
        if name in named
    ]
    axis = helper.make_tensor("axis", TensorProto.INT64, [1], [0])
    made = helper.make_graph(
        nodes,
        "layers",
        [helper.make_tensor_value_info("entered", TensorProto.FLOAT, ["n", d])],
        [helper.make_tensor_value_info("last", TensorProto.FLOAT, ["n", d])],
        [axis, *weights],
    )
    _save(made, folder / "model.onnx")


def probe(path: Path, width: int = 64) -> None:
    """Write what `index.embedders.graft.cuts_off` tries: (n, width) entered times 127,
    by the same operator as the layers' products."""
    weight = np.full((width, 16), 127, np.int8)
    weights = [
        numpy_helper.from_array(weight, "weight"),
        numpy_helper.from_array(np.ones(1, np.float32), "scale"),
    ]
    given = ["entered", "weight", "scale"]
    made = helper.make_graph(
        [helper.make_node("DynamicQuantizeMatMul", given, ["out"], domain=_EXPERT)],
        "probe",
        [helper.make_tensor_value_info("entered", TensorProto.FLOAT, ["n", width])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, ["n", 16])],
        weights,
    )
    _save(made, path)


def _save(made: Any, path: Path) -> None:
    opsets = [helper.make_opsetid("", 20), helper.make_opsetid(_EXPERT, 1)]
    onnx.save(helper.make_model(made, opset_imports=opsets, ir_version=10), path)


def _layer(i: int, d: int) -> list[Any]:
    """One layer (Vaswani et al., 2017), from `{i}.in` to `{i + 1}.in`."""

    def own(name: str) -> str:
        return f"{i}.{name}"

    heads = [own("query"), own("key"), own("value")]
    batched = [f"{name}.batch" for name in heads]
    return [
        *_matmul(own("in"), own("attend"), own("attend.out")),
        helper.make_node("Split", [own("attend.out")], heads, axis=1, num_outputs=3),
        *(
            helper.make_node("Unsqueeze", [a, "axis"], [b])
            for a, b in zip(heads, batched, strict=True)
        ),
        helper.make_node(
            "MultiHeadAttention",
            batched,
            [own("attended.batch")],
            domain=_EXPERT,
            num_heads=HEADS,
        ),
        helper.make_node("Squeeze", [own("attended.batch"), "axis"], [own("attended")]),
        *_matmul(own("attended"), own("merge"), own("merge.out")),
        helper.make_node("Add", [own("in"), own("merge.out")], [own("sum1")]),
        _norm(own("sum1"), own("norm1"), own("middle")),
        *_matmul(own("middle"), own("widen"), own("widen.out")),
        helper.make_node("Gelu", [own("widen.out")], [own("wide")]),
        *_matmul(own("wide"), own("narrow"), own("narrow.out")),
        helper.make_node("Add", [own("middle"), own("narrow.out")], [own("sum2")]),
        _norm(own("sum2"), own("norm2"), f"{i + 1}.in"),
    ]


def _matmul(source: str, weights: str, out: str) -> list[Any]:
    """A product in integers: the left side is rounded to 8 bits as it comes."""
    even = f"{weights}.even"
    given = [even, f"{weights}.weight", f"{weights}.scale", "", f"{weights}.bias"]
    return [
        helper.make_node("Mul", [source, f"{weights}.smooth"], [even]),
        helper.make_node("DynamicQuantizeMatMul", given, [out], domain=_EXPERT),
    ]


def _norm(source: str, weights: str, out: str) -> Any:
    given = [source, f"{weights}.weight", f"{weights}.bias"]
    return helper.make_node("LayerNormalization", given, [out], epsilon=1e-12)


def _elsewhere(name: str, said: dict[str, Any], file: str, offset: int) -> Any:
    """Name a place in another file as a tensor's content."""
    start, end = said["data_offsets"]
    tensor = TensorProto(name=name, data_type=_ONNX[said["dtype"]], dims=said["shape"])
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (
        ("location", file), ("offset", offset + start), ("length", end - start)
    ):  # fmt: skip
        tensor.external_data.add(key=key, value=str(value))
    return tensor
