"""Write a model's card: what it is made of, how good it is, what it is bad at."""

from collections import defaultdict
from pathlib import Path
from typing import Any

from safetensors.numpy import load_file

from training.data import Source, sources

_WEAK = {
    "fast": "Word order, negation, irony, long-range context: it does not read, it "
    "compares words.",
    "multilingual": "It was trained for six hours on two cores, mostly on short "
    "everyday and technical sentences. Questions in other languages than English are "
    "where it reads worst, most likely for their names; larger models read better.",
}
_NAMES = {
    "tatoeba": "Tatoeba, F1 to English (mean: 12 languages)",
    "stsb": "STS benchmark, Spearman",
    "xquad mean same": "XQuAD, vectors, same language, nDCG@10",
    "xquad mean en>xx": "XQuAD, vectors, English question",
    "xquad mean xx>en": "XQuAD, vectors, over English",
    "xquad both same": "XQuAD, MaxSim + vectors, same language",
    "xquad both en>xx": "XQuAD, MaxSim + vectors, English question",
    "xquad both xx>en": "XQuAD, MaxSim + vectors, over English",
    "plain tatoeba": "Tatoeba, without the lexicon",
    "plain stsb": "STS benchmark, without the lexicon",
    "plain xquad mean same": "XQuAD, vectors, same language, without the lexicon",
    "plain xquad mean en>xx": "XQuAD, vectors, English question, without the lexicon",
    "plain xquad mean xx>en": "XQuAD, vectors, over English, without the lexicon",
}

_HEAD = """---
license: cc-by-sa-4.0
library_name: sentence-transformers
pipeline_tag: sentence-similarity
---
"""

_FAST = """
# fast: a static multilingual table

{tokens:,} tokens on {rows:,} shared rows of {dimensions} columns, int8,
{size:.1f} MB in all; no network runs. A text's vector is the unit mean of its
tokens' rows, each times its token's weight. A lexicon in the same file puts
{lexicon:,} more words on those rows, for words that the tokenizer cuts into pieces;
such a word is .7 of its row and .45 of its pieces.
Opens in sentence-transformers and model2vec, which know the tokens only, and in this
package, which knows the lexicon too. Trained for question-to-passage
retrieval and word alignment across {languages} languages by `python -m training
make`, recipe in `training/recipe.toml`.

It is a derivative of share-alike texts and comes under CC BY-SA 4.0; the program
around it is MIT.

## How

1. One Unigram vocabulary (Kudo, ACL 2018) of whole frequent words and learned pieces.
2. Contrastive training on translations (one language a batch), terms, joined
   sentences as passages, and questions, for mean vectors and for late interaction;
   towards the sentence vectors of all-MiniLM-L6-v2 (Apache-2.0) on {taught:,} English
   sentences and their translations (Reimers and Gurevych, EMNLP 2020).
3. Tokens seldom trained are placed by what they are translated by, and training
   goes on.
4. Tokens that mean the same come to share a row.
5. {extra:,} of the tokens were added after training, on rows that were there: words and
   stems of the material that the vocabulary cut into pieces, each on the row of what it
   is translated by.
6. Rows and weights were trained on with all tokens, now that rows were shared, and the
   cosines of neighbouring sentences were made to go with the teacher's.
7. Words and stems beyond the tokens went into the lexicon in the same way as the added
   tokens, English ones by what other languages' tokens say of them; so did Vietnamese
   words of several syllables, from dictionaries and from what stands together, and
   those of Chinese, Japanese and Thai that ICU's dictionaries cut, each on the row
   nearest to what dictionaries translate it by. So, too, did {misread:,} words of
   dictionaries in the other languages that were read otherwise than all their
   translations, and some of the same that were there were moved.
8. Rows and weights were trained on once more, with the lexicon, and half of the way was
   taken (Wortsman et al., CVPR 2022).
9. For means, common and loud tokens weigh less and axes are made more even; `words`,
   a matrix in the file, leads back to the space in which words were trained, and in
   which they are compared one by one.
"""

