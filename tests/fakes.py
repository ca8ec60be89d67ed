"""A small working QA over Markdown articles, for tests of the faces of the program.

It knows the seeds' questions by heart and otherwise counts shared words; it
keeps everything in memory.
"""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from index.records import Document, Passage
from qa.filters import Filter
from qa.records import Answer, Hit, Sentence, Span

SEEDS = Path(__file__).parent.parent / "seeds"


def read(path: Path) -> Document:
    """Read an article with front matter."""
    text = path.read_text(encoding="utf-8")
    match = re.match(r"---\n(.*?)\n---\n\s*", text, re.DOTALL)
    fields = (
        dict(line.split(": ", 1) for line in match[1].splitlines()) if match else {}
    )
    body = text[match.end() :] if match else text
    title = fields.get("title", path.stem).strip('"')
    return Document(
        path.name,
        title,
        body,
        fields.get("source", path.name),
        fields.get("language", ""),
        fields.get("date", ""),
    )


def split(document: Document) -> Iterator[Passage]:
    """Cut at empty lines."""
    for match in re.finditer(r"(?s).+?(?:\n\n|\Z)", document.text):
        yield Passage(document.id, match.start(), match.end(), match[0])


@dataclass
class FakeSnapshot:
    """What the store's Snapshot shows of itself."""

    texts: dict[str, Document]
    paths: list[Path]
    generation: int
    manifest: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        cut = [(row, p) for row, d in enumerate(self.texts.values()) for p in split(d)]
        self.passages = [passage for _, passage in cut]
        self.document_rows = np.array([row for row, _ in cut], np.int32)
        self.originals = np.arange(len(self.texts))
        self.manifest = SimpleNamespace(
            model="fake",
            embedder="fake",
            dim=1,
            documents=len(self.texts),
            passages=len(cut),
            seconds=0.1,
            paths=[str(path) for path in self.paths],
            created="2026-11-22T12:00:00+00:00",
            backend="fake",
            kind="SQfp16",
            languages=Counter(
                self.texts[p.document_id].language for p in self.passages
            ),
            files={},
        )

    def __len__(self) -> int:
        return len(self.passages)

    def document(self, row: int) -> Document:
        return list(self.texts.values())[row]

    def document_by_id(self, name: str) -> Document:
        return self.texts[name]

    def headings(self) -> list[Document]:
        return [replace(document, text="") for document in self.texts.values()]

    def lengths(self) -> list[int]:
        return [len(document.text) for document in self.texts.values()]

    def row_at(self, name: str, start: int) -> int | None:
        places = [(p.document_id, p.start) for p in self.passages]
        return places.index((name, start)) if (name, start) in places else None


class FakeQA:
    """The same faces as `qa.engine.QA`."""

    def __init__(self, folder: Path, paths: list[Path] | None = None) -> None:
        self.folder, self.paths, self.pause, self.generation = (
            folder,
            paths or [SEEDS],
            0.0,
            0,
        )
        self.lock = threading.Lock()
        self.known = {}
        for line in (
            (SEEDS.parent / "tests" / "questions.jsonl")
            .read_text(encoding="utf-8")
            .splitlines()
        ):
            entry = json.loads(line)
            self.known[entry["question"]] = entry
        self.rebuild()

    def files(self) -> list[Path]:
        found = [
            f for p in self.paths for f in ([p] if p.is_file() else sorted(p.glob("*")))
        ]
        return [f for f in found if f.suffix in {".md", ".txt"}]

    def rebuild(self, paths=None, progress=None):
        """Read everything again, slowly when `pause` says so."""
        self.paths = [Path(p) for p in paths] if paths else self.paths
        files = self.files()
        for done in range(len(files)):
            time.sleep(self.pause)
            if progress:
                progress("embedding", done + 1, len(files))
        self.generation += 1
        self.snapshot = FakeSnapshot(
            {f.name: read(f) for f in files}, self.paths, self.generation
        )
        n = len(self.snapshot)
        return SimpleNamespace(
            documents=len(files),
            passages=n,
            embedded=n,
            reused=0,
            errors=[],
            seconds=0.1,
            generation=self.generation,
        )

    def refresh(self) -> bool:
        return False

    def ask(
        self, question, k=5, language=None, source=None, *,
        since=None, until=None, folder=None, like=(), unlike=(),
    ) -> Answer:  # fmt: skip
        start = time.perf_counter()
        fields = (language, source, since, until, folder)
        wanted = Filter(*(field or "" for field in fields))
        known = self.known.get(question)
        words = set(re.findall(r"\w{3,}", question.lower()))
        hits = []
        for passage in self.snapshot.passages:
            document = self.snapshot.texts[passage.document_id]
            if not wanted.allowed([document])[0]:
                continue
            if f"{document.id}:{passage.start}" in unlike:
                continue
            spans = [
                Span(m.start(), m.end(), 0.6, m[0])
                for m in re.finditer(r"\w{3,}", passage.text)
                if m[0].lower() in words
            ]
            score = min(0.6, len(spans) / 8)
            at = (
                passage.text.find(known["answer"])
                if known and known["document"] == document.id
                else -1
            )
            if at >= 0:
                score = 0.91
                spans = [
                    Span(
                        at + m.start(),
                        at + m.end(),
                        0.3 + 0.7 * (i % 3 == 0),
                        question.split()[i % 3],
                    )
                    for i, m in enumerate(re.finditer(r"\w{4,}", known["answer"]))
                ]
            hits.append((score, passage, document, tuple(spans)))
        hits.sort(key=lambda hit: -hit[0])
        top = tuple(Hit(rank, *hit) for rank, hit in enumerate(hits[:k], 1))
        answered = bool(top) and top[0].score > 0.3
        sentences = tuple(_sentences(top[0])) if answered else ()
        return Answer(
            question,
            answered,
            top[0].score if top else 0.0,
            sentences,
            top,
            time.perf_counter() - start,
        )


def _sentences(hit: Hit) -> Iterator[Sentence]:
    first = hit.spans[0].start if hit.spans else 0
    for match in re.finditer(r"[^.!?。]+[.!?。]?\s*", hit.passage.text):
        if match.start() <= first < match.end():
            start, end = (
                hit.passage.start + match.start(),
                hit.passage.start + match.end(),
            )
            yield Sentence(
                hit.document.text[start:end], hit.document, start, end, hit.score
            )
            return
