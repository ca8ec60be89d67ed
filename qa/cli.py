"""The `qa` command: build an index, ask it, serve it, look after it.

Answers and JSON go to standard output; progress and errors to standard error.
Exit status: 0 done, 1 failed with one line that says why, 2 wrong usage.
Whatever is heavy is imported inside the command that needs it.
"""

import asyncio
import errno
import functools
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer

from index import __version__, layout
from index.build import MODEL
from index.errors import PassageError, SnapshotError, one_line

P = ParamSpec("P")
STDIN = Path("-")
GRACE_SECONDS = 2  # for open pages when the server is stopped


def _filled(text: str) -> str:
    """Refuse an empty argument: a variable that is not set, more likely than meant."""
    if not text.strip():
        raise typer.BadParameter("it is empty")
    return text


def _path(text: str) -> Path:
    return Path(_filled(text))


def _index_folder(text: str) -> Path:
    """Refuse a folder that cannot be, for a file is there, or above it."""
    folder = _path(text)
    first = next((p for p in (folder, *folder.parents) if os.path.exists(p)), None)
    if first and not os.path.isdir(first):
        raise typer.BadParameter(f"{first} is a file; give a folder for the index")
    return folder


Index = Annotated[
    Path,
    typer.Option(
        "--index",
        parser=_index_folder,
        metavar="DIRECTORY",
        help="The folder of the index.",
    ),
]
# By no type of Typer's: that refuses all when one cannot be read.
Paths = Annotated[
    list[Path],
    typer.Argument(parser=_path, help="Files, folders, quoted patterns."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
_MODEL = "A packaged model, a folder, or a name on the hub"
Model = Annotated[str, typer.Option(parser=_filled, metavar="MODEL", help=f"{_MODEL}.")]
Chosen = Annotated[
    str | None,
    typer.Option(
        parser=_filled,
        metavar="MODEL",
        help=f"{_MODEL}; by default the index's own, or {MODEL}.",
    ),
]

Reader = Annotated[
    str | None,
    typer.Option(
        parser=_filled,
        metavar="MODEL",
        help="A network that finds the phrase: a folder, or a hub's name.",
    ),
]
Reranker = Annotated[
    str | None,
    typer.Option(
        parser=_filled,
        metavar="MODEL",
        help="A network that reranks passages: a folder, or a hub's name.",
    ),
]

app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)


class Mode(StrEnum):
    """What is measured: one part, or the whole path."""

    full = "full"
    vectors = "vectors"
    lexical = "lexical"
    expanded = "expanded"
    fused = "fused"
    inexact = "inexact"


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"qa {__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_tell_version,
            is_eager=True,
            help="Show the version and exit.",
        ),
    ] = False,
) -> None:
    """Ask your own documents, in any language."""


def main() -> None:
    """Run the command line."""
    sys.stdout, sys.stderr = _usable(sys.stdout), _usable(sys.stderr)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    # What was unpacked for reading is cleared away, as it is at an interrupt.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    # What is wrong with a network is an error of ours; bars are for terminals.
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    if not sys.stderr.isatty():
        os.environ.setdefault("TQDM_DISABLE", "1")
    try:
        app()
    except SystemExit as ended:
        if not isinstance(ended.__context__, BrokenPipeError):
            raise
        # Whoever read our output has gone; nothing is left to tell.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:  # of help, which no command of ours shows
        typer.echo(f"qa: {_one_line(error)}", err=True)
        sys.exit(1)


def _usable(stream: Any) -> TextIOWrapper:
    """Let what cannot be written stop nothing: whatever is said to a stream that was
    closed, and names of files that are not valid UTF-8."""
    usable: TextIOWrapper = stream or open(os.devnull, "w")  # noqa: SIM115 - kept open
    usable.reconfigure(errors="replace")
    return usable


def told(command: Callable[P, None]) -> Callable[P, None]:
    """Turn the errors that a user can act on into one line and exit status 1."""

    @functools.wraps(command)
    def run(*args: P.args, **options: P.kwargs) -> None:
        try:
            command(*args, **options)
        except BrokenPipeError:
            raise  # see `main`
        except (PassageError, OSError, MemoryError) as error:
            typer.echo(f"qa: {_one_line(error)}", err=True)
            raise typer.Exit(1) from error

    return run


def _one_line(error: Exception) -> str:
    """Say what went wrong in one line that does nothing to a terminal."""
    return one_line(_said(error))