_GRAFT = """
# multilingual: a transformer grafted on an English one

The six layers of all-MiniLM-L6-v2 (22 million weights, Apache-2.0) read {languages}
languages through an input table of {tokens:,} tokens on the rows of this package's
table `fast`, and of the {lexicon:,} words of its lexicon; {size:.1f} MB in all. English
enters by the 30,522 pieces that the layers were first trained on, and so do names that
have no row, in Latin letters. What they read is set beside the table's own vector of
the text, half and half: 384 + 256 columns, and a cosine is the mean of two.
onnxruntime runs it in 8-bit integers, without torch;
`SentenceTransformer(folder, trust_remote_code=True)` runs the same weights in torch
where this package is installed. Texts are read up to 256 tokens, by the table whole.

It is a derivative of share-alike texts and comes under CC BY-SA 4.0; the program
around it is MIT.

## How

`python -m training graft`, recipe in `training/recipe.toml`:

1. Each row of `fast` enters as the English words it means: the teacher's own input
   vector where it is an English token, else the mix of the five nearest English ones
   (after WECHSEL: Minixhofer et al., NAACL 2022).
2. {steps:,} steps of distillation (Reimers and Gurevych, EMNLP 2020), first of the
   input table alone ({frozen:.0%}), then of the layers too: sentences, neighbouring
   sentences joined to passages, terms of lexicons, and questions with their passages.
   Then 2,054 more (`--on`), from the rounded weights, with the tokens that were added
   to `fast` after training, and 3,574 more with its lexicon, in which the sentences of
   a passage, as they are read in it, are drawn to the teacher's too, and a question to
   the sentence that answers it. Of these, .6 of the way was taken, and half of that of
   1,376 more (Wortsman et al., CVPR 2022). Vietnamese words of several syllables came
   after the 3,574.
3. Until then English entered by the same tokens as all languages, and was no longer
   what the teacher reads. 1,888 more steps, twice with other batches, and the mean of
   both, with English by the teacher's own pieces, and names in Latin letters after the
   first 800; those in other letters are written in Latin ones, and were not trained.
4. `python -m training pack`, `training.large` on a GPU, `land`: 1,568 steps of some
   11,000 texts in all languages at once, half of the sentences beside ones that the
   teacher finds alike, the table rounded to 4 bits while it learned. Of these, .6 of
   the way was taken.
5. The table in 4 bits, the layers in 8, loud channels evened out (SmoothQuant: Xiao et
   al., ICML 2023).
6. Each text's vector of `fast` beside it: the figures below are of both together.

What each step gave is in `training/EXPERIMENTS.md`.

## Not the default

The whole path, even articles of XQuAD, nDCG@10, `fast` and this: same language .961
and .967, English question over another language .898 and .937, another language's over
English .898 and .917, each paragraph in a language drawn by chance .813 and .860.
Embedding 1,000 passages takes 0.2 and 7 seconds, 100,000 of them 23 seconds and 11
minutes. Who asks across languages gains; most people wait less.
"""

_TAIL = """
## Figures

Measured by `python -m training measure`; none of these sets was trained on.

| | mean | worst | each |
| --- | --- | --- | --- |
{figures}

## What it is bad at

{weak} Languages not listed below know only the words they share with others. Names
written in another script are matched only if they were in the material. Languages with
few pairs (see the figures) are weak, news language weaker than everyday language.

## Made of

Sources under GPL, LGPL and AGPL were left out. Drawn is the share of sentence pairs,
or of terms, that training drew from a source, by size and weight.

| source | kind | rows | drawn | licence |
| --- | --- | --- | --- | --- |
{sources}
"""


def write(
    model: Path,
    data: Path,
    recipe: dict[str, Any],
    rows: list[tuple[str, float, float, str]],
) -> str:
    """Compose the card; rows as `measure.summary` gives them."""
    figures = [
        f"| {_NAMES.get(n, n)} | {mean:.3f} | {worst:.2f} | {cells} |"
        for n, mean, worst, cells in rows
    ]
    found = sources(data)
    files = (f for f in model.rglob("*") if f.is_file() and f.name != "README.md")
    grafted, fast = model.name == "multilingual", model.parent / "fast"
    text = _HEAD + (_GRAFT if grafted else _FAST) + _TAIL
    return text.format(
        weak=_WEAK["multilingual" if grafted else "fast"],
        steps=recipe["graft"]["steps"],
        frozen=recipe["graft"]["frozen"],
        tokens=recipe["vocabulary"]["size"] + recipe["vocabulary"]["extra"],
        extra=recipe["vocabulary"]["extra"],
        misread=recipe["vocabulary"]["misread"],
        lexicon=len(load_file(fast / "model.safetensors")["lexicon.entries"]),
        rows=recipe["table"]["rows"],
        dimensions=recipe["table"]["dimensions"],
        size=sum(f.stat().st_size for f in files) / 1e6,
        languages=len({s.language for s in found}),
        taught=recipe["table"]["teacher_sentences"],
        figures="\n".join(figures),
        sources="\n".join(_sources(found, recipe["weights"])),
    )


def _sources(found: list[Source], weights: dict[str, float]) -> list[str]:
    """One row a source: its kind, size, share of what is drawn, and licences."""
    rows: dict[tuple[str, str], int] = defaultdict(int)
    licences: dict[tuple[str, str], set[str]] = defaultdict(set)
    for source in found:
        rows[source.kind, source.name] += source.rows
        licences[source.kind, source.name].add(source.licence)
    drawn = {key: n * weights.get(key[1], 1.0) for key, n in rows.items()}
    made = []
    for key in sorted(rows, key=lambda key: (key[0], -drawn[key])):
        total = sum(v for other, v in drawn.items() if other[0] == key[0])
        share = f"{drawn[key] / total:.1%}"
        cells = (key[1], key[0], f"{rows[key]:,}", share)
        made.append(f"| {' | '.join(cells)} | {'; '.join(sorted(licences[key]))} |")
    return made
