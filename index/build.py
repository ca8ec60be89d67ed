"""Documents to a snapshot: read, split, embed, write."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from index import __version__, embedders, sources
from index.commit import drafting
from index.embedders import Embedder
from index.errors import InputError
from index.layout import MANIFEST
from index.length import SIZE
from index.manifest import Manifest, Recipe
from index.records import Document

MODEL = "fast"
TABLE = "fast"  # gives the vectors of words, whatever model gives those of passages
STAGES = ("reading", "splitting", "embedding", "writing")

# Called with a stage, how much of it is done, and how much there is. What it raises
# ends the build and leaves the index as it was.
Progress = Callable[[str, int, int], None]
Errors = list[tuple[Path, str]]


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did.

    embedded and reused: passages whose vectors were computed, or taken from the
    generation before. errors: files not read, or not wholly, with the reason.
    """

    documents: int
    passages: int
    embedded: int
    reused: int
    errors: Errors
    seconds: float
    generation: int


def build(
    paths: str | Path | Iterable[str | Path],
    folder: str | Path,
    *,
    model: str = MODEL,
    size: int = SIZE,
    progress: Progress | None = None,
    locked: bool = False,
) -> BuildReport:
    """Index files and folders; what has not changed is not embedded again.

    paths: of files and folders, or a single one. folder: where the index is, or will
    be. model: a packaged name, a folder, or a name on the hub. size: of a passage,
    see `split`. locked: whether the caller holds the folder's `layout.LOCK`.
    Raises InputError when nothing can be read, ModelError, LockedError, SnapshotError;
    whatever is raised, the index stays as it was.
    """
    paths = [paths] if isinstance(paths, str | Path) else list(paths)
    errors: Errors = []
    found = sources.find(paths, lambda *error: errors.append(error))
    recipe = Recipe([str(Path(path).absolute()) for path in paths], model, size)
    tell = progress or _quiet
    return _build(found, (), Path(folder), recipe, tell, errors, locked)


def build_documents(
    documents: Iterable[Document],
    folder: str | Path,
    *,
    model: str = MODEL,
    size: int = SIZE,
    progress: Progress | None = None,
) -> BuildReport:
    """Index documents given as records; see `build`."""
    recipe = Recipe([], model, size)
    return _build([], documents, Path(folder), recipe, progress or _quiet, [])


def _build(
    found: Sequence[tuple[Path, str]],
    documents: Iterable[Document],
    folder: Path,
    recipe: Recipe,
    tell: Progress,
    errors: Errors,
    locked: bool = False,
) -> BuildReport:
    # The splitter takes longer to import than an index to open: only builds wait.
    from index import before, corpus, files
    from index.embed import embed
    from index.write import write

    start = time.perf_counter()
    embedder, words = embedders.load(recipe.model), embedders.load_words(TABLE)
    with (
        drafting(folder, locked) as draft,
        before.find(folder, embedder.id, words.id, recipe.size) as old,
    ):
        entries, read = files.read(
            found, old.files, lambda *e: errors.append(e), partial(tell, "reading")
        )
        split = partial(tell, "splitting")
        whole = corpus.gather(chain(read, documents), old, recipe.size, split)
        order = corpus.arrange(whole, old)
        if not len(order):
            raise InputError(_nothing(recipe.paths, errors))
        embedded = embed(
            whole, order, old, embedder, draft.path, partial(tell, "embedding")
        )
        written = write(
            draft.path, whole, order, old, entries, words, partial(tell, "writing")
        )
        seconds = round(time.perf_counter() - start, 3)
        manifest = _manifest(recipe, embedder, seconds, written)
        (draft.path / MANIFEST).write_text(manifest.dumps(), encoding="utf-8")
    return BuildReport(
        documents=len(whole.ids),
        passages=len(order),
        embedded=embedded,
        reused=len(order) - embedded,
        errors=errors,
        seconds=seconds,
        generation=draft.number,
    )


def _manifest(
    recipe: Recipe, embedder: Embedder, seconds: float, written: dict[str, Any]
) -> Manifest:
    return Manifest(
        program=f"passage-qa {__version__}",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        paths=recipe.paths,
        model=embedders.settled(recipe.model),
        size=recipe.size,
        embedder=embedder.id,
        dim=embedder.dim,
        seconds=seconds,
        **written,
    )


def _nothing(paths: Sequence[str], errors: Errors) -> str:
    """Say why there is nothing to index, by the first file that failed."""
    if not errors:
        return f"no text in {', '.join(paths) or 'the documents given'}"
    path, reason = errors[0]
    more = f" (and {len(errors) - 1} more files)" if len(errors) > 1 else ""
    return f"{path} could not be read: {reason}{more}"


def _quiet(stage: str, done: int, total: int) -> None:
    """Tell nobody."""
