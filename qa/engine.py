"""Ask an index; rebuild it while questions go on being answered.

A question runs against one `Collection` from beginning to end. A rebuild makes the
next one beside it, and one assignment puts it in place.
"""

import logging
import time
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from index import layout
from index.build import MODEL, BuildReport, Progress, build
from index.commit import rollback
from index.store import Snapshot
from qa import collection, reply
from qa.collection import DEPTHS, RERANKED, Collection
from qa.feedback import Feedback
from qa.filters import Filter
from qa.records import Answer

if TYPE_CHECKING:
    from qa.crossencoder import Reranker
    from qa.extractive import ExtractiveReader

log = logging.getLogger(__name__)
MOST_HITS = 1_000


class QA:
    """An index that answers questions. Safe to use from many threads."""

    def __init__(
        self,
        folder: Path,
        opened: Collection,
        reader: "ExtractiveReader | None" = None,
        reranker: "Reranker | None" = None,
    ) -> None:
        """Use `QA.open` or `QA.build`."""
        self._folder = folder
        self._opened = opened
        self.reader = reader
        self.reranker = reranker
        self._swap = Lock()

    @classmethod
    def open(
        cls,
        folder: Path | str,
        *,
        reader: str | None = None,
        reranker: str | None = None,
    ) -> "QA":
        """Open an index; raises SnapshotError or ModelError when it cannot be used.

        reader, reranker: folders, or names on the hub, of networks that find the
        phrases and put the best passages in order, in place of the package's table.
        """
        opened = collection.load(Snapshot.open(folder))
        return cls(Path(folder), opened, load_reader(reader), load_reranker(reranker))

    @classmethod
    def build(
        cls,
        paths: Path | str | Iterable[Path | str],
        folder: Path | str,
        *,
        model: str = MODEL,
        progress: Progress | None = None,
    ) -> "QA":
        """Build an index of files and folders, then open it; see `index.build`.

        An index that is there is built anew from these paths with this model; to keep
        its own, open it and `rebuild`.
        """
        build(paths, folder, model=model, progress=progress)
        return cls.open(folder)

    @property
    def folder(self) -> Path:
        """Where the index lies."""
        return self._folder

    @property
    def snapshot(self) -> Snapshot:
        """The generation that questions are answered from now."""
        return self._opened.snapshot

    @property
    def collection(self) -> Collection:
        """That generation with what ranking it needs."""
        return self._opened

    def ask(
        self,
        question: str,
        k: int = 5,
        language: str | None = None,
        source: str | None = None,
        *,
        since: str | None = None,
        until: str | None = None,
        folder: str | None = None,
        like: Iterable[str] = (),
        unlike: Iterable[str] = (),
    ) -> Answer:
        """Find the passages that answer, at most k, and the sentences in them that do.

        language, source, since, until, folder: only documents that have this, see
        `qa.filters.Filter`. like, unlike: places of hits (`hit.place`) to find more
        of, or nothing of the kind. Raises ValueError when the question is blank, k is
        not in 1..1000, or a date is in another form, CorruptSnapshot when a file of the
        index was altered in a way that shows.
        """
        began = time.perf_counter()
        question = question.encode("utf-8", "replace").decode()  # no lone surrogates
        question = unicodedata.normalize("NFC", question)  # as texts are read
        if not question.strip():
            raise ValueError("the question is empty; write what you want to know")
        if not 1 <= k <= MOST_HITS:
            raise ValueError(f"k is {k}; it must be between 1 and {MOST_HITS}")
        opened = self._opened
        wanted = (language, source, since, until, folder)
        filter = Filter(*(value or "" for value in wanted))
        told = Feedback.read(opened.snapshot, like, unlike)
        with opened.snapshot.blamed():
            among = opened.among(filter)
            asked = opened.read(question, among)
            for depth in DEPTHS:
                ranking = opened.rank(asked, depth, among, told)
                if self.reranker is not None:
                    ranking = self.reranker.rank(question, ranking, opened.text)
                different, same = reply.distinct(opened, ranking, k, told.unlike)
                if len(different) >= k or len(ranking) < depth:
                    break
            first = np.isin(different.rows, ranking.rows[:RERANKED])
            confidence = opened.confidence(asked, different.top(int(first.sum())))
            answered = confidence >= reply.THRESHOLD
            found = reply.shown(opened, asked, different.top(k), same, filter, answered)
            phrase = reply.phrase(question, confidence, found, self.reader)
        return Answer(
            question,
            answered,
            confidence,
            found.sentences,
            found.hits,
            time.perf_counter() - began,
            phrase,
        )

    def rebuild(
        self,
        paths: Path | str | Iterable[Path | str] | None = None,
        progress: Progress | None = None,
    ) -> BuildReport:
        """Build the next generation with the same model, then answer from it.

        paths: what to index instead of the paths of the last build. What `progress`
        raises ends the rebuild and leaves everything as it was.
        """
        manifest = self.snapshot.manifest
        chosen = manifest.paths if paths is None else paths
        report = build(chosen, self._folder, model=manifest.model, progress=progress)
        self.refresh()
        return report

    def rollback(self) -> int:
        """Go back to the generation before this one; see `index.rollback`."""
        number = rollback(self._folder)
        self.refresh()
        return number

    def refresh(self) -> bool:
        """Take up a generation that was written since; tells whether there was one."""
        with self._swap:
            if layout.pointers(self._folder)[0] == self.snapshot.pointer:
                return False
            newest = Snapshot.open(self._folder)
            self._opened = collection.load(newest)
            log.info("answering from generation %d", newest.generation)
            return True


def load_reader(model: str | None) -> "ExtractiveReader | None":
    """Load a network that finds phrases; None for the package's own."""
    if model is None:
        return None
    from qa import extractive

    return extractive.load(model)


def load_reranker(model: str | None) -> "Reranker | None":
    """Load a network that puts passages in order; None for none."""
    if model is None:
        return None
    from qa import crossencoder

    return crossencoder.load(model)
