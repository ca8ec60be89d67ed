"""Find the words of dictionaries that the table misreads, and what they mean.

Most are in few sentences or none, and pieces of words say nothing: of single words,
a quarter to a half had a cosine below .45 to every translation. Such a word is to stand
on the row nearest to what its English terms mean. Those mean what most languages'
words for them do, as English words are misread too. What speaks for the word is the
beginning that gains most, summed over all words that it would speak for, so that
inflected forms are helped, and names and words that are read well are left alone.

Chinese, Japanese, Thai and Vietnamese words are found elsewhere; here they only tell
what English ones mean.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
import regex

from index.embedders import unit
from index.embedders.lexicon import forms
from index.embedders.static import StaticEmbedder
from index.tokens import normalize
from training.distil import Material
from training.merge import nearest

Array = np.ndarray
_OTHERWISE = ("ja", "th", "vi", "zh")  # languages whose words are found elsewhere
_ENGLISH = "en"
_NAMES = 0.3  # lists of names are drawn less than this part of what dictionaries are
_LETTERS = regex.compile(r"[\p{L}\p{M}]+")
_WORD = regex.compile(r"[\p{L}\p{M}]{3,22}")
_TERM = regex.compile(r"[\p{L}'-]+(?: [\p{L}'-]+)?")
_TWO = 0.3  # how often a term of two words is met, beside the rarer of them
_BEFORE = regex.compile(r"^(?:to|an?|the) ")
_ALIKE = 0.5  # cosine from which two words say the same
_CHANCE = 0.3  # cosine up to which they may say the same by chance
_FULL = 0.5  # beside that, what supports as much as the same word does
_TOKEN = 0.3  # what an English token is supported by besides
_OWN_SAY = 2.0  # what an English word's own vector counts among its translations'
_SAID = 3  # languages that must say the same, of a term whose own words are unknown
_MISREAD = 0.45  # cosine to every term that a word stands for
_UNLIKE = 0.65  # the same for an English word, to what its translations say
_SURE = 5  # languages that must say it
_AGREED = 0.5  # length of the mean of its terms' directions
_TELLS = 9.0  # nats, least that its terms tell
_LOUDEST = 16.0  # nats, most that one counts
_ROW = 0.65  # least cosine to the row that a word is put on
_ATTESTED = 3  # times a word is met in sentences, which then know it better
_KIN = 0.6  # cosine of a word that is read well
_ENDING = 3  # letters, at most, that a beginning leaves off
_LEAST, _LEAST_OTHER = 5, 4  # letters of a beginning, in Indic and other scripts
_KEPT = 0.6  # part of the word that it is
_HARM = 0.1  # most that a beginning may lose, of what it changes
_RARE = 0.3  # times that any term is met, at least
_INFLECTED = 0.12  # what each letter left off is worth beside the word itself
_NAME = 1.5  # weight of a name, and of an English word that no dictionary has
_CHUNK = 1 << 16


class _Pieces(NamedTuple):
    """Of words: the sums of their pieces' rows (n, d) in the space of words, whether
    they are cut (n,), the letters of the first piece (n,), and how they are read,
    (n, d) and nats (n,)."""

    sums: Array
    cut: Array
    first: Array
    read: Array
    told: Array


class _Terms(NamedTuple):
    """English terms: their places by name; what they mean (n, d); how they are read
    (n, d) and what they tell (n,), nats; how many languages say what they mean, and
    whether it is known, (n,); how often they are met (n,)."""

    place: dict[str, int]
    meant: Array
    read: Array
    told: Array
    said: Array
    known: Array
    met: Array


class _Words(NamedTuple):
    """Words by their spelling, and the English terms of each by language."""

    texts: list[str]
    terms: list[dict[str, list[int]]]


class _Meant(NamedTuple):
    """Of words: what they mean (n, d), how far their terms agree, what these tell, the
    best cosine to one, -1 for none, and how much the word matters; each (n,)."""

    directions: Array
    agreed: Array
    told: Array
    best: Array
    weight: Array


class _Reader(StaticEmbedder):
    """The table, which also tells how words would be read on other rows."""

    def spelt(self, word: str) -> str:
        """Give a word as the lexicon has it."""
        return str(self._tokenizer.normalizer.normalize_str(normalize(word)))

    def pieces(self, words: Sequence[str]) -> _Pieces:
        sums = np.zeros((len(words), self.dim), np.float32)
        cut, first = np.zeros(len(words), bool), np.zeros(len(words), int)
        for start, encodings in self._batches(words, _CHUNK):
            tokens = [self._known(encoding) for encoding in encodings]
            part = slice(start, start + len(tokens))
            sums[part] = self._sum_pieces(tokens) @ self._back
            cut[part] = [len(ids) > 1 for ids in tokens]
            names = [
                self._tokenizer.id_to_token(i[0]) if len(i) else "" for i in tokens
            ]
            first[part] = list(map(len, names))
        return _Pieces(sums, cut, first, *self.word_vectors(words))

    def on(self, sums: Array, rows: Array) -> Array:
        """Give unit vectors (n, d) of words of these pieces, if they had these rows."""
        own = self._rows[rows].astype(np.float32) @ self._back
        spoken = self._own * self._spoken[rows]
        mixed = self._pieces * sums + own * spoken[:, None]
        return unit(mixed.astype(np.float32))

    def is_known(self, term: str) -> bool:
        """Tell whether the table or its lexicon has all words of a term."""
        of = term.split()
        found = self.knows(of) | self.has([self.spelt(word) for word in of])
        return bool(found.all())

    def has(self, words: Sequence[str]) -> Array:
        """Tell which words the lexicon has: (n,)."""
        assert self.lexicon is not None  # a table has one by now
        return self.lexicon.has(words)


def words(
    material: Material, folder: Path, rows: Array, most: int
) -> tuple[list[str], Array]:
    """Give words and beginnings, and the row of the table (n,) of each; those that the
    lexicon has already are to be moved, `most` at most are new.

    rows: (r, d), unit, all but the unknown token's, 0.
    """
    reader = _Reader(folder, "fast")
    listed, names = _listed(material)
    met, counts = _counted(material)
    terms = _terms(listed, counts, reader)
    found = _words(listed, terms, counts, reader)
    pieces = reader.pieces(found.texts)
    meant = _meant(found, terms, pieces)
    misread = _misread(found, terms, meant, pieces, met, reader)
    cosines, near = nearest(meant.directions[misread], rows)
    kept = cosines >= _ROW
    misread, near = misread[kept], near[kept] + 1

    held = set(found.texts)
    others = Counter[str]()
    for of in met.values():
        for word, n in of.items():
            if (
                n > 1
                and _WORD.fullmatch(word)
                and (text := reader.spelt(word)) not in held
            ):
                others[text] += n
    beside = sorted({reader.spelt(word) for word in names} - held - others.keys())
    texts = found.texts + list(others) + beside
    more = reader.pieces(texts[len(held) :])
    joined = _Pieces(*map(np.concatenate, zip(pieces, more, strict=True)))
    target = joined.read.copy()
    target[: len(held)] = np.where(
        meant.best[:, None] > -1, meant.directions, pieces.read
    )
    weight = np.concatenate(
        [
            meant.weight * meant.agreed,
            np.sqrt(list(others.values())),
            np.full(len(beside), _NAME),
        ]
    )
    return _chosen(texts, joined, target, weight, misread, near, counts, reader, most)


def _listed(
    material: Material,
) -> tuple[dict[str, dict[str, set[str]]], set[str]]:
    """Give the words of each language and their English terms; and names."""
    found = defaultdict[str, dict[str, set[str]]](dict)
    names = set[str]()
    for code, of in sorted(material.terms.items()):
        drawn = np.diff(of.chance, prepend=0)
        dictionary = drawn > _NAMES * drawn.max()
        for english, other, plain in zip(of.english, of.other, dictionary, strict=True):
            if not plain:
                names.update(_LETTERS.findall(f"{english} {other}".lower()))
                continue
            term = _BEFORE.sub("", english.lower())
            if _TERM.fullmatch(term):
                found[code].setdefault(other.lower(), set()).add(term)
    return dict(found), {name for name in names if 4 <= len(name) <= 22}


def _counted(material: Material) -> tuple[dict[str, Counter[str]], Counter[str]]:
    """Count the words of each language's sentences, and the pairs that hold each
    English one."""
    met, counts = dict[str, Counter[str]](), Counter[str]()
    for code, of in material.sentences.items():
        for text in of.english:
            counts.update(set(_LETTERS.findall(text.lower())))
        if code not in _OTHERWISE:
            met[code] = Counter(
                w for t in of.other for w in _LETTERS.findall(t.lower())
            )
    return met, counts


def _terms(
    listed: dict[str, dict[str, set[str]]], counts: Counter[str], reader: _Reader
) -> _Terms:
    """Say what English terms mean: what the languages' words for each, and its own
    vector, have most in common."""
    names = sorted(
        {t for of in listed.values() for terms in of.values() for t in terms}
    )
    place = {name: i for i, name in enumerate(names)}
    read, told = reader.word_vectors(names)
    told_of = defaultdict[int, list[tuple[int, int]]](list)  # (language, word)
    texts = list[str]()
    for number, code in enumerate(sorted(listed), 1):
        for text, terms in listed[code].items():
            for term in terms:
                told_of[place[term]].append((number, len(texts)))
            texts.append(text)
    spoken = reader.word_vectors(texts)[0].astype(np.float16)
    tokens = reader.knows(names)
    meant, said = read.copy(), np.zeros(len(names), int)
    languages = np.zeros(len(names), int)
    for i, of in told_of.items():
        language = np.array([0, *(number for number, _ in of)])
        vectors = np.vstack([read[i], spoken[[word for _, word in of]]])
        meant[i], said[i] = _consensus(vectors, language, _TOKEN * tokens[i])
        languages[i] = len(set(language)) - 1
    sound = np.array([reader.is_known(name) for name in names])
    known = (said >= _SAID) | ((said > 0) | (languages < _SAID)) & sound
    met = np.array([_met(name, counts) for name in names])
    return _Terms(place, meant, read, told, said, known, met)


def _consensus(vectors: Array, language: Array, lead: float) -> tuple[Array, int]:
    """Give the direction (d,) that most languages share, and how many do beside that
    of the vector which stands for it.

    vectors: (n, d), unit, the English one first; language: (n,) rising from 0; lead:
    what is added to the English vector's support.
    """
    cosines = vectors @ vectors.T
    starts = np.flatnonzero(np.diff(language, prepend=-1))
    best = np.maximum.reduceat(cosines, starts, axis=1)  # (n, languages)
    own = np.searchsorted(language[starts], language)
    best[np.arange(len(best)), own] = 0
    support = np.clip(best - _CHANCE, 0, _FULL).sum(axis=1)
    support[0] = _OWN_SAY * support[0] + lead
    middle = int(support.argmax())
    ends = [*starts[1:], len(language)]
    nearest_ones = [
        a + int(cosines[middle, a:z].argmax())
        for a, z in zip(starts, ends, strict=True)
    ]
    alike = [j for j in nearest_ones if cosines[middle, j] >= _ALIKE] or [middle]
    mean = unit(vectors[alike].mean(axis=0, keepdims=True))[0]
    return mean, int((best[middle] >= _ALIKE).sum())


def _met(term: str, counts: Counter[str]) -> float:
    of = [counts[word] for word in term.split()]
    return float(of[0] if len(of) == 1 else _TWO * min(of))


def _words(
    listed: dict[str, dict[str, set[str]]],
    terms: _Terms,
    counts: Counter[str],
    reader: _Reader,
) -> _Words:
    """List the words of one spelling together, English ones among them."""
    found = defaultdict[str, dict[str, list[int]]](dict)
    for code, of in listed.items():
        if code not in _OTHERWISE:
            for text, names in of.items():
                word = reader.spelt(text)
                if _WORD.fullmatch(word):
                    into = found[word].setdefault(code, [])
                    into += [terms.place[name] for name in sorted(names)]
    for name, i in terms.place.items():
        if counts[name] and _WORD.fullmatch(name):
            found[reader.spelt(name)][_ENGLISH] = [i]
    texts = sorted(found)
    return _Words(texts, [found[text] for text in texts])


def _meant(found: _Words, terms: _Terms, pieces: _Pieces) -> _Meant:
    """Say what words mean, by the terms whose meaning is known.

    A word matters by the square root of how often it should be met: as its terms are
    (geometric mean), shared among a language's words for each.
    """
    sharing = Counter(
        (code, term) for of in found.terms for code, t in of.items() for term in t
    )
    n, width = pieces.read.shape
    meant = _Meant(np.zeros((n, width), np.float32), *np.zeros((4, n), np.float32))
    meant.best[:] = -1
    told = np.minimum(terms.told, _LOUDEST)
    for i, by_language in enumerate(found.terms):
        total, weight, heard = np.zeros(width, np.float32), 0.0, []
        for code, every in by_language.items():
            of = [term for term in every if terms.known[term]]
            if not of:
                continue
            shares = [terms.met[term] / sharing[code, term] + _RARE for term in of]
            matters = float(np.sqrt(np.exp(np.log(shares).mean())))
            total += told[of] @ terms.meant[of] / told[of].sum() * matters
            weight += matters
            heard.append(np.median(terms.told[of]))
            cosines = [terms.meant[of] @ pieces.read[i]]
            if code != _ENGLISH:
                cosines.append(terms.read[every] @ pieces.read[i])
            meant.best[i] = max(meant.best[i], *map(np.max, cosines))
        if heard:
            meant.agreed[i] = np.linalg.norm(total) / weight
            meant.told[i], meant.weight[i] = min(heard), weight
            meant.directions[i] = total / max(np.linalg.norm(total), 1e-9)
    return meant


def _misread(
    found: _Words,
    terms: _Terms,
    meant: _Meant,
    pieces: _Pieces,
    met: dict[str, Counter[str]],
    reader: _Reader,
) -> Array:
    """Give the places of the words that are to be set right."""
    bad = (meant.best > -1) & (meant.best < _MISREAD)
    for i, (text, of) in enumerate(zip(found.texts, found.terms, strict=True)):
        if _ENGLISH in of and (term := terms.place.get(text)) is not None:
            far = terms.meant[term] @ pieces.read[i] < _UNLIKE
            bad[i] |= bool(far and terms.said[term] >= _SURE)
    bad &= pieces.cut & (meant.agreed >= _AGREED) & (meant.told >= _TELLS)

    own = reader.has(found.texts)
    often = {
        (code, reader.spelt(word))
        for code, of_language in met.items()
        for word, n in of_language.items()
        if n >= _ATTESTED
    }
    attested = [
        any((code, text) in often for code in of)
        for text, of in zip(found.texts, found.terms, strict=True)
    ]
    bad &= ~(own & np.array(attested))

    # Dictionaries do not tell all that a word means: what its kin tell may stay.
    kin = {
        (code, text[:end])
        for text, of, best in zip(found.texts, found.terms, meant.best, strict=True)
        if best >= _KIN
        for code in of
        for end in range(max(_LEAST, len(text) - _ENDING), len(text) + 1)
    }
    for i, spoken in _spoken_for(
        found.texts, pieces, np.flatnonzero(bad & ~own), reader
    ):
        text, form = found.texts[i], spoken[-1]
        near = text.startswith(form) and len(text) - len(form) <= _ENDING
        if near and any((code, form) in kin for code in found.terms[i]):
            bad[i] = False
    return np.flatnonzero(bad)


def _spoken_for(
    texts: Sequence[str], pieces: _Pieces, places: Array, reader: _Reader
) -> Iterator[tuple[int, list[str]]]:
    """Yield the place of each of these words, and its forms down to the first that the
    lexicon has, if it has one."""
    tried = [forms(texts[i], int(pieces.first[i])) for i in places]
    there = reader.has([form for of in tried for form in of])
    bounds = np.cumsum([0, *map(len, tried)])
    for i, of, (a, z) in zip(places.tolist(), tried, pairwise(bounds), strict=True):
        had = np.flatnonzero(there[a:z])
        yield i, of[: had[0] + 1] if len(had) else of


def _beginnings(text: str, first: int) -> list[str]:
    """The word, and the beginnings that may be entered for it."""
    least = _LEAST if text[0] < "\u0900" else _LEAST_OTHER
    least = max(least, round(_KEPT * len(text)), len(text) - _ENDING)
    made = forms(text, first)
    return [text, *(f for f in made[1:] if text.startswith(f) and len(f) >= least)]


def _chosen(
    texts: list[str],
    pieces: _Pieces,
    target: Array,
    weight: Array,
    misread: Array,
    near: Array,
    counts: Counter[str],
    reader: _Reader,
    most: int,
) -> tuple[list[str], Array]:
    """Choose what to enter for each misread word: what gains most.

    target: (n, d), what each text should be read as; weight: (n,); near: the row of
    each misread one.
    """
    candidates = defaultdict[str, set[int]](set)
    own = list[list[str]]()
    for i, row in zip(misread.tolist(), near.tolist(), strict=True):
        made = _beginnings(texts[i], int(pieces.first[i]))
        known = reader.knows(made)
        own.append(
            [
                form
                for form, token in zip(made, known, strict=True)
                if not token and (counts[form] < 2 or form == texts[i])
            ]
        )
        for form in own[-1]:
            candidates[form].add(row)
    triples = [
        (i, form, row)
        for i, spoken in _spoken_for(texts, pieces, np.flatnonzero(pieces.cut), reader)
        for form in spoken
        for row in candidates.get(form, ())
    ]
    gain, harm = Counter[tuple[str, int]](), Counter[tuple[str, int]]()
    for start in range(0, len(triples), _CHUNK):
        part = triples[start : start + _CHUNK]
        at = np.array([i for i, _, _ in part])
        made_so = reader.on(pieces.sums[at], np.array([row for *_, row in part]))
        before = (pieces.read[at] * target[at]).sum(axis=1)
        gains = ((made_so * target[at]).sum(axis=1) - before) * weight[at]
        for (_, form, row), gained in zip(part, gains.tolist(), strict=True):
            gain[form, row] += gained
            harm[form, row] -= min(gained, 0)
    worth = dict[str, tuple[float, int]]()
    for i, row, made in zip(misread.tolist(), near.tolist(), own, strict=True):
        best = (0.0, "")
        for form in made:
            gained, lost = gain[form, row], harm[form, row]
            if gained <= 0 or (form != texts[i] and lost > _HARM * (gained + lost)):
                continue
            cut = len(texts[i]) - len(form)
            best = max(best, (gained + _INFLECTED * weight[i] * cut, form))
        if best[1]:
            worth[best[1]] = max(worth.get(best[1], (0.0, 0)), (best[0], row))
    ordered = sorted(worth, key=lambda form: (-worth[form][0], form))
    there = reader.has(ordered)
    new = np.flatnonzero(~there)[:most]
    kept = [ordered[i] for i in np.sort(np.append(np.flatnonzero(there), new))]
    return kept, np.array([worth[form][1] for form in kept], np.int64)
