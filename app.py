"""The page: ask, see the passages that answer, open them in their articles.

Everything here is Gradio; what is shown is made in `qa.render`, the words come
from `qa.words`. What belongs to one person lives in that person's browser or
session, never in this module.
"""

import os

os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import gradio as gr
from fastapi import FastAPI

from index.errors import PassageError
from index.readers import FORMATS
from qa import export, render, tables
from qa.catalogue import Catalogue
from qa.library import Library
from qa.records import Answer
from qa.words import STATIC, names, preferred, table, words
from qa.work import Progress, Work

if TYPE_CHECKING:
    from index.build import BuildReport
    from qa.engine import QA

LONGEST_QUESTION = 1_000  # characters
LARGEST_FILE = "50mb"
HITS = 8
WATCH_SECONDS = 0.5
SESSION_SECONDS = 3600
MOST_SOURCES = 500
MOST_ROWS = 200

# Small handlers skip Gradio's queue, which would cost more than they do.
DIRECT: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}

Ask = Callable[..., Answer]
say = gr.I18n(**table("words"))


def mount(server: FastAPI, qa: "QA", folder: Path, ask: Ask) -> None:
    """Put the page at `/` of a server. folder: the index; added files are kept under it."""
    gr.mount_gradio_app(
        server,
        Page(qa, folder, ask).blocks,
        path="/",
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        show_error=False,
        max_file_size=LARGEST_FILE,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        i18n=say,
        theme=_theme(),
        css_paths=[STATIC / "app.css"],
        head=_head(),
    )


def _head() -> str:
    """Put the icon and the page's own script into the document's head."""
    icon = quote((STATIC / "icon.svg").read_text(encoding="utf-8"))
    script = (STATIC / "app.js").read_text(encoding="utf-8")
    return f'<link rel="icon" type="image/svg+xml" href="data:image/svg+xml,{icon}"><script>{script}</script>'


def _theme() -> gr.themes.Base:
    """Give system fonts and our own ink to the components; the rest is in app.css."""
    sans = ["ui-sans-serif", "system-ui", "-apple-system", "Segoe UI", "Noto Sans", "sans-serif"]
    mono = ["ui-monospace", "Menlo", "Consolas", "Noto Sans Mono", "monospace"]
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal, neutral_hue=gr.themes.colors.stone,
        radius_size=gr.themes.sizes.radius_md, font=sans, font_mono=mono,
    )  # fmt: skip


