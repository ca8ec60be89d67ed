"""Many who ask at once, while the index is built anew: nobody waits for ever, and
nobody is answered from two generations."""

import os
import socket
import statistics
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import psutil
import pytest
from fastapi.testclient import TestClient

import index
from qa.engine import QA
from qa.gate import Gate
from qa.server import create
from tests import tiny
from tests.fakes import FakeQA

QUESTION = "what did the harbour report?"


@pytest.fixture(scope="module", autouse=True)
def models(tmp_path_factory):
    """Let the packaged model be a tiny one; gives its folder."""
    with tiny.packaged(tmp_path_factory.mktemp("models")) as folder:
        yield folder


def write(documents: Path, version: int) -> None:
    documents.mkdir(exist_ok=True)
    for i in range(12):
        text = f"Bulletin {i}: the harbour of town {i} reported version{version}."
        (documents / f"{i}.txt").write_text(text, "utf-8")


def version(texts) -> int:
    """The one version that all texts are of."""
    (found,) = {text.rsplit("version", 1)[1] for text in texts}
    return int(found.rstrip("."))


@pytest.mark.parametrize(
    ("threads", "rebuilds"), [(8, 4), pytest.param(16, 20, marks=pytest.mark.slow)]
)
def test_every_answer_is_of_one_generation(
    tmp_path, threads, rebuilds, record_property
):
    """No answer mixes two versions of the documents or fails, and no thread that has
    seen a version is answered from an older one."""
    write(tmp_path / "docs", 0)
    qa = QA.build([tmp_path / "docs"], tmp_path / "index")
    done = threading.Event()

    def ask() -> list[int]:
        seen = []
        while not done.is_set() or len(seen) < 2:
            answer = qa.ask(QUESTION, k=20)
            texts = [hit.passage.text for hit in answer.hits]
            texts += [hit.document.text for hit in answer.hits]
            seen.append(version(texts + [s.text for s in answer.sentences]))
        return seen

    with ThreadPoolExecutor(threads) as pool:
        asking = [pool.submit(ask) for _ in range(threads)]
        for number in range(1, rebuilds + 1):
            write(tmp_path / "docs", number)
            qa.rebuild()
        done.set()
        seen = [future.result() for future in asking]

    record_property("threads", threads)
    record_property("rebuilds", rebuilds)
    record_property("answers", sum(map(len, seen)))
    assert all(versions == sorted(versions) for versions in seen)
    assert version(hit.passage.text for hit in qa.ask(QUESTION).hits) == rebuilds


def test_too_many_questions_are_sent_away(tmp_path, monkeypatch):
    """Whoever is inside is answered, whoever comes then is told when to come again."""
    qa, inside, go = FakeQA(tmp_path), threading.Event(), threading.Event()
    answer = qa.ask(QUESTION)

    def ask(*_, **__):
        inside.set()
        assert go.wait(60)
        return answer

    monkeypatch.setattr(qa, "ask", ask)
    monkeypatch.setattr("qa.server.Gate", partial(Gate, 1))
    with TestClient(create(qa, page=False)) as client, ThreadPoolExecutor(1) as pool:
        get = partial(client.get, "/api/ask", params={"q": QUESTION})
        first = pool.submit(get)
        assert inside.wait(60)

        refused = get()

        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert "too many questions" in refused.json()["error"]
        assert client.get("/healthz").status_code == 200
        go.set()
        assert first.result().status_code == get().status_code == 200


@pytest.fixture(scope="module")
def served(models, tmp_path_factory):
    """A server of its own process; gives its address, its process and the folder."""
    tmp_path = tmp_path_factory.mktemp("served")
    write(tmp_path / "docs", 0)
    index.build([tmp_path / "docs"], tmp_path / "index")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["serve", "--index", tmp_path / "index", "--port", str(port)]
    command = [*tiny.program(models), *options]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            httpx.get(f"{address}/readyz", timeout=5)
            break
        except httpx.HTTPError:
            time.sleep(0.1)
    yield address, psutil.Process(process.pid), tmp_path
    process.terminate()
    process.communicate()


@pytest.mark.parametrize("seconds", [2, pytest.param(300, marks=pytest.mark.slow)])
def test_the_server_bears_64_clients(served, seconds, record_property):
    """While the index is built anew: no error, and memory that does not grow."""
    address, process, folder = served
    params = {"q": QUESTION, "k": 20}

    def ask(until: float) -> list[float]:
        """Ask again and again; gives how long each answer took."""
        took: list[float] = []
        with httpx.Client(base_url=address, timeout=60) as client:
            while time.monotonic() < until or not took:
                began = time.perf_counter()
                got = client.get("/api/ask", params=params)
                took.append(time.perf_counter() - began)
                assert got.status_code == 200
                version(hit["text"] for hit in got.json()["hits"])
        return took

    idle = ask(time.monotonic() + seconds / 10)
    ends = time.monotonic() + seconds
    with ThreadPoolExecutor(64) as pool:
        asking = [pool.submit(ask, ends) for _ in range(64)]
        memory, number = [], 0
        while time.monotonic() < ends or not memory:
            number += 1
            write(folder / "docs", number)
            index.build([folder / "docs"], folder / "index")
            time.sleep(0.5)
            memory.append(process.memory_info().rss)
        took = [one for future in asking for one in future.result()]

    record_property("seconds", seconds)
    record_property("requests", len(took))
    record_property("rebuilds", number)
    record_property("idle_ms", f"{1e3 * statistics.median(idle):.0f}")
    record_property("p99_ms", f"{1e3 * statistics.quantiles(took, n=100)[-1]:.0f}")
    grown = memory[-1] - memory[len(memory) // 5]
    record_property("grown_mb", f"{grown / 1e6:.0f}")
    assert grown < 100_000_000, [m >> 20 for m in memory]
    assert len(os.listdir(folder / "index/generations")) <= 4


def test_nothing_waits_for_ever(served):
    """A client that sends half a request holds up nobody."""
    address, _, _ = served
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as half:
        half.sendall(b"GET /api/ask?q=x HTTP/1.1\r\nHost: loc")

        got = httpx.get(f"{address}/api/ask", params={"q": QUESTION}, timeout=30)

    assert got.status_code == 200
