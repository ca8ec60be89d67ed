"""What runs through the pages goes; what differs from page to page stays."""

from collections.abc import Callable

import pytest

from index.readers.running import without_running

Line = Callable[[int], str]
SLIDE, PRINTED = 3, 30  # lines on a page


def text(n_lines: int, page: int) -> list[str]:
    return [f"word {'i' * page} {'v' * line}" for line in range(n_lines)]


def left(line: Line, n_lines: int, at_top: bool) -> list[str]:
    """Put a line on each of eight pages of text, and give those that stay."""
    pages = []
    for page in range(1, 9):
        body = text(n_lines, page)
        pages.append([line(page), *body] if at_top else [*body, line(page)])
    return [row for page in without_running(pages) for row in page if row[:4] != "word"]


@pytest.mark.parametrize("at_top", [True, False])
@pytest.mark.parametrize(
    ("line", "n_lines"),
    [
        (str, SLIDE),
        (lambda page: f"- {page - 1} -", SLIDE),
        (lambda page: f"{page}/8", SLIDE),
        (lambda page: f"{page + 1042}", PRINTED),
    ],
    ids=["bare", "after a cover", "of eight", "of a volume"],
)
def test_page_numbers_go(line, n_lines, at_top):
    """From 1, or from where a journal has come to."""
    assert left(line, n_lines, at_top) == []


@pytest.mark.parametrize(
    ("line", "n_lines", "at_top", "stays"),
    [
        (lambda page: f"Page {page} of 8", SLIDE, False, ["Page 1 of 8"]),
        (lambda page: f"The Post {page}", PRINTED, True, ["The Post 1"]),
        (
            lambda page: f"Chapter {page // 5} | {page}",
            PRINTED,
            True,
            ["Chapter 0 | 1", "Chapter 1 | 5"],
        ),
    ],
    ids=["footer", "header", "chapters"],
)
def test_words_about_a_page_number_stay_once(line, n_lines, at_top, stays):
    """They may be a title that stands nowhere else."""
    assert left(line, n_lines, at_top) == stays


@pytest.mark.parametrize(
    ("line", "n_lines"),
    [
        (lambda page: f"Revenue {2018 + page}", SLIDE),
        (lambda page: f"{2018 + page}", SLIDE),
        (lambda page: f"Step {page}", SLIDE),
        (lambda page: f"Invoice 2023-{100 + page}", PRINTED),
        (lambda page: f"Total {page}.50", PRINTED),
        (lambda page: f"Total {page * page}", PRINTED),
        (lambda page: f"Week {page}: {page * page} cases", PRINTED),
    ],
    ids=["topics", "years", "steps", "invoices", "prices", "sums", "weeks"],
)
def test_lines_that_differ_in_numbers_stay(line, n_lines):
    """They do not follow the pages, or do it as no page number does."""
    assert left(line, n_lines, at_top=True) == [line(page) for page in range(1, 9)]


def test_a_page_has_one_number():
    """A bare one is likelier than a title that counts along."""
    pages = [[f"Sonnet {n}", *text(PRINTED, n), str(n)] for n in range(1, 9)]

    assert without_running(pages) == [page[:-1] for page in pages]


def test_a_page_keeps_its_only_lines():
    """Though they run as headers and page numbers do; a bare number is no text."""
    pages = [["The Post", f"Day {n}"] for n in range(1, 5)]
    empty = [[str(n)] for n in range(1, 5)]

    assert without_running(pages) == pages
    assert without_running(empty) == [[]] * 4


def test_a_page_number_is_left_in_the_text():
    """The 3 of a table is no page number, though page 3 has one."""
    pages = [[*text(SLIDE, n), "3", *text(SLIDE, n), str(n)] for n in range(1, 5)]

    assert [page.count("3") for page in without_running(pages)] == [1, 1, 1, 1]
