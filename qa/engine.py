"""Ask an index; rebuild it while questions go on being answered.

A question runs against one `Collection` from beginning to end. A rebuild makes the
next one beside it, and one assignment puts it in place.
"""

import logging
import time
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

from index import layout
from index.build import MODEL, BuildReport, Progress, build
from index.store import Snapshot
from qa import collection, reply
from qa.collection import Collection
from qa.records import Answer

log = logging.getLogger(__name__)
MOST_HITS = 1_000


class QA:
    """An index that answers questions. Safe to use from many threads."""

    def __init__(self, folder: Path, opened: Collection) -> None:
        """Use `QA.open` or `QA.build`."""
        self._folder = folder
        self._opened = opened
        self._swap = Lock()

    @classmethod
    def open(cls, folder: Path | str) -> "QA":
        """Open an index; raises SnapshotError or ModelError when it cannot be used."""
        return cls(Path(folder), collection.load(Snapshot.open(folder)))

    @classmethod
    def build(
        cls,
        paths: Iterable[Path | str],
        folder: Path | str,
        *,
        model: str = MODEL,
        progress: Progress | None = None,
    ) -> "QA":
        """Build an index of files and folders, then open it; see `index.build`."""
        build([Path(p) for p in paths], Path(folder), model=model, progress=progress)
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
    ) -> Answer:
        """Find the passages that answer, at most k, and the sentences in them that do.

        language, source: only passages of documents with this language code, or from
        this source. Raises ValueError when the question is blank or k is not in
        1..1000.
        """
        began = time.perf_counter()
        question = question.encode("utf-8", "replace").decode()  # no lone surrogates
        if not question.strip():
            raise ValueError("the question is empty; write what you want to know")
        if not 1 <= k <= MOST_HITS:
            raise ValueError(f"k is {k}; it must be between 1 and {MOST_HITS}")
        opened = self._opened
        asked = opened.read(question)
        among = opened.among(language, source)
        ranking = opened.rank(question, asked, k + reply.SPARE, among)
        found = reply.compose(opened, asked, ranking, k)
        return Answer(question, *found, seconds=time.perf_counter() - began)

    def rebuild(
        self,
        paths: Iterable[Path | str] | None = None,
        progress: Progress | None = None,
    ) -> BuildReport:
        """Build the next generation with the same model, then answer from it.

        paths: what to index instead of the paths of the last build. What `progress`
        raises ends the rebuild and leaves everything as it was.
        """
        manifest = self.snapshot.manifest
        chosen = [Path(p) for p in (manifest.paths if paths is None else paths)]
        report = build(chosen, self._folder, model=manifest.model, progress=progress)
        self.refresh()
        return report

    def refresh(self) -> bool:
        """Take up a generation that was written since; tells whether there was one."""
        with self._swap:
            generation, _ = layout.current(self._folder)
            if int(generation.name) == self.snapshot.generation:
                return False
            newest = Snapshot.open(self._folder)
            self._opened = collection.load(newest)
            log.info("answering from generation %d", newest.generation)
            return True
