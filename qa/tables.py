"""What the Documents tab shows, as HTML: the table, the added files, a rebuild's progress."""

from collections.abc import Container, Iterable, Sequence

from qa.catalogue import Entry
from qa.render import Words, clean, tongue
from qa.work import State


def documents(entries: Sequence[Entry], n: int, words: Words, names: Words) -> str:
    """List documents as a table. n: how many there are, of which entries are shown."""
    if not n:
        return f'<p class="nothing">{clean(words["nothing"])}</p>'
    columns = ("title", "source", "language", "date", "passages", "size")
    head = "".join(f'<th scope="col">{clean(words[column])}</th>' for column in columns)
    rows = "".join(_row(entry, names) for entry in entries)
    shown = clean(words["shown"].format(shown=len(entries), n=n))
    return (
        f'<div class="sheet" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f'<tbody>{rows}</tbody></table></div><p class="count">{shown}</p>'
    )


def _row(entry: Entry, names: Words) -> str:
    title = (
        f'<button type="button" data-open="{clean(entry.id)}" {tongue(entry.language)}>'
        f"{clean(entry.title)}</button>"
    )
    told = (entry.source, names.get(entry.language, entry.language), entry.date)
    cells = "".join(f"<td><bdi>{clean(cell)}</bdi></td>" for cell in told)
    counts = f"<td>{entry.passages:,}</td><td>{entry.characters:,}</td>"
    return f'<tr><th scope="row">{title}</th>{cells}{counts}</tr>'


def added(files: Iterable[str], indexed: Container[str], words: Words) -> str:
    """List the files that were added through the page, each with a way to delete it."""
    rows = "".join(_added_row(name, name in indexed, words) for name in files)
    listed = f"<ul>{rows}</ul>" if rows else f"<p>{clean(words['no_files'])}</p>"
    return f"<h2>{clean(words['your_files'])}</h2>{listed}"


def _added_row(name: str, indexed: bool, words: Words) -> str:
    waits = "" if indexed else f"<em>{clean(words['not_yet'])}</em>"
    delete = clean(words["delete"])
    return (
        f'<li><bdi>{clean(name)}</bdi>{waits}<button type="button" data-remove="{clean(name)}" '
        f'aria-label="{delete} {clean(name)}">{delete}</button></li>'
    )


def question(text: str) -> str:
    """Ask before something is done."""
    return f'<p class="sure" role="alert">{clean(text)}</p>'


def progress(state: State, words: Words) -> str:
    """Say how far a rebuild is, or how it ended."""
    if state.running:
        return _under_way(state, words)
    if state.stage == "done":
        return _done(state, words)
    ends = {"cancelled": words["cancelled"], "failed": words["failed"].format(reason=state.reason)}
    said = ends.get(state.stage)
    return f'<p class="{state.stage}">{clean(said)}</p>' if said else ""


def _under_way(state: State, words: Words) -> str:
    step = words[state.stage]
    if state.total:
        step = words["step"].format(stage=step, done=state.done, total=state.total)
    left = words["left"].format(seconds=round(state.left)) if state.left >= 1 else ""
    return (
        f'<p class="step">{clean(step)} <span>{clean(left)}</span></p>'
        f'<progress max="{state.total or 1}" value="{state.done}" aria-label="{clean(step)}"></progress>'
        f'<p class="meanwhile">{clean(words["meanwhile"])}</p>'
    )


def _done(state: State, words: Words) -> str:
    report = state.report
    if report is None:
        return ""
    told = words["in_use"].format(
        documents=report.documents,
        passages=report.passages,
        embedded=report.embedded,
        seconds=round(report.seconds, 1),
    )
    return f'<p class="done">{clean(told)}</p>{_unread(report.errors, words)}'


def _unread(errors: Sequence[tuple[object, str]], words: Words) -> str:
    """List the files left out of a build, with the reasons."""
    rows = "".join(f"<li><bdi>{clean(path)}</bdi>: {clean(reason)}</li>" for path, reason in errors)
    title = f"{clean(words['unread'])} ({len(errors)})"
    return f'<details class="unread" open><summary>{title}</summary><ul>{rows}</ul></details>' if rows else ""
