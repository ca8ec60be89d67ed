"""The `qa` command, as people and programs use it."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest
import threadpoolctl
from typer.testing import CliRunner

from index import __version__, layout
from index.manifest import FORMAT
from qa import __main__, cli, watch
from qa.cli import app
from qa.library import Library
from tests import networks, samples, tiny

ROOT = Path(__file__).parents[2]
ARTICLE = "---\ntitle: Tea\nlanguage: en\n---\n\nThe tea is poured at five.\n"
HIT = {
    "rank", "score", "place", "document", "title", "source", "language", "date",
    "page", "start", "end", "text", "also_in", "spans",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory):
    """Let the packaged model be a tiny one; gives its folder."""
    with tiny.packaged(tmp_path_factory.mktemp("models")) as folder:
        yield folder


@pytest.fixture(scope="module")
def docs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    (folder / "tea.md").write_text(ARTICLE)
    (folder / "rain.txt").write_text("It rained for nine days in Ulm.")
    return folder


@pytest.fixture(scope="module")
def index(docs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    assert run("build", docs, "--index", folder).exit_code == 0
    return folder


def run(*args):
    return CliRunner().invoke(app, [str(arg) for arg in args])


def command(program, *args, **options):
    """Run `qa` in a process of its own."""
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.run([*program, *args], timeout=60, cwd=ROOT, **options)


def test_the_version_is_told():
    """Without a command, which is what a report of a bug begins with."""
    assert run("--version").stdout == f"qa {__version__}\n"


def test_an_interrupt_while_loading_shows_no_traceback(monkeypatch):
    """The exit status is what a shell gives to an interrupted command."""

    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "main", interrupted)
    with pytest.raises(SystemExit) as ended:
        __main__.main()

    assert ended.value.code == 128 + signal.SIGINT


def test_ask_names_the_page(tmp_path):
    """A hit in a PDF says where to open it: to people and to programs."""
    (tmp_path / "docs").mkdir()
    pages = ["The tea is poured at five.", "It rained for nine days in Ulm."]
    (tmp_path / "docs/notes.pdf").write_bytes(samples.pdf(pages))
    run("build", tmp_path / "docs", "--index", tmp_path / "index")

    asked = ("ask", "How long did it rain?", "--index", tmp_path / "index")

    assert json.loads(run(*asked, "--json").stdout)["hits"][0]["page"] == 1
    assert "notes.pdf · p. 1–2 · English" in run(*asked).stdout


def test_build_shows_names_that_hold_commands(tmp_path):
    """A file called so that it would clear the screen is one plain line."""
    (tmp_path / "a.txt").write_text("The tea is poured at five.")
    (tmp_path / "b\n\x1b[2J.doc").write_text("x")

    result = run("build", tmp_path, "--index", tmp_path / "index")

    lines = result.stderr.splitlines()
    assert "b??[2J.doc: no reader for .doc" in "".join(lines)
    assert "\x1b" not in result.stderr


def test_build_says_what_it_did(docs, tmp_path):
    """The result goes to standard output; bars are drawn for terminals only."""
    result = run("build", docs, "--index", tmp_path / "new")

    assert result.exit_code == 0
    assert result.stdout.startswith("2 documents, 2 passages (2 embedded, 0 reused)")
    assert result.stderr == ""


def test_files_that_are_left_out_are_named(docs, tmp_path):
    """A file that cannot be read does not stop the others; it is one line."""
    empty = tmp_path / ("long " * 40 + ".txt")
    empty.write_text("")

    result = run("build", docs, empty, "--index", tmp_path / "new")

    assert result.exit_code == 0
    assert result.stderr == f"not read: {empty}: no text in it\n"


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_read_stops_no_others(docs, tmp_path):
    """Given by itself, it is one line as one within another is."""
    (tmp_path / "closed").mkdir(mode=0)

    result = run("build", docs, tmp_path / "closed", "--index", tmp_path / "new")

    assert result.exit_code == 0
    assert "closed: Permission denied" in result.stderr


def test_added_files_stay_part_of_the_index(docs, tmp_path):
    """What was added through the page is not forgotten by a build."""
    added = tmp_path / "new" / "documents" / "added.txt"
    added.parent.mkdir(parents=True)
    added.write_text("Snow fell.")

    run("build", docs, "--index", tmp_path / "new")

    status = json.loads(run("status", "--index", tmp_path / "new", "--json").stdout)
    assert status["documents"] == 3


@pytest.mark.parametrize(
    ("piped", "documents"),
    [("It hailed in Ulm.", 1), ('{"text": "It hailed."}\n{"text": "It froze."}', 2)],
)
def test_build_reads_standard_input(tmp_path, piped, documents):
    """Text, or JSON lines; the next time instead of what was read before."""
    for _ in range(2):
        args = ["build", "-", "--index", str(tmp_path / "new")]
        assert CliRunner().invoke(app, args, input=piped).exit_code == 0

    status = json.loads(run("status", "--index", tmp_path / "new", "--json").stdout)
    assert status["documents"] == documents


def test_an_empty_standard_input_replaces_nothing(tmp_path):
    """What it held last is kept, and so are files that are called like it."""
    args = ["build", "-", "--index", str(tmp_path / "new")]
    CliRunner().invoke(app, args, input="Whales sing.\n")
    kept = tmp_path / "new" / "documents"
    (kept / "standard input.notes.txt").write_text("Owls do not.")

    refused = CliRunner().invoke(app, args, input=" \n\n")
    again = CliRunner().invoke(app, args, input='{"id": "a", "text": "Bats."}\n')

    assert refused.exit_code == 1
    assert "holds no text" in refused.output
    assert again.exit_code == 0
    assert sorted(path.name for path in kept.iterdir()) == [
        "standard input.jsonl",
        "standard input.notes.txt",
    ]


@pytest.mark.parametrize(
    ("piped", "options"),
    [(bytes(range(256)) * 40, []), ('{"text": "Bats."}', ["--model", "no/such/one"])],
    ids=["binary", "no such model"],
)
def test_a_failed_build_leaves_what_standard_input_held_last(tmp_path, piped, options):
    """The next build has it still, and nothing else is left lying about."""
    args = ["build", "-", "--index", str(tmp_path / "new")]
    CliRunner().invoke(app, args, input="Whales sing.\n")

    failed = CliRunner().invoke(app, [*args, *options], input=piped)

    kept = tmp_path / "new" / "documents"
    assert_one_line(failed, "")
    assert [path.name for path in kept.iterdir()] == ["standard input.txt"]
    assert (kept / "standard input.txt").read_text() == "Whales sing.\n"


def test_an_index_keeps_its_model(docs, tmp_path):
    """It is built again with that, unless another is chosen."""
    other, folder = tmp_path / "other", tmp_path / "new"
    tiny.write(other)
    build = ["build", str(docs), "--index", str(folder)]

    CliRunner().invoke(app, [*build, "--model", str(other)])
    first = layout.current(folder)[1].model
    CliRunner().invoke(app, build)
    kept = layout.current(folder)[1].model
    CliRunner().invoke(app, [*build, "--model", "fast"])

    assert first == kept == str(other)
    assert layout.current(folder)[1].model == "fast"


def test_too_little_memory_is_one_line(docs, tmp_path, monkeypatch):
    """As where the operating system limits it: NumPy says what it wanted."""

    def embed(*_):
        raise MemoryError("Unable to allocate 6.40 MiB for an array")

    monkeypatch.setattr("index.embed.embed", embed)

    result = run("build", docs, "--index", tmp_path / "index")

    assert_one_line(result, "there is not enough memory; free some")


def test_what_is_watched_takes_in_what_is_added_later(docs, tmp_path, monkeypatch):
    """Files that came through the page since it began."""
    folder, reports = tmp_path / "new", []

    def follow(paths, index, build, tell, stop):
        reports.append(build())
        Library(index).write("Owls", "Owls do not sing.")
        reports.append(build())

    monkeypatch.setattr(watch, "follow", follow)
    done = CliRunner().invoke(app, ["watch", str(docs), "--index", str(folder)])

    assert done.exit_code == 0
    assert reports[1].documents == reports[0].documents + 1


def test_rollback_goes_back_and_status_says_where_to(docs, tmp_path):
    """Documents that the last build lost are there again."""
    folder, kept = tmp_path / "new", tmp_path / "kept"
    shutil.copytree(docs, kept)
    run("build", kept, "--index", folder)
    (kept / "tea.md").unlink()
    run("build", kept, "--index", folder)
    status = json.loads(run("status", "--index", folder, "--json").stdout)
    assert status["previous"] | {"created": ""} == {
        "generation": 1, "created": "", "documents": 2, "passages": 2,
    }  # fmt: skip
    assert "generation 1 of" in run("status", "--index", folder).stdout

    result = run("rollback", "--index", folder)

    assert (result.exit_code, "generation 1" in result.stdout) == (0, True)
    status = json.loads(run("status", "--index", folder, "--json").stdout)
    assert (status["documents"], status["previous"]["generation"]) == (2, 2)


def test_rollback_without_anywhere_to_go(index):
    """One line, and status says so, too."""
    result = run("rollback", "--index", index)

    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "keeps no generation before" in result.stderr
    assert (
        json.loads(run("status", "--index", index, "--json").stdout)["previous"] is None
    )


def test_ask_prints_one_json_object(index):
    """The shape is the one that programs rely on."""
    result = run("ask", "When is the tea poured?", "--index", index, "--json", "-k", 1)

    record = json.loads(result.stdout)
    assert result.stderr == ""
    assert set(record) == {
        "question", "answered", "phrase", "confidence", "sentences", "hits", "seconds",
    }  # fmt: skip
    (hit,) = record["hits"]
    assert set(hit) == HIT
    assert hit["title"] == "Tea"


def test_ask_keeps_to_a_language(index):
    """`--language` leaves the other documents out."""
    options = ("--index", index, "--json", "--language", "en")

    record = json.loads(run("ask", "tea", *options).stdout)

    assert {hit["language"] for hit in record["hits"]} == {"en"}


def test_ask_keeps_to_a_source(index):
    """`--source` too; `--since` leaves out what has no date."""
    options = ("--index", index, "--json")

    by_source = run("ask", "tea", *options, "--source", "rain.txt")
    dated = run("ask", "tea", *options, "--since", "2030")

    hits = json.loads(by_source.stdout)["hits"]
    assert {hit["document"] for hit in hits} == {"rain.txt"}
    assert json.loads(dated.stdout)["hits"] == []


def test_filters_that_leave_no_document_are_told(index):
    """The filter is wrong, not the documents; JSON stays alone on its stream."""
    result = run("ask", "tea", "--index", index, "--language", "english", "--json")

    assert json.loads(result.stdout)["hits"] == []
    assert result.exit_code == 0
    assert "no document passes the filters" in result.stderr
    assert "languages here: en" in result.stderr


def test_ask_shows_passages_to_people(index):
    """Title, score, source and text can be read."""
    shown = run("ask", "When is the tea poured?", "--index", index).stdout

    assert "Tea" in shown
    assert "The tea is poured at five." in shown


def test_ask_names_the_other_documents_of_a_text(docs, tmp_path):
    """Below the passage that stands in both."""
    shutil.copytree(docs, tmp_path / "docs")
    shutil.copy(docs / "tea.md", tmp_path / "docs/copy.md")
    run("build", tmp_path / "docs", "--index", tmp_path / "index")

    asked = run("ask", "When is the tea poured?", "--index", tmp_path / "index")

    assert "Also in: Tea (tea.md)" in asked.stdout


def test_status_describes_the_index(index, docs):
    """In JSON, and as a list for people."""
    status = json.loads(run("status", "--index", index, "--json").stdout)

    assert (status["documents"], status["passages"]) == (2, 2)
    assert status["paths"] == [str(docs)]
    assert "fast" in run("status", "--index", index).stdout


def test_status_shortens_nothing(docs, tmp_path):
    """A path is longer than the 80 columns of what is no terminal."""
    shutil.copytree(docs, tmp_path / ("long" * 30))
    run("build", tmp_path / ("long" * 30), "--index", tmp_path / "new")

    lines = run("status", "--index", tmp_path / "new").stdout.splitlines()

    assert f"paths       {tmp_path / ('long' * 30)}" in lines


def test_verify_finds_an_altered_file(docs, tmp_path):
    """One flipped byte: one line on standard error, status 1."""
    folder = tmp_path / "new"
    run("build", docs, "--index", folder)
    assert run("verify", "--index", folder).exit_code == 0
    (vectors,) = folder.glob("generations/*/vectors.npy")
    data = bytearray(vectors.read_bytes())
    data[-1] ^= 1
    vectors.write_bytes(data)

    result = run("verify", "--index", folder)

    assert_one_line(result, "vectors.npy was altered")


def test_eval_measures_both_ways(tmp_path):
    """A corpus whose query repeats a document's words is found: recall@1 is 1."""
    write_beir(tmp_path)
    files = [tmp_path / name for name in ("corpus.jsonl", "queries.jsonl", "qrels.tsv")]

    record = json.loads(run("eval", *files, "--mode", "lexical", "--json").stdout)

    assert set(record) == {
        "ndcg@10", "recall@1", "recall@5", "recall@10", "mrr@10", "queries", "seconds",
    }  # fmt: skip
    assert record["recall@1"] == record["ndcg@10"] == 1.0
    assert "queries per second" in run("eval", *files).stdout


