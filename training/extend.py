"""Give the table more words than it was trained with, and no more rows.

A vocabulary that 49 languages share holds some thousands of words of each; the rest
are cut into pieces that mean nothing. Words of the material, and stems that words of
one meaning share, become tokens on the row of what they are translated by: found by
association (`training.align`), nothing is trained. Which ones is decided by how often
they should be met, times how far their pieces are from what they mean. The best
become tokens, which any runtime reads; many more are kept in a lexicon, at an eighth of
the price (`index.embedders.lexicon`).

Counted are words as the tokenizer parts them; Chinese, Japanese and Thai have words of
a dictionary only, and neither they nor Vietnamese have stems.
"""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import regex
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from index.embedders import unit
from index.embedders.lexicon import Lexicon, forms
from index.embedders.static import StaticEmbedder
from training import dictionaries, unspaced, vietnamese
from training.align import occurrence, strongest
from training.corpus import Texts
from training.distil import Material, Pairs
from training.merge import nearest
from training.vocabulary import COST, WORD, parted

log = logging.getLogger(__name__)
Array = np.ndarray
_LETTERS = regex.compile(r"[\p{L}\p{M}]+")
_SYLLABLES = regex.compile(r"\p{Hiragana}")
_UNSPACED = ("ja", "th", "zh")
_UNSTEMMED = (*_UNSPACED, "vi")
_CHUNK = 4_000
_LONGEST = 22  # characters
_CONCENTRATED = 0.45  # a direction's length before it is made 1: translated as one
_FAMILY = 0.72  # the same of a stem's words
_LOOKED_AT = 1.8  # entries that a row is looked for, for each that is kept
_SPARE = 1.15  # of the lexicon's words, some are needless
# Of a word of the lexicon: how much of its row's weight it has, and of its pieces'.
_SHARED = (0.7, 0.45)
_ROW = 0.7  # least cosine to the row that a word is put on
_OF_A_LANGUAGE = 60_000  # entries, at most
_LEXICON = 0.5  # of what English words say of how often their translations are met
_RARE = 1e-6  # chance of a word towards which the English words' are drawn
_SENTENCE = 9.0  # words
# A language's share grows with its material; Korean's is mostly of software.
_SHARES = {"ko": 0.6}


class Entry(NamedTuple):
    """A word or stem: what it is worth, how much its direction (d,) counts beside
    other languages', and its chance in running text."""

    text: str
    worth: float
    weight: float
    direction: Array
    chance: float


class _Found(NamedTuple):
    """A language's words, (n,) and (n, d) arrays: `met` is their weighted count in
    sentences, `listed` in dictionaries, `within` in terms of several words, `pairs`
    the translations they stand in; `english` is the token that translates best, and
    `directions` are as long as a word's translations agree."""

    words: list[str]
    met: Array
    listed: Array
    within: Array
    pairs: Array
    english: Array
    directions: Array


class _Judged(NamedTuple):
    """Of a language: its running words, about. Of each word: its chance among them,
    that of its unseen forms, how far its pieces are from what it means, how much that
    is to be trusted, its direction (n, d), whether it is a token already, and whether
    it may become one or tell of a stem."""

    size: float
    chance: Array
    unseen: Array
    gain: Array
    trust: Array
    meant: Array
    known: Array
    usable: Array

    @property
    def worth(self) -> Array:
        """What a token of each word's own would be worth."""
        made: Array = self.chance * self.gain * self.trust
        return made


def extend(material: Material, folder: Path, settings: dict[str, Any]) -> None:
    """Add `settings["extra"]` entries to the tokens of the table in a folder, as
    `export` wrote it.

    Raises KeyError when a tensor is missing.
    """
    entries = _Extension(material, folder, settings["extra_power"], tokens=True)
    kept, rows = _placed(_merged(entries), settings["extra"], entries.tensors)
    _write(kept, rows, entries.tensors, folder)
    log.info("added %d words and stems", len(kept))


