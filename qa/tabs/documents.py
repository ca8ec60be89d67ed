"""The Documents tab: what is indexed, adding and deleting files, rebuilding."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from index.errors import PassageError
from index.readers import FORMATS
from qa import render, tables
from qa.catalogue import Catalogue
from qa.library import Library
from qa.markup import Html
from qa.tabs import DIRECT, say, shown, speech_of
from qa.tabs.ask import Ask
from qa.words import Speech
from qa.work import Progress, State, Work

if TYPE_CHECKING:
    from index.build import BuildReport
    from qa.engine import QA

WATCH_SECONDS = 0.5
MOST_ROWS = 200
LONGEST_TITLE = 300  # characters
LONGEST_TEXT = 5_000_000

# The question before a file goes: its place, its text, the file, and a note.
Asked = tuple[gr.Column, Html, str, Html]


class Documents:
    """Components and handlers of the tab, and the one rebuild that may be running."""

    def __init__(self, qa: "QA", catalogue: Catalogue) -> None:
        self.qa, self.catalogue = qa, catalogue
        self.library = Library.of(qa.folder)
        self.work = Work(self._rebuild)
        with gr.Row(elem_id="shelf"):
            with gr.Column(scale=2, elem_id="adding"):
                self._lay_out_adding()
            with gr.Column(scale=3, elem_id="holding"):
                self._lay_out_holding()
        self.timer = gr.Timer(WATCH_SECONDS, active=False)

    def _lay_out_adding(self) -> None:
        self.files = gr.File(
            label=say("add"),
            file_count="multiple",
            file_types=list(FORMATS),
            height=150,
            elem_id="upload",
        )
        with gr.Accordion(say("paste"), open=False, elem_id="paste"):
            self.title = gr.Textbox(
                label=say("title"), max_lines=1, max_length=LONGEST_TITLE
            )
            self.text = gr.Textbox(
                label=say("paste_text"), lines=6, max_lines=12, max_length=LONGEST_TEXT
            )
            self.keep = gr.Button(say("keep"))
        self.note = shown("note")
        self.added = shown("added", forwards="remove")
        with gr.Column(visible=False, elem_id="sure") as self.sure:
            self.asked = shown("asked")
            with gr.Row():
                self.yes = gr.Button(say("yes_delete"), variant="stop")
                self.no = gr.Button(say("no_keep"))
        self.doomed = gr.State("")

    def _lay_out_holding(self) -> None:
        with gr.Row(elem_id="working"):
            self.progress = shown("progress")
            self.rebuild = gr.Button(say("rebuild"), min_width=110, scale=0)
            self.cancel = gr.Button(
                say("cancel"), min_width=110, scale=0, visible=False
            )
        self.find = gr.Textbox(
            label=say("find"),
            placeholder=say("find"),
            show_label=False,
            container=False,
            max_lines=1,
            elem_id="find",
        )
        self.table = shown("table", forwards="open")
        self.reader = shown("reader")

    def wire(self, tab: gr.Tab, ask: Ask, live: gr.HTML) -> None:
        """Say what happens when. ask: its filters follow what is indexed."""
        self.ask = ask
        told = [self.progress, self.timer, self.rebuild, self.cancel]
        told += [self.table, self.added, ask.language, ask.source, live]
        watch = {"inputs": self.find, "outputs": told, **DIRECT}
        tab.select(self.show, **watch).then(js="() => passage.tidy()")
        self.timer.tick(self.watch, **watch)
        self.rebuild.click(self.start, **watch)
        self.cancel.click(self.work.cancel, **DIRECT)
        self._wire_adding(watch)
        self._wire_deleting(watch)
        self.find.change(
            self.listed, self.find, self.table, trigger_mode="always_last", **DIRECT
        )
        opened = self.table.open(self.open_document, None, self.reader, **DIRECT)
        opened.then(js="() => passage.opened()")

    def _wire_adding(self, watch: dict[str, Any]) -> None:
        uploaded = [self.files, self.note]
        kept = self.files.upload(self.upload, self.files, uploaded, **DIRECT)
        kept.then(self.show, **watch)
        pasted = [self.title, self.text]
        kept = self.keep.click(self.paste, pasted, [*pasted, self.note], **DIRECT)
        kept.then(self.show, **watch)

    def _wire_deleting(self, watch: dict[str, Any]) -> None:
        sure = [self.sure, self.asked, self.doomed, self.note]
        self.added.remove(self.ask_first, None, sure, **DIRECT)
        self.no.click(self.spare, None, sure, **DIRECT)
        deleted = self.yes.click(self.delete, self.doomed, sure, **DIRECT)
        deleted.then(self.show, **watch)

    def upload(self, files: list[str] | None, request: gr.Request) -> tuple[None, Html]:
        """Keep uploaded files, and take them out of Gradio's own folder."""
        names = []
        for file in map(Path, files or []):
            names.append(self.library.keep(file, file.name).name)
            file.unlink(missing_ok=True)
        return None, self._kept(names, request)

    def paste(
        self, title: str, text: str, request: gr.Request
    ) -> tuple[str, str, Html]:
        """Keep a pasted text as a file."""
        try:
            name = self.library.write(title, text).name
        except PassageError:
            speech = speech_of(request)
            refused = speech.say("refused", reason=speech.say("empty_text"))
            return title, text, tables.note(refused, speech)
        return "", "", self._kept([name], request)

    def _kept(self, names: list[str], request: gr.Request) -> Html:
        """Take files that were just kept into the index."""
        self.work.start()
        speech = speech_of(request)
        return tables.note(speech.say("kept", names=", ".join(names)), speech)

    def ask_first(self, event: gr.EventData, request: gr.Request) -> Asked:
        """Ask before a file goes."""
        name, speech = str(event.target_id), speech_of(request)
        asked = tables.question(speech.say("sure", name=name), speech)
        return gr.Column(visible=True), asked, name, Html()

    def spare(self) -> Asked:
        """Leave the file that was to be deleted."""
        return gr.Column(visible=False), Html(), "", Html()

    def delete(self, name: str, request: gr.Request) -> Asked:
        """Delete a file that was added."""
        said = Html()
        try:
            self.library.delete(name)
            self.work.start()
        except PassageError as error:
            said = tables.note(str(error), speech_of(request))
        return gr.Column(visible=False), Html(), "", said

    def start(self, find: str, request: gr.Request) -> tuple[Any, ...]:
        """Rebuild in the background."""
        self.work.start()
        return self.show(find, request)

    def watch(self, find: str, request: gr.Request) -> tuple[Any, ...]:
        """Show how far the rebuild is; when it has ended, show everything anew."""
        state = self.work.state
        if not state.running:
            return self.show(find, request)
        same = [gr.skip() for _ in range(5)]
        return *self._running(state, speech_of(request)), *same

    def _running(self, state: State, speech: Speech) -> tuple[Any, ...]:
        return (
            tables.progress(state, speech),
            gr.Timer(active=state.running),
            gr.Button(visible=not state.running),
            gr.Button(visible=state.running),
        )

    def show(self, find: str, request: gr.Request) -> tuple[Any, ...]:
        """Show the documents, the added files, and how far the rebuild is."""
        state, speech = self.work.state, speech_of(request)
        entries = self.catalogue.entries(self.qa.snapshot)
        indexed = {entry.id.partition("#")[0] for entry in entries}
        names = [file.name for file in self.library.files()]
        return (
            *self._running(state, speech),
            self.listed(find, request),
            tables.added(names, indexed, speech),
            *self.ask.filters(speech),
            Html() if state.running else tables.progress(state, speech),
        )

    def listed(self, find: str, request: gr.Request) -> Html:
        """List the indexed documents that have what was typed."""
        entries = self.catalogue.entries(self.qa.snapshot)
        speech, wanted = speech_of(request), (find or "").lower().split()
        found = [e for e in entries if e.mentions(wanted, speech.name(e.language))]
        return tables.documents(found[:MOST_ROWS], len(entries), speech)

    def open_document(self, event: gr.EventData, request: gr.Request) -> Html:
        """Show a document of the table."""
        try:
            document = self.qa.snapshot.document_by_id(str(event.target_id))
        except KeyError:
            return Html()
        return render.article(document, 0, 0, (), speech_of(request))

    def _rebuild(self, progress: Progress) -> "BuildReport":
        """Build again from the paths of the last build and the added files."""
        paths = map(Path, self.qa.snapshot.manifest.paths)
        return self.qa.rebuild(self.library.beside(paths), progress)
