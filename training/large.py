"""Train the graft in large batches on a GPU, from what `training.pack` wrote.

    python -m training.large MODELS MATERIAL OUT SECONDS

A step takes sentences of all languages at once, half of them near one another in the
teacher's eyes, passages joined of neighbours, terms, and questions with passages; the
losses are those of `training.distil`. The input table is rounded to 4 bits as it is
shipped, and learns to be (Jacob et al., CVPR 2018). Learning rates follow the clock.
"""

import json
import lzma
import sys
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import (
    cross_entropy,
    embedding,
    gelu,
    layer_norm,
    linear,
    normalize,
    scaled_dot_product_attention,
)

from training.table import Table, contrast

Array = np.ndarray
LAYERS, HEADS = 6, 12
GPU = torch.cuda.is_available()
DEVICE = "cuda" if GPU else "cpu"
DTYPE = torch.bfloat16 if GPU else torch.float32
BLOCK = 65536 if GPU else 4096  # tokens that are run at once
RECIPE = Path(__file__).parent / "recipe.toml"
SMALL = {"sentences": 64, "passages": 8, "terms": 64, "questions": 8}  # to try it
CLUSTER = 128 if GPU else 8
HELD = 4096 if GPU else 256


def get(path: Path) -> Array:
    """Read an array that `put` wrote."""
    head, _, data = lzma.decompress(path.read_bytes()).partition(b"\n")
    kind, *shape = head.decode().split()
    dtype = np.dtype(kind)
    planes = np.frombuffer(data, np.uint8).reshape(dtype.itemsize, -1)
    whole = np.ascontiguousarray(planes.T).view(dtype)
    return whole.reshape([int(n) for n in shape])


def say(*what: object) -> None:
    print(*what, flush=True)


def arrays(folder: Path) -> dict[str, Tensor]:
    """Read a folder of packed arrays to the device."""
    files = sorted(folder.glob("*.xz"))
    with ProcessPoolExecutor(16 if GPU else 2) as processes:
        found = list(processes.map(get, files))
    return {
        f.name.removesuffix(".xz"): torch.from_numpy(
            a.astype(np.int64) if a.dtype in (np.uint32, np.uint16) else a.copy()
        ).to(DEVICE)
        for f, a in zip(files, found, strict=True)
    }


class Ragged(NamedTuple):
    """Texts one after another: `tokens` (t,), and each one's `start` and `length`."""

    tokens: Tensor
    start: Tensor
    length: Tensor

    @classmethod
    def of(cls, told: dict[str, Tensor], kind: str) -> "Ragged":
        """Put together what `pack` parted."""
        parts = [told[n] for n in sorted(told) if n.startswith(f"{kind}.tokens.")]
        tokens = told[f"{kind}.order"].long()[torch.cat(parts).long()].int()
        length = told[f"{kind}.lengths"].long()
        return cls(tokens, length.cumsum(0) - length, length)