def keep(material: Material, folder: Path, settings: dict[str, Any]) -> None:
    """Write the `settings["lexicon"]` best words and stems that are no tokens into the
    table's lexicon, but for those whose other forms say the same."""
    entries = _Extension(material, folder, settings["extra_power"], tokens=False)
    tensors, most = entries.tensors, settings["lexicon"]
    placed, rows = _placed(_merged(entries), round(_SPARE * most), tensors)
    words = [entry.text for entry in placed]
    kept = needed(words, rows, entries.tokenizer)[:most]
    built = Lexicon.build([words[i] for i in kept], rows[kept])
    _save(built, tensors, folder)
    directions = _words_of(tensors)[1:]
    misread, on = dictionaries.words(material, folder, directions, settings["misread"])
    built = built.added(misread, on)
    _save(built, tensors, folder)
    table = StaticEmbedder(folder, "fast")
    joined, on = vietnamese.words(material, table, directions)
    vietnamese.write(joined)
    built = built.added(joined, on)
    whole, on = unspaced.words(material, table, directions)
    unspaced.write(whole)
    new = np.flatnonzero(~built.has(whole))
    built = built.added([whole[i] for i in new], on[new])
    _save(built, tensors, folder)
    told = len(kept), len(misread), len(joined), len(new)
    log.info("the lexicon has %d words, %d set right, %d Vietnamese, %d whole", *told)


def _save(lexicon: Lexicon, tensors: dict[str, Array], folder: Path) -> None:
    made = {f"lexicon.{name}": array for name, array in lexicon.arrays().items()}
    made["lexicon.shares"] = np.array(_SHARED, np.float32)
    made["weights"] = tensors["weights"].astype(np.float16)  # room for the lexicon
    save_file(tensors | made, folder / "model.safetensors")


def needed(words: list[str], rows: Array, tokenizer: Tokenizer) -> Array:
    """Places of the words that no other form of theirs stands for on the same row."""
    pieces = tokenizer.encode_batch(words, add_special_tokens=False)
    first = [len(encoding.tokens[0]) if encoding.tokens else 0 for encoding in pieces]
    row, kept = dict[str, int](), []
    for i in sorted(range(len(words)), key=lambda i: len(words[i])):
        others = forms(words[i], first[i])[1:]
        if next((row[form] for form in others if form in row), 0) != rows[i]:
            row[words[i]] = int(rows[i])
            kept.append(i)
    return np.sort(np.array(kept, np.int64))


def _placed(
    entries: list[Entry], most: int, tensors: dict[str, Array]
) -> tuple[list[Entry], Array]:
    """Take the entries worth most that have a row near, and give their rows (n,)."""
    entries = sorted(entries, key=lambda e: -e.worth)[: round(_LOOKED_AT * most)]
    directions = unit(np.stack([e.direction for e in entries]))
    cosines, rows = nearest(directions, _words_of(tensors)[1:])
    worth = np.array([e.worth for e in entries])
    worth = np.where(cosines > _ROW, worth * cosines, 0)
    kept = np.argsort(-worth, kind="stable")[:most]
    kept = kept[worth[kept] > 0]
    # Row 0 is the unknown token's.
    return [entries[i] for i in kept], rows[kept] + 1


