"""What the Documents tab shows, as HTML: documents, added files, progress."""

from collections.abc import Container, Iterable, Sequence

from qa.catalogue import Entry
from qa.markup import Html, join, tag, tongue
from qa.words import Speech
from qa.work import State

COLUMNS = ("title", "source", "language", "date", "passages", "size")


def documents(entries: Sequence[Entry], n: int, speech: Speech) -> Html:
    """List documents as a table. n: how many there are, of which entries are shown."""
    if not n:
        return tag("p", speech.say("nothing"), class_="nothing")
    names = (tag("th", speech.say(column), scope="col") for column in COLUMNS)
    head = tag("thead", tag("tr", *names))
    body = tag("tbody", *(_row(entry, speech) for entry in entries))
    shown = speech.say("shown", shown=len(entries), n=n)
    return tag(
        "div",
        tag("div", tag("table", head, body), class_="sheet", tabindex="0"),
        tag("p", shown, class_="count"),
        **tongue(speech.locale),
    )


def _row(entry: Entry, speech: Speech) -> Html:
    title = tag(
        "button",
        entry.title,
        type="button",
        data_open=entry.id,
        **tongue(entry.language),
    )
    told = (entry.source, speech.name(entry.language), entry.date)
    cells = [tag("td", tag("bdi", cell)) for cell in told]
    counts = [tag("td", f"{count:,}") for count in (entry.passages, entry.characters)]
    return tag("tr", tag("th", title, scope="row"), *cells, *counts)


def added(files: Iterable[str], indexed: Container[str], speech: Speech) -> Html:
    """List the files added through the page, each with a way to delete it."""
    rows = [_added(name, name in indexed, speech) for name in files]
    listed = tag("ul", *rows) if rows else tag("p", speech.say("no_files"))
    return tag(
        "div", tag("h2", speech.say("your_files")), listed, **tongue(speech.locale)
    )


def _added(name: str, indexed: bool, speech: Speech) -> Html:
    waits = "" if indexed else tag("em", speech.say("not_yet"))
    delete = speech.say("delete")
    button = tag(
        "button", delete, type="button", data_remove=name, aria_label=f"{delete} {name}"
    )
    return tag("li", tag("bdi", name), waits, button)


def question(text: str, speech: Speech) -> Html:
    """Ask before something is done."""
    return tag("p", text, class_="sure", role="alert", **tongue(speech.locale))


def note(text: str, speech: Speech) -> Html:
    """Say what came of something."""
    return tag("p", text, role="status", **tongue(speech.locale))


def progress(state: State, speech: Speech) -> Html:
    """Say how far a rebuild is, or how it ended."""
    if state.running:
        shown = _under_way(state, speech)
    elif state.report:
        shown = _done(state, speech)
    elif state.stage in ("cancelled", "failed"):
        said = speech.say(state.stage, reason=state.reason)
        shown = tag("p", said, class_=state.stage)
    else:
        shown = Html()
    number = state.number or None
    return tag("div", shown, data_rebuild=number, **tongue(speech.locale))


def _under_way(state: State, speech: Speech) -> Html:
    step = speech.say(state.stage)
    if state.total:
        step = speech.say("step", stage=step, done=state.done, total=state.total)
    seconds = round(state.left)
    left = tag("span", speech.say("left", seconds=seconds)) if seconds else ""
    return join(
        tag("p", step, " ", left, class_="step"),
        tag("progress", max=state.total or 1, value=state.done, aria_label=step),
        tag("p", speech.say("meanwhile"), class_="meanwhile"),
    )


def _done(state: State, speech: Speech) -> Html:
    report = state.report
    if report is None:
        return Html()
    told = speech.say(
        "in_use",
        documents=report.documents,
        passages=report.passages,
        embedded=report.embedded,
        seconds=round(report.seconds, 1),
    )
    return join(tag("p", told, class_="done"), _unread(report.errors, speech))


def _unread(errors: Sequence[tuple[object, str]], speech: Speech) -> Html:
    """List the files left out of a build, with the reasons."""
    if not errors:
        return Html()
    rows = [tag("li", tag("bdi", path), ": ", reason) for path, reason in errors]
    title = tag("summary", f"{speech.say('unread')} ({len(errors)})")
    return tag("details", title, tag("ul", *rows), class_="unread", open=True)