class Body:
    """The layers, by the names that transformers' BertModel has for them."""

    def __init__(self, told: dict[str, Tensor], whose: str) -> None:
        self.weights = dict[str, Tensor]()
        for name, tensor in told.items():
            if name.startswith(f"{whose}.") and not name.endswith(".scale"):
                scale = told.get(f"{name}.scale")
                whole = tensor.float() * (1 if scale is None else scale[:, None])
                self.weights[name.removeprefix(f"{whose}.")] = whole.contiguous()

    def entered(self, rows: Tensor, ids: Tensor) -> Tensor:
        w = self.weights
        told = w["embeddings.position_embeddings.weight"][: ids.shape[1]]
        told = told + w["embeddings.token_type_embeddings.weight"][0]
        return embedding(ids, rows) + told

    def __call__(self, x: Tensor, mask: Tensor) -> Tensor:
        """(n, l, d) entered and mask (n, l) -> (n, l, d) of the last layer."""
        w = {k: v.to(DTYPE) for k, v in self.weights.items() if "_embedd" not in k}

        def norm(x: Tensor, name: str) -> Tensor:
            weight, bias = w[f"{name}.LayerNorm.weight"], w[f"{name}.LayerNorm.bias"]
            return layer_norm(x, weight.shape, weight, bias, 1e-12)

        def product(x: Tensor, name: str) -> Tensor:
            return linear(x, w[f"{name}.weight"], w[f"{name}.bias"])

        x = norm(x.to(DTYPE), "embeddings")
        kept = mask[:, None, None]
        for i in range(LAYERS):
            own = f"encoder.layer.{i}"
            heads = [
                product(x, f"{own}.attention.self.{part}")
                .unflatten(-1, (HEADS, -1))
                .transpose(1, 2)
                for part in ("query", "key", "value")
            ]
            made = scaled_dot_product_attention(*heads, attn_mask=kept)
            made = made.transpose(1, 2).flatten(2)
            made = product(made, f"{own}.attention.output.dense")
            x = norm(x + made, f"{own}.attention.output")
            made = gelu(product(x, f"{own}.intermediate.dense"))
            x = norm(x + product(made, f"{own}.output.dense"), f"{own}.output")
        return x