def write_beir(folder):
    texts = {"a": "tea at five", "b": "nine days of rain", "c": "a bridge over the sea"}
    corpus = [json.dumps({"_id": i, "text": text}) for i, text in texts.items()]
    (folder / "corpus.jsonl").write_text("\n".join(corpus))
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "days of rain"}')
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\nq\tb\t1\n")


def assert_one_line(result, text):
    assert result.exit_code == 1
    assert result.stdout == ""
    assert text in result.stderr.replace("\n", " ")
    assert len(result.stderr.strip().splitlines()) == 1


def old_format(folder):
    for path in folder.glob("generations/*/manifest.json"):
        manifest = json.loads(path.read_text())
        path.write_text(json.dumps({**manifest, "format": FORMAT + 1}))


def test_an_index_of_another_format_is_one_line(docs, tmp_path):
    """The line names the format and the command that helps."""
    run("build", docs, "--index", tmp_path / "new")
    old_format(tmp_path / "new")

    result = run("ask", "tea", "--index", tmp_path / "new")

    assert_one_line(result, f"has index format {FORMAT + 1}")
    assert "qa build" in result.stderr


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda path: path, "does not exist"),
        (lambda path: path.mkdir() or path, "no file to read"),
        (lambda path: path.write_bytes(bytes(range(256)) * 40) and path, ""),
    ],
    ids=["missing", "empty folder", "binary"],
)
def test_what_cannot_be_indexed_is_one_line(docs, tmp_path, make, text):
    """The reason is said, and the index before it stays."""
    run("build", docs, "--index", tmp_path / "new")

    bars = run("build", make(tmp_path / "bad.txt"), "--index", tmp_path / "new")

    assert bars.exit_code == 1
    last = bars.stderr.strip().splitlines()[-1]
    assert last.startswith("qa: ")
    assert text in last
    assert run("verify", "--index", tmp_path / "new").exit_code == 0