class Page:
    """The interface of one index.

    It holds the components and what everybody shares: the index, the added
    files, the rebuild that may be running. What is one person's is in `gr.State`.
    """

    def __init__(self, qa: "QA", folder: Path, ask: Ask) -> None:
        self.qa, self.ask = qa, ask
        self.catalogue, self.library = Catalogue(), Library(folder / "documents")
        self.work = Work(self._rebuild)
        with gr.Blocks(title="Passage", analytics_enabled=False, fill_width=True, delete_cache=(600, 600)) as self.blocks:
            gr.HTML((STATIC / "header.html").read_text(encoding="utf-8"), elem_id="header")
            self.live = gr.HTML(elem_id="live")
            with gr.Tabs(elem_id="tabs"):
                with gr.Tab(say("tab_ask"), id="ask"):
                    self._lay_out_ask()
                with gr.Tab(say("tab_documents"), id="documents") as documents:
                    self._lay_out_documents()
            self._wire_ask()
            self._wire_documents(documents)

    # Ask

    def _lay_out_ask(self) -> None:
        with gr.Column(elem_id="asking"):
            with gr.Row(elem_id="box"):
                self.question = gr.Textbox(
                    label=say("question"), placeholder=say("placeholder"), elem_id="question",
                    container=False, show_label=False, autofocus=True, max_lines=1,
                    max_length=LONGEST_QUESTION, scale=9,
                )  # fmt: skip
                self.button = gr.Button(say("ask"), variant="primary", elem_id="ask", scale=1, min_width=88)
            with gr.Row(elem_id="filters"):
                self.language = _filter("language")
                self.source = _filter("source")
        self.follow = gr.Button(visible="hidden", elem_id="follow")
        with gr.Row(elem_id="desk"):
            self.results = gr.HTML(elem_id="results", js_on_load=_forward("open"))
            self.article = gr.HTML(elem_id="article")
        self.kept = gr.State(None, time_to_live=SESSION_SECONDS)

    def _wire_ask(self) -> None:
        asked = [self.question, self.language, self.source]
        shown = [self.results, self.article, self.live, self.kept]
        gr.on(
            [self.question.submit, self.button.click, self.language.input, self.source.input],
            self.answer, asked, shown, js="(...asked) => passage.asked(asked)",
            trigger_mode="always_last", **DIRECT,
        )  # fmt: skip
        self.follow.click(self.follow_link, asked, [*asked, *shown], js="() => passage.next()", **DIRECT)
        self.results.open(self.open_hit, self.kept, self.article, **DIRECT).then(js="() => passage.opened()")
        self.blocks.load(self.follow_link, asked, [*asked, *shown], js="() => passage.next()", **DIRECT)

    def answer(self, question: str, language: str, source: str, request: gr.Request) -> tuple[str, str, str, Answer | None]:
        """Answer a question; without one, show what could be asked."""
        locale = _locale(request)
        question = (question or "").strip()[:LONGEST_QUESTION]
        if not question:
            return self._home(locale), "", "", None
        answer = self.ask(question, HITS, language or None, source or None)
        said = words(locale)["say_answer" if answer.answered else "say_none"].format(n=len(answer.hits))
        return render.results(answer, words(locale), names(locale)), "", render.clean(said), answer

    def follow_link(self, question: str, language: str, source: str, request: gr.Request) -> tuple[Any, ...]:
        """Answer a question that came by a link, and show it in the box and the filters."""
        languages, sources = self._choices(_locale(request))
        language = language if language in [code for _, code in languages] else ""
        source = source if source in [name for _, name in sources] else ""
        return (
            question or "",
            gr.Dropdown(choices=languages, value=language, visible=len(languages) > 2),
            gr.Dropdown(choices=sources, value=source, visible=len(sources) > 2),
            *self.answer(question, language, source, request),
        )

    def open_hit(self, kept: Answer | None, event: gr.EventData, request: gr.Request) -> str:
        """Show the article of a hit or a sentence of the last answer, at its place."""
        kind, _, number = str(event.target_id).partition(" ")
        if kept is None or not number.isdecimal():
            return ""
        place = export.place(kept, kind, int(number))
        return render.article(*place, words(_locale(request)), names(_locale(request))) if place else ""

    def _home(self, locale: str) -> str:
        """Offer questions that the documents at hand can answer."""
        known = {entry.id for entry in self.catalogue.entries(self.qa.snapshot)}
        examples = json.loads((STATIC / "examples.json").read_text(encoding="utf-8"))
        return render.examples([(q, tongue) for q, tongue, name in examples if name in known], words(locale))

    def _choices(self, locale: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """List the languages and the sources that the index holds, for the filters."""
        snapshot = self.qa.snapshot
        tongues = sorted((names(locale).get(code, code), code) for code in snapshot.manifest.languages if code)
        sources = self.catalogue.sources(snapshot, MOST_SOURCES)
        any_language, any_source = words(locale)["any_language"], words(locale)["any_source"]
        return [(any_language, ""), *tongues], [(any_source, ""), *((s, s) for s in sources)]

    # Documents

    def _lay_out_documents(self) -> None:
        with gr.Row(elem_id="shelf"):
            with gr.Column(scale=2, elem_id="adding"):
                self.files = gr.File(
                    label=say("drop"), file_count="multiple", file_types=[*FORMATS], height=150, elem_id="upload"
                )
                with gr.Accordion(say("paste"), open=False, elem_id="paste"):
                    self.title = gr.Textbox(label=say("title"), max_lines=1, max_length=300)
                    self.text = gr.Textbox(label=say("paste_text"), lines=6, max_lines=12)
                    self.keep = gr.Button(say("keep"))
                self.added = gr.HTML(elem_id="added", js_on_load=_forward("remove"))
                with gr.Group(visible=False, elem_id="sure") as self.sure:
                    self.sure_text = gr.HTML()
                    with gr.Row():
                        self.yes = gr.Button(say("yes_delete"), variant="stop")
                        self.no = gr.Button(say("no_keep"))
                self.doomed = gr.State("")
            with gr.Column(scale=3, elem_id="holding"):
                with gr.Row(elem_id="working"):
                    self.progress = gr.HTML(elem_id="progress")
                    self.rebuild = gr.Button(say("rebuild"), min_width=100, scale=0)
                    self.cancel = gr.Button(say("cancel"), min_width=100, scale=0, visible=False)
                self.find = gr.Textbox(placeholder=say("find"), label=say("find"), show_label=False, container=False, max_lines=1)
                self.table = gr.HTML(elem_id="table", js_on_load=_forward("open"))
        self.reader = gr.HTML(elem_id="reader")
        self.timer = gr.Timer(WATCH_SECONDS, active=False)

    def _wire_documents(self, tab: gr.Tab) -> None:
        watched = [self.progress, self.timer, self.cancel, self.table, self.added, self.language, self.source, self.live]
        every, sure = [self.find], [self.sure, self.sure_text, self.doomed]
        tab.select(self.watch_all, every, watched, **DIRECT)
        self.timer.tick(self.watch, every, watched, **DIRECT)
        self.rebuild.click(self.start, every, watched, **DIRECT)
        self.cancel.click(self.work.cancel, **DIRECT)
        self.files.upload(self.upload, self.files, [self.files, self.live], **DIRECT).then(self.start, every, watched, **DIRECT)
        self.keep.click(self.paste, [self.title, self.text], [self.title, self.text, self.live], **DIRECT).success(
            self.start, every, watched, **DIRECT
        )
        self.added.remove(self.ask_delete, None, sure, **DIRECT)
        self.no.click(self.spare, None, sure, **DIRECT)
        self.yes.click(self.delete, self.doomed, sure, **DIRECT).then(self.start, every, watched, **DIRECT)
        self.find.input(self.list_documents, every, self.table, trigger_mode="always_last", **DIRECT)
        self.table.open(self.open_document, None, self.reader, **DIRECT).then(js="() => passage.opened()")

    def upload(self, files: list[str] | None, request: gr.Request) -> tuple[None, str]:
        """Keep uploaded files and take them out of Gradio's own folder."""
        kept = []
        for file in map(Path, files or []):
            kept.append(self.library.keep(file, file.name).name)
            file.unlink(missing_ok=True)
        said = words(_locale(request))["kept"].format(names=", ".join(kept))
        gr.Info(render.clean(said))
        return None, render.clean(said)

    def paste(self, title: str, text: str, request: gr.Request) -> tuple[str, str, str]:
        """Keep a pasted text as a file."""
        said = words(_locale(request))
        try:
            name = self.library.write(title, text).name
        except PassageError:
            raise gr.Error(said["refused"].format(reason=said["empty_text"]), print_exception=False) from None
        return "", "", render.clean(said["kept"].format(names=name))

    def ask_delete(self, event: gr.EventData, request: gr.Request) -> tuple[Any, str, str]:
        """Ask before a file goes."""
        name = str(event.target_id)
        return gr.Group(visible=True), tables.question(words(_locale(request))["sure"].format(name=name)), name

    def spare(self) -> tuple[Any, str, str]:
        """Leave the file that was to be deleted."""
        return gr.Group(visible=False), "", ""

    def delete(self, name: str, request: gr.Request) -> tuple[Any, str, str]:
        """Delete a file that was added."""
        try:
            self.library.delete(name)
        except PassageError as error:
            gr.Warning(render.clean(error))
        return self.spare()

    def start(self, find: str, request: gr.Request) -> tuple[Any, ...]:
        """Rebuild in the background."""
        self.work.start()
        return self.watch_all(find, request)

    def watch(self, find: str, request: gr.Request) -> tuple[Any, ...]:
        """Show how far the rebuild is; when it has ended, show everything anew."""
        state = self.work.state
        if not state.running:
            return self.watch_all(find, request)
        said = words(_locale(request))
        same = (gr.skip() for _ in range(5))
        return tables.progress(state, said), gr.Timer(active=True), gr.Button(visible=True), *same

    def watch_all(self, find: str, request: gr.Request) -> tuple[Any, ...]:
        """Show the documents, the added files, and how far the rebuild is."""
        state, locale = self.work.state, _locale(request)
        shown = tables.progress(state, words(locale))
        languages, sources = self._choices(locale)
        return (
            shown,
            gr.Timer(active=state.running),
            gr.Button(visible=state.running),
            self.list_documents(find, request),
            tables.added([file.name for file in self.library.files()], self._indexed(), words(locale)),
            gr.Dropdown(choices=languages, visible=len(languages) > 2),
            gr.Dropdown(choices=sources, visible=len(sources) > 2),
            shown if state.number and not state.running else "",
        )

    def list_documents(self, find: str, request: gr.Request) -> str:
        """List the indexed documents that contain what was typed."""
        locale, wanted = _locale(request), (find or "").lower().split()
        entries = self.catalogue.entries(self.qa.snapshot)
        found = [entry for entry in entries if entry.mentions(wanted)][:MOST_ROWS]
        return tables.documents(found, len(entries), words(locale), names(locale))

    def open_document(self, event: gr.EventData, request: gr.Request) -> str:
        """Show a document from the table."""
        document = self.qa.snapshot.document_by_id(str(event.target_id))
        return render.article(document, 0, 0, (), words(_locale(request)), names(_locale(request)))

    def _indexed(self) -> set[str]:
        return {entry.id.partition("#")[0] for entry in self.catalogue.entries(self.qa.snapshot)}

    def _rebuild(self, progress: Progress) -> "BuildReport":
        """Build again from the paths of the last build and the added files."""
        paths = [Path(path) for path in self.qa.snapshot.manifest.paths]
        if self.library.files() and self.library.folder not in paths:
            paths.append(self.library.folder)
        return self.qa.rebuild(paths, progress)


def _filter(name: str) -> gr.Dropdown:
    return gr.Dropdown(
        [("", "")], value="", label=say(name), show_label=False, container=False, visible=False, elem_id=name, min_width=150
    )


def _forward(event: str) -> str:
    """Turn clicks on elements with a `data-{event}` attribute into events of their component."""
    return (
        f"element.addEventListener('click', click => {{ const at = click.target.closest('[data-{event}]');"
        f" if (at) trigger('{event}', {{target_id: at.dataset.{event}}}); }})"
    )


def _locale(request: gr.Request) -> str:
    return preferred(request.headers.get("accept-language", ""))