def joined(
    texts: Ragged, which: Tensor, ends: Tensor, longest: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Put texts together, `which` (n, k), cut to `longest` tokens: as `laid`."""
    total = texts.length[which].cumsum(1).clamp_max(longest - 2)
    return laid(texts.tokens, texts.start[which], between(total), ends)


def between(total: Tensor) -> Tensor:
    """How much each of a row's running totals (n, k) adds."""
    return torch.diff(total, dim=1, prepend=total.new_zeros(len(total), 1))


def laid(
    tokens: Tensor, start: Tensor, size: Tensor, ends: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Lay out parts, `size` (n, k) tokens from `start` (n, k) on, ends (n, 2) around.

    Gives ids (n, l), the part (from 1) of each token and 0 for its ends, and lengths
    (n,); what is behind is 0 in both.
    """
    total = size.cumsum(1)  # (n, k)
    length = total[:, -1]
    wide = -(-(int(length.max()) + 2) // 8) * 8
    place = torch.arange(wide, device=DEVICE).expand(len(size), wide) - 1
    part = torch.searchsorted(total, place.contiguous(), right=True)
    inside = (place >= 0) & (place < length[:, None])
    part = torch.where(inside, part, 0)
    before = (total - size).gather(1, part)
    at = start.gather(1, part) + place - before
    ids = torch.where(inside, tokens[at.clamp(0, len(tokens) - 1)].long(), 0)
    ids[:, 0] = ends[:, 0]
    ids.scatter_(1, length[:, None] + 1, ends[:, 1:].long())
    return ids, torch.where(inside, part + 1, 0), length + 2


def runs(
    body: Body, rows: Tensor, entry: tuple[Tensor, Tensor, Tensor], k: int
) -> Tensor:
    """Unit means (n, 1 + k, d) of texts and of their k parts, short ones together."""
    ids, part, length = entry
    order = length.argsort(descending=True)
    lengths = length[order].tolist()
    made, at = list[Tensor](), 0
    while at < len(order):
        wide = -(-lengths[at] // 8) * 8
        own = order[at : at + max(1, BLOCK // wide)]
        some, of = ids[own, :wide], part[own, :wide]
        mask = torch.arange(some.shape[1], device=DEVICE) < length[own, None]
        last = body(body.entered(rows, some), mask)
        kept = [mask[:, None]]
        if k:
            number = torch.arange(1, k + 1, device=DEVICE)[:, None]
            kept.append(of[:, None] == number)
        made.append(torch.cat(kept, 1).to(last.dtype) @ last)
        at += len(own)
    back = torch.empty_like(order)
    back[order] = torch.arange(len(order), device=DEVICE)
    return normalize(torch.cat(made)[back].float(), dim=-1)


def scales(rows: Tensor) -> Tensor:
    """The scale (r, 1) of 4-bit numbers that loses least, as `training.ship.pack`."""
    largest = rows.abs().amax(1, keepdim=True)
    best = torch.full_like(largest, torch.inf)
    scale = torch.zeros_like(largest)
    for share in torch.linspace(0.5, 1.0, 11):
        tried = (share.item() * largest / 7).clamp_min(1e-9)
        lost = ((rows / tried).round_().clamp_(-8, 7) * tried - rows).square_().sum(1)
        scale = torch.where(lost[:, None] < best, tried, scale)
        best = torch.minimum(best, lost[:, None])
    return scale


def rounded(rows: Tensor, scale: Tensor) -> Tensor:
    return (rows / scale).round_().clamp_(-8, 7).mul_(scale)


class Run:
    """One training."""

    def __init__(self, models: Path, material: Path) -> None:
        begin = time.time()
        recipe = tomllib.loads(RECIPE.read_text("utf-8"))
        self.recipe: dict[str, Any] = recipe["graft"] | recipe["large"]
        if not GPU:
            self.recipe |= SMALL
        told = arrays(models)
        self.student, self.teacher = Body(told, "student"), Body(told, "teacher")
        name = "embeddings.word_embeddings.weight"
        self.taught_rows = self.teacher.weights.pop(name)
        packed, scale = told["rows"], told["rows.scale"]
        halves = torch.stack([packed & 15, packed >> 4], -1).flatten(1)
        rows = (halves.float() - 8) * scale[:, None]
        self.table = Table(*rows.shape, seed=0)
        state = {name: part.to(DEVICE) for name, part in vars(self.table).items()}
        vars(self.table).update(state | {"rows": rows})
        self.entry = rows  # what texts enter by: the table, rounded or not
        first = len(rows) - len(self.taught_rows)
        self.told = told = arrays(material)
        kinds = "english sentences terms questions passages taught"
        self.texts = {kind: Ragged.of(told, kind) for kind in kinds.split()}
        native = torch.tensor([first + 101, first + 102], device=DEVICE)
        self.ends = torch.stack([told["ends"].long(), native])  # by whether it is
        # Where each English text's own teacher tokens are, in one array.
        english, taught = self.texts["english"], self.texts["taught"]
        own = told["english.native"].bool()
        start, length = english.start.clone(), english.length.clone()
        start[~own] = len(english.tokens) + taught.start
        length[~own] = taught.length
        tokens = torch.cat([english.tokens - first, taught.tokens])
        self.own = Ragged(tokens, start, length)
        self.native = Ragged(tokens + first, start, length)
        if GPU:
            torch.cuda.synchronize()
        say(
            f"read {time.time() - begin:.1f} s",
            {k: len(t.length) for k, t in self.texts.items()},
        )
        self.target = self._teach()
        say(f"taught {time.time() - begin:.1f} s", tuple(self.target.shape))
        self._order()
        say(f"ordered {time.time() - begin:.1f} s")

    @torch.no_grad()
    def _teach(self) -> Tensor:
        """The teacher's vectors of all English texts (t, d), half precision."""
        n, some = len(self.own.length), 131072 if GPU else 2048
        made = [
            self._taught(torch.arange(at, min(n, at + some), device=DEVICE)[:, None])
            for at in range(0, n, some)
        ]
        return torch.cat(made)

    @torch.no_grad()
    def _taught(self, which: Tensor) -> Tensor:
        ends = torch.tensor([101, 102], device=DEVICE).expand(len(which), 2)
        entry = joined(self.own, which, ends, self.recipe["longest"]["passages"])
        return runs(self.teacher, self.taught_rows, entry, 0)[:, 0].half()

    def _order(self) -> None:
        """Chances of pairs; groups of pairs whose English is alike."""
        left = self.told["sentences.english"].long()
        generator = torch.Generator(DEVICE).manual_seed(3)
        spread = torch.randperm(len(left), generator=generator, device=DEVICE)
        self.held = spread[:HELD]
        weight = self.told["sentences.weight"].double()
        weight[torch.isin(left, left[self.held])] = 0
        self.chance = weight.cumsum(0)
        centres = self.target[left[spread[HELD : HELD + (4096 if GPU else 64)]]]
        group = torch.cat(
            [(part @ centres.T).argmax(1) for part in self.target.split(65536)]
        )[left]
        self.order = group.argsort(stable=True)
        self.grouped = weight[self.order].cumsum(0)
        edges = torch.arange(len(centres) + 1, device=DEVICE)
        self.edges = torch.searchsorted(group[self.order].contiguous(), edges)
        self.group = group
        self.terms = self.told["terms.weight"].double().cumsum(0)

    def _draw(self, chance: Tensor, n: int) -> Tensor:
        at = torch.rand(n, device=DEVICE, dtype=torch.double) * chance[-1]
        return torch.searchsorted(chance, at).clamp_max(len(chance) - 1)

    def _sentences(self, n: int) -> Tensor:
        """Pairs, some of them of the same groups."""
        alike = int(n * self.recipe["clustered"])
        free = self._draw(self.chance, n - alike)
        of = self.group[self._draw(self.chance, alike // CLUSTER)]
        low, high = self.edges[of], self.edges[of + 1] - 1
        before = torch.where(low > 0, self.grouped[(low - 1).clamp_min(0)], 0)
        wide = self.grouped[high] - before
        at = torch.rand(len(of), CLUSTER, device=DEVICE, dtype=torch.double)
        at = before[:, None] + at * wide[:, None]
        near = torch.searchsorted(self.grouped, at.flatten())
        near = self.order[near.clamp_max(len(self.order) - 1)]
        return torch.cat([free, near])

    def losses(self) -> Iterator[tuple[str, Tensor]]:
        """What one step trains, part by part."""
        told, recipe = self.told, self.recipe
        for kind in ("sentences", "terms"):
            if kind == "sentences":
                pairs = self._sentences(recipe[kind]).unique()
            else:
                pairs = self._draw(self.terms, recipe[kind]).unique()
            left = told[f"{kind}.english"].long()[pairs]
            made = self.read(kind, pairs, left, self._anchored(len(pairs)))
            yield kind, self._drawn(made, self.target[left].float())
        yield "passages", self._passages()
        yield "questions", self._questions()

    def _anchored(self, n: int) -> Tensor:
        """Which of n texts are read in English."""
        return torch.rand(n, device=DEVICE) < self.recipe["anchored"]

    def _drawn(self, made: Tensor, target: Tensor) -> Tensor:
        """Draw vectors to the teacher's, and tell them from those that say another."""
        near = (1 - (made * target).sum(1)).mean()
        scores = made @ target.T / self.recipe["temperature"]
        return self.recipe["near"] * near + contrast(scores, self._same(target))

    def _same(self, target: Tensor) -> Tensor:
        """(n, n) bool: off-diagonal places where two English texts say the same."""
        return (target @ target.T > self.recipe["twin"]).fill_diagonal_(False)

    def read(self, kind: str, pairs: Tensor, left: Tensor, own: Tensor) -> Tensor:
        """Vectors of pairs: of the other side, or of the English where `own`."""
        longest = self.recipe["longest"][kind]
        made = torch.empty(len(pairs), self.entry.shape[1], device=DEVICE)
        for of, which, chosen in (
            (kind, pairs[~own], ~own),
            ("english", left[own], own),
        ):
            if len(which):
                ends = self.ends[self.told[f"{of}.native"].long()[which]]
                entry = joined(self.texts[of], which[:, None], ends, longest)
                made[chosen] = runs(self.student, self.entry, entry, 0)[:, 0]
        return made

    def _passages(self) -> Tensor:
        """Neighbours joined, and each sentence as it is read among them."""
        longest, k = self.recipe["longest"]["passages"], int(torch.randint(3, 7, ()))
        first = self._draw(self.chance, self.recipe["passages"])
        pairs = first[:, None] + torch.arange(k, device=DEVICE)
        pairs = pairs.clamp_max(len(self.chance) - 1)
        left = self.told["sentences.english"].long()[pairs]
        own = self._anchored(len(pairs))
        target = self._taught(left).float()
        ends = self.ends[self.told["sentences.native"].long()[pairs[:, 0]]]
        entries = [joined(self.texts["sentences"], pairs[~own], ends[~own], longest)]
        if own.any():
            around = self.ends[1].expand(int(own.sum()), 2)
            entries.append(joined(self.native, left[own], around, longest))
        whole = torch.cat([runs(self.student, self.entry, e, k) for e in entries])
        loss = self._drawn(whole[:, 0], torch.cat([target[~own], target[own]]))
        parts = torch.cat([left[~own], left[own]]).flatten()
        inner = whole[:, 1:].flatten(0, 1)
        chosen = (inner.detach().norm(dim=1) > 0.5).nonzero()[:, 0]  # not cut off
        chosen = chosen[torch.randperm(len(chosen), device=DEVICE)[:2048]]
        return loss + self._drawn(inner[chosen], self.target[parts[chosen]].float())

    def _questions(self) -> Tensor:
        """Questions to their passages, and to the sentences that answer."""
        told, n = self.told, self.recipe["questions"] // 4
        first = torch.randint(len(told["questions.passage"]) - 12, (n,), device=DEVICE)
        which = (first[:, None] + 3 * torch.arange(4, device=DEVICE)).flatten()
        ends = self.ends[told["questions.native"].long()[which]]
        entry = joined(self.texts["questions"], which[:, None], ends, 64)
        asked = runs(self.student, self.entry, entry, 0)[:, 0]
        passage = told["questions.passage"].long()[which]
        distinct, inverse = passage.unique(return_inverse=True)
        longest, of = self.recipe["longest"]["questions"], self.texts["passages"]
        cuts = told["passages.ends"].long()[distinct].clamp_max(longest - 2)
        cuts = torch.minimum(cuts, of.length[distinct][:, None])
        size = between(cuts).clamp_min(0)
        start = of.start[distinct][:, None] + cuts - size
        ends = self.ends[told["passages.native"].long()[distinct]]
        k = cuts.shape[1]
        entry = laid(of.tokens, start, size, ends)
        made = runs(self.student, self.entry, entry, k)
        scores = asked @ made[:, 0].T / self.recipe["temperature"]
        loss = cross_entropy(scores, inverse)
        right = told["questions.right"].long()[which]
        there = size[inverse].gather(1, right.clamp_min(0)[:, None])[:, 0] > 0
        scores = asked @ made[:, 1:].flatten(0, 1).T / self.recipe["temperature"]
        scores = scores.masked_fill((size.flatten() == 0)[None], -1e4)
        answer = torch.where((right >= 0) & there, inverse * k + right, -100)
        return loss + cross_entropy(scores, answer)

    @torch.no_grad()
    def test(self) -> str:
        """Share of held-out pairs found in English, and their mean cosine."""
        left = self.told["sentences.english"].long()[self.held]
        none = torch.zeros(len(left), dtype=torch.bool, device=DEVICE)
        target = self.target[left].float()
        other = self.read("sentences", self.held, left, none)
        english = self.read("sentences", self.held, left, ~none)
        same_text = self._same(target)
        found = []
        for one in (target, english):
            scores = (other @ one.T).masked_fill(same_text, -1)
            hit = scores.argmax(1) == torch.arange(len(left), device=DEVICE)
            found.append(f"{hit.float().mean().item():.4f}")
        cosine = (other * target).sum(1).mean().item()
        same = (english * target).sum(1).mean().item()
        seen = f"found {found[0]} by student {found[1]}"
        return f"{seen} cosine {cosine:.4f} English {same:.4f}"

    def train(self, seconds: float) -> None:
        """Train for so long."""
        recipe, table, weights = self.recipe, self.table, self.student.weights.values()
        for weight in weights:
            weight.requires_grad_()
        adam = torch.optim.AdamW(weights, lr=0.0, weight_decay=0.01, betas=(0.9, 0.98))
        say("begin", self.test())
        step, begin, sums = 0, time.time(), dict[str, float]()
        scale: Tensor | None = None
        while (gone := (time.time() - begin) / seconds) < 1:
            share = min(1.0, gone / recipe["warm"] + 0.01, (1 - gone) / recipe["decay"])
            if gone <= 1 - recipe["rounded"]:
                leaf = table.rows.clone()
            else:
                if scale is None or step % 10 == 0:
                    scale = scales(table.rows)
                leaf = rounded(table.rows, scale)
            self.entry = leaf.requires_grad_()
            for kind, loss in self.losses():
                (recipe["weight"][kind] * loss).backward()
                if step % 20 == 0:
                    sums[kind] = float(loss.detach())
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            for group in adam.param_groups:
                group["lr"] = share * recipe["body_rate"]
            adam.step()
            adam.zero_grad()
            assert leaf.grad is not None
            met = leaf.grad[1:].abs().amax(1).nonzero()[:, 0] + 1  # 0 is for padding
            rate = share * recipe["table_rate"]
            table.step(met, leaf.grad[met], rate, recipe["eager"], least=1e-10)
            if step % 20 == 0:
                seen = " ".join(f"{k} {v:.3f}" for k, v in sums.items())
                say(f"{step} {time.time() - begin:.0f} s {seen} rows {len(met)}")
            step += 1
            if step % 300 == 0:
                self.entry = table.rows
                say("   ", self.test())
        self.entry = table.rows
        say("end, rows whole", self.test())
        self.entry = rounded(table.rows, scales(table.rows))
        say("end, 4 bits", self.test())
        if GPU:
            say(f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB, {step} steps")

    def save(self, out: Path) -> None:
        """Write rows, 6 bits a number, and layers in half precision."""
        rows = self.table.rows
        scale = rows.abs().amax(1, keepdim=True).clamp_min(1e-9) / 31
        number = ((rows / scale).round().clamp(-31, 31) + 32).to(torch.int64)
        four = number.unflatten(1, (-1, 4))
        whole = (
            four[..., 0] | four[..., 1] << 6 | four[..., 2] << 12 | four[..., 3] << 18
        )
        three = torch.stack([whole & 255, whole >> 8 & 255, whole >> 16], -1)
        packed = three.to(torch.uint8).flatten(1).cpu().numpy()
        for i, part in enumerate(np.array_split(packed, 3)):
            np.save(out / f"rows.{i}.npy", part)
        np.save(out / "scale.npy", scale[:, 0].float().cpu().numpy())
        names = sorted(self.student.weights)
        flat = [self.student.weights[n].detach().flatten() for n in names]
        body = torch.cat(flat).half().cpu().numpy()
        for i, part in enumerate(np.array_split(body, 2)):
            np.save(out / f"body.{i}.npy", part)
        shapes = {n: list(self.student.weights[n].shape) for n in names}
        (out / "shapes.json").write_text(json.dumps(shapes))


def main() -> None:
    """Train and write."""
    models, material, out, seconds = sys.argv[1:]
    torch.manual_seed(7)
    torch.set_float32_matmul_precision("high")
    torch.backends.cuda.enable_cudnn_sdp(False)  # plans anew for each shape
    run = Run(Path(models), Path(material))
    run.train(float(seconds))
    run.save(Path(out))


if __name__ == "__main__":
    main()
