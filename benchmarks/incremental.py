"""How long a build takes when little has changed, against the first one.

    python benchmarks/incremental.py [--files 10000] [--write]

The documents are made here: words of a made-up language, as often as words are
(Zipf), so that no collection is needed. --write makes benchmarks/incremental.md.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

import index
from index.build import BuildReport

SYLLABLES = "ka lo mi ter san de vor pel ni ru tas bel or en gra sto li fe ham".split()
VOCABULARY = 60_000
PARAGRAPHS = 7  # a file; about ten passages
TARGET = Path(__file__).with_suffix(".md")


def texts(n: int, seed: int = 0) -> Iterator[str]:
    """Make n articles."""
    rng = random.Random(seed)
    words = [
        "".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(VOCABULARY)
    ]
    often = list(accumulate(1 / (rank + 10) for rank in range(VOCABULARY)))
    for number in range(n):
        paragraphs = [paragraph(rng, words, often) for _ in range(PARAGRAPHS)]
        yield f"About {words[number % VOCABULARY]}\n\n" + "\n\n".join(paragraphs) + "\n"


def paragraph(rng: random.Random, words: list[str], often: list[float]) -> str:
    chosen = rng.choices(words, cum_weights=often, k=100)
    return " ".join(
        " ".join(chosen[at : at + 14]).capitalize() + "." for at in range(0, 100, 14)
    )


def write(docs: Path, n: int) -> None:
    for number, text in enumerate(texts(n)):
        path = docs / f"{number // 100:03d}" / f"{number:05d}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def measure(docs: Path, folder: Path) -> Iterator[tuple[str, BuildReport, float]]:
    """Build, change something, and build again: what, the report, seconds."""
    some = sorted(docs.rglob("*.txt"))

    def build(what: str) -> tuple[str, BuildReport, float]:
        began = time.perf_counter()
        report = index.build([docs], folder)
        return what, report, time.perf_counter() - began

    yield build("the first build")
    time.sleep(4)  # what was written a moment ago is not trusted, but compared
    some[len(some) // 2].write_text(next(texts(1, seed=1)))
    yield build("one file changed")
    yield build("nothing changed")
    some[1].rename(some[1].with_name("renamed.txt"))
    yield build("one file renamed")
    some[2].unlink()
    yield build("one file gone")
    os.utime(some[3])
    yield build("one file touched")


def table(rows: list[tuple[str, BuildReport, float]]) -> str:
    whole = rows[0][2]
    lines = [
        "| build | passages | embedded | seconds | of the first |",
        "| --- | --- | --- | --- | --- |",
    ]
    for what, report, seconds in rows:
        counts = f"{report.passages:,} | {report.embedded:,}"
        lines.append(f"| {what} | {counts} | {seconds:.1f} | {seconds / whole:.1%} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        docs, rows = Path(place, "docs"), []
        write(docs, args.files)
        for row in measure(docs, Path(place, "index")):
            print(f"{row[0]}: {row[2]:.1f} s", flush=True)
            rows.append(row)
    found = table(rows)
    print(found)
    if args.write:
        TARGET.write_text(
            TEXT.format(files=args.files, cores=os.cpu_count(), table=found)
        )


TEXT = """# Builds after a change

Made by `python benchmarks/incremental.py --write`: {files:,} files of made-up text, the
packaged table as the model, {cores} cores. A network as the model embeds many times
slower, so that the share of a small change is smaller still.

{table}
"""

if __name__ == "__main__":
    main()