class _Extension:
    """Yields the entries of every language."""

    def __init__(
        self, material: Material, folder: Path, power: float, tokens: bool
    ) -> None:
        self.material, self.power, self.tokens = material, power, tokens
        self.embedder = StaticEmbedder(folder, "table")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tensors = load_file(folder / "model.safetensors")
        self.unit = _words_of(self.tensors)[self.tensors["mapping"]]
        self.vocabulary: dict[str, int] = self.tokenizer.get_vocab()
        self.english, self.chance = self._english()

    def __iter__(self) -> Iterator[Entry]:
        for code in sorted(self.material.sentences.keys() | self.material.terms.keys()):
            entries = self._entries(code)
            log.info("%s: %d words and stems", code, len(entries))
            most = _OF_A_LANGUAGE if self.tokens else len(entries)
            yield from sorted(entries, key=lambda e: -e.worth)[:most]
        if not self.tokens:
            yield from self._of_english()

    def _english(self) -> tuple[set[str], Array]:
        """The English words, which keep their pieces, and each token's chance to be
        met as an English word."""
        counts: Counter[str] = Counter()
        for pairs in self.material.sentences.values():
            for text in set(pairs.english):
                counts.update(set(_LETTERS.findall(text.lower())))
        counts = Counter({word: n for word, n in counts.items() if n > 1})
        total = sum(counts.values())
        chance = np.full(len(self.unit), 1e-7)
        for word, n in counts.items():
            if word in self.vocabulary:
                near = min(n / total, np.exp(-8)) ** 0.8 * _RARE**0.2
                chance[self.vocabulary[word]] = near
        return set(counts), chance

    def _of_english(self) -> Iterator[Entry]:
        """Yield the English words that are cut, from what they are translated by."""
        listed = (
            text.lower() for of in self.material.terms.values() for text in of.english
        )
        every = self.english.union(t for t in listed if _LETTERS.fullmatch(t))
        cut = sorted(every - self.vocabulary.keys())
        cut = [word for word in cut if 3 <= len(word) <= _LONGEST]
        number = {word: i for i, word in enumerate(cut)}
        total = np.zeros((len(cut), self.unit.shape[1]), np.float32)
        met, weight = np.zeros(len(cut)), np.zeros(len(cut))
        for kind in (self.material.sentences, self.material.terms):
            for code, pairs in sorted(kind.items()):
                held = [
                    [number[w] for w in _LETTERS.findall(text.lower()) if w in number]
                    for text in pairs.english
                ]
                used = [i for i, words in enumerate(held) if words]
                if not used:
                    continue
                counts, _, directions = self._align(
                    [held[i] for i in used], len(cut), [pairs.other[i] for i in used]
                )
                total += directions * np.sqrt(counts)[:, None]
                weight += np.sqrt(counts)
                met += counts
                log.info("English words in %s: %d pairs", code, len(used))
        trust = np.linalg.norm(total, axis=1) / np.maximum(weight, 1e-9)
        present, _ = self.embedder.word_vectors(cut)
        meant = unit(total)
        gain = np.maximum(1 - (present * meant).sum(axis=1), 0)
        for i in np.flatnonzero(trust > _CONCENTRATED):
            worth = met[i] * gain[i] * trust[i]
            yield Entry(cut[i], worth, 1, meant[i], 0)

    def _entries(self, code: str) -> list[Entry]:
        found = self._found(code)
        judged = self._judged(code, found)
        scale = judged.size**self.power * _SHARES.get(code, 1.0)
        stems, covered = list[Entry](), np.zeros(len(found.words), bool)
        if code not in _UNSTEMMED:
            for stem, members in _stems(found, judged, 2 if code == "ko" else 4):
                covered[members] = True
                stems.append(stem)
        whole = (
            judged.usable & ~judged.known & ((found.listed > 0) | (found.pairs >= 2))
        )
        if code in _UNSPACED and self.tokens:
            kana = np.array([bool(_SYLLABLES.search(word)) for word in found.words])
            whole &= (found.listed > 0) & ~kana
        worth = judged.worth * np.where(covered, 0.35, 1)
        entries = [
            Entry(found.words[i], worth[i], 0, judged.meant[i], judged.chance[i])
            for i in np.flatnonzero(whole)
        ]
        return [
            e._replace(worth=e.worth * scale, weight=e.chance * scale)
            for e in entries + stems
            if e.text not in self.vocabulary and e.text not in self.english
        ]

    def _judged(self, code: str, found: _Found) -> _Judged:
        """Say how often each word should be met and what its pieces get wrong."""
        sentences = self.material.sentences.get(code)
        size = _SENTENCE * max(len(sentences.other) if sentences else 0, 3_000)
        likewise = np.bincount(found.english, minlength=len(self.unit))[found.english]
        listed = np.minimum(found.listed + 0.3 * found.within, 1)
        guessed = _LEXICON * self.chance[found.english] / likewise**0.7 * listed
        chance = found.met / max(found.met.sum(), 1) + guessed
        unseen = guessed + (found.pairs <= 1.5) / size * 0.5

        known = np.array([word in self.vocabulary for word in found.words])
        present, _ = self.embedder.word_vectors(found.words)
        trust = np.linalg.norm(found.directions, axis=1)
        meant = found.directions / np.maximum(trust, 1e-6)[:, None]
        meant = np.where(known[:, None], present, meant)
        trust = np.where(known, 1.0, trust)
        gain = np.where(known, 0, np.maximum(1 - (present * meant).sum(axis=1), 0))
        english = np.array([word in self.english for word in found.words])
        usable = (trust > _CONCENTRATED) & ~english
        return _Judged(size, chance, unseen, gain, trust, meant, known, usable)

    def _found(self, code: str) -> _Found:
        """Count a language's words, and find what they are translated by."""
        none = Pairs([], [], np.zeros(0))
        sentences = self.material.sentences.get(code, none)
        lexicon = self.material.terms.get(code, none)
        first = len(sentences.other)
        drawn = np.diff(sentences.chance, prepend=0) * first  # 1 on average
        texts = [self._words(t, code) for t in [*sentences.other, *lexicon.other]]
        met, listed, within = Counter[str](), Counter[str](), Counter[str]()
        for words, weight in zip(texts[:first], drawn, strict=True):
            for word in words:
                met[word] += weight
        for i, words in enumerate(texts[first:], first):
            (listed if len(words) == 1 else within).update(words)
            if code in _UNSPACED:  # a term is a word, however it may be parted
                term = self.tokenizer.normalizer.normalize_str(lexicon.other[i - first])
                if 2 <= len(term) <= 8 and WORD.fullmatch(term):
                    listed[term] += 1
                    texts[i] = [*words, term]
        least = 2 if code in _UNSPACED else 3
        kept = [
            word
            for word in sorted(met.keys() | listed.keys() | within.keys())
            if least <= len(word) <= _LONGEST and not word.isdigit()
        ]
        number = {word: i for i, word in enumerate(kept)}
        held = [[number[w] for w in words if w in number] for words in texts]
        counts = [np.array([c[w] for w in kept], float) for c in (met, listed, within)]
        english = [*sentences.english, *lexicon.english]
        aligned = self._align(held, len(kept), english)
        return _Found(kept, *counts, *aligned)

    def _align(
        self, held: list[list[int]], n: int, others: list[str]
    ) -> tuple[Array, Array, Array]:
        """Give the pairs that each of n words stands in, the token that translates it
        best, and its direction, from the words of texts and their translations."""
        flat = np.array([word for words in held for word in words], np.int32)
        texts = Texts(flat, np.cumsum([0, *map(len, held)]))
        pairs = np.arange(len(texts))
        words = occurrence(texts, pairs, n).tocsc()
        tokens = Texts.of(others, self.tokenizer)
        translated = occurrence(tokens, pairs, len(self.unit))
        of_words = np.asarray(words.sum(axis=0)).ravel()
        of_tokens = np.asarray(translated.sum(axis=0)).ravel()
        directions = np.zeros((len(of_words), self.unit.shape[1]), np.float32)
        first = np.zeros(len(of_words), np.int64)
        for start in range(0, len(of_words), _CHUNK):
            part = slice(start, start + _CHUNK)
            joint = (words[:, part].T @ translated).tocsr()
            best = strongest(joint, of_words[part], of_tokens, len(pairs))
            directions[part] = best @ self.unit
            filled = np.flatnonzero(np.diff(best.indptr))
            first[start + filled] = np.asarray(best[filled].argmax(axis=1)).ravel()
        return of_words, first, directions

    def _words(self, text: str, code: str) -> list[str]:
        plain = self.tokenizer.normalizer.normalize_str(text)
        if code in _UNSPACED:
            return parted(plain)
        return WORD.findall(plain)


