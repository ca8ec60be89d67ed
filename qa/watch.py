"""Build an index again whenever its documents change."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence, Set
from pathlib import Path
from threading import Event

from watchfiles import watch
from watchfiles.main import FileChange

from index import layout
from index.build import BuildReport
from index.errors import ModelError, PassageError
from index.readers import has_reader
from index.sources import IGNORE
from qa.library import DOCUMENTS

log = logging.getLogger(__name__)

# Changes are waited for until there were none for so long: a copy is many.
QUIET_MS = 400
LATEST_MS = 5_000
# A build that failed is tried again after so long, if nothing changes before.
AGAIN_MS = 2_000


def follow(
    paths: Sequence[Path],
    folder: Path,
    build: Callable[[], BuildReport],
    tell: Callable[[BuildReport], None],
    stop: Event,
) -> None:
    """Build, and build again after every change below some paths, until `stop` is set.

    folder: the index, whose own files do not count. What a build cannot do is logged,
    and tried again; the index stays as it was. Raises ModelError: no change of the
    documents mends a model.
    """
    index = folder.resolve()
    while True:
        places = _places(paths)
        folders = {place if place.is_dir() else place.parent for place in places}
        problem: str | None = ""
        is_stale = False
        for changes in _seen(folders, places, index, stop):
            # A folder that is put in the place of a watched one is not watched.
            is_stale |= any(Path(path) in folders for _, path in changes)
            is_stale |= _places(paths) != places
            if changes or problem is not None:
                last, problem = problem, _build(build, tell)
                if problem and problem != last:
                    log.warning("%s", problem)
            if is_stale and problem is None:
                break
        else:
            return


def _seen(
    folders: Set[Path], places: Sequence[Path], index: Path, stop: Event
) -> Iterator[Set[FileChange]]:
    """Give changes as they come, none when it is time to try again; from the first
    look on nothing is missed."""
    return watch(
        *folders,
        watch_filter=lambda _, path: (
            Path(path) in folders or counts(Path(path), places, index)
        ),
        stop_event=stop,
        step=QUIET_MS,
        debounce=LATEST_MS,
        rust_timeout=AGAIN_MS,
        yield_on_timeout=True,
        raise_interrupt=False,
        ignore_permission_denied=True,
    )


def counts(path: Path, places: Sequence[Path], index: Path) -> bool:
    """Tell whether a change of a path may change what is indexed from some places.

    What is gone, or has no suffix, may be a folder that was moved.
    """
    if path.is_relative_to(index) and _is_own(path.relative_to(index)):
        return False
    gone = not path.exists() and path.name[-1] != "~"
    named = path.suffix == "" or path.is_dir() or gone or has_reader(path.name)
    visible = path.name == IGNORE or (named and path.name[0] != ".")
    return visible and any(path.is_relative_to(place) for place in places)


def _is_own(name: Path) -> bool:
    """Tell whether a build, or the page, writes what has this name in an index."""
    first = name.parts[0] if name.parts else ""
    own = ("", DOCUMENTS, layout.GENERATIONS, layout.LOCK)
    return first in own or first.startswith(layout.CURRENT)


def _places(paths: Sequence[Path]) -> list[Path]:
    """Tell where paths lead now: a link may be set anew."""
    return [_there(Path(os.path.realpath(path))) for path in paths]


def _there(path: Path) -> Path:
    """Give the part of a path that exists: the rest may be a pattern."""
    return path if path.exists() else _there(path.parent)


def _build(
    build: Callable[[], BuildReport], tell: Callable[[BuildReport], None]
) -> str | None:
    """Build; gives what was wrong, None when nothing was."""
    try:
        tell(build())
    except ModelError:
        raise
    except (PassageError, OSError) as error:
        return str(error)
    return None
