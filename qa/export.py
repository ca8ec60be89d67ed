"""An answer in the forms that leave the program: records, CSV, Markdown, citations.

Offsets count Unicode code points of the document's text; spans are relative
to their hit's text.
"""

import csv
import io
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from index.records import Document
from qa.records import Answer, Hit, Sentence, Span

if TYPE_CHECKING:
    from index.store import Snapshot

# A document, a stretch of it, and the evidence relative to the stretch's start.
Place = tuple[Document, int, int, tuple[Span, ...]]

FORMS = {"JSON": "json", "CSV": "csv", "Markdown": "markdown"}
COLUMNS = (
    "rank",
    "score",
    "title",
    "source",
    "date",
    "language",
    "document",
    "start",
    "end",
    "text",
)


def answer_record(answer: Answer) -> dict[str, Any]:
    """Give the answer as plain values, ready for JSON."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "confidence": round(answer.confidence, 4),
        "sentences": [_sentence_record(sentence) for sentence in answer.sentences],
        "hits": [_hit_record(hit) for hit in answer.hits],
        "seconds": round(answer.seconds, 6),
    }


def _sentence_record(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "document": sentence.document.id,
        "title": sentence.document.title,
        "start": sentence.start,
        "end": sentence.end,
        "language": sentence.document.language,
    }


def _hit_record(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "document": hit.document.id,
        "title": hit.document.title,
        "source": hit.document.source,
        "language": hit.document.language,
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
        "spans": [[span.start, span.end, round(span.weight, 4)] for span in hit.spans],
    }


def answer_csv(answer: Answer) -> str:
    """Write one row a hit, safe to open in a spreadsheet."""
    buffer = io.StringIO()
    rows = csv.writer(buffer, lineterminator="\n")
    rows.writerow(COLUMNS)
    for hit in answer.hits:
        record = {**_hit_record(hit), "date": hit.document.date}
        rows.writerow([formula_safe(record[column]) for column in COLUMNS])
    return buffer.getvalue()


def formula_safe(value: object) -> object:
    """Put an apostrophe before text that a spreadsheet would run as a formula.

    Source: OWASP, CSV injection.

    >>> formula_safe("=1+1")
    "'=1+1"
    """
    if isinstance(value, str) and value.lstrip(" ").startswith(
        ("=", "+", "-", "@", "\t", "\r", "\n")
    ):
        return "'" + value
    return value


def answer_markdown(answer: Answer) -> str:
    """Write the question, the answering sentences and the passages, each cited."""
    parts = [f"# {_one_line(answer.question)}"]
    for sentence in answer.sentences:
        parts += [_quote(sentence.text), f"— {_one_line(sentence.document.title)}"]
    for hit in answer.hits:
        parts += [f"## {hit.rank}. {_one_line(hit.document.title)}"]
        parts += [_quote(hit.passage.text), citation(hit)]
    return "\n\n".join(parts) + "\n"


def citation(hit: Hit) -> str:
    """Say where a passage stands: title, source, date, document and offsets.

    >>> from index.records import Document, Passage
    >>> post = Document("a.md", "Rain", "It rained.", "The Post", date="2024-05-01")
    >>> citation(Hit(1, 0.5, Passage("a.md", 0, 10, "It rained."), post))
    'Rain, The Post, 2024-05-01 (a.md, characters 0–10)'
    """
    document = hit.document
    named = [document.title, document.source, document.date]
    where = f"({document.id}, characters {hit.passage.start}–{hit.passage.end})"
    return _one_line(", ".join(part for part in named if part)) + " " + _one_line(where)


def _quote(text: str) -> str:
    return "\n".join("> " + line for line in text.strip().splitlines())


def _one_line(text: str) -> str:
    return " ".join(text.split())


def links(question: str, k: int, language: str, source: str) -> dict[str, str]:
    """Give the addresses of an answer's other forms, by their names."""
    asked = {"q": question, "k": str(k), "language": language, "source": source}
    query = urlencode({key: value for key, value in asked.items() if value})
    return {name: f"api/ask?{query}&format={form}" for name, form in FORMS.items()}


def status_record(snapshot: "Snapshot") -> dict[str, Any]:
    """Describe a snapshot as plain values, ready for JSON. bytes: all its files."""
    manifest = snapshot.manifest
    return {
        "generation": snapshot.generation,
        "created": manifest.created,
        "documents": manifest.documents,
        "passages": manifest.passages,
        "languages": dict(manifest.languages),
        "model": manifest.model,
        "embedder": manifest.embedder,
        "dim": manifest.dim,
        "backend": manifest.backend,
        "kind": manifest.kind,
        "bytes": sum(file.size for file in manifest.files.values()),
        "seconds": round(manifest.seconds, 3),
        "paths": list(manifest.paths),
    }


def place(answer: Answer, kind: str, number: int) -> Place | None:
    """Find where a hit (by rank) or a sentence (by position) stands.

    Returns None when there is no such hit or sentence.
    """
    if kind == "hit":
        for hit in answer.hits:
            if hit.rank == number:
                return hit.document, hit.passage.start, hit.passage.end, hit.spans
    if kind == "sentence" and number < len(answer.sentences):
        found = answer.sentences[number]
        spans = evidence(found, answer.hits)
        return found.document, found.start, found.end, spans
    return None


def evidence(sentence: Sentence, hits: Iterable[Hit]) -> tuple[Span, ...]:
    """Take over the spans of the hit a sentence stands in, relative to the sentence."""
    for hit in hits:
        inside = hit.passage.start <= sentence.start and sentence.end <= hit.passage.end
        if inside and hit.document.id == sentence.document.id:
            by = hit.passage.start - sentence.start
            return tuple(span.moved(by) for span in hit.spans)
    return ()
