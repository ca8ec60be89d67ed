"""The Documents tab: what is indexed, adding and deleting, rebuilding, going back.

The rebuild is everybody's; all else is one person's.
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from index import files
from index.errors import LockedError, PassageError
from index.readers import FORMATS, has_reader, reason
from qa import render, tables
from qa.catalogue import Catalogue
from qa.export import previous_record
from qa.library import Library
from qa.markup import Html
from qa.tabs import (
    DIRECT,
    FAILED,
    WITH_ADDRESS,
    Came,
    open_article,
    reader,
    say,
    shown,
    speech_of,
)
from qa.tabs.ask import Ask
from qa.words import Speech
from qa.work import Progress, State, Work

if TYPE_CHECKING:
    from index.build import BuildReport
    from qa.engine import QA

WATCH_SECONDS = 0.5
MOST_ROWS = 200
LARGEST_MB = 50  # of a file that is added
LONGEST_TITLE = 300  # characters
LONGEST_TEXT = 5_000_000

# What is asked before it is done: a file to delete, or BACK; nothing when "".
BACK = "/"  # no file's name
# The question: its place, its text, what it is about, and a note.
Asked = tuple[gr.Column, Html, str, Html]


class Documents:
    """Components and handlers of the tab, and the one rebuild that may be running."""

    def __init__(self, qa: "QA", catalogue: Catalogue) -> None:
        self.qa, self.catalogue = qa, catalogue
        self.library = Library(qa.folder)
        self.work = Work(self._rebuild)
        self._lay_out_question()
        with gr.Row(elem_id="shelf"):
            with gr.Column(scale=2, elem_id="adding"):
                self._lay_out_adding()
            with gr.Column(scale=3, elem_id="holding"):
                self._lay_out_holding()
        self.timer = gr.Timer(WATCH_SECONDS, active=False)

    def _lay_out_question(self) -> None:
        with gr.Column(visible=False, elem_id="sure") as self.sure:
            self.asked = shown("asked")
            with gr.Row():
                self.yes = gr.Button(say("yes"), variant="stop", elem_id="yes")
                self.no = gr.Button(say("no"), elem_id="no")
        self.about = gr.State("")

    def _lay_out_adding(self) -> None:
        self.files = gr.File(
            label=say("add"), file_count="multiple", height=150, elem_id="upload"
        )
        self.unsent = gr.Textbox(visible="hidden")
        self.none_fits = gr.Button(visible="hidden", elem_id="none-fits")
        self.folder = shown("folder")
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

    def _lay_out_holding(self) -> None:
        with gr.Row(elem_id="working"):
            self.progress = shown("progress")
            self.back = gr.Button(say("back"), min_width=110, scale=0, visible=False)
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
        self.reader = reader("reader")

    def wire(self, tab: gr.Tab, ask: Ask, live: gr.HTML) -> None:
        """Say what happens when. ask: its filters follow what is indexed."""
        self.ask = ask
        told = [self.progress, self.timer, self.rebuild, self.cancel, live]
        told += [self.back, self.folder, self.table, self.added, ask.filters]
        inputs = [self.find, ask.address]
        watch = {"inputs": inputs, "outputs": told, "js": WITH_ADDRESS, **DIRECT}
        selected = tab.select(self.show, **watch)
        selected.failure(**FAILED)
        selected.then(js="() => passage.tidy()")
        self.timer.tick(self.watch, **watch)
        begun = self.rebuild.click(self.start, **watch)
        begun.then(lambda: Html(), None, self.note, **DIRECT)
        self.cancel.click(self.work.cancel, **DIRECT)
        self._wire_adding(watch)
        self._wire_question(watch)
        self.find.change(
            self.listed, self.find, self.table, trigger_mode="always_last", **DIRECT
        )
        open_article(self.table.open, self.open_document, self.reader)

    def _wire_adding(self, watch: dict[str, Any]) -> None:
        arrival: dict[str, Any] = {
            "inputs": [self.files, self.unsent],
            "outputs": [self.files, self.note],
            "js": "(files) => [files, passage.unsent()]",
            **DIRECT,
        }
        self.files.upload(self.upload, **arrival).then(self.show, **watch)
        self.none_fits.click(self.upload, **arrival)
        pasted = [self.title, self.text]
        kept = self.keep.click(self.paste, pasted, [*pasted, self.note], **DIRECT)
        kept.then(self.show, **watch)

    def _wire_question(self, watch: dict[str, Any]) -> None:
        asked = [self.sure, self.asked, self.about, self.note]
        for asking in (
            self.added.remove(self.ask_to_delete, None, asked, **DIRECT),
            self.back.click(self.ask_to_go_back, None, asked, **DIRECT),
        ):
            asking.then(js="() => passage.sure()")
        spared = self.no.click(self.leave, None, asked, **DIRECT)
        spared.then(js="() => passage.spared()")
        done = self.yes.click(self.do, self.about, asked, **DIRECT)
        done.then(self.show, **watch).then(js="() => passage.spared()")

    def upload(
        self, files: list[str] | None, unsent: str, request: gr.Request
    ) -> tuple[None, Html]:
        """Keep uploaded files, and take them out of Gradio's own folder.

        unsent: the names of files that are too large, or of a folder without any that
        can be read, one a line.
        """
        speech, names = speech_of(request), []
        too_large, no_reader = (
            speech.say(why, n=LARGEST_MB) for why in ("too_large", "no_reader")
        )
        refused = [
            (name, too_large if has_reader(name) else no_reader)
            for name in unsent.splitlines()
        ]
        for file in map(Path, files or []):
            name = file.name.replace("%22", '"')  # so a form sends it
            try:
                if has_reader(name):
                    names.append(self.library.keep(file, name).name)
                else:
                    refused.append((name, no_reader))
            except (PassageError, OSError) as error:
                refused.append((name, reason(error)))
            file.unlink(missing_ok=True)
        return None, self._kept(names, refused, speech)

    def paste(
        self, title: str, text: str, request: gr.Request
    ) -> tuple[str, str, Html]:
        """Keep a pasted text as a file."""
        speech = speech_of(request)
        try:
            name = self.library.write(title, text).name
        except (PassageError, OSError) as error:
            filled = title.strip() and text.strip()
            why = reason(error) if filled else speech.say("empty_text")
            refused = [(speech.say("paste"), why)]
            return title, text, self._kept([], refused, speech)
        return "", "", self._kept([name], [], speech)

    def _kept(
        self, names: list[str], refused: list[tuple[str, str]], speech: Speech
    ) -> Html:
        """Take files that were just kept into the index."""
        if names:
            self.work.start()
        return tables.kept(names, refused, speech)

    def ask_to_delete(self, event: gr.EventData, request: gr.Request) -> Asked:
        """Ask before a file goes."""
        name, speech = str(event.target_id), speech_of(request)
        return _ask(speech.say("sure", name=name), name, speech)

    def ask_to_go_back(self, request: gr.Request) -> Asked:
        """Ask before the index of before comes back."""
        speech, before = speech_of(request), previous_record(self.qa.folder)
        if before is None:
            return self.leave()
        return _ask(speech.say("sure_back", **tables.dated(before)), BACK, speech)

    def leave(self) -> Asked:
        """Leave everything as it is."""
        return gr.Column(visible=False), Html(), "", Html()

    def do(self, about: str, request: gr.Request) -> Asked:
        """Do what was asked: delete a file that was added, or go back."""
        speech, said = speech_of(request), Html()
        try:
            if about == BACK:
                self.qa.rollback()
                self.work.forget()
                said = tables.note(speech.say("went_back"), speech)
            elif about:
                self.library.delete(about)
                self.work.start()
        except (PassageError, OSError) as error:
            said = _failed(about, error, speech)
        return gr.Column(visible=False), Html(), "", said

    def start(self, find: str, query: str, request: gr.Request) -> tuple[Any, ...]:
        """Rebuild in the background."""
        self.work.start()
        return self.show(find, query, request)

    def watch(self, find: str, query: str, request: gr.Request) -> tuple[Any, ...]:
        """Show how far the rebuild is; when it has ended, show everything anew."""
        state = self.work.state
        if not state.running:
            return self.show(find, query, request)
        same = [gr.skip() for _ in range(5)]
        return *self._running(state, speech_of(request)), *same

    def _running(self, state: State, speech: Speech) -> tuple[Any, ...]:
        return (
            tables.progress(state, speech),
            gr.Timer(active=state.running),
            gr.Button(visible=not state.running),
            gr.Button(visible=state.running),
            tables.announced(state, speech),
        )

    def show(self, find: str, query: str, request: gr.Request) -> tuple[Any, ...]:
        """Show the documents, the added files, and how far the rebuild is."""
        state, speech = self._state(), speech_of(request)
        entries = self.catalogue.entries(self.qa.snapshot)
        indexed = {_file(entry.id) for entry in entries}
        names = [file.name for file in self.library.files()]
        unread = self._unread() if set(names) - indexed else {}
        before = None if state.running else previous_record(self.qa.folder)
        return (
            *self._running(state, speech),
            gr.Button(visible=before is not None),
            tables.folder(FORMATS, LARGEST_MB, speech),
            self.listed(find, request),
            tables.added(names, indexed, unread, speech),
            self.ask.narrowing(query, speech),
        )

    def _state(self) -> State:
        """Tell how far the rebuild is; its report goes with its index."""
        report = self.work.state.report
        if report and report.generation != self.qa.snapshot.generation:
            self.work.forget()
        return self.work.state

    def _unread(self) -> dict[str, str]:
        """Tell why added files could not be read for the index in use."""
        read = files.loads(self.qa.snapshot.read_files())
        folder = Path(os.path.abspath(self.library.folder))
        tried = {Path(file.path): file.problem for file in read if file.problem}
        return {path.name: why for path, why in tried.items() if path.parent == folder}

    def listed(self, find: str, request: gr.Request) -> Html:
        """List the indexed documents that have what was typed."""
        entries = self.catalogue.entries(self.qa.snapshot)
        speech, wanted = speech_of(request), (find or "").lower().split()
        found = [e for e in entries if e.mentions(wanted, speech.name(e.language))]
        return tables.documents(found[:MOST_ROWS], len(entries), speech)

    def open_document(self, event: gr.EventData, request: gr.Request) -> Came:
        """Show a document of the table."""
        id, speech = str(event.target_id), speech_of(request)
        try:
            document = self.qa.snapshot.document_by_id(id)
        except KeyError:
            return {"target": id, "article": render.gone(speech)}
        return {"target": id, "article": render.article(document, 0, 0, (), speech)}

    def _rebuild(self, progress: Progress) -> "BuildReport":
        """Build again from the paths of the last build and the added files."""
        paths = list(map(Path, self.qa.snapshot.manifest.paths))
        try:
            return self.qa.rebuild(self.library.beside(paths), progress)
        except (PassageError, OSError) as error:
            said = str(error)
            for path in (*paths, self.qa.folder.absolute()):
                said = said.replace(str(path), path.name or "/")  # for visitors
            raise PassageError(said) from error


def _ask(text: str, about: str, speech: Speech) -> Asked:
    return gr.Column(visible=True), tables.question(text, speech), about, Html()


def _failed(about: str, error: Exception, speech: Speech) -> Html:
    """Say what could not be done, and why, without the server's own paths."""
    locked = isinstance(error, LockedError)
    why = speech.say("busy") if locked else reason(error)
    said = "not_back" if about == BACK else "not_deleted"
    return tables.refusal(speech.say(said, name=about, reason=why), speech)


def _file(id: str) -> str:
    """Give the file that a document of the library came in.

    >>> _file("more.zip/letters/a.txt"), _file("mail.mbox#3"), _file("a.txt")
    ('more.zip', 'mail.mbox', 'a.txt')
    """
    return id.replace("#", "/").partition("/")[0]