def _said(error: Exception) -> str:
    """Say what went wrong; of a file, which."""
    if isinstance(error, MemoryError):
        return "there is not enough memory; free some, or take fewer documents"
    if isinstance(error, OSError):
        if error.errno in layout.TOO_MANY_OPEN:
            return f"{error.strerror}; allow more: ulimit -n 1024"
        if error.filename:
            return f"{error.filename}: {error.strerror}; check the path"
        if error.errno == errno.ENOSPC:
            return f"{error.strerror}; make room where the output goes"
        if error.errno == errno.ENOENT:
            return "the current folder is gone; go to one that is there"
    return str(error)


def _model(chosen: str | None, index: Path) -> str:
    """Take the model that was chosen, or the one that the index was built with."""
    if chosen:
        return chosen
    try:
        return layout.current(index)[1].model
    except (PassageError, FileNotFoundError):
        return MODEL


@app.command()
@told
def build(
    paths: Paths,
    index: Index,
    model: Chosen = None,
) -> None:
    """Index files and folders; what has not changed is not embedded again.

    The path `-` is standard input. What it last held stays part of the index,
    and so do files that were added through the page.
    """
    from index.build import build as build_index
    from qa import terminal
    from qa.library import Library

    library, chosen = Library(index), _model(model, index)
    taken: AbstractContextManager[None] = nullcontext()
    if is_taken := STDIN in paths:
        if sys.stdin is None:
            raise typer.BadParameter("there is no standard input", param_hint="PATHS")
        taken = library.take(sys.stdin.buffer)
        paths = [path for path in paths if path != STDIN]
    with taken, terminal.progress() as progress:
        report = build_index(
            library.beside(paths),
            index,
            model=chosen,
            progress=progress,
            locked=is_taken,
        )
    terminal.show_report(report, index)


@app.command(name="watch")
@told
def watch_paths(
    paths: Paths,
    index: Index,
    model: Chosen = None,
) -> None:
    """Build, and build again whenever the documents change. Ctrl-C ends it."""
    from threading import Event

    from index.build import build as build_index
    from qa import terminal, watch
    from qa.library import Library

    if STDIN in paths:
        raise typer.BadParameter("it cannot be watched", param_hint="-")
    logging.getLogger("watchfiles").setLevel(logging.ERROR)  # it tells of Ctrl-C
    library, chosen = Library(index), _model(model, index)
    watch.follow(
        paths,
        index,
        lambda: build_index(library.beside(paths), index, model=chosen),
        lambda report: terminal.show_report(report, index),
        Event(),
    )


