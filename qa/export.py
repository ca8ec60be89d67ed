"""An answer in the forms that leave the program: records, CSV, Markdown, citations.

Offsets count Unicode code points of the document's text; spans are relative
to their hit's text.
"""

import csv
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import layout
from index.errors import SnapshotError
from index.records import Document
from qa.address import Address
from qa.cite import markdown, plain, quote
from qa.records import Answer, Hit, Sentence, Span

if TYPE_CHECKING:
    from index.store import Snapshot

# A document, a stretch of it, and the evidence relative to the stretch's start.
Place = tuple[Document, int, int, tuple[Span, ...]]

MOST_NAMES = 10  # of other documents with the same text, for people

FORMS = {"JSON": "json", "CSV": "csv", "Markdown": "markdown"}
COLUMNS = (
    "rank",
    "score",
    "title",
    "source",
    "date",
    "language",
    "document",
    "page",
    "start",
    "end",
    "text",
    "also_in",
)


def answer_record(answer: Answer) -> dict[str, Any]:
    """Give the answer as plain values, ready for JSON. page: 0 without pages."""
    return {
        "question": answer.question,
        "answered": answer.answered,
        "confidence": round(answer.confidence, 4),
        "phrase": _phrase_record(answer.phrase) if answer.phrase else None,
        "sentences": [_sentence_record(sentence) for sentence in answer.sentences],
        "hits": [_hit_record(hit) for hit in answer.hits],
        "seconds": round(answer.seconds, 6),
    }


def _phrase_record(phrase: Sentence) -> dict[str, Any]:
    return {**_sentence_record(phrase), "score": round(phrase.score, 4)}


def _sentence_record(sentence: Sentence) -> dict[str, Any]:
    return {
        "text": sentence.text,
        "document": sentence.document.id,
        "title": sentence.document.title,
        "page": sentence.document.page(sentence.start),
        "start": sentence.start,
        "end": sentence.end,
        "language": sentence.document.language,
    }


def _hit_record(hit: Hit) -> dict[str, Any]:
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        "place": hit.place,
        "document": hit.document.id,
        "title": hit.document.title,
        "source": hit.document.source,
        "language": hit.document.language,
        "date": hit.document.date,
        "page": hit.document.page(hit.passage.start),
        "start": hit.passage.start,
        "end": hit.passage.end,
        "text": hit.passage.text,
        "also_in": [{"document": d.id, "title": d.title} for d in hit.also_in],
        "spans": [[span.start, span.end, round(span.weight, 4)] for span in hit.spans],
    }


def answer_csv(answer: Answer) -> str:
    """Write one row a hit, safe to open in a spreadsheet."""
    buffer = io.StringIO()
    rows = csv.writer(buffer, lineterminator="\n")
    rows.writerow(COLUMNS)
    for hit in answer.hits:
        record = {**_hit_record(hit), "also_in": also_in(hit)}
        rows.writerow([formula_safe(record[column]) for column in COLUMNS])
    return buffer.getvalue()


def also_in(hit: Hit) -> str:
    """Name the first of the other documents that hold a hit's text."""
    names = "; ".join(f"{one.title} ({one.id})" for one in hit.also_in[:MOST_NAMES])
    return names + " …" * (len(hit.also_in) > MOST_NAMES)


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
    parts = [f"# {plain(answer.question)}"]
    if answer.phrase:
        parts += [f"**{plain(answer.phrase.text)}**"]
    for sentence in answer.sentences:
        parts += [quote(sentence.text), f"— {plain(sentence.document.name)}"]
    for hit in answer.hits:
        parts += [f"## {hit.rank}. {plain(hit.document.name)}", markdown(hit)]
        if hit.also_in:
            parts += [f"Also in: {plain(also_in(hit))}"]
    return "\n\n".join(parts) + "\n"


def links(address: Address, k: int) -> dict[str, str]:
    """Give the addresses of an answer's other forms, by their names."""
    return {
        name: f"api/ask{address.query(k=str(k), format=form)}"
        for name, form in FORMS.items()
    }


def status_record(snapshot: "Snapshot") -> dict[str, Any]:
    """Describe a snapshot as plain values, ready for JSON. bytes: all its files.

    Whoever asks a server may see it: of places on this machine it has the names alone.
    """
    manifest = snapshot.manifest
    return {
        "generation": snapshot.generation,
        "created": manifest.created,
        "documents": manifest.documents,
        "passages": manifest.passages,
        "languages": dict(manifest.languages),
        "model": _name(manifest.model),
        "embedder": manifest.embedder,
        "dim": manifest.dim,
        "backend": manifest.backend,
        "kind": manifest.kind,
        "bytes": sum(file.size for file in manifest.files.values()),
        "seconds": round(manifest.seconds, 3),
        "paths": list(map(_name, manifest.paths)),
    }


def _name(place: str) -> str:
    """Leave out the folders above a place on this machine.

    >>> _name("/home/ana/docs"), _name("intfloat/multilingual-e5-small"), _name("/")
    ('docs', 'intfloat/multilingual-e5-small', '/')
    """
    name = Path(place).name if os.path.isabs(place) else place
    return name or place


def previous_record(folder: Path) -> dict[str, Any] | None:
    """Describe the generation that a rollback would bring back; None without one."""
    try:
        generation, manifest = layout.previous(folder)
    except SnapshotError:
        return None
    return {
        "generation": int(generation.name),
        "created": manifest.created,
        "documents": manifest.documents,
        "passages": manifest.passages,
    }


def place(answer: Answer, kind: str, number: int) -> Place | None:
    """Find where a hit (by rank) or a sentence (by position) stands.

    Returns None when there is no such hit or sentence.
    """
    if kind == "hit":
        for hit in answer.hits:
            if hit.rank == number:
                return hit.document, hit.passage.start, hit.passage.end, hit.spans
    if kind == "sentence" and 0 <= number < len(answer.sentences):
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
