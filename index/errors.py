"""Everything that can go wrong on purpose, as one family.

    PassageError
    ├── InputError            a path or a file cannot be indexed
    ├── ModelError            a model cannot be loaded, or is not the index's
    │   └── DimensionMismatch
    └── SnapshotError         an index cannot be opened
        ├── FormatMismatch    written by another version of the format
        ├── CorruptSnapshot   a file is missing, cut short or altered
        └── LockedError       another build is writing

Each message says what was found, what was wanted and what to do next, in one
line. Wrong arguments stay `ValueError`.
"""


class PassageError(Exception):
    """Base of the errors that a user can act on."""


class InputError(PassageError):
    """A path is missing, empty, or holds nothing that can be read."""


class ModelError(PassageError):
    """A model is missing, unreadable, or not the one the index was built with."""


class DimensionMismatch(ModelError):
    """Vectors do not have the number of columns that was wanted."""


class SnapshotError(PassageError):
    """An index folder cannot be used as it is."""


class FormatMismatch(SnapshotError):
    """The index was written in a format that this version does not read."""


class CorruptSnapshot(SnapshotError):
    """A file of the index is missing, cut short or altered."""


class LockedError(SnapshotError):
    """Another process is building this index now."""


def one_line(said: object) -> str:
    r"""Make what is said one line that does nothing to a terminal.

    >>> one_line("docs/\x1b[2J\nis gone")
    'docs/ [2J is gone'
    """
    shown = (c if c.isprintable() else " " for c in str(said))
    return " ".join("".join(shown).split())


def first_line(error: Exception) -> str:
    """Give the first line of what another library says, or else its error's name.

    >>> first_line(OSError("no room\\nerrno 28")), first_line(OSError())
    ('no room', 'OSError')
    """
    return (str(error).splitlines() or [type(error).__name__])[0]
