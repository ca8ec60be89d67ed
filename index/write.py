"""Write the files of a generation, from a corpus and its vectors."""

from collections import Counter
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from index import layout, texts
from index.corpus import Corpus
from index.embedders import Vectors, WordEmbedder
from index.lexical import Lexical
from index.manifest import File
from index.tokens import terms_by_sentence

BACKEND = "faiss"


def write(
    folder: Path,
    corpus: Corpus,
    vectors: Vectors,
    words: WordEmbedder,
    progress: Callable[[int, int], None],
) -> dict[str, Any]:
    """Write all files but those of the vectors and the manifest.

    progress: called with the numbers of passages whose words were counted, and in all.
    Returns what the manifest says of them.
    """
    languages = _write_passages(folder, corpus)
    n_terms = _write_words(folder, _words(corpus, progress), words)
    engine = import_module(f"index.backends.{BACKEND}")
    engine.dump(engine.build(vectors)).tofile(folder / layout.ENGINE)
    return {
        "table": words.id,
        "backend": BACKEND,
        "kind": engine.KIND,
        "documents": len(corpus.documents),
        "passages": len(corpus),
        "terms": n_terms,
        "languages": languages,
        "files": {path.name: File.of(path) for path in sorted(folder.iterdir())},
    }


def _write_passages(folder: Path, corpus: Corpus) -> dict[str, int]:
    """Write texts and what each passage belongs to; count passages by language."""
    texts.write(
        folder / layout.TEXTS,
        corpus.documents,
        (
            (owner, passage.start, passage.end)
            for owner, passage in zip(corpus.owners, corpus.passages, strict=True)
        ),
    )
    codes = [corpus.language(row) for row in range(len(corpus))]
    languages = dict(sorted(Counter(codes).items()))
    numbers = {code: number for number, code in enumerate(languages)}
    np.save(
        folder / layout.LANGUAGE_NUMBERS,
        np.array([numbers[code] for code in codes], np.int16),
    )
    np.save(folder / layout.DOCUMENT_ROWS, np.array(corpus.owners, np.int32))
    return languages


def _words(
    corpus: Corpus, progress: Callable[[int, int], None]
) -> Iterator[list[list[str]]]:
    for row in range(len(corpus)):
        found = terms_by_sentence(corpus.context(row), corpus.language(row))
        yield [[term.term for term in sentence] for sentence in found]
        progress(row + 1, len(corpus))


def _write_words(
    folder: Path, passages: Iterator[list[list[str]]], words: WordEmbedder
) -> int:
    """Write the words of the collection, where they stand, and their vectors."""
    lexical = Lexical.build(passages)
    for name, array in lexical.arrays().items():
        np.save(folder / f"{layout.LEXICAL}{name}.npy", array)
    (folder / layout.TERMS).write_text("\n".join(lexical.terms), encoding="utf-8")
    vectors, _ = words.word_vectors(list(lexical.terms))
    np.save(folder / layout.TERM_VECTORS, vectors.astype(np.float16))
    return len(lexical.terms)
