"""What the Documents tab shows, as HTML: documents, added files, progress."""

from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.build import STAGES
from qa.catalogue import Entry, twins
from qa.markup import Html, clean, join, tag, tongue
from qa.words import Speech
from qa.work import State

if TYPE_CHECKING:
    from index.build import BuildReport

COLUMNS = ("title", "source", "language", "date", "passages", "size")
MOST_NAMES = 5


def documents(entries: Sequence[Entry], n: int, speech: Speech) -> Html:
    """List documents as a table. n: how many there are, of which entries are shown."""
    if not n:
        return tag("p", speech.say("nothing"), class_="nothing")
    names = (tag("th", speech.say(column), scope="col") for column in COLUMNS)
    head = tag("thead", tag("tr", *names))
    alike = twins(entries)
    body = tag("tbody", *(_row(entry, speech, entry.id in alike) for entry in entries))
    shown = speech.say("shown", shown=len(entries), n=n)
    return tag(
        "div",
        tag("div", tag("table", head, body), class_="sheet", tabindex="0"),
        tag("p", shown, class_="count"),
        **tongue(speech.locale),
    )


def _row(entry: Entry, speech: Speech, twin: bool) -> Html:
    """Show a document; its path, too, where title and source do not tell which."""
    title = tag(
        "button",
        entry.name,
        type="button",
        data_open=entry.id,
        **tongue(entry.language),
    )
    told = (entry.source, speech.name(entry.language), entry.date)
    cells = [tag("td", tag("bdi", cell)) for cell in told]
    sizes = (entry.passages, entry.characters)
    counts = [tag("td", speech.number(size)) for size in sizes]
    path = tag("div", tag("bdi", entry.id), class_="facts") if twin else ""
    return tag("tr", tag("th", title, path, scope="row"), *cells, *counts)


def added(
    files: Iterable[str],
    indexed: Container[str],
    unread: Mapping[str, str],
    speech: Speech,
) -> Html:
    """List the files added through the page, each with a way to delete it.

    unread: why files could not be read at the last rebuild, by name.
    """
    rows = []
    for name in files:
        waits = "" if name in indexed else unread.get(name, speech.say("not_yet"))
        rows.append(_added(name, waits, speech))
    listed = tag("ul", *rows) if rows else tag("p", speech.say("no_files"))
    return tag(
        "div", tag("h2", speech.say("your_files")), listed, **tongue(speech.locale)
    )


def _added(name: str, waits: str, speech: Speech) -> Html:
    delete = speech.say("delete")
    button = tag(
        "button", delete, type="button", data_remove=name, aria_label=f"{delete} {name}"
    )
    return tag(
        "li", tag("bdi", name), tag("em", waits, dir="auto") if waits else "", button
    )


def question(text: str, speech: Speech) -> Html:
    """Ask before something is done."""
    return tag("p", text, class_="sure", role="alert", **tongue(speech.locale))


def dated(record: Mapping[str, Any]) -> dict[str, Any]:
    """Tell when a generation was made, and what it holds, for `sure_back`."""
    made = str(record["created"]).replace("T", " ").partition("+")[0]
    return {"date": f"{made} UTC", "documents": record["documents"]}


def folder(suffixes: Iterable[str], largest: int, speech: Speech) -> Html:
    """Offer to add a folder; the page's script hands its files to the upload.

    largest: of a file that is taken up, in MB.
    """
    chooser = tag(
        "input",
        type="file",
        webkitdirectory=True,
        multiple=True,
        data_suffixes=" ".join(suffixes),
        data_largest=largest << 20,
    )
    label = tag("label", speech.say("add_folder"), chooser)
    hint = tag("p", speech.say("formats", formats=_listed(suffixes)))
    return tag("div", label, hint, **tongue(speech.locale))


def _listed(suffixes: Iterable[str]) -> str:
    return " ".join(suffix.removeprefix(".") for suffix in suffixes)


def kept(
    names: Sequence[str], refused: Iterable[tuple[str, str]], speech: Speech
) -> Html:
    """Say which files were added, and which were not, with the reasons."""
    told = ", ".join(names[:MOST_NAMES]) + " …" * (len(names) > MOST_NAMES)
    said = tag("p", speech.say("kept", n=len(names), names=told)) if names else ""
    rows = [_refused(name, why) for name, why in refused]
    left = tag("p", speech.say("refused")) if rows else ""
    reasons = join(left, tag("ul", *rows, tabindex="0")) if rows else ""
    bad = tag("div", reasons, class_="refused") if rows else ""
    return tag("div", said, bad, role="status", **tongue(speech.locale))


def _refused(name: str, why: str) -> Html:
    """Say why a file is left out; each part in its own direction."""
    return tag("li", tag("bdi", name), ": ", tag("bdi", why))


def note(text: str, speech: Speech) -> Html:
    """Say what came of something."""
    return tag("p", text, role="status", **tongue(speech.locale))


def refusal(text: str, speech: Speech) -> Html:
    """Say what could not be done."""
    said = tag("p", text)
    return tag("div", said, role="status", class_="refused", **tongue(speech.locale))


def progress(state: State, speech: Speech) -> Html:
    """Say how far a rebuild is, or how it ended."""
    if state.running:
        shown = _under_way(state, speech)
    elif state.report:
        shown = _done(state.report, speech)
    elif state.stage in ("cancelled", "failed"):
        said = speech.say(state.stage, reason=state.reason)
        shown = tag("p", said, class_=state.stage)
    else:
        shown = Html()
    number = state.number or None
    return tag("div", shown, data_rebuild=number, **tongue(speech.locale))


def announced(state: State, speech: Speech) -> Html:
    """Say what is happening, or how it ended, to those who do not see, once."""
    if state.running:
        return clean(speech.say(state.stage))
    if state.stage in ("cancelled", "failed"):
        return clean(speech.say(state.stage, reason=state.reason))
    return clean(_in_use(state.report, speech)) if state.report else Html()


def _under_way(state: State, speech: Speech) -> Html:
    step = speech.say(state.stage)
    if state.total:
        step = speech.say("step", stage=step, done=state.done, total=state.total)
    seconds = round(state.left)
    left = tag("span", speech.say("left", seconds=seconds)) if seconds else ""
    return join(
        _stages(state, speech),
        tag("p", step, " ", left, class_="step"),
        tag("progress", max=state.total or 1, value=state.done, aria_label=step),
        tag("p", speech.say("meanwhile"), class_="meanwhile"),
    )


def _stages(state: State, speech: Speech) -> Html:
    """Name the stages of a build, the one under way set off."""
    names = [
        tag("li", speech.say(stage), aria_current=stage == state.stage and "step")
        for stage in STAGES
    ]
    return tag("ol", *names, class_="stages")


def _done(report: "BuildReport", speech: Speech) -> Html:
    told = tag("p", _in_use(report, speech), class_="done")
    return join(told, _unread(report.errors, speech))


def _in_use(report: "BuildReport", speech: Speech) -> str:
    return speech.say(
        "in_use",
        documents=report.documents,
        passages=report.passages,
        embedded=report.embedded,
        seconds=round(report.seconds, 1),
    )


def _unread(errors: Sequence[tuple[Path, str]], speech: Speech) -> Html:
    """List the files left out of a build, with the reasons."""
    if not errors:
        return Html()
    rows = [_refused(path.name, reason) for path, reason in errors]
    title = tag("summary", f"{speech.say('unread')} ({speech.number(len(errors))})")
    return tag(
        "details", title, tag("ul", *rows, tabindex="0"), class_="unread", open=True
    )
