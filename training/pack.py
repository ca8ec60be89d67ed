"""Turn the material and the graft into few small files, for a machine that has a GPU.

Texts become the rows that they enter by, English ones the teacher's tokens too, so
that `training.large` needs PyTorch and NumPy alone. Arrays are compressed (xz), those
of tokens by rank of frequency.
"""

import json
import lzma
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.embedders.graft import unpack
from index.embedders.inputs import Inputs, Reading
from training.corpus import shares
from training.distil import Material
from training.graft import FIRST, LAST, Start

Array = np.ndarray
_BLOCK = 32  # neighbours that are kept or left together, so that passages can be made
_MOST = 16  # sentences of a passage that are told apart
_MANY = 20_000  # texts that a process reads at once


def put(path: Path, array: Array) -> None:
    """Write an array for `training.large.get`: numbers as planes of their bytes."""
    flat = np.ascontiguousarray(array)
    planes = flat.reshape(-1).view(np.uint8).reshape(-1, flat.dtype.itemsize).T
    head = f"{flat.dtype.str} {' '.join(map(str, flat.shape))}\n".encode()
    path.write_bytes(lzma.compress(head + planes.tobytes(), preset=6))


def models(begin: Start, shipped: Path, teacher: Path, folder: Path) -> None:
    """Write the weights: the graft's as it is shipped, the teacher's rounded to 8
    bits, a scale a column (a row of its input table)."""
    folder.mkdir(parents=True, exist_ok=True)
    assert begin.body
    made = dict[str, Array]()
    rows = load_file(shipped / "model.safetensors")
    assert (unpack(rows["table"]).shape) == begin.rows.shape
    made["rows"], made["rows.scale"] = rows["table"], rows["table.scale"]
    _rounded(made, "student", begin.body)
    _rounded(made, "teacher", load_file(teacher / "model.safetensors"))
    for name, array in made.items():
        put(folder / f"{name}.xz", array)


def _rounded(made: dict[str, Array], whose: str, weights: dict[str, Array]) -> None:
    for name, array in weights.items():
        if name.startswith("pooler") or "position_ids" in name:
            continue
        array = np.asarray(array, np.float32)
        if array.ndim == 2:  # (out, in), or (rows, d)
            scale = np.abs(array).max(axis=1) / 127
            scale = np.maximum(scale, 1e-12)
            made[f"{whose}.{name}.scale"] = scale.astype(np.float32)
            array = np.rint(array / scale[:, None]).astype(np.int8)
        made[f"{whose}.{name}"] = array


