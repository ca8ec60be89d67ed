"""Write the files of a generation: what is new, and what is taken over."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import files, layout, neighbours, texts
from index.arrays import save
from index.before import Before, program
from index.corpus import Corpus, Order
from index.embedders import WordEmbedder
from index.files import Entry
from index.lexical import Lexical
from index.manifest import File
from index.merge import merge
from index.ragged import pieces
from index.sentences import terms_by_sentence
from index.spelling import Spelling

BACKEND = "faiss"

Progress = Callable[[int, int], None]


def write(
    folder: Path,
    corpus: Corpus,
    order: Order,
    before: Before,
    entries: list[Entry],
    words: WordEmbedder,
    progress: Progress,
) -> dict[str, Any]:
    """Write all files but those of the vectors and the manifest.

    progress: called with the numbers of passages whose words were counted, and in all.
    Returns what the manifest says of them.
    """
    languages = _write_passages(folder, corpus, order, before)
    old = before.whole.folder / layout.TEXTS if before.whole else None
    texts.write(folder / layout.TEXTS, corpus, old)
    listed = files.dumps(entries)
    (folder / layout.FILES).write_text(listed, encoding="utf-8")
    n_terms = _write_words(folder, corpus, order, before, words, progress)
    engine = import_module(f"index.backends.{BACKEND}")
    vectors = np.load(folder / layout.VECTORS, mmap_mode="r")
    (folder / layout.ENGINE).write_bytes(engine.dump(engine.build(vectors)))
    return {
        "table": words.id,
        "reader": program(),
        "backend": BACKEND,
        "kind": engine.KIND,
        "documents": len(corpus.ids),
        "passages": len(order),
        "terms": n_terms,
        "languages": languages,
        "files": _checksums(folder),
    }


def _write_passages(
    folder: Path, corpus: Corpus, order: Order, before: Before
) -> dict[str, int]:
    """Write what each passage and document is; count passages by language."""
    spans = np.array([(p.start, p.end) for p in corpus.passages], np.int32)
    parts = before.spans, spans.reshape(-1, 2)
    joined = [parts[number][at] for number, at in pieces(order.rows, *order.lengths)]
    save(folder / layout.SPANS, np.concatenate([parts[0][:0], *joined]))
    save(folder / layout.DOCUMENT_ROWS, order.document_rows)
    save(folder / layout.ORIGINALS, np.array(corpus.originals, np.int32))
    hashes = np.frombuffer(b"".join(corpus.hashes), np.uint8)
    save(folder / layout.DOCUMENT_HASHES, hashes.reshape(len(corpus.ids), -1))
    codes = [corpus.languages[row] for row in order.document_rows.tolist()]
    languages = dict(sorted(Counter(codes).items()))
    numbers = {code: number for number, code in enumerate(languages)}
    of_passages = np.fromiter((numbers[code] for code in codes), np.int16, len(codes))
    save(folder / layout.LANGUAGE_NUMBERS, of_passages)
    return languages


def _words(corpus: Corpus, tell: Callable[[int], None]) -> Iterator[list[list[str]]]:
    places = range(len(corpus.passages))
    texts, languages = map(corpus.context, places), map(corpus.language, places)
    for done, passage in enumerate(map(terms_by_sentence, texts, languages), 1):
        yield [[term.term for term in sentence] for sentence in passage]
        tell(done)


def _write_words(
    folder: Path,
    corpus: Corpus,
    order: Order,
    before: Before,
    words: WordEmbedder,
    progress: Progress,
) -> int:
    """Write the words of the collection, where they stand, and their vectors."""
    known = len(order) - len(corpus.passages)
    progress(known, len(order))
    lexical = Lexical.build(_words(corpus, lambda n: progress(known + n, len(order))))
    origin = np.full(len(lexical.terms), -1, np.int64)
    if before.whole:
        lexical, origin = merge(before.whole.lexical, lexical, order.rows)
    for name, array in lexical.arrays().items():
        save(folder / f"{layout.LEXICAL}{name}.npy", array)
    for name, array in Spelling.build(lexical.terms).arrays().items():
        save(folder / f"{layout.SPELLING}{name}.npy", array)
    (folder / layout.TERMS).write_text("\n".join(lexical.terms), encoding="utf-8")
    new = np.flatnonzero(origin < 0)
    vectors, _ = words.word_vectors([lexical.terms[i] for i in new.tolist()])
    halves, codes = vectors.astype(np.float16), neighbours.codes(vectors)
    if before.whole:
        halves = _filled(before.whole.term_vectors, origin, halves)
        codes = _filled(before.whole.term_codes, origin, codes)
    save(folder / layout.TERM_VECTORS, halves)
    save(folder / layout.TERM_CODES, codes)
    return len(lexical.terms)


def _filled(old: NDArray[Any], origin: NDArray[Any], new: NDArray[Any]) -> NDArray[Any]:
    """Take rows from the old array where they come from there, else from the new."""
    filled = np.empty((len(origin), new.shape[1]), new.dtype)
    filled[origin >= 0] = old[origin[origin >= 0]]
    filled[origin < 0] = new
    return filled


def _checksums(folder: Path) -> dict[str, File]:
    paths = sorted(folder.iterdir())
    with ThreadPoolExecutor(layout.THREADS) as pool:
        checked = pool.map(File.of, paths)
        return {path.name: file for path, file in zip(paths, checked, strict=True)}
