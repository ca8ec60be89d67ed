"""The server: API, health, limits, login, and what it refuses."""

import base64
import json
import os
import sys
from itertools import chain, repeat
from pathlib import Path
from types import ModuleType

import pytest
from fastapi.testclient import TestClient

from index.errors import CorruptSnapshot
from qa.export import answer_record
from qa.gate import Gate
from qa.login import read
from qa.metrics import Metrics
from qa.server import LONGEST_QUESTION, MOST_SENT, Guard, create
from tests.fakes import FakeQA

QUESTION = "Who called for an immediate halt?"


@pytest.fixture(scope="module")
def qa(tmp_path_factory):
    return FakeQA(tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="module")
def client(qa):
    with TestClient(create(qa)) as client:
        yield client


@pytest.fixture(scope="module", autouse=True)
def quick_logins():
    """Let no password take a quarter of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("qa.login.COST", 2)
        yield


@pytest.fixture(scope="module")
def guarded(qa):
    with TestClient(create(qa, auth="ana:secret")) as client:
        yield client


def basic(user, password):
    encoded = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {encoded}"}


def test_the_api_gives_the_record_of_the_command_line(client, qa):
    """`/api/ask` and `qa ask --json` print the same, but for the time taken."""
    got = client.get("/api/ask", params={"q": QUESTION, "k": 3}).json()
    wanted = answer_record(qa.ask(QUESTION, 3))

    assert got | {"seconds": 0} == wanted | {"seconds": 0}
    assert len(got["hits"]) == 3


def test_the_page_is_ours_whatever_else_is_called_app(qa, monkeypatch):
    """A folder that the server is started in may hold an app.py of its own."""
    monkeypatch.setitem(sys.modules, "app", ModuleType("app"))

    with TestClient(create(qa)) as client:
        assert client.get("/config").json()["title"] == "Passage"


def test_the_filters_are_passed_on(client):
    """Only documents of the language asked for."""
    got = client.get("/api/ask", params={"q": "the", "language": "de"}).json()

    assert {hit["language"] for hit in got["hits"]} == {"de"}


def test_dates_are_passed_on(client):
    """Only documents of the year asked for."""
    params = {"q": "the", "since": "2023", "until": "2023", "k": 20}
    hits = client.get("/api/ask", params=params).json()["hits"]

    assert hits
    assert {hit["date"][:4] for hit in hits} == {"2023"}


def test_a_hit_can_be_turned_down(client):
    """Places are repeated as they came; what is not wanted is gone."""
    hits = client.get("/api/ask", params={"q": "the", "k": 3}).json()["hits"]
    unwanted = [hit["place"] for hit in hits[:2]]
    params = {"q": "the", "k": 3, "unlike": unwanted}
    again = client.get("/api/ask", params=params).json()["hits"]

    assert hits[2]["place"] == again[0]["place"]


@pytest.mark.parametrize(
    ("form", "kind"), [("csv", "text/csv"), ("markdown", "text/markdown")]
)
def test_answers_can_be_taken_away(client, form, kind):
    """CSV and Markdown come as what they are."""
    got = client.get("/api/ask", params={"q": QUESTION, "format": form})

    assert got.headers["content-type"].startswith(kind)
    assert "Macron" in got.text


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({}, "q: Field required"),
        ({"q": ""}, "q: String should have at least 1 character"),
        ({"q": "  "}, "q: the question is empty"),
        ({"q": "x" * (LONGEST_QUESTION + 1)}, "q: String should have at most 1000"),
        ({"q": "x", "k": 0}, "k: Input should be greater than or equal to 1"),
        ({"q": "x", "k": 51}, "k: Input should be less than or equal to 50"),
        ({"q": "x", "k": "many"}, "k: Input should be a valid integer"),
        ({"q": "x", "since": "soon"}, "since is 'soon'; write a date as 2023-09-19"),
        ({"q": "x", "until": "2023-02-30"}, "until is '2023-02-30'; write a date"),
        ({"q": "x", "like": ["a:0"] * 21}, "like: Tuple should have at most 20"),
        ({"q": "x", "format": "xml"}, "format: Input should be 'json', 'csv' or"),
    ],
)
def test_wrong_requests_get_one_clear_reason(client, params, reason):
    """What is wrong is said with status 422."""
    got = client.get("/api/ask", params=params)

    assert got.status_code == 422
    assert got.json()["error"].startswith(reason)


@pytest.mark.parametrize(
    "path", ["/api/ask", "/api/status", "/healthz", "/readyz", "/metrics"]
)
def test_the_api_says_how_it_is_asked(client, path):
    """By GET, or by HEAD for what GET would say of it."""
    headers = client.head(path, params={"q": "x"}).headers
    assert (
        headers["content-type"]
        == client.get(path, params={"q": "x"}).headers["content-type"]
    )

    got = client.post(path, params={"q": "x"})

    assert (got.status_code, got.headers["allow"]) == (405, "GET, HEAD")
    assert got.json() == {"error": "ask with GET"}


def test_an_unusable_index_is_no_traceback(qa, monkeypatch):
    """The reason, which names folders, stays in the log."""

    def ask(*_, **__):
        raise CorruptSnapshot("/secret/folder is damaged")

    monkeypatch.setattr(qa, "ask", ask)
    with TestClient(create(qa, page=False)) as client:
        got = client.get("/api/ask", params={"q": "x"})

    assert got.status_code == 503
    assert "secret" not in got.text


def test_the_status_describes_the_index(client, qa):
    """Counts and model are those of the manifest."""
    status = client.get("/api/status").json()

    assert status["documents"] == qa.snapshot.manifest.documents
    assert status["passages"] == len(qa.snapshot)
    assert status["model"] == "fake"
    [path] = qa.snapshot.manifest.paths
    assert status["paths"] == [Path(path).name]  # not where on the server


def test_health_and_metrics(client):
    """The process is up, an index is open, and questions are counted."""
    client.get("/api/ask", params={"q": QUESTION})

    assert client.get("/healthz").text == "ok\n"
    assert client.head("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 200
    lines = client.get("/metrics").text.splitlines()
    counts = dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))
    assert int(counts['passage_questions_total{answered="true"}']) >= 1
    assert (
        counts["passage_question_seconds_count"]
        == counts['passage_question_seconds_bucket{le="+Inf"}']
    )


@pytest.mark.parametrize("path", ["/", "/api/ask?q=x", "/healthz", "/nothing"])
def test_every_response_has_the_security_headers(client, path):
    """The page may load only from here, and be framed only by itself."""
    headers = client.get(path).headers

    assert "default-src 'self'" in headers["content-security-policy"]
    assert "frame-ancestors 'self'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"


ROUTES = [
    "/", "/config", "/theme.css", "/api/ask?q=x", "/api/status", "/healthz", "/readyz",
    "/metrics", "/openapi.json", "/gradio_api/info", "/gradio_api/openapi.json",
    "/gradio_api/queue/data?session_hash=x", "/monitoring", "/manifest.json",
    "/nothing",
]  # fmt: skip


@pytest.mark.parametrize("path", ROUTES)
def test_a_login_guards_every_route(guarded, path):
    """Without it nothing is told, not even which routes there are."""
    got = guarded.get(path)

    assert got.status_code == 401
    assert got.headers["www-authenticate"].startswith("Basic")
    assert guarded.get(path, headers=basic("ana", "wrong")).status_code == 401


def test_a_login_lets_in(guarded):
    """With the right password the page and the API answer."""
    login = basic("ana", "secret")

    assert guarded.get("/", headers=login).status_code == 200
    assert guarded.get("/api/ask?q=x", headers=login).status_code == 200


def test_who_has_logged_in_waits_for_no_one_who_guesses(qa):
    """Passwords are checked in a line of their own; when it is full, one is refused."""
    known, guess = basic("ana", "secret"), basic("ana", "wrong")
    login = read("ana:secret")
    assert login.allows(known["Authorization"])
    guard = Guard(create(qa, page=False), login, local=False, metrics=Metrics())
    guard.gate = Gate(most=0)
    client = TestClient(guard)

    assert client.get("/healthz", headers=known).status_code == 200
    refused = client.get("/healthz", headers=guess)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://testserver:1"}, 403),
        ({"origin": "http://testserver", "sec-fetch-site": "same-origin"}, 200),
        ({"origin": "http://testserver"}, 200),
        ({}, 200),
    ],
)
def test_other_sites_can_change_nothing(client, headers, status):
    """A page elsewhere cannot make a visitor's browser post to us."""
    got = client.post("/gradio_api/upload", files={"files": b"x"}, headers=headers)

    assert got.status_code == status


