"""Put a multilingual input table under an English transformer's layers.

Each row of the static table becomes a row of the transformer's input: an English
token's row is the teacher's own input vector of that word; any other row is the sum of
those of its nearest English tokens in the static table, weighted by a softmax of
their cosines. So a French word enters as the English words it means, before any
training. Idea: WECHSEL (Minixhofer, Paischer and Rekabsaz, NAACL 2022).
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import faiss
import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from index.embedders.inputs import Inputs
from index.embedders.lexicon import Lexicon
from index.embedders.static import lexicon_of

Array = np.ndarray
_NEAREST = 5
_TEMPERATURE = 0.05
_SEEN = 5  # times a token stands in English text before other words lean on it
_SHARE = 0.1  # of a row's uses that are English, or it leans on others itself

# Marks that end or part sentences, and the English mark that each is read as.
MARKS = {m: m for m in ".,?!:;'\"()-/%$&+=#@*[]°€£"} | {
    "–": "-", "—": "-", "〜": "-", "«": '"', "»": '"', "“": '"', "”": '"', "„": '"',
    "「": '"', "」": '"', "『": '"', "』": '"', "《": '"', "》": '"',
    "‘": "'", "’": "'", "。": ".", "।": ".", "॥": ".", "·": ".", "։": ".",
    "、": ",", "،": ",", "・": ",", "؟": "?", "¿": "?", "¡": "!", "؛": ";",
    "【": "[", "】": "]",
}  # fmt: skip
FIRST, LAST = "[CLS]", "[SEP]"


@dataclass(frozen=True)
class Start:
    """Where training starts: `rows` (r, d) float32, row 0 zero and for padding;
    `mapping` (v,) int32, the row of each token of `tokenizer`; `english`, the teacher's
    own tokenizer, whose rows are the last ones; `lexicon`, rows of words that the first
    cuts; `body`, the layers' weights where they are not the teacher's."""

    tokenizer: Tokenizer
    mapping: Array
    rows: Array
    english: Tokenizer
    lexicon: Lexicon | None = None
    body: dict[str, Array] = field(default_factory=dict)

    def inputs(self) -> Inputs:
        """Which rows texts enter by."""
        size = len(self.rows)
        return Inputs(self.tokenizer, self.mapping, self.lexicon, self.english, size)


def tokenizer(fast: Path) -> Tokenizer:
    """The static table's tokenizer, which keeps the marks and the two tokens at the
    ends as well. Their ids follow the table's own."""
    made = json.loads((fast / "tokenizer.json").read_text("utf-8"))
    made["model"]["vocab"] += [[mark, -12.0] for mark in (*MARKS, FIRST, LAST)]
    marks = "".join("\\" + m if m in "[]()-/*+.?$" else m for m in MARKS)
    made["pre_tokenizer"]["pattern"]["Regex"] += f"|[{marks}]"
    size = len(made["model"]["vocab"])
    ends = {FIRST: size - 2, LAST: size - 1}
    made["post_processor"] = {
        "type": "TemplateProcessing",
        "single": [
            {"SpecialToken": {"id": FIRST, "type_id": 0}},
            {"Sequence": {"id": "A", "type_id": 0}},
            {"SpecialToken": {"id": LAST, "type_id": 0}},
        ],
        "pair": [
            {"Sequence": {"id": "A", "type_id": 0}},
            {"Sequence": {"id": "B", "type_id": 0}},
        ],
        "special_tokens": {
            name: {"id": name, "ids": [id], "tokens": [name]}
            for name, id in ends.items()
        },
    }
    return Tokenizer.from_str(json.dumps(made))


def start(fast: Path, teacher: Path, english: list[str], other: list[str]) -> Start:
    """Place every row of the static table among the teacher's input vectors.

    fast: the static model's folder. english, other: texts of English and of the other
    languages, which tell whose each token is.
    """
    tensors = load_file(fast / "model.safetensors")
    unit = tensors["embeddings"].astype(np.float32)
    unit /= np.maximum(np.linalg.norm(unit, axis=1), 1e-9)[:, None]
    made = tokenizer(fast)
    words = _Words(teacher)
    size = made.get_vocab_size()
    old = len(tensors["mapping"])
    mapping = np.zeros(size, np.int32)
    mapping[:old] = tensors["mapping"]
    mapping[old:] = len(unit) + np.arange(size - old)

    seen = _counts(english, made, size)[:old]
    foreign = _counts(other, made, size)[:old]
    tokens = np.flatnonzero(seen)
    vectors = words([made.id_to_token(int(t)) for t in tokens])
    read = vectors.any(axis=1)  # a lone accent is nothing to the teacher
    own = _sums(mapping[tokens[read]], vectors[read] * seen[tokens[read], None], unit)
    met = _sums(mapping[tokens[read]], seen[tokens[read]], unit)
    own /= np.maximum(met, 1)[:, None]
    met[met < _SHARE * (met + _sums(mapping[:old], foreign, unit))] = 0
    rows = _lean(unit, own, met)
    marks = words([*MARKS.values(), FIRST, LAST])
    rows = np.concatenate([rows, marks, words.rows])
    return Start(made, mapping, rows, words.tokenizer, lexicon_of(tensors))


def _lean(unit: Array, own: Array, met: Array) -> Array:
    """Give rows without an English token the mix of their nearest ones that have."""
    anchors = np.flatnonzero(met >= _SEEN)
    finder = faiss.IndexFlatIP(unit.shape[1])
    finder.add(unit[anchors])
    rows = own.copy()
    rest = np.flatnonzero(met < 1)
    cosines, near = finder.search(unit[rest], _NEAREST)
    weight = np.exp((cosines - cosines[:, :1]) / _TEMPERATURE)
    weight /= weight.sum(axis=1, keepdims=True)
    chosen = own[anchors[near]]  # (rest, nearest, d)
    mixed = np.einsum("rn,rnd->rd", weight, chosen)
    # A mix is shorter than its parts; the layers expect their length.
    length = (weight * np.linalg.norm(chosen, axis=2)).sum(axis=1)
    rows[rest] = mixed * (length / np.linalg.norm(mixed, axis=1))[:, None]
    rows[0] = 0
    return rows


def _sums(rows: Array, values: Array, like: Array) -> Array:
    """Add values up by row: (len(like), ...)."""
    total = np.zeros((len(like), *values.shape[1:]), np.float32)
    np.add.at(total, rows, values)
    return total


def _counts(texts: list[str], made: Tokenizer, size: int) -> Array:
    found = np.zeros(size)
    for start in range(0, len(texts), 50_000):
        batch = made.encode_batch_fast(texts[start : start + 50_000])
        ids = np.concatenate([np.array(e.ids[1:-1], np.int64) for e in batch])
        found += np.bincount(ids, minlength=size)
    found[0] = 0
    return found


class _Words:
    """The teacher's input vectors of whole words."""

    def __init__(self, teacher: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(teacher / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        tensors = load_file(teacher / "model.safetensors")
        self.rows = tensors["embeddings.word_embeddings.weight"].astype(np.float32)
        self.dim = self.rows.shape[1]

    def __call__(self, words: list[str]) -> Array:
        """(n, d): the mean over the pieces of each word, zero where there are none."""
        encoded = self.tokenizer.encode_batch(words, add_special_tokens=False)
        return np.stack(
            [
                self.rows[self.tokenizer.token_to_id(w)]
                if w in (FIRST, LAST)
                else self.rows[e.ids].sum(axis=0) / max(len(e.ids), 1)
                for w, e in zip(words, encoded, strict=True)
            ]
        )
