"""Any bytes at all: every reader gives clean text or an error of ours, and ends.

The samples are broken in two ways: bytes of the file, and bytes of a part before it is
packed, which gets past the checksums. What broke a reader once stays as an example.
"""

import re
import signal
import unicodedata
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index import readers
from index.readers.apart import Apart
from tests import samples
from tests.samples import EVERY, p

SECONDS = 20  # far more than these small files take: what is over it hangs
QUICK = settings(max_examples=12, suppress_health_check=list(HealthCheck))
LONG = settings(QUICK, max_examples=12_000)

ODT_LIST = (
    '<text:list-style text:name="L"><text:list-level-style-number text:level="1" '
    'text:num-format="a" text:display-levels="1"/></text:list-style>'
    '<text:list text:style-name="L"><text:list-item text:start-value="3"><text:p>x'
    "</text:p></text:list-item></text:list>"
)

Packed = Callable[[str], bytes]
PARTS: dict[str, tuple[str, Packed]] = {
    ".docx": (p("A", "Title"), samples.docx),
    ".pptx": (
        '<a:p><a:pPr lvl="1"><a:buAutoNum type="alphaLcPeriod" startAt="2"/></a:pPr>'
        "<a:r><a:t>One</a:t></a:r></a:p>",
        lambda part: samples.pptx([part]),
    ),
    ".xlsx": (samples.ROW, lambda part: samples.xlsx({"S": part}, ["a"])),
    ".odt": (samples.HEAD + ODT_LIST, samples.odf),
    ".ods": (samples.CELL, samples.odf),
    ".epub": ("<h1>H</h1><p>x", lambda part: samples.epub({"a.xhtml": part})),
    ".rtf": (
        r"\u8364?\'e9{\*\g y}\f0\fs24",
        lambda part: b"{\\rtf1 %b}" % part.encode(),
    ),
}
Edit = tuple[int, int, bytes]


@st.composite
def edits(draw: st.DrawFn) -> list[Edit]:
    """Draw places, how many bytes go there, and what comes instead."""
    one = st.tuples(st.integers(0, 100_000), st.integers(0, 30), st.binary(max_size=12))
    return draw(st.lists(one, max_size=8))


def edited(data: bytes, changes: list[Edit]) -> bytes:
    for place, gone, new in changes:
        at = place % (len(data) + 1)
        data = data[:at] + new + data[at + gone :]
    return data


@pytest.fixture(scope="module")
def check(tmp_path_factory) -> Iterator[Callable[[str, bytes], None]]:
    """Gives what reads a file and looks at what comes of it."""
    folder = tmp_path_factory.mktemp("fuzz")

    def hang(*_: object) -> None:
        raise AssertionError(f"not done after {SECONDS} s")

    def look(suffix: str, data: bytes) -> None:
        path = folder / f"a{suffix}"
        path.write_bytes(data)
        # A crash of PDFium ends the process it is in, so that is another one.
        read = apart.read if suffix == ".pdf" else readers.read
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        documents, line = samples.outcome(read(path, path.name))
        signal.setitimer(signal.ITIMER_REAL, 0)
        # The process apart puts the names before errors that nobody foresaw.
        assert not re.match(r"\w+(Error|Exception) ", line)
        for document in documents:
            facts = document.id + document.title + document.source + document.text
            assert unicodedata.is_normalized("NFC", document.text)
            assert "\0" not in facts
            assert facts.encode()
            assert list(document.pages) == sorted(document.pages)
            assert not document.pages or document.pages[-1] <= len(document.text)

    before = signal.signal(signal.SIGALRM, hang)
    with Apart() as apart:
        yield look
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("suffix", sorted(EVERY))
@QUICK
@given(changes=edits())
@example(changes=[])
@example(changes=[(0, 1, b"")])  # the directory of a zip leads before its beginning
def test_broken_files(check, suffix, changes):
    """A few bytes of a good file are others, gone, or more."""
    check(suffix, edited(EVERY[suffix], changes))


@pytest.mark.parametrize("suffix", sorted(PARTS))
@QUICK
@given(changes=edits())
@example(changes=[])
def test_broken_parts(check, suffix, changes):
    """The file is sound, and what is in it is not."""
    part, pack = PARTS[suffix]
    check(suffix, pack(edited(part.encode(), changes).decode("utf-8", "replace")))


@pytest.mark.parametrize("suffix", sorted(EVERY))
@QUICK
@given(data=st.binary(max_size=2000))
def test_any_bytes(check, suffix, data):
    """What was never a file of this format."""
    check(suffix, data)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", sorted(EVERY))
def test_broken_files_at_length(check, suffix, record_property):
    """The same with 1,000 times as many tries: ten minutes for all of these."""
    record_property("tries", f"{LONG.max_examples:,}")
    LONG(
        given(changes=edits())(
            lambda changes: check(suffix, edited(EVERY[suffix], changes))
        )
    )()


@pytest.mark.slow
@pytest.mark.parametrize("suffix", sorted(PARTS))
def test_broken_parts_at_length(check, suffix):
    """The same with 1,000 times as many tries."""
    part, pack = PARTS[suffix]

    @LONG
    @given(changes=edits())
    def run(changes: list[Edit]) -> None:
        check(suffix, pack(edited(part.encode(), changes).decode("utf-8", "replace")))

    run()
