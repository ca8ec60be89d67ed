"""Make the tokenizer: one Unigram vocabulary for all languages.

Source: Kudo, ACL 2018. Words are counted per language, the counts are evened
out over languages, the most frequent words enter whole, and pieces learned by
sentencepiece on the same counts make up the rest. A piece is the same at a word's
start and inside it, so that compounds and clitics share their parts.
"""

import io
import math
import tempfile
from collections import Counter
from pathlib import Path

import regex
import sentencepiece
from tokenizers import Regex, Tokenizer, normalizers, pre_tokenizers
from tokenizers.models import Unigram

from index.tokens import terms
from training.data import Source, pairs, records, sources

UNKNOWN = "[UNK]"
# What the tokenizer takes as a word; index.tokens parts words the same way.
PATTERN = r"\p{N}+|[\p{L}\p{M}]+"
WORD = regex.compile(PATTERN)
_MOST_ROWS = 60_000
_LEARN_FROM = 250_000
# Taken off every piece's log-probability: fewer, longer pieces win.
COST = 4.0


def pipeline() -> tuple[normalizers.Normalizer, pre_tokenizers.PreTokenizer]:
    """Give the tokenizer's normaliser and word pattern; both follow index.tokens."""
    optional = "[\u0591-\u05c7\u0640\u064b-\u065f\u0670\u200c\u00ad]"
    variants = [("[أإآٱ]", "ا"), ("[ىی]", "ي"), ("ک", "ك"), ("ș", "ş"), ("ț", "ţ")]
    normal = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Lowercase()]
        + [normalizers.Replace(Regex(a), b) for a, b in [(optional, ""), *variants]]
    )
    split = pre_tokenizers.Split(Regex(PATTERN), behavior="removed", invert=True)
    return normal, split


def count(source: Source) -> Counter[str]:
    """Count the words of a source in its language; English is counted apart."""
    counts: Counter[str] = Counter()
    if source.kind in ("parallel", "lexicon"):
        texts = (other for _, other in pairs(source.path))
    elif source.kind == "qa":
        texts = (f"{r['question']}\n{r['passage']}" for r in records(source.path))
    else:
        texts = (f"{r['title']}\n{r['text']}" for r in records(source.path))
    for _, text in zip(range(_MOST_ROWS), texts, strict=False):
        counts.update(parted(text))
    return counts


def parted(text: str) -> list[str]:
    """Part a text into words as the product does, and those as the tokenizer does."""
    return [w for term in terms(text) for w in WORD.findall(term.term)]


def language_counts(data: Path, weights: dict[str, float]) -> dict[str, Counter[str]]:
    """Count words per language over all sources, weighted by source."""
    totals: dict[str, Counter[str]] = {}
    for source in sources(data):
        weight = weights.get(source.name, 1.0)
        total = totals.setdefault(source.language, Counter())
        for word, n in count(source).items():
            total[word] += n * weight
        if source.kind == "parallel":
            english = totals.setdefault("en", Counter())
            rows = zip(range(_MOST_ROWS // 6), pairs(source.path), strict=False)
            for word, n in Counter(w for _, p in rows for w in parted(p[0])).items():
                english[word] += n * weight / 4
    return totals


def balanced(counts: dict[str, Counter[str]], power: float) -> Counter[str]:
    """Add the languages up, each with a total of its size to `power`."""
    merged: Counter[str] = Counter()
    for words in counts.values():
        size = sum(words.values())
        for word, n in words.items():
            if n >= 1.5 and len(word) <= 24:
                merged[word] += n / size * size**power
    return merged


def learned_pieces(words: Counter[str], size: int) -> dict[str, float]:
    """Learn Unigram pieces and their log-probabilities from counted words."""
    # sentencepiece writes every word out as often as it is counted.
    share = 2e7 / sum(words.values())
    counts = ((w, max(1, round(n * share))) for w, n in words.most_common(_LEARN_FROM))
    rows = (f"{word}\t{n}\n" for word, n in counts)
    model = io.BytesIO()
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".tsv") as table:
        table.writelines(rows)
        table.flush()
        sentencepiece.SentencePieceTrainer.train(
            input=table.name,
            input_format="tsv",
            model_writer=model,
            model_type="unigram",
            vocab_size=size,
            seed_sentencepiece_size=400_000,
            character_coverage=0.99995,
            add_dummy_prefix=False,
            split_by_unicode_script=False,
            split_by_number=False,
            normalization_rule_name="identity",
            max_sentencepiece_length=16,
            num_threads=2,
        )
    trained = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
    ids = range(3, trained.get_piece_size())
    return {trained.id_to_piece(i): trained.get_score(i) for i in ids}


def counted(data: Path, weights: dict[str, float], cache: Path) -> Counter[str]:
    """Give the evened-out counts as whole numbers, most frequent first, cached."""
    if not cache.exists():
        merged = balanced(language_counts(data, weights), power=0.5)
        top = max(merged.values())
        rows = (
            f"{w}\t{max(1, round(n / top * 1e7))}\n" for w, n in merged.most_common()
        )
        cache.write_text("".join(rows), "utf-8")
    rows = (line.split("\t") for line in cache.read_text("utf-8").splitlines())
    return Counter({word: int(n) for word, n in rows})


def make(words: Counter[str], pieces: int, size: int) -> Tokenizer:
    """Make a tokenizer of `size` entries, about `pieces` of them learned subwords."""
    vocabulary = learned_pieces(words, pieces)
    total = sum(words.values())
    for word, n in words.most_common():
        if len(vocabulary) == size - 1:
            break
        score = math.log(n / total)
        vocabulary[word] = max(score, vocabulary.get(word, score))
    ranked = sorted(vocabulary.items(), key=lambda item: (-item[1], item[0]))
    ranked = [(piece, score - COST) for piece, score in ranked]
    tokenizer = Tokenizer(Unigram([(UNKNOWN, 0.0), *ranked], unk_id=0))
    tokenizer.normalizer, tokenizer.pre_tokenizer = pipeline()
    return tokenizer
