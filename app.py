"""The page: ask, see the passages that answer, look after the documents.

Everything here is Gradio: the look, and the tabs of `qa.tabs` put together.
"""

import os
from tempfile import TemporaryDirectory

# For what people send: Gradio's own folder is theirs who first ran it on this machine.
os.environ["GRADIO_TEMP_DIR"] = (SENT := TemporaryDirectory(prefix="passage-")).name
os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read when gradio is imported

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from unittest.mock import patch
from urllib.parse import quote

from fastapi import FastAPI

# Gradio writes stubs of its classes for editors whenever it is imported, which takes
# half of that time, unless it cannot find their files.
with patch("inspect.getfile", side_effect=OSError):
    import gradio as gr

from gradio.utils import is_in_or_equal
from gradio_client.utils import is_file_obj_with_meta, traverse

from qa.catalogue import Catalogue
from qa.records import Answer
from qa.tabs import say, shown
from qa.tabs.about import About
from qa.tabs.ask import Ask
from qa.tabs.documents import LARGEST_MB, Documents
from qa.tabs.map import Map
from qa.words import STATIC

if TYPE_CHECKING:
    from qa.engine import QA

SANS = "ui-sans-serif, system-ui, -apple-system, Segoe UI, Noto Sans, sans-serif"
MONO = "ui-monospace, Menlo, Consolas, Noto Sans Mono, monospace"
# Uploads that Gradio holds are deleted after these seconds.
UPLOAD_SECONDS = 600


def mount(server: FastAPI, qa: "QA", ask: Callable[..., Answer]) -> None:
    """Put the page at `/` of a server."""
    gr.mount_gradio_app(
        server,
        blocks(qa, ask),
        path="/",
        app_kwargs={"lifespan": _swept},
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=f"{LARGEST_MB}mb",
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        i18n=say,
        theme=_theme(),
        css_paths=[STATIC / "app.css"],
        head=_head(),
    )


@asynccontextmanager
async def _swept(_: FastAPI) -> AsyncIterator[None]:
    """Leave nothing that was sent, though a signal ends the process after this."""
    yield
    SENT.cleanup()


class _Page(gr.Blocks):
    """A page that takes no file but those that were sent to it.

    Gradio, mounted on another server, opens to whoever asks any file of the machine,
    and what is at any address.
    """

    async def preprocess_data(self, block_fn: Any, inputs: Any, *others: Any) -> Any:
        traverse(inputs, _refuse_unsent, is_file_obj_with_meta)
        return await super().preprocess_data(block_fn, inputs, *others)


def _refuse_unsent(file: dict[str, Any]) -> None:
    if not is_in_or_equal(file["path"], SENT.name):
        raise gr.Error("this file was not sent", print_exception=False)


def blocks(qa: "QA", ask: Callable[..., Answer]) -> gr.Blocks:
    """Make the interface of an index; `ask` answers its questions."""
    catalogue = Catalogue()
    cache = (UPLOAD_SECONDS, UPLOAD_SECONDS)
    page = _Page(title="Passage", analytics_enabled=False, delete_cache=cache)
    with page:
        header = shown("header")
        header.value = _static("header.html").replace("LAMP", str(say("lamp")))
        live = shown("live")
        gr.HTML(say("no_reply"), elem_id="failed", apply_default_css=False)
        with gr.Tabs(elem_id="tabs"):
            with gr.Tab(say("tab_ask"), id="ask"):
                asking = Ask(qa, ask, catalogue)
            with gr.Tab(say("tab_documents"), id="documents") as shelf:
                documents = Documents(qa, catalogue)
            with gr.Tab(say("tab_map"), id="map") as atlas:
                drawn = Map(qa)
            with gr.Tab(say("tab_index"), id="index") as about:
                facts = About(qa)
        asking.wire(page, live)
        documents.wire(shelf, asking, live)
        drawn.wire(atlas, asking)
        facts.wire(about)
    return page


def _theme() -> gr.themes.Base:
    """Take fonts that the system has, and colours near those of app.css."""
    return gr.themes.Base(
        primary_hue="teal",
        neutral_hue="stone",
        radius_size="md",
        font=SANS.split(", "),
        font_mono=MONO.split(", "),
    )


def _head() -> str:
    """Put the icon and the page's own script into the head."""
    icon = f"data:image/svg+xml,{quote(_static('icon.svg'))}"
    link = f'<link rel="icon" type="image/svg+xml" href="{icon}">'
    return f"{link}<script>{_static('app.js')}</script>"


def _static(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")
