"""Put the figures of the slow tests into the table of docs/reliability.md.

    python benchmarks/reliability.py TESTS.xml...

The files are what `pytest --junitxml` wrote: `make check-all` runs both. Of a test that
is in several, the last counts.
"""

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

TARGET = Path(__file__).parent.parent / "docs" / "reliability.md"
MARKS = "<!-- figures -->", "<!-- end of figures -->"

# The test, what is done to the index or the program, and what comes of it.
ROWS = (
    (
        "test_a_killed_build_leaves_a_whole_index",
        "SIGKILL at random moments of a build",
        "{kills} kills, 0 indexes lost",
    ),
    (
        "test_every_call_to_the_disk_may_fail",
        "each call to the disk fails: no room, or an error; alone, with all after it, "
        "or half done",
        "{calls} calls, {refused} builds refused in one line, 0 indexes lost",
    ),
    (
        "test_a_power_cut_leaves_a_whole_index",
        "power cut after each call, what was not synced lost or there in part",
        "{cuts} cuts, 0 indexes lost",
    ),
    (
        "test_every_answer_is_of_one_generation",
        "questions while the index is built anew",
        "{threads} threads, {rebuilds} rebuilds, {answers} answers, 0 mixed, 0 failed",
    ),
    (
        "test_the_server_bears_64_clients",
        "64 clients of the server while the index is built anew",
        "{seconds} s, {requests} requests, {rebuilds} rebuilds, 0 errors; idle median "
        "{idle_ms} ms, p99 {p99_ms} ms; memory {grown_mb} MB more at the end than "
        "after a fifth of the time",
    ),
    (
        "test_too_many_questions_are_sent_away",
        "more questions at once than the server takes",
        "503 with Retry-After; the others are answered",
    ),
    (
        "test_verify_finds_a_flipped_byte_in_every_file",
        "a byte flipped in any file",
        "found by `qa verify`",
    ),
    (
        "test_a_flipped_byte_never_crashes_opening",
        "the same, and the index opened",
        "opened, or refused in one line",
    ),
    (
        "test_broken_snapshots_at_length",
        "files of an index with bytes changed, gone or more, and it is used",
        "{tries} times: {opened} went on, the others were refused in one line",
    ),
    (
        "test_broken_files_at_length",
        "documents of each format with bytes changed, gone or more",
        "{tries} of each: read, or refused in one line",
    ),
    (
        "test_incremental_equals_fresh_file_for_file",
        "files written, deleted, renamed, copied, added to, at random",
        "every file of the index as a build from nothing makes it",
    ),
    (
        "test_a_million_tiny_files_are_walked",
        "a folder of 1,000,000 files",
        "walked in order",
    ),
    (
        "test_no_text_is_worked_on_for_ever",
        "100,000 characters of what patterns choke on",
        "indexed and asked",
    ),
    (
        "test_load_refuses_code_of_a_models_own",
        "models with pickles or code of their own",
        "refused in one line",
    ),
)


def main() -> None:
    found = [case for file in sys.argv[1:] for case in read(file)]
    cases = list({(c.get("classname"), c.get("name")): c for c in found}.values())
    lines = ["| what happens | what comes of it | |", "| --- | --- | --- |"]
    lines += [row(cases, *what) for what in ROWS]
    page = TARGET.read_text(encoding="utf-8")
    start, end = (re.escape(mark) for mark in MARKS)
    table = "\n".join([MARKS[0], *lines, MARKS[1]])
    TARGET.write_text(
        re.sub(f"{start}.*{end}", lambda _: table, page, flags=re.DOTALL), "utf-8"
    )
    print("\n".join(lines))


def read(file: str) -> list[ElementTree.Element]:
    return list(ElementTree.parse(file).iter("testcase"))  # a file of our own


def row(cases: list[ElementTree.Element], test: str, what: str, comes: str) -> str:
    """Write the line of a test; the figures are those of its longest run."""
    runs = [case for case in cases if case.get("name", "").partition("[")[0] == test]
    if not runs:
        return f"| {what} | | not run |"
    bad = [run for run in runs if list(run.iter("failure")) + list(run.iter("error"))]
    longest = max(runs, key=lambda run: float(run.get("time", 0)))
    figures = {one.get("name"): one.get("value") for one in longest.iter("property")}
    if bad:
        return f"| {what} | | **failed** |"
    if all(list(run.iter("skipped")) for run in runs):
        return f"| {what} | | skipped |"
    return f"| {what} | {comes.format_map(figures)} | passed |"


if __name__ == "__main__":
    main()
