"""The documents of a build: which are new, and which are taken over as they are.

A text that several documents share is kept once: the first of them is the original,
the others are its copies and have no passages.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from index.before import HASH, Before
from index.language import identify
from index.ragged import ranges
from index.records import Document, Passage
from index.split import split


@dataclass(slots=True)
class Corpus:
    """All documents in order, in columns; below them, what is new of them.

    ids: unlike each other. names: ids as they were read. before: rows in the
    generation before, -1 for the new. originals: rows of the documents with the same
    text, mostly their own. hashes: of what was read, and of what makes a copy.
    documents: the new ones. passages: of these. owners: their places among these.
    """

    ids: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    before: list[int] = field(default_factory=list)
    originals: list[int] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    passages: list[Passage] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)

    def context(self, place: int) -> str:
        """Give the text by which a new passage is found; its title may come first."""
        title = self.documents[self.owners[place]].title
        text = self.passages[place].text
        return text if not title or text.startswith(title) else f"{title}\n{text}"

    def language(self, place: int) -> str:
        """Give the language of a new passage, '' when it is not known."""
        return self.documents[self.owners[place]].language

    def is_copy(self, row: int) -> bool:
        """Tell whether a document's text is kept with another one."""
        return self.originals[row] != row


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Where passages come from, and whose they are.

    rows (n,): those of the generation before and the new ones, laid end to end.
    document_rows (n,): of the documents. lengths: how many there were, and are new.
    """

    rows: NDArray[np.int64]
    document_rows: NDArray[np.int32]
    lengths: tuple[int, int]

    def __len__(self) -> int:
        """Count the passages."""
        return len(self.rows)


def gather(
    documents: Iterable[Document | int],
    before: Before,
    size: int,
    progress: Callable[[int, int], None],
) -> Corpus:
    """Settle the ids and languages of documents, find copies, and split what is new.

    documents: as read, or as their rows in the generation before.
    progress: called with the numbers of documents done, and in all.
    Raises ValueError when a text cannot be stored.
    """
    corpus = Corpus()
    ids: dict[str, int] = {}
    firsts: dict[bytes, int] = {}
    for found in documents:
        _add(corpus, found, before, ids, firsts)
    news = [row for row, known in enumerate(corpus.before) if known < 0]
    n = len(corpus.ids)
    progress(n - len(news), n)
    for place, row in enumerate(news):
        if not corpus.is_copy(row):
            passages = split(corpus.documents[place], size)
            corpus.passages.extend(passages)
            corpus.owners.extend([place] * len(passages))
        progress(n - len(news) + place + 1, n)
    return corpus


def arrange(corpus: Corpus, before: Before) -> Order:
    """Put the passages of all documents in order."""
    old = before.document_rows
    documents = np.array(corpus.before, np.int64)
    ends = np.searchsorted(old, np.arange(documents.max(initial=-1) + 2))
    firsts_new = np.searchsorted(corpus.owners, np.arange(len(corpus.documents) + 1))
    firsts, lasts = ends[documents], ends[documents + 1]  # of the new, overwritten:
    new = documents < 0
    firsts[new] = firsts_new[:-1] + len(old)
    lasts[new] = firsts_new[1:] + len(old)
    copies = np.array(corpus.originals, np.int64) != np.arange(len(documents))
    lasts[copies] = firsts[copies]
    owners = np.repeat(np.arange(len(documents), dtype=np.int32), lasts - firsts)
    return Order(ranges(firsts, lasts), owners, (len(old), len(corpus.passages)))


def _add(
    corpus: Corpus,
    found: Document | int,
    before: Before,
    ids: dict[str, int],
    firsts: dict[bytes, int],
) -> None:
    """Take up a document, as it was before or as new."""
    if isinstance(found, Document):
        found = before.documents.get(_hash(_checked(found)), found)
    if isinstance(found, Document):
        name, language = found.id, found.language or identify(found.text)
        hashes = _hash(found) + _twin(found, language)
    else:
        (name, language), hashes = before.named[found], before.hashes(found)
    row = len(corpus.ids)
    original = firsts.setdefault(hashes[HASH:], row)
    if isinstance(found, int) and original == row and before.is_copy(found):
        found = before.document(found)  # its original has gone
    corpus.ids.append(_settled(name, ids))
    corpus.names.append(name)
    corpus.languages.append(language)
    corpus.originals.append(original)
    corpus.hashes.append(hashes)
    corpus.before.append(found if isinstance(found, int) else -1)
    if isinstance(found, Document):
        corpus.documents.append(replace(found, id=corpus.ids[-1], language=language))


def _hash(document: Document) -> bytes:
    """Tell all that was read of a document from all else."""
    d = document
    fields = (d.id, d.title, d.source, d.language, d.date, str(d.pages), d.text)
    return blake2b("\0".join(fields).encode(), digest_size=HASH).digest()


def _twin(document: Document, language: str) -> bytes:
    """Tell what copies share: the text, its language, and a title of its own."""
    named = PurePosixPath(document.id).stem == document.title
    fields = ("" if named else document.title, language, document.text)
    return blake2b("\0".join(fields).encode(), digest_size=HASH).digest()


def _settled(name: str, ids: dict[str, int]) -> str:
    """Make an id unlike those before it; ids: how often each was asked for."""
    id = name
    while id in ids:
        ids[name] += 1
        id = f"{name}~{ids[name]}"
    ids[id] = 1
    return id


def _checked(document: Document) -> Document:
    """Refuse what cannot be stored."""
    try:
        fields = "".join((document.id, document.title, document.text)).encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{document.id!r} holds lone surrogates; clean it") from error
    if b"\0" in fields:
        raise ValueError(f"{document.id!r} holds NUL characters; clean it")
    return document