def _stems(found: _Found, judged: _Judged, least: int) -> Iterator[tuple[Entry, Array]]:
    """Yield the shortest beginnings whose words mean the same, and their places."""
    lengths = np.array([len(word) for word in found.words])
    weight = np.sqrt(judged.chance + 1e-7) * judged.trust
    free = judged.usable.copy()
    for length in range(least, 13):
        use = np.flatnonzero((lengths >= length) & (lengths <= length + 5) & free)
        if len(use) < 3:
            continue
        stems, of, count = np.unique(
            [found.words[i][:length] for i in use],
            return_inverse=True,
            return_counts=True,
        )
        total = np.zeros((len(stems), judged.meant.shape[1]), np.float32)
        np.add.at(total, of, judged.meant[use] * weight[use, None])
        spread = np.linalg.norm(total, axis=1)
        agreed = spread / np.maximum(np.bincount(of, weight[use]), 1e-9)
        far = np.bincount(of, lengths[use] - length >= 4)
        near = np.bincount(of, lengths[use]) - length <= 2
        alone = (count == 1) & near & (length > least)
        good = (count > 1) & (agreed >= _FAMILY) & (far <= count / 2) | alone
        free[use[good[of]]] = False
        unseen = np.bincount(of, judged.unseen[use])
        own = 0.7 * np.bincount(of, judged.worth[use])  # a stem is less exact
        gain = np.maximum(np.bincount(of, judged.gain[use]) / count, 0.3)
        members = np.split(use[np.argsort(of, kind="stable")], np.cumsum(count)[:-1])
        for j in np.flatnonzero(good):
            worth = (own[j] + unseen[j] * gain[j]) * min(agreed[j], 0.9)
            direction = total[j] / spread[j]
            entry = Entry(str(stems[j]), worth, 0, direction, own[j] + unseen[j])
            yield entry, members[j]


