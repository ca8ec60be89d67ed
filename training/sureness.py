"""Fit how sure we are of a phrase, on XQuAD's odd-numbered articles.

    python -m training.sureness EVAL_FOLDER [STEP]

Every STEPth question is asked in its own language, from English and over English,
all the way; a phrase is right when more than half of it is (F1). The numbers go by
hand into qa.phrase.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from index.build import build_documents
from qa import evaluate, measures, phrase, reply
from qa.engine import QA
from training.measure import XQUAD
from training.ranking import logistic

Array = np.ndarray
RIGHT = 0.5  # F1
FROM = (0.3, 0.4, 0.5, 0.6)


def found(folder: Path, read: str, step: int) -> Iterator[tuple[bool, bool, Array]]:
    """Yield of each phrase over the paragraphs of a language whether its article is
    odd, whether it is right, and what tells how sure it is: score, share, confidence.
    """
    judged = evaluate.read_qrels(folder / "xquad/qrels/test.tsv")
    golds = evaluate.read_answers(folder / f"xquad/queries/{read}.jsonl")
    with tempfile.TemporaryDirectory() as made:
        corpus = evaluate.read_corpus(folder / f"xquad/corpus/{read}.jsonl")
        build_documents(corpus, Path(made))
        qa = QA.open(made)
        for ask in XQUAD if read == "en" else ("en", read):
            asked = evaluate.read_queries(folder / f"xquad/queries/{ask}.jsonl")
            for id in list(judged)[::step]:
                told = _told(qa, asked[id])
                if told is not None:
                    text, signs = told
                    f1 = measures.f1(text, golds[id].texts, read)
                    odd = int(next(iter(judged[id])).partition("-")[0]) % 2 == 1
                    yield odd, f1 > RIGHT, signs


def _told(qa: QA, text: str) -> tuple[str, Array] | None:
    """The phrase of a question's first sentence, and what tells how sure it is."""
    opened = qa.collection
    asked = opened.read(text)
    ranked = opened.rank(asked, evaluate.PASSAGES)
    ranking, copies = reply.distinct(opened, ranked, 1)
    found = reply.shown(opened, asked, ranking.top(1), copies)
    if not found.sentences or found.reading is None:
        return None
    first, passage = found.sentences[0], found.hits[0].passage
    one = found.reading.find((first.start - passage.start, first.end - passage.start))
    if one is None:
        return None
    signs = phrase.signs(one, opened.confidence(asked, ranking))
    return passage.text[one.start : one.end], np.array(signs)


def main(folder: Path, step: int = 3) -> None:
    """Print the weights, and what they give on odd and on even articles."""
    rows = [row for code in XQUAD for row in found(folder, code, step)]
    odd, right = (np.array(column) for column in list(zip(*rows, strict=True))[:2])
    signs = np.stack([row[2] for row in rows])
    weights, bias = logistic(signs[odd & right], signs[odd & ~right])
    print("sure", weights.round(2).tolist(), "bias", round(bias, 2))
    chance = 1 / (1 + np.exp(-(signs @ weights + bias)))
    for name, part in (("odd", odd), ("even", ~odd)):
        area = measures.auroc(chance[part & right], chance[part & ~right])
        error = measures.calibration_error(chance[part], right[part].astype(float))
        print(
            f"{name} ECE {error:.3f} AUROC {area:.3f}; shown, and right, from", end=""
        )
        for least in FROM:
            shown = part & (chance >= least)
            share, good = shown.sum() / part.sum(), right[shown].mean()
            print(f" {least}: {share:.2f} {good:.2f}", end="")
        print()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
