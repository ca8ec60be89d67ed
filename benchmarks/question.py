"""How long a question takes, over XQuAD's paragraphs and others.

    python -m benchmarks.question EVAL_FOLDER DATA_FOLDER [--write]

DATA_FOLDER is the training material, which fills two indexes up, one in XQuAD's 12
languages and one in English. Each question is asked once, after others that were asked
to warm up: by turns in all languages, then in English alone, where words come again
soon. What no path could do without, the model's own vector of the question and a search
among all vectors, is timed beside it. --write makes benchmarks/question.md.
"""

import argparse
import os
import random
import time
from collections.abc import Callable, Iterator
from itertools import islice, zip_longest
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from benchmarks import xquad
from index.embedders import MODELS
from index.records import Document
from qa import evaluate
from qa.engine import QA
from training.data import Source, pairs, records, sources

TARGET = Path(__file__).with_suffix(".md")
OTHERS = 3_200  # documents beside XQuAD's, in its languages
ENGLISH = 8_600  # and in English, of so many sentences each
SENTENCES = 5
WARM, ASKED = 120, 600


def others(data: Path) -> Iterator[Document]:
    """Passages of the material, some of each source, in XQuAD's languages."""
    files = [
        source
        for source in sources(data)
        if source.kind == "passages" and source.language in xquad.LANGUAGES
    ]
    for source in files:
        some = islice(records(source.path), -(-OTHERS // len(files)))
        for number, row in enumerate(some):
            id = f"{source.name}.{source.language}.{number}"
            yield Document(id, "", row["text"], language=source.language)


def english(data: Path) -> Iterator[Document]:
    """The English side of parallel sentences, a few that follow each other at a time,
    from all sources that have them."""
    files = [source for source in sources(data) if source.kind == "parallel"]
    seen: set[str] = set()
    rounds = zip_longest(*(_stretches(source, seen) for source in files))
    texts = (text for texts in rounds for text in texts if text)
    for number, text in enumerate(islice(texts, ENGLISH)):
        yield Document(f"english.{number}", "", text, language="en")


def _stretches(source: Source, seen: set[str]) -> Iterator[str]:
    """Join sentences that were not seen yet."""
    kept: list[str] = []
    for sentence, _ in pairs(source.path):
        if sentence not in seen:
            seen.add(sentence)
            kept.append(sentence)
        if len(kept) == SENTENCES:
            yield " ".join(kept)
            kept = []


def questions(folder: Path, languages: list[str]) -> list[str]:
    """As many of each language, by turns in all of them."""
    rng, found = random.Random(0), []
    for code in languages:
        asked = evaluate.read_queries(folder / f"xquad/queries/{code}.jsonl")
        n = (WARM + ASKED) // len(languages)
        found.append(rng.sample(sorted(asked.values()), n))
    return [text for texts in zip(*found, strict=True) for text in texts]


def times(qa: QA, texts: list[str]) -> tuple[list[float], list[float]]:
    """Milliseconds of each question, and of what no path could do without."""
    opened = qa.collection

    def least(text: str) -> None:
        opened.snapshot.search(opened.vector(text)[None], xquad.DEEP)

    for text in texts[:WARM]:
        qa.ask(text)
    both = [(_timed(qa.ask, text), _timed(least, text)) for text in texts[WARM:]]
    whole, alone = zip(*both, strict=True)
    return list(whole), list(alone)


def _timed(call: Callable[[str], object], text: str) -> float:
    began = time.perf_counter()
    call(text)
    return 1e3 * (time.perf_counter() - began)


def measured(qa: QA, folder: Path) -> Iterator[str]:
    """The cells of a row: the language of the questions, and their times."""
    for asked, languages in (("all by turns", xquad.LANGUAGES), ("English", ["en"])):
        whole, alone = times(qa, questions(folder, languages))
        told = [*np.percentile(whole, [50, 90, 99]), np.median(alone)]
        told.append(np.median(np.divide(whole, alone)))
        yield " | ".join([asked, *(f"{value:.1f}" for value in told)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    threadpool_limits(1, user_api="blas")  # as `qa serve` does
    rows = []
    for model in sorted(path.name for path in MODELS.iterdir()):
        setup = xquad.Setup(args.folder, model)
        many = [*xquad.corpus(setup, xquad.POOLED), *others(args.data)]
        one = [*xquad.corpus(setup, "en"), *english(args.data)]
        for kind, documents in (("12 languages", many), ("English", one)):
            with xquad.opened(setup, documents) as qa:
                size = f"{len(qa.snapshot):,}, {len(qa.collection.ids):,}"
                for cells in measured(qa, args.folder):
                    rows.append(f"| `{model}` | {kind} | {size} | {cells} |")
                    print(rows[-1], flush=True)
    text = TEXT.format(asked=ASKED, cores=os.cpu_count(), rows="\n".join(rows))
    if args.write:
        TARGET.write_text(text)


TEXT = """# The time of a question

Made by `python -m benchmarks.question EVAL_FOLDER DATA_FOLDER --write`: {asked}
questions of XQuAD, each asked once, over collections of some 10,000 passages, {cores}
cores. Milliseconds of the whole path, from the question to sentences, evidence and
phrase; beside them what no path could do without: the model's vector of the question
and a search among all vectors.

| model | documents in | passages, different words | questions in | median | 90 % within | 99 % within | least | times the least |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
{rows}
"""  # noqa: E501

if __name__ == "__main__":
    main()
