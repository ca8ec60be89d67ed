"""The tabs' handlers, called as Gradio calls them."""

import errno
import time
from types import SimpleNamespace

import gradio as gr
import pytest

from index.embedders import packaged
from index.errors import LockedError
from qa.catalogue import Catalogue
from qa.engine import QA
from qa.tabs.ask import Ask
from qa.tabs.documents import BACK, Documents
from qa.tabs.map import Map

pytestmark = pytest.mark.skipif("fast" not in packaged(), reason="no packaged model")

ENGLISH = SimpleNamespace(headers={"accept-language": "en"})
RIVER = "?q=Which+river+froze%3F"
GONE = "no longer in the index"


def clicked(target):
    return SimpleNamespace(target_id=target)


@pytest.fixture
def qa(tmp_path):
    articles = tmp_path / "articles"
    articles.mkdir()
    (articles / "a.txt").write_text("The river Aune froze in March. It was cold.")
    return QA.build([articles], tmp_path / "index")


@pytest.fixture
def asking(qa):
    with gr.Blocks():
        return Ask(qa, qa.ask, Catalogue())


@pytest.fixture
def documents(qa, asking):
    with gr.Blocks():
        made = Documents(qa, Catalogue())
    made.ask = asking
    return made


def finished(documents):
    deadline = time.monotonic() + 60
    while documents.work.state.running and time.monotonic() < deadline:
        time.sleep(0.01)
    return documents.work.state


def shown(documents):
    """Give what the tab shows of the rebuild, and of the added files."""
    told = documents.show("", "", ENGLISH)
    return told[0], told[8]


def test_a_failed_rebuild_does_not_tell_where_things_lie(qa, documents, tmp_path):
    """Of a folder that has gone, whoever visits reads the name alone."""
    (tmp_path / "articles").rename(tmp_path / "moved")

    documents.start("", "", ENGLISH)

    reason = finished(documents).reason
    assert reason == "articles does not exist; give a file or a folder"


def test_a_text_that_finds_no_room_is_not_lost(documents, monkeypatch):
    """It stays in its fields, with the reason; so it does when a field is empty."""
    assert "a title and a text are needed" in documents.paste("Tea", " ", ENGLISH)[2]

    def full(title, text):
        raise OSError(errno.ENOSPC, "No space left on device", "/srv/index/tea.md")

    monkeypatch.setattr(documents.library, "write", full)
    *fields, note = documents.paste("Tea", "It is poured.", ENGLISH)

    assert fields == ["Tea", "It is poured."]
    assert "No space left on device" in note
    assert "/srv" not in note


def test_an_answer_that_is_not_kept_is_found_anew(asking):
    """After an hour, a restart, a rebuild, or another question; both are shown."""
    of_before = asking.qa.snapshot.generation - 1
    for kept in (None, ((1, "?q=What+else%3F"), None), ((of_before, RIVER), None)):
        came, (to, answer) = asking.open_hit(kept, RIVER, clicked("hit 1"), ENGLISH)

        assert "It was cold." in came["article"]
        assert "It was cold." in came["results"]
        assert to == (asking.qa.snapshot.generation, RIVER)
        assert answer.question == "Which river froze?"


def test_a_kept_answer_is_not_asked_again(asking):
    """The results stay as they are; an old place of an answer opens nothing."""
    _, kept = asking.answer(RIVER, ENGLISH)
    asking.ask = None

    came, _ = asking.open_hit(kept, RIVER, clicked("hit 1"), ENGLISH)
    assert "results" not in came
    assert "It was cold." in came["article"]
    came, _ = asking.open_hit(kept, RIVER, clicked("hit 9"), ENGLISH)
    assert GONE in came["article"]


def test_what_is_kept_of_an_answer_holds_no_documents(asking):
    """Each may be a book, and an hour of answers is kept."""
    _, (_, answer) = asking.answer(RIVER, ENGLISH)
    documents = [found.document for found in (*answer.hits, *answer.sentences)]

    assert [(d.id, d.text) for d in documents] == [("a.txt", "")] * 2


def test_what_has_left_the_index_is_said(qa, documents):
    """A document of the table, or a point of the map, that was deleted meanwhile."""
    with gr.Blocks():
        atlas = Map(qa)

    assert GONE in documents.open_document(clicked("b.txt"), ENGLISH)["article"]
    assert GONE in atlas.open_passage(clicked("b.txt:0"), ENGLISH)["article"]


def test_the_report_of_a_rebuild_goes_with_its_index(documents):
    """Once the index of before is back, nothing says that the new one is in use."""
    documents.work.start()
    finished(documents)
    assert "new index is in use" in shown(documents)[0]

    assert "is in use again" in documents.do(BACK, ENGLISH)[-1]
    assert "new index is in use" not in shown(documents)[0]


def test_the_report_goes_when_another_process_builds(qa, documents):
    """What it counts is not what is indexed any more."""
    documents.work.start()
    finished(documents)
    QA.open(qa.folder).rebuild()
    qa.refresh()

    assert "new index is in use" not in shown(documents)[0]


def test_the_box_shows_a_question_of_two_lines_in_one(asking):
    """The words on either side of the break stay two."""
    assert asking.arrive("?q=why%0Anot", ENGLISH)[0]["question"] == "why not"


def test_what_fails_is_called_by_its_name(documents, monkeypatch):
    """No file is called `/`, and where the index lies is nobody's business."""

    def rollback():
        raise LockedError("/srv/secret is being built by process 12")

    monkeypatch.setattr(documents.qa, "rollback", rollback)
    said = documents.do(BACK, ENGLISH)[-1]
    assert "could not be brought back: the index is being built" in said
    assert "secret" not in said

    said = documents.do("no.txt", ENGLISH)[-1]
    assert "“no.txt” could not be deleted: " in said


def test_why_a_file_was_not_read_outlives_the_server(qa, documents):
    """The index remembers the reason."""
    documents.library.write("Tides", "The tide is high.")
    (documents.library.folder / "b.pdf").write_bytes(b"%PDF-1.7 nonsense")
    documents.work.start()
    finished(documents)
    with gr.Blocks():
        restarted = Documents(QA.open(qa.folder), Catalogue())
    restarted.ask = documents.ask

    added = shown(restarted)[1]
    assert '<bdi>b.pdf</bdi><em dir="auto">' in added
    assert "not in the index yet" not in added


def test_a_file_with_quotation_marks_is_kept_under_its_name(documents, tmp_path):
    """A form sends them as %22, and what is kept may have none."""
    sent = tmp_path / "The %22Aune%22.txt"
    sent.write_text("It froze.")

    documents.upload([str(sent)], "", ENGLISH)

    assert [file.name for file in documents.library.files()] == ["The _Aune_.txt"]
    assert finished(documents).report