def material(
    of: Material, begin: Start, teacher: Path, recipe: dict[str, Any], folder: Path
) -> None:
    """Write the texts; pairs that a training draws less than once on average are left
    out by that chance."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(1)
    english = dict[str, int]()
    longest = recipe["longest"]["passages"]
    told = dict[str, Array]()
    texts = dict[str, list[str]]()
    for kind, of_kind in (("sentences", of.sentences), ("terms", of.terms)):
        counts = {code: len(p.other) for code, p in of_kind.items()}
        names, share = shares(counts, recipe["language_power"])
        other, left, weights = [], [], []
        for code, part in zip(names, share, strict=True):
            pairs = of_kind[code]
            drawn = np.diff(pairs.chance, prepend=0) * part * recipe[f"packed_{kind}"]
            block = _BLOCK if kind == "sentences" else 1
            starts = np.arange(0, len(drawn), block)
            mean = np.add.reduceat(drawn, starts) / np.diff(starts, append=len(drawn))
            take = np.repeat(rng.random(len(mean)) < mean, block)[: len(drawn)]
            for i in np.flatnonzero(take):
                left.append(english.setdefault(pairs.english[i], len(english)))
                other.append(pairs.other[i])
                weights.append(max(drawn[i], drawn[i] / mean[i // block]))
        texts[kind] = other
        told[f"{kind}.english"] = np.array(left, np.int32)
        told[f"{kind}.weight"] = np.array(weights, np.float16)
    asked = [one for code in sorted(of.questions) for one in of.questions[code]]
    texts["questions"] = [one.question for one in asked]
    passages = dict[tuple[str, ...], int]()
    told["questions.passage"] = np.array(
        [passages.setdefault(tuple(o.sentences), len(passages)) for o in asked],
        np.int32,
    )
    told["questions.right"] = np.array(
        [o.right if o.right < _MOST else -1 for o in asked], np.int8
    )
    texts["english"] = list(english)
    texts["passages"] = ["".join(sentences) for sentences in passages]
    first = begin.inputs().first
    given = (begin, longest)
    with ProcessPoolExecutor(2, initializer=_begin, initargs=given) as processes:
        for kind, of_kind in texts.items():
            readings = _read(processes, of_kind)
            told |= _ragged(kind, [r.rows[1:-1] for r in readings])
            told[f"{kind}.native"] = np.array([r.rows[0] >= first for r in readings])
    ends = np.zeros((len(passages), _MOST), np.uint8)  # tokens up to each one's end
    for row, reading, sentences in zip(ends, readings, passages, strict=True):
        cuts = np.cumsum([len(s) for s in sentences])[: _MOST - 1]
        row[:] = min(len(reading.rows) - 2, 255)
        inner = np.searchsorted(reading.ends[1:-1], cuts, "right")
        row[: len(cuts)] = np.minimum(inner, 255)
    told["passages.ends"] = ends
    told |= _taught(texts["english"], told["english.native"], teacher, longest)
    told["ends"] = np.array(
        [begin.mapping[begin.tokenizer.token_to_id(t)] for t in (FIRST, LAST)],
        np.int32,
    )
    with ProcessPoolExecutor(2) as processes:
        list(processes.map(put, [folder / f"{n}.xz" for n in told], told.values()))


def _taught(
    texts: list[str], native: Array, teacher: Path, longest: int
) -> dict[str, Array]:
    """The teacher's tokens of those English texts that do not enter by them."""
    tokenizer = Tokenizer.from_file(str(teacher / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rest = [text for text, own in zip(texts, native, strict=True) if not own]
    found = tokenizer.encode_batch(rest, add_special_tokens=False)
    cut = [np.array(e.ids[:longest], np.int32) for e in found]
    return _ragged("taught", cut)


def _ragged(kind: str, rows: Sequence[Array]) -> dict[str, Array]:
    """Tokens one after another, in parts that are read side by side; how many each
    text has; and which token each rank stands for."""
    lengths = np.array([len(r) for r in rows], np.uint8)
    flat = np.concatenate([*rows, np.zeros(0, np.int32)])
    counts = np.bincount(flat, minlength=1)
    order = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    rank = np.zeros(len(counts), np.uint32)
    rank[order] = np.arange(len(order), dtype=np.uint32)
    parts = np.array_split(rank[flat], max(1, len(flat) // 4_000_000))
    return {
        f"{kind}.lengths": lengths,
        f"{kind}.order": order.astype(np.int32),
        **{f"{kind}.tokens.{i:02}": part for i, part in enumerate(parts)},
    }


_entrance: tuple[Inputs, int] | None = None


def _begin(begin: Start, longest: int) -> None:
    global _entrance
    _entrance = begin.inputs(), longest


def _enter(texts: list[str]) -> list[Reading]:
    assert _entrance is not None
    inputs, longest = _entrance
    return inputs(texts, longest)


def _read(processes: ProcessPoolExecutor, texts: list[str]) -> list[Reading]:
    parts = [texts[i : i + _MANY] for i in range(0, len(texts), _MANY)]
    made: Iterable[list[Reading]] = processes.map(_enter, parts)
    return [reading for part in made for reading in part]


def trained(begin: Start, folder: Path) -> Start:
    """Read what `training.large` wrote: rows of 6 bits a number, layers in halves."""
    packed = np.concatenate([np.load(folder / f"rows.{i}.npy") for i in range(3)])
    three = packed.reshape(len(begin.rows), -1, 3).astype(np.int32)
    whole = three[..., 0] | three[..., 1] << 8 | three[..., 2] << 16
    number = np.stack([whole >> shift & 63 for shift in (0, 6, 12, 18)], -1) - 32
    scale = np.load(folder / "scale.npy")[:, None]
    rows = (number.reshape(begin.rows.shape) * scale).astype(np.float32)
    flat = np.concatenate([np.load(folder / f"body.{i}.npy") for i in range(2)])
    shapes = json.loads((folder / "shapes.json").read_text("utf-8"))
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    parts = np.split(flat.astype(np.float32), np.cumsum(sizes)[:-1])
    body = {
        name: part.reshape(shape)
        for (name, shape), part in zip(shapes.items(), parts, strict=True)
    }
    return replace(begin, rows=rows, body=body)
