"""Which files a build is about: those of folders and patterns, less what is ignored.

A folder's `.passageignore` names what to leave out below it, as .gitignore does.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from glob import escape, glob
from itertools import pairwise
from pathlib import Path

from pathspec import GitIgnoreSpec

from index import readers
from index.errors import InputError

IGNORE = ".passageignore"

_MAGIC = re.compile(r"[*?\[]")
# Matching takes time to the power of the stars between two slashes.
MOST_STARS = 3
_STARS = re.compile(rf"\*+(?:[^*/]+\*+){{{MOST_STARS}}}")
_NAMED_SET = re.compile(r"\[[^]]{0,99}\[:")

# Beside a collection to measure retrieval with, its questions are no documents.
BEIR = frozenset({"corpus.jsonl", "queries.jsonl"})
QUESTIONS = ("queries.jsonl", "qrels")

File = tuple[Path, str]
Found = tuple[str, Path, str]
Report = Callable[[Path, str], None]
Ignored = tuple[tuple[str, GitIgnoreSpec], ...]


def find(paths: Sequence[str | Path], report: Report | None = None) -> list[File]:
    """List the files to read, with names: folders are walked in sorted order.

    A file given by itself has its own name; one in a folder, its path from there; one
    that a pattern such as `docs/**/*.md` matches, its path from the part before it.
    report: gets folders that cannot be opened, and the reason.
    Raises InputError when a path is missing, or when there is no file at all.
    """
    if not paths:
        raise InputError("no path was given; give a file or a folder")
    found: dict[str, File] = {}
    for given in map(Path, paths):
        for real, path, name in _files(given, report or _nobody):
            found.setdefault(real, (path, name))
    if not found:
        raise InputError(
            f"no file to read in {', '.join(map(str, paths))}; "
            f"there are readers for {', '.join(readers.FORMATS)}"
        )
    return list(found.values())


def _files(given: Path, report: Report) -> Iterator[Found]:
    """Find the files of one path, with the names that links to them lead to."""
    if given.is_dir():
        yield from _walk(str(given), report)
    elif os.path.lexists(given):
        yield os.path.realpath(given), given, given.name
    elif _MAGIC.search(str(given)):
        yield from _matching(given)
    else:
        raise InputError(f"{given} does not exist; give a file or a folder")


def _matching(pattern: Path) -> Iterator[Found]:
    fixed = [not _MAGIC.search(part) for part in pattern.parts]
    root = Path(*pattern.parts[: fixed.index(False)])
    inside = os.path.realpath(root)
    rules = cache(partial(_rules, str(root)))
    is_index = cache(_is_index)

    def is_left_out(name: str) -> bool:
        ignored: Ignored = ()
        ends = [place for place, letter in enumerate(name, 1) if letter == "/"]
        for start, end in pairwise([0, *ends, len(name)]):
            ignored += rules(name[:start])
            if _is_ignored(name[:end], ignored) or is_index(str(root / name[:end])):
                return True
        return False

    for path in sorted({*_globbed(pattern.parts)}):
        real, given = os.path.realpath(path), Path(path)
        name = given.relative_to(root).as_posix()
        if (
            os.path.isfile(path)
            and readers.is_document(path)
            and _within(real, inside)
            and not is_left_out(name)
        ):
            yield real, given, name


def _globbed(parts: Sequence[str]) -> Iterator[str]:
    """Go through what a pattern matches; `**` follows no links: they may go round."""
    if "**" not in parts:
        yield from glob(os.path.join(*parts))
        return
    place = parts.index("**")
    after = parts[place + 1 :] or ["*"]
    for top in glob(os.path.join(*parts[:place])) if place else ["."]:
        for folder, folders, _ in os.walk(top):
            folders[:] = [name for name in folders if name[0] != "."]
            yield from _globbed([escape(folder), *after])


def _walk(root: str, report: Report) -> Iterator[Found]:
    """Walk a folder; hidden files, indexes and links out of it are left out."""
    inside = os.path.realpath(root)
    waiting: list[tuple[str, Ignored]] = [("", ())]
    while waiting:
        at, ignored = waiting.pop()
        try:
            entries = sorted(os.scandir(os.path.join(root, at)), key=lambda e: e.name)
        except OSError as error:
            report(Path(root, at), error.strerror or str(error))
            continue
        if any(entry.name == IGNORE for entry in entries):
            ignored += _rules(root, at)
        is_beir = {entry.name for entry in entries} >= BEIR
        folders = []
        for entry in entries:
            name = at + entry.name
            if entry.name[0] == "." or (is_beir and entry.name in QUESTIONS):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not _is_ignored(f"{name}/", ignored) and not _is_index(entry.path):
                    folders.append((f"{name}/", ignored))
            elif readers.is_document(name) and not _is_ignored(name, ignored):
                real = os.path.join(inside, name)
                if entry.is_symlink():
                    real = os.path.realpath(entry)
                    is_file = _within(real, inside) and os.path.isfile(real)
                else:
                    is_file = entry.is_file()
                if is_file:
                    yield real, Path(entry.path), name
        waiting.extend(reversed(folders))


def _within(path: str, folder: str) -> bool:
    return os.path.commonpath([path, folder]) == folder


def _rules(root: str, at: str) -> Ignored:
    """Read a folder's ignore file; InputError when a line of it is no pattern."""
    path = Path(root, at, IGNORE)
    if not path.is_file():
        return ()
    lines = path.read_text("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.startswith("#") and (problem := _problem(line)):
            raise InputError(f"line {number} of {path} {problem}")
    return ((at, GitIgnoreSpec.from_lines(lines)),)


def _problem(line: str) -> str:
    """Tell what is wrong with a pattern, or nothing."""
    if _STARS.search(line):
        return (
            f"has more than {MOST_STARS} stars between two slashes; write it with fewer"
        )
    if _NAMED_SET.search(line):
        return "names a set of letters, as [:alpha:] does; write them, as in [a-z]"
    try:
        GitIgnoreSpec.from_lines([line])
    except (ValueError, re.error):
        return "is no pattern as .gitignore has them; correct or delete it"
    return ""


def _is_ignored(name: str, ignored: Ignored) -> bool:
    """Let the ignore file decide that is nearest to a name and has an opinion."""
    for at, spec in reversed(ignored):
        decided = spec.check_file(name[len(at) :]).include
        if decided is not None:
            return decided
    return False


def _is_index(folder: str) -> bool:
    """Tell whether a folder is an index, or keeps the generations of one."""
    is_kept = os.path.basename(folder.rstrip("/")) == "generations"
    return (is_kept and os.path.isfile(f"{folder}/../CURRENT")) or (
        os.path.isfile(f"{folder}/CURRENT") and os.path.isdir(f"{folder}/generations")
    )


def _nobody(path: Path, reason: str) -> None:
    """Tell nobody."""