UNPACKING = """
import signal
from qa import cli

def unpacking():
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        print("cleared away")

cli.app = unpacking
cli.main()
"""


def test_what_is_ended_leaves_nothing_behind():
    """SIGTERM unwinds what was begun, as an interrupt does."""
    command = [sys.executable, "-c", UNPACKING]
    done = subprocess.run(command, capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (143, "cleared away\n")


def test_an_error_does_nothing_to_a_terminal(tmp_path):
    """It may name a folder that came from strangers."""
    folder = tmp_path / "docs" / "a\x1b]0;b"
    folder.mkdir(parents=True)
    (folder / ".passageignore").write_text("[[:alpha:]]")

    result = run("build", tmp_path / "docs", "--index", tmp_path / "new")

    assert "docs/a ]0;b/.passageignore names a set" in result.stderr
    assert result.stderr.strip().isprintable()


def test_no_index_is_one_line(tmp_path):
    """Every command that opens an index says how to build one."""
    for command in (["ask", "tea"], ["status"], ["serve"], ["verify"]):
        result = run(*command, "--index", tmp_path / "none")
        assert_one_line(result, "qa build")


@pytest.mark.parametrize(
    "args",
    [
        ["ask"],
        ["ask", "tea"],
        ["ask", " ", "--index", "x"],
        ["ask", "tea", "--index", "x", "-k", "0"],
        ["ask", "tea", "--index", "x", "--since", "soon"],
        ["build", "--index", "x"],
        ["eval", "a", "b", "c", "--mode", "best"],
        ["nonsense"],
        ["ask", "tea", "--index", ""],
        ["ask", "tea", "--index", "x", "--reader", ""],
        ["ask", "tea", "--index", "x", "--reranker", " "],
        ["build", "", "--index", "x"],
        ["build", ".", "--index", "x", "--model", ""],
        ["serve", "--index", "x", "--host", ""],
        ["serve", "--index", "x", "--auth", ""],
        ["watch", ".", "--index", __file__],
        ["build", ".", "--index", f"{__file__}/index"],
    ],
)
def test_wrong_usage_has_status_2(args, index):
    """The line of usage is shown, nothing is done."""
    result = run(*[str(index) if arg == "x" else arg for arg in args])

    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_half_login_is_wrong_usage(index):
    """`--auth user` is refused before anything is served."""
    result = run("serve", "--index", index, "--auth", "ana")

    assert result.exit_code == 2
    assert "user:password" in result.stderr


def test_a_server_multiplies_on_one_thread(index, monkeypatch):
    """So that it never waits for a core that another program has."""
    seen = []
    monkeypatch.setattr(
        "uvicorn.Server.run",
        lambda *_, **__: seen.extend(threadpoolctl.threadpool_info()),
    )
    with threadpoolctl.threadpool_limits(2, user_api="blas"):
        run("serve", "--index", index, "--port", "0")

    of_blas = [pool["num_threads"] for pool in seen if pool["user_api"] == "blas"]
    assert of_blas
    assert set(of_blas) == {1}


def test_small_answers_do_not_wait_for_each_other():
    """Connections to the address that is served have Nagle's algorithm off."""

    async def option() -> int:
        told = asyncio.get_running_loop().create_future()

        def connected(_, writer):
            of_it = writer.get_extra_info("socket")
            told.set_result(of_it.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        bound = cli._bound("127.0.0.1", 0)
        async with await asyncio.start_server(connected, sock=bound):
            _, writer = await asyncio.open_connection(*bound.getsockname())
            writer.close()
            return await told

    assert asyncio.run(option()) != 0


def test_an_address_that_cannot_be_had_is_one_line(index, monkeypatch):
    """It is not said that Passage answers there, but why it does not; at once."""
    monkeypatch.setattr("qa.server.create", None)  # which takes seconds
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--index", index, "--port", port)
    nowhere = run("serve", "--index", index, "--host", "a" * 100)

    assert_one_line(result, f"127.0.0.1:{port} cannot be listened on (Address already")
    assert_one_line(nowhere, "choose another --port, or a --host of this machine")


@pytest.mark.parametrize("times", [1, 2])
def test_a_server_that_is_interrupted_shows_no_traceback(index, models, times):
    """By Ctrl-C, and by another one before it has stopped; a stream is open then."""
    args = [*tiny.program(models), "serve", "--index", index, "--port", "0"]
    server = subprocess.Popen(args, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    address = server.stderr.readline().split()[-1]
    with contextlib.closing(_stream(address)):
        for _ in range(times):
            server.send_signal(signal.SIGINT)
            time.sleep(0.5)
        _, said = server.communicate(timeout=60)

    assert "Traceback" not in said


def _stream(address):
    """Open what the page keeps open, once the server answers."""
    for _ in range(100):
        with contextlib.suppress(OSError):
            return urlopen(f"{address}/gradio_api/heartbeat/any")
        time.sleep(0.1)
    raise TimeoutError(address)


def test_an_undecodable_question_does_not_crash(tmp_path):
    """Bytes that are no UTF-8 reach us as surrogates, and are replaced."""
    asked = [b"ask", b"tea \xff?", b"--index", os.fsencode(tmp_path / "\udcff")]
    result = command([sys.executable, "-m", "qa.cli"], *asked)

    assert result.returncode == 1
    assert b"Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("closed", [1, 2])
def test_a_closed_stream_stops_nothing(index, closed):
    """Neither `>&-` nor `2>&-`: the work is done, and what can be said is."""
    asked = ["qa.cli", "status", "--index", str(index)]
    shell = ["sh", "-c", f'exec "$@" {closed}>&-', "sh", sys.executable, "-m"]
    result = subprocess.run([*shell, *asked], capture_output=True, cwd=ROOT)

    assert (result.returncode, result.stderr) == (0, b"")
    assert (b"documents" in result.stdout) == (closed == 2)


@pytest.mark.parametrize("args", [["--help"], ["ask", "tea"], ["status", "--json"]])
def test_a_reader_that_has_gone_is_no_failure(index, models, args):
    """As `head` has, once it has what it wanted."""
    options = [] if args == ["--help"] else ["--index", str(index)]
    reading, writing = os.pipe()
    os.close(reading)
    with open(writing, "wb") as output:
        result = command(tiny.program(models), *args, *options, stdout=output)

    assert (result.returncode, result.stderr) == (0, b"")


@pytest.mark.parametrize("args", [["--help"], ["ask", "tea"], ["status", "--json"]])
def test_output_that_has_no_room_is_one_line(index, models, args):
    """What was refused is said, and what to do."""
    options = [] if args == ["--help"] else ["--index", str(index)]
    with open("/dev/full", "wb") as output:
        result = command(tiny.program(models), *args, *options, stdout=output)

    assert result.returncode == 1
    said = b"qa: No space left on device; make room where the output goes\n"
    assert result.stderr == said


def test_a_folder_that_is_gone_cannot_be_worked_in(tmp_path):
    """One line says that it is the current one."""
    shell = f'cd {tmp_path} && mkdir a && cd a && rmdir ../a && exec "$@"'
    built = [sys.executable, "-m", "qa.cli", "build", str(ROOT), "--index", "new"]
    result = subprocess.run(
        ["sh", "-c", shell, "sh", *built],
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )

    assert result.returncode == 1
    assert result.stderr == b"qa: the current folder is gone; go to one that is there\n"


def test_json_loses_nothing_on_any_stream(index, models):
    """What the stream has no character for is escaped."""
    asked = [*tiny.program(models), "ask", "чай…", "--index", str(index), "--json"]
    result = command(asked, env=os.environ | {"PYTHONIOENCODING": "latin-1"})

    assert json.loads(result.stdout)["question"] == "чай…"


@pytest.mark.slow
def test_a_network_that_is_loaded_is_quiet(index, models, tmp_path):
    """Bars are drawn for terminals only, and one of another kind is one line."""
    networks.reader(tmp_path)
    asked = [*tiny.program(models), "ask", "tea", "--index", str(index)]

    found = command(asked, "--reader", str(tmp_path))
    refused = command(asked, "--reranker", str(tmp_path))

    assert (found.returncode, found.stderr) == (0, b"")
    assert (refused.returncode, refused.stderr.count(b"\n")) == (1, 1)


def test_the_command_imports_nothing_heavy():
    """`import index, qa` and the command line load no model, index or web server."""
    code = (
        "import sys, index, qa, qa.cli;"
        "print({'torch', 'faiss', 'gradio', 'fastapi'} & set(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True
    )

    assert result.stdout.strip() == "set()", result.stderr


def test_qa_is_there_when_it_is_asked_for():
    """`from qa import QA` gives the engine; other names are unknown."""
    import qa
    from qa.engine import QA

    assert qa.QA is QA
    with pytest.raises(AttributeError, match="no attribute 'QB'"):
        _ = qa.QB


def test_a_missing_file_is_named(tmp_path):
    """`qa eval` without its files: one line that says which is missing."""
    missing = tmp_path / "qrels.tsv"

    result = run("eval", missing, missing, missing)

    assert result.exit_code == 1
    assert (
        result.stderr == f"qa: {missing}: No such file or directory; check the path\n"
    )
