"""Texts and questions made to do harm: each ends in an answer or a clear line.

Files made to do harm are tested with their readers.
"""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from index.build import build_documents
from index.records import Document
from qa import cli
from qa.engine import QA
from qa.export import answer_csv, answer_markdown
from tests import tiny

# Each repeats until a pattern that backtracks would be at it for days.
REPEATED = [
    " ", "\n", " \n", "a", "1,", "1.", "a.", "'", ",;", "-", "=", "#", "# ", "*_", "[(",
    "<", "<a ", "&#", "\u0301", "\u200d", "\u202e", "停", "ๆ", "한", "\t,", "A. ",
    "---\n", "\u2028", "\ufeff", "\ud7ff", "ß", "İ",
]  # fmt: skip
MANY = 100_000

ASK = """
import sys
from pathlib import Path
from index import embedders
from index.build import build_documents
from index.records import Document
from qa.engine import QA
embedders.MODELS = Path(sys.argv[1])
for number, piece in enumerate(eval(sys.argv[3])):
    folder = Path(sys.argv[2]) / str(number)
    text = piece * ({many} // len(piece))
    long = Document("a", text[:300], "x" + text + "x")
    build_documents([long, Document("b", "", "Rain.")], folder)
    qa = QA.open(folder)
    qa.ask("x" + text)
    qa.ask("rain x")
"""


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory):
    """Let the packaged model be a tiny one; gives its folder."""
    with tiny.packaged(tmp_path_factory.mktemp("models")) as folder:
        yield folder


@pytest.mark.parametrize("many", [3_000, pytest.param(MANY, marks=pytest.mark.slow)])
def test_no_text_is_worked_on_for_ever(models, tmp_path, many):
    """Patterns, splitting, words and highlights are done with any text in the end."""
    code = ASK.replace("{many}", str(many))
    command = [sys.executable, "-c", code, models, tmp_path, ascii(REPEATED)]

    subprocess.run(command, check=True, timeout=1800)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """An index with a document of formulas and marks."""
    folder = tmp_path_factory.mktemp("hostile") / "index"
    formula = '=HYPERLINK("http://x","rain")'
    documents = [
        Document("a", formula, "=1+1 rain fell", "+SUM(1)", "en", "@date"),
        Document("b", "\tTab", "-2+3 rain fell again and again", "\rx"),
        Document("c", "[rain](javascript:alert(1))", "<script>rain</script>"),
    ]
    build_documents(documents, folder)
    return folder


def test_a_spreadsheet_runs_nothing_of_ours(folder):
    """No cell of an exported answer begins as a formula does."""
    import csv

    text = answer_csv(QA.open(folder).ask("rain fell"))
    cells = [cell for row in csv.reader(text.splitlines()) for cell in row]

    assert any("HYPERLINK" in cell for cell in cells)
    assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@"))]


QUESTIONS = [
    "rain " * 200_000, "\0", "\ud800\udfff", "\u202e\u2066", "' OR 1=1 --", "%s%n",
    "\x1b[2J",
]  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=range(len(QUESTIONS)))
def test_any_question_is_answered(folder, question):
    """A megabyte, halves of characters, marks of direction, what databases fear."""
    answer = QA.open(folder).ask(question)

    assert len(answer.hits) <= 3
    assert answer_markdown(answer)


@pytest.mark.parametrize("k", ["-1", "0", "1000000000", "many"])
def test_k_out_of_range_is_wrong_usage(folder, k):
    """One line and exit status 2."""
    result = CliRunner().invoke(
        cli.app, ["ask", "rain", "--index", str(folder), "-k", k]
    )

    assert result.exit_code == 2
    assert "Traceback" not in result.output