@app.command()
@told
def ask(
    question: Annotated[str, typer.Argument(help="In any language.")],
    index: Index,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Passages.")] = 5,
    language: Annotated[
        str | None, typer.Option(help="Only documents in it, such as fr.")
    ] = None,
    source: Annotated[str | None, typer.Option(help="Only from this source.")] = None,
    since: Annotated[
        str | None, typer.Option(help="Only from this day on, such as 2023-09-19.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Only up to this day.")] = None,
    folder: Annotated[
        str | None, typer.Option(help="Only in this folder of the collection.")
    ] = None,
    reader: Reader = None,
    reranker: Reranker = None,
    as_json: AsJson = False,
) -> None:
    """Find the passages that answer a question, and the sentences that do."""
    from qa import QA
    from qa.export import answer_record

    if not question.strip():
        raise typer.BadParameter("it is empty", param_hint="QUESTION")
    qa = QA.open(index, reader=reader, reranker=reranker)
    try:
        answer = qa.ask(
            question, k, language, source, since=since, until=until, folder=folder
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    if not answer.hits:  # only filters can leave none
        typer.echo(_none_left(qa.snapshot.manifest.languages), err=True)
    if as_json:
        _print_json(answer_record(answer))
        return
    from qa import terminal

    terminal.show_answer(answer)


@app.command()
@told
def serve(
    index: Index,
    host: Annotated[
        str,
        typer.Option(parser=_filled, metavar="HOST", help="The address to listen on."),
    ] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="0 takes a free one.")
    ] = 7860,
    auth: Annotated[
        str | None,
        typer.Option(
            parser=_filled,
            metavar="LOGIN",
            help="user:password, or a file of lines by python -m qa.login USER.",
        ),
    ] = None,
    reader: Reader = None,
    reranker: Reranker = None,
) -> None:
    """Serve the page and the API of an index."""
    from qa import QA

    qa = QA.open(index, reader=reader, reranker=reranker)
    bound = _bound(host, port)  # before the page is loaded, which takes seconds
    import uvicorn

    _multiply_on_one_thread()

    from qa.server import LOCAL_NAMES, create

    local = host in LOCAL_NAMES
    try:
        server = create(qa, auth=auth or "", local=local)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--auth") from error
    config = uvicorn.Config(
        server,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    address = f"{_authority(host)}:{bound.getsockname()[1]}"
    typer.echo(f"Passage answers at http://{address}", err=True)
    if not (local or auth):
        typer.echo(
            "Anybody who reaches this address may ask, add and delete; see --auth.",
            err=True,
        )
    logging.getLogger("uvicorn.error").addFilter(_not_cancelled)
    uvicorn.Server(config).run(sockets=[bound])


@app.command()
@told
def status(index: Index, as_json: AsJson = False) -> None:
    """Tell what an index holds, and how it was made."""
    from index.store import Snapshot
    from qa.export import previous_record, status_record

    with Snapshot.open(index) as snapshot:
        record, manifest = status_record(snapshot), snapshot.manifest
    record |= {"model": manifest.model, "paths": list(manifest.paths)}
    record["previous"] = previous_record(index)
    if as_json:
        _print_json(record)
        return
    from qa import terminal

    terminal.show_record({**record, "previous": terminal.previous(record["previous"])})


@app.command()
@told
def rollback(index: Index) -> None:
    """Go back to the generation before the current one; again, forward.

    Whoever asks meanwhile is answered from the one or the other.
    """
    from index.commit import rollback as roll_back

    number = roll_back(index)
    typer.echo(f"{index}: generation {number} is in use again, until the next build")


@app.command()
@told
def verify(index: Index) -> None:
    """Compare every file of an index with its checksum."""
    from index.store import verify as problems_of

    problems = problems_of(index)
    if problems:
        raise SnapshotError("; ".join(problems) + ". Build it again: qa build")
    typer.echo(f"{index}: every file is as it was written")


@app.command(name="eval")
@told
def evaluate(
    corpus: Annotated[Path, typer.Argument(help="corpus.jsonl of a BEIR data set.")],
    queries: Annotated[Path, typer.Argument(help="queries.jsonl")],
    qrels: Annotated[Path, typer.Argument(help="qrels/test.tsv")],
    model: Model = MODEL,
    mode: Annotated[Mode, typer.Option(help="Measure a part, or all.")] = Mode.full,
    reader: Reader = None,
    reranker: Reranker = None,
    as_json: AsJson = False,
) -> None:
    """Measure how well the documents that answer are found.

    With the mode full, confidence is measured too, and where queries hold
    `answers` and `answer_start`, sentences and phrases. Other modes: vectors;
    lexical (BM25 on the question's own words); expanded (and on their
    translations); fused (vectors and expanded); inexact (full, without a bonus
    for the same word).
    """
    from qa.evaluate import evaluate as measure

    _multiply_on_one_thread()
    record = measure(corpus, queries, qrels, model, mode.value, reader, reranker)
    if as_json:
        _print_json(record)
        return
    from qa import terminal

    per_second = record["queries"] / max(record["seconds"], 1e-9)
    terminal.show_record({**record, "queries per second": per_second})


def _none_left(languages: Iterable[str]) -> str:
    """Say that filters leave no document, and what --language could be."""
    known = ", ".join(filter(None, languages)) or "unknown"
    return f"qa: no document passes the filters; change them (languages here: {known})"


def _multiply_on_one_thread() -> None:
    """Keep BLAS to one: a question's products are small, a second thread gains nothing,
    and where something else has its core, the first waits for it."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1, user_api="blas")


def _bound(host: str, port: int) -> socket.socket:
    """Take an address to listen on; raises PassageError when it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # By its protocol asyncio knows a connection whose small packets must not wait: each
    # answer would take 40 ms more (Nagle's algorithm, RFC 896).
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except (OSError, UnicodeError) as error:
        raise PassageError(
            f"{_authority(host)}:{port} cannot be listened on "
            f"({getattr(error, 'strerror', None) or error}); choose another --port, or "
            "a --host of this machine"
        ) from error
    return made


def _not_cancelled(record: logging.LogRecord) -> bool:
    """Leave out the tracebacks of what is open when the server stops; some are text."""
    is_error = record.exc_info and record.exc_info[0] is asyncio.CancelledError
    return not (is_error or record.getMessage().rstrip().endswith("CancelledError"))


def _print_json(record: dict[str, Any]) -> None:
    text = json.dumps(record, ensure_ascii=False).encode("utf-8", "replace").decode()
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(json.loads(text))
    typer.echo(text)


def _authority(host: str) -> str:
    return f"[{host}]" if ":" in host else host


if __name__ == "__main__":
    main()
