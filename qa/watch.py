"""Build an index again whenever its documents change."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event

from watchfiles import watch

from index.build import BuildReport
from index.errors import ModelError, PassageError
from index.readers import has_reader
from index.sources import IGNORE

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
    places, index = [_there(path.resolve()) for path in paths], folder.resolve()
    seen = watch(
        *{place if place.is_dir() else place.parent for place in places},
        watch_filter=lambda _, path: counts(Path(path), places, index),
        stop_event=stop,
        step=QUIET_MS,
        debounce=LATEST_MS,
        rust_timeout=AGAIN_MS,
        yield_on_timeout=True,
        raise_interrupt=False,
    )
    problem: str | None = ""
    for changes in seen:  # from the first look on nothing is missed
        if changes or problem is not None:
            last, problem = problem, _build(build, tell)
            if problem and problem != last:
                log.warning("%s", problem)


def counts(path: Path, places: Sequence[Path], index: Path) -> bool:
    """Tell whether a change of a path may change what is indexed from some places.

    What is gone, or has no suffix, may be a folder that was moved.
    """
    if path.is_relative_to(index):
        return False
    gone = not path.exists() and path.name[-1] != "~"
    named = path.suffix == "" or path.is_dir() or gone or has_reader(path.name)
    visible = path.name == IGNORE or (named and path.name[0] != ".")
    return visible and any(path.is_relative_to(place) for place in places)


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
