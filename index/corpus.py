"""The documents of a build, and the passages they were cut into."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from index.language import identify
from index.records import Document, Passage
from index.split import split


@dataclass(frozen=True, slots=True)
class Corpus:
    """Documents and passages; `owners[i]` is the row of the document of passage i."""

    documents: list[Document]
    passages: list[Passage]
    owners: list[int]

    def __len__(self) -> int:
        """Count the passages."""
        return len(self.passages)

    def context(self, row: int) -> str:
        """Give the text by which a passage is found: it may begin with its title."""
        title, text = self.documents[self.owners[row]].title, self.passages[row].text
        return text if not title or text.startswith(title) else f"{title}\n{text}"

    def language(self, row: int) -> str:
        """Give the language of a passage, '' when it is not known."""
        return self.documents[self.owners[row]].language


def gather(
    documents: Iterable[Document], size: int, progress: Callable[[int, int], None]
) -> Corpus:
    """Settle the ids and languages of documents, and split them.

    progress: called with the numbers of documents split, and in all.
    Raises ValueError when a text cannot be stored.
    """
    corpus = Corpus([], [], [])
    ids: set[str] = set()
    for document in documents:
        _check(document)
        corpus.documents.append(_settled(document, ids))
    for row, document in enumerate(corpus.documents):
        passages = split(document, size)
        corpus.passages.extend(passages)
        corpus.owners.extend([row] * len(passages))
        progress(row + 1, len(corpus.documents))
    return corpus


def _settled(document: Document, ids: set[str]) -> Document:
    """Fill in the language, and make the id unlike those before it."""
    id, n = document.id, 1
    while id in ids:
        n += 1
        id = f"{document.id}~{n}"
    ids.add(id)
    language = document.language or identify(document.text)
    return replace(document, id=id, language=language)


def _check(document: Document) -> None:
    try:
        fields = "".join((document.id, document.title, document.text)).encode()
    except UnicodeEncodeError as error:
        raise ValueError(f"{document.id!r} holds lone surrogates; clean it") from error
    if b"\0" in fields:
        raise ValueError(f"{document.id!r} holds NUL characters; clean it")
