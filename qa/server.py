"""One web server: the page, a plain API for programs, health and metrics.

`create` guards every route: optional login, no request from other sites, no
foreign content. Programs use `/api/ask`, which skips the page's framework.
"""

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Annotated, Any, Literal
from urllib.parse import urlsplit

from fastapi import FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index import __version__
from index.errors import PassageError, first_line
from qa import login
from qa.address import LONGEST_QUESTION, MOST_PLACES
from qa.export import (
    answer_csv,
    answer_markdown,
    answer_record,
    status_record,
)
from qa.filters import Filter
from qa.gate import Full, Gate
from qa.library import room
from qa.metrics import Metrics
from qa.records import Answer

if TYPE_CHECKING:
    from qa.engine import QA

MOST_HITS = 50
MOST_SENT = 32 * 2**20  # bytes that are read into memory: of a pasted text
UPLOAD = "/gradio_api/upload"  # of files, which go to the disk as they come
PROBES = ("/healthz", "/readyz", "/metrics")
REFRESH_SECONDS = 2.0
LOCAL_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

# The page's framework compiles its templates in the browser, hence 'unsafe-eval'.
POLICY = {
    "default-src": "'self'",
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "worker-src": "'self' blob:",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'self'",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(" ".join(rule) for rule in POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

log = logging.getLogger(__name__)


def create(
    qa: "QA", *, auth: str = "", local: bool = False, page: bool = True
) -> FastAPI:
    """Make the server of an index.

    auth: `user:password` or a file of logins; empty for none. local: without a login,
    answer only under this machine's own names, so that no other site can reach in by
    a name of its own. page: whether to mount the interface at `/`.
    Raises ValueError when `auth` is no login.
    """
    server = FastAPI(
        title="Passage",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        lifespan=_keep_fresh(qa),
    )
    metrics = Metrics()
    ask = _counted(qa.ask, metrics)
    _add_api(server, qa, ask)
    _add_health(server, qa, metrics)
    _add_errors(server)
    if page:
        _page().mount(server, qa, ask)
    server.add_middleware(
        Guard, login=login.read(auth) if auth else None, local=local, metrics=metrics
    )
    return server


def _page() -> Any:
    """Load the app.py beside this package; whoever runs it may have one, too."""
    path = Path(__file__).parents[1] / "app.py"
    spec: Any = spec_from_file_location("passage_app", path)
    page = sys.modules[spec.name] = module_from_spec(spec)
    spec.loader.exec_module(page)
    return page


def _counted(ask: Callable[..., Answer], metrics: Metrics) -> Callable[..., Answer]:
    def counted(*args: Any, **options: Any) -> Answer:
        answer = ask(*args, **options)
        metrics.question(answer.answered, answer.seconds)
        return answer

    return counted


def _keep_fresh(
    qa: "QA",
) -> Callable[[FastAPI], contextlib.AbstractAsyncContextManager[None]]:
    """Take up generations that another process writes, while the server runs."""

    async def refresh() -> None:
        problem = ""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            last, problem = problem, ""
            try:
                await run_in_threadpool(qa.refresh)
            except (PassageError, OSError, MemoryError) as error:
                problem = first_line(error)
                if problem != last:
                    log.warning("the index could not be refreshed: %s", problem)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(refresh())
        yield
        task.cancel()

    return lifespan


def _read(
    server: FastAPI, path: str, **options: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Answer GET by a function, and HEAD as GET, which the schema need not tell."""

    def add(answer: Callable[..., Any]) -> Callable[..., Any]:
        server.get(path, **options)(answer)
        return server.head(path, include_in_schema=False, **options)(answer)

    return add


def _add_api(server: FastAPI, qa: "QA", ask: Callable[..., Answer]) -> None:
    gate = Gate()

    @_read(server, "/api/ask")
    async def api_ask(
        q: Annotated[str, Query(min_length=1, max_length=LONGEST_QUESTION)],
        k: Annotated[int, Query(ge=1, le=MOST_HITS)] = 5,
        language: Annotated[str | None, Query(max_length=20)] = None,
        source: Annotated[str | None, Query(max_length=500)] = None,
        since: Annotated[str | None, Query(max_length=50)] = None,
        until: Annotated[str | None, Query(max_length=50)] = None,
        folder: Annotated[str | None, Query(max_length=500)] = None,
        like: Annotated[tuple[str, ...], Query(max_length=MOST_PLACES)] = (),
        unlike: Annotated[tuple[str, ...], Query(max_length=MOST_PLACES)] = (),
        format: Annotated[Literal["json", "csv", "markdown"], Query()] = "json",
    ) -> Response:
        """Answer a question: sentences that answer, and passages, best first.

        like, unlike: places of hits, as they are named in an earlier answer.
        """
        if not q.strip():
            return JSONResponse({"error": "q: the question is empty"}, 422)
        try:
            Filter(since=since or "", until=until or "")
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 422)

        def reply() -> Response:
            answer = ask(
                q,
                k,
                language,
                source,
                since=since,
                until=until,
                folder=folder,
                like=like,
                unlike=unlike,
            )
            return _in_form(answer, format)

        return await gate.run(reply)

    @_read(server, "/api/status")
    def api_status() -> dict[str, Any]:
        """Describe the index in use."""
        return status_record(qa.snapshot)


def _in_form(answer: Answer, form: str) -> Response:
    if form == "csv":
        return PlainTextResponse(answer_csv(answer), media_type="text/csv")
    if form == "markdown":
        return PlainTextResponse(answer_markdown(answer), media_type="text/markdown")
    return JSONResponse(answer_record(answer))


def _add_health(server: FastAPI, qa: "QA", metrics: Metrics) -> None:
    @_read(server, "/healthz", response_class=PlainTextResponse)
    async def healthz() -> str:
        """Say that the process answers."""
        return "ok\n"

    @_read(server, "/readyz", response_class=PlainTextResponse)
    def readyz() -> str:
        """Say that an index is open."""
        return f"ok {len(qa.snapshot)}\n"

    @_read(server, "/metrics")
    def counters() -> PlainTextResponse:
        """Give the counters as Prometheus text."""
        gauges = {
            "passages": len(qa.snapshot),
            "index_generation": qa.snapshot.generation,
        }
        return PlainTextResponse(
            metrics.text(gauges), media_type="text/plain; version=0.0.4"
        )


def _add_errors(server: FastAPI) -> None:
    @server.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        reasons = [
            f"{problem['loc'][-1]}: {problem['msg']}" for problem in error.errors()
        ]
        return JSONResponse({"error": "; ".join(reasons)}, 422)

    @server.exception_handler(Full)
    async def too_many(_: Request, error: Full) -> JSONResponse:
        return _full("questions")

    @server.exception_handler(PassageError)
    async def unusable(_: Request, error: PassageError) -> JSONResponse:
        log.error("%s", error)
        return JSONResponse(
            {"error": "the index cannot be used now; see the server's log"}, 503
        )


def _full(what: str) -> JSONResponse:
    reason = f"too many {what} at once; ask again in a second"
    return JSONResponse({"error": reason}, 503, {"Retry-After": "1"})


class Guard:
    """ASGI middleware: refuses strangers, adds security headers, counts responses."""

    def __init__(
        self, app: ASGIApp, login: login.Login | None, local: bool, metrics: Metrics
    ) -> None:
        self.app, self.login, self.local, self.metrics = app, login, local, metrics
        self.gate = Gate()  # for passwords

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it with the reason why not."""
        if scope["type"] != "http":
            await (
                self.app(scope, receive, send)
                if scope["type"] == "lifespan"
                else _close(send)
            )
            return
        refusal = await self._refusal(scope, Headers(scope=scope))
        await (refusal or self.app)(scope, receive, self._dressed(send))

    async def _refusal(self, scope: Scope, headers: Headers) -> Response | None:
        if (
            self.local
            and not self.login
            and _name(headers.get("host", "")) not in LOCAL_NAMES
        ):
            return PlainTextResponse(
                "Without a login this server answers only as localhost; "
                "start it with --auth, or with another --host.\n",
                421,
            )
        if not scope["path"].isprintable():  # the page's framework prints parts of it
            return PlainTextResponse("Nothing here has such a name.\n", 404)
        if self.login and (stranger := await self._stranger(self.login, headers)):
            return stranger
        if scope["method"] in ("GET", "HEAD"):
            return None
        if _foreign(headers):
            return PlainTextResponse("Requests from other sites are refused.\n", 403)
        if scope["path"].startswith("/api/") or scope["path"] in PROBES:
            return JSONResponse({"error": "ask with GET"}, 405, {"Allow": "GET, HEAD"})
        return _oversized(scope["path"], headers)

    async def _stranger(self, login: login.Login, headers: Headers) -> Response | None:
        """Ask to log in, unless it is done; who has logged in waits for nobody."""
        header = headers.get("authorization", "")
        if login.knows(header):
            return None
        try:
            allowed = await self.gate.run(partial(login.allows, header))
        except Full:
            return _full("logins")
        if allowed:
            return None
        return PlainTextResponse(
            "Log in first.\n",
            401,
            {"WWW-Authenticate": 'Basic realm="Passage", charset="UTF-8"'},
        )

    def _dressed(self, send: Send) -> Callable[[Message], Awaitable[None]]:
        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
                self.metrics.response(message["status"])
            await send(message)

        return dressed


def _oversized(path: str, headers: Headers) -> Response | None:
    """Refuse what would fill the memory or, of files, the disk."""
    if "transfer-encoding" in headers:  # of a length that is not told before
        return PlainTextResponse("Say how long it is, by Content-Length.\n", 411)
    is_upload = path == UPLOAD
    most = room(gettempdir()) if is_upload else MOST_SENT
    if int(headers.get("content-length", 0)) > most:
        where = "the server's disk" if is_upload else "one request"
        return PlainTextResponse(f"This is more than {where} has room for.\n", 413)
    return None


async def _close(send: Send) -> None:
    await send({"type": "websocket.close", "code": 1008})


def _name(host: str) -> str:
    """Take the port off a Host header.

    >>> _name("[::1]:7860")
    '::1'
    """
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _foreign(headers: Headers) -> bool:
    """Tell whether a browser sent this from another site's page."""
    origin, site = headers.get("origin", ""), headers.get("sec-fetch-site", "")
    if site:
        return site not in ("same-origin", "none")
    return bool(origin) and origin.partition("://")[2] != headers.get("host", "")
