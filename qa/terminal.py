"""What the `qa` command shows to people: progress, answers, tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from qa.cite import pages
from qa.export import also_in, evidence
from qa.records import Answer, Hit, Span
from qa.render import strength
from qa.words import speech

if TYPE_CHECKING:
    from index.build import BuildReport

ENGLISH = speech("en")
# From the weakest evidence to the strongest.
STYLES = ("underline", "yellow", "bold yellow")
COLOURS = {"strong": "green", "fair": "yellow", "weak": "dim"}


@contextmanager
def progress() -> Iterator[Callable[[str, int, int], None]]:
    """Draw a bar for each stage on a terminal; gives what a build calls."""
    columns = (
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


def show_report(report: "BuildReport", index: Path) -> None:
    """Say what a build did; what it could not read goes to standard error."""
    for path, reason in report.errors:
        said = Text(f"not read: {_shown(path)}: {reason}", "yellow")
        Console(stderr=True, soft_wrap=True).print(said)
    Console(highlight=False, soft_wrap=True).print(
        f"{report.documents:,} documents, {report.passages:,} passages "
        f"({report.embedded:,} embedded, {report.reused:,} reused) "
        f"in {report.seconds:.1f} s: {_shown(index)}, generation {report.generation}",
        markup=False,
    )


def show_answer(answer: Answer) -> None:
    """Print the answering sentences, then the passages with their evidence."""
    console = Console(highlight=False)
    if not (answer.answered and answer.sentences):
        console.print(Text(ENGLISH.say("no_answer"), "bold"))
    if answer.phrase:
        console.print(Text(answer.phrase.text, "bold reverse"))
    for sentence in answer.sentences:
        text = lit(sentence.text, evidence(sentence, answer.hits))
        console.print(text, Text(f"— {sentence.document.name}", "dim"))
    for hit in answer.hits:
        _show_hit(console, hit)


def _show_hit(console: Console, hit: Hit) -> None:
    document, name = hit.document, strength(hit.score)
    on = pages(document, hit.passage.start, hit.passage.end)
    facts = [
        document.source,
        ENGLISH.say("page", n=on) if on else "",
        ENGLISH.name(document.language),
        document.date,
    ]
    console.print()
    console.print(
        Text(f"{hit.rank}. "),
        Text(document.name, "bold"),
        Text(f" {hit.score:.2f} {name}", COLOURS[name]),
        sep="",
    )
    console.print(Text("   " + " · ".join(fact for fact in facts if fact), "dim"))
    console.print(Padding(lit(hit.passage.text, hit.spans), (0, 0, 0, 3)))
    if hit.also_in:
        console.print(Text(f"   {ENGLISH.say('also_in')} {also_in(hit)}", "dim"))


def lit(text: str, spans: tuple[Span, ...]) -> Text:
    """Set off the evidence in a text."""
    shown = Text(text)
    for span in sorted(spans, key=lambda span: span.weight):
        level = min(int(max(span.weight, 0) * len(STYLES)), len(STYLES) - 1)
        shown.stylize(STYLES[level], max(span.start, 0), max(span.end, 0))
    lead = len(text) - len(text.lstrip())
    return shown[lead : len(text.rstrip())] if text.strip() else Text()


def show_record(record: dict[str, Any]) -> None:
    """Print names and values, a line each, however narrow the terminal is."""
    console, width = Console(highlight=False, soft_wrap=True), max(map(len, record))
    for name, value in record.items():
        named = Text(name.ljust(width), "dim")
        console.print(named, Text(_readable(value)), sep="  ")


def previous(record: dict[str, Any] | None) -> str:
    """Say what a rollback would bring back."""
    if record is None:
        return "none kept yet"
    return (
        f"generation {record['generation']} of {record['created']}, "
        f"{record['documents']:,} documents: qa rollback"
    )


def _readable(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name or '?'} {count:,}" for name, count in value.items())
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, float):
        return f"{value:.4f}"
    return f"{value:,}" if isinstance(value, int) else _shown(value)


def _shown(text: object) -> str:
    """Make a line of a path, which may hold any bytes, even commands to a terminal."""
    return "".join(c if c.isprintable() else "?" for c in str(text))