@pytest.mark.parametrize(
    ("path", "length", "status"),
    [
        ("/gradio_api/run/predict", MOST_SENT + 1, 413),
        ("/gradio_api/run/predict", None, 411),
        ("/gradio_api/upload", MOST_SENT + 1, 400),  # the framework sees no file
        ("/gradio_api/upload", 1001, 413),
        ("/gradio_api/upload", None, 411),
    ],
)
def test_what_is_sent_fills_neither_memory_nor_disk(
    client, monkeypatch, path, length, status
):
    """Nothing of it is read when it says to be more, or does not say."""
    monkeypatch.setattr("qa.server.room", lambda folder: 1000 if status == 413 else 1e9)
    headers = {} if length is None else {"Content-Length": str(length)}

    got = client.post(path, content=iter([b"{}"]), headers=headers)

    assert got.status_code == status
    assert client.options(path).status_code == 405  # nothing sent is not too much


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:7860", 200),
        ("127.0.0.1:7860", 200),
        ("[::1]:7860", 200),
        ("evil.example:7860", 421),
        ("[::1", 421),
        ("", 421),
    ],
)
def test_a_local_server_answers_to_its_own_names(qa, host, status):
    """Another name that leads to this machine gets nothing (DNS rebinding)."""
    with TestClient(create(qa, local=True, page=False)) as client:
        assert client.get("/healthz", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("path", "statuses"),
    [
        ("/gradio_api/file=/etc/passwd", {403, 404}),
        ("/gradio_api/file=../../../../etc/passwd", {403, 404}),
        ("/gradio_api/file=https://example.org/", {400, 403, 404}),
        ("/gradio_api/proxy=http://169.254.169.254/", {400, 403, 404}),
        ("/gradio_api/monitoring/summary", {403, 404}),
        ("/monitoring", {403, 404}),
    ],
)
def test_the_framework_opens_no_back_door(client, path, statuses):
    """No file of the machine, no other host, no monitoring page."""
    assert client.get(path).status_code in statuses