def _merged(entries: _Extension) -> list[Entry]:
    """Join what several languages spell alike, by their weights."""
    joined: dict[str, Entry] = {}
    for e in entries:
        old = joined.get(e.text, Entry(e.text, 0, 0, np.zeros(()), 0))
        joined[e.text] = Entry(
            e.text,
            old.worth + e.worth,
            old.weight + e.weight,
            old.direction + e.direction * np.float32(e.weight),
            max(old.chance, e.chance),
        )
    return list(joined.values())


def _words_of(tensors: dict[str, Array]) -> Array:
    """The rows' directions in the space of words."""
    return unit(tensors["embeddings"].astype(np.float32) @ tensors["words"])


def _write(
    entries: list[Entry], rows: Array, tensors: dict[str, Array], folder: Path
) -> None:
    """Add tokens to the tokenizer and to the tensors that tell of tokens.

    A new token weighs what others on its row do, by its information. All are put in
    the order of their bytes: a tokenizer opens in half the time.
    """
    mapping, weights = tensors["mapping"], tensors["weights"]
    told = tensors["information"].astype(np.float32)
    heard = np.flatnonzero(weights > 0)
    plain = weights[heard] / np.sqrt(np.maximum(told[heard], 0.5))
    of_row = np.bincount(mapping[heard], plain, len(tensors["embeddings"]))
    of_row /= np.maximum(np.bincount(mapping[heard], minlength=len(of_row)), 1)
    chance = np.maximum([e.chance for e in entries], 1e-12)
    information = np.clip(-np.log(chance), 13.0, 15.5)

    file = folder / "tokenizer.json"
    said = json.loads(file.read_text("utf-8"))
    old = [[text, round(score, 2)] for text, score in said["model"]["vocab"]]
    new = [
        [e.text, round(-(float(i) + COST), 2)]
        for e, i in zip(entries, information, strict=True)
    ]
    vocabulary = old + new
    order = [0, *sorted(range(1, len(vocabulary)), key=lambda i: _bytes(vocabulary[i]))]
    said["model"]["vocab"] = [vocabulary[i] for i in order]
    file.write_text(
        json.dumps(said, ensure_ascii=False, separators=(",", ":")), "utf-8"
    )
    weighed = np.concatenate([weights, of_row[rows] * np.sqrt(information)])
    made = tensors | {
        "mapping": np.concatenate([mapping, rows])[order].astype(np.int32),
        "weights": weighed[order].astype(np.float32),
        "information": np.concatenate([told, information])[order].astype(np.float16),
    }
    save_file(made, folder / "model.safetensors")


def _bytes(entry: list[Any]) -> bytes:
    return str(entry[0]).encode()