@pytest.fixture(scope="module")
def opened(qa):
    """A client, and the folder of what it sends."""
    with TestClient(create(qa)) as client:
        yield client, Path(os.environ["GRADIO_TEMP_DIR"])


@pytest.mark.parametrize("handler", ["answer", "upload"])
@pytest.mark.parametrize("path", ["{file}", "{sent}/x/../..{file}", "http://192.0.2.1"])
def test_no_file_is_taken_that_was_not_sent(opened, tmp_path, handler, path):
    """A handler that is told to take one of the machine, or of an address, fails."""
    file = tmp_path / "secret.txt"
    file.write_text("A secret.")
    client, sent = opened
    named = {
        "path": path.format(file=file, sent=sent),
        "meta": {"_type": "gradio.FileData"},
    }
    known = client.get("/config").json()["dependencies"]
    [called] = [one for one in known if one["api_name"] == handler]
    data = [[named], ""][: len(called["inputs"])]
    body = {"data": data, "fn_index": called["id"], "session_hash": "x"}
    got = client.post("/gradio_api/run/predict", json=body)

    assert got.json()["error"] == "this file was not sent"
    assert not list(sent.rglob("secret.txt"))


def test_what_is_sent_lies_in_a_folder_of_ours_until_the_end(qa):
    """Others on the machine cannot read it, nor be in the way; then it is gone."""
    with TestClient(create(qa)) as client:
        client.post("/gradio_api/upload", files={"files": ("a.txt", b"A secret.")})
        sent = Path(os.environ["GRADIO_TEMP_DIR"])

        assert list(sent.rglob("a.txt"))
        assert sent.stat().st_mode & 0o777 == 0o700

    assert not sent.exists()


def test_a_request_does_nothing_to_the_terminal_of_the_server(client, capsys):
    """The framework tells of some requests; none clears the screen."""
    got = client.get("/gradio_api/custom_component/%1b[2J/client/a/b")

    assert got.status_code == 404
    assert "\x1b" not in capsys.readouterr().out


def test_the_page_names_no_other_host_to_load_from(client):
    """Its scripts, styles, fonts and pictures are all ours."""
    page = client.get("/").text

    for start in ('src="http', 'rel="stylesheet" href="http', "fonts.googleapis"):
        assert start not in page.replace(" crossorigin", "")


def test_the_interface_offers_programs_nothing_of_its_own(client):
    """Programs have `/api`; the handlers of the page are not listed."""
    info = json.loads(client.get("/gradio_api/info").text)

    assert info["named_endpoints"] == {}


def test_the_page_can_lie_below_a_path_of_a_proxy(qa, monkeypatch):
    """As README says: all that it loads is asked for there, by the same scheme."""
    monkeypatch.setenv("GRADIO_ROOT_PATH", "/articles")
    with TestClient(create(qa)) as client:
        headers = {"Host": "example.org", "X-Forwarded-Proto": "https"}
        config = client.get("/config", headers=headers).json()

    assert config["root"] == "https://example.org/articles"


def test_a_newer_generation_is_taken_up(qa, monkeypatch):
    """What another process builds is used without a restart."""
    monkeypatch.setattr("qa.server.REFRESH_SECONDS", 0.01)
    refreshed = []
    monkeypatch.setattr(qa, "refresh", lambda: bool(refreshed.append(1)))
    with TestClient(create(qa, page=False)) as client:
        while len(refreshed) < 2:
            client.get("/healthz")

    assert len(refreshed) >= 2


def test_an_index_that_cannot_be_refreshed_is_told_once(tmp_path, monkeypatch, caplog):
    """It stays so until somebody mends it, and is looked at every two seconds."""
    qa = FakeQA(tmp_path)  # the other servers of this file look at theirs meanwhile
    monkeypatch.setattr("qa.server.REFRESH_SECONDS", 0.01)
    came = chain(
        [CorruptSnapshot("one"), CorruptSnapshot("one"), MemoryError()], repeat(None)
    )
    looked = []

    def refresh():
        looked.append(next(came))
        if looked[-1]:
            raise looked[-1]

    monkeypatch.setattr(qa, "refresh", refresh)
    with TestClient(create(qa, page=False)) as client:
        while len(looked) < 5:
            client.get("/healthz")

    told = [record.args for record in caplog.records if record.name == "qa.server"]
    assert told == [("one",), ("MemoryError",)]
