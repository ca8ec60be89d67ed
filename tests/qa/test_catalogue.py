"""What an index holds, for tables and filters; and the counters of a server."""

import index
from index.store import Snapshot
from qa.catalogue import Catalogue
from qa.metrics import Metrics
from tests import tiny
from tests.fakes import SEEDS, FakeQA


def test_entries_describe_the_documents(tmp_path):
    """One entry a document, by title, with its own passages and length."""
    snapshot = FakeQA(tmp_path).snapshot

    entries = Catalogue().entries(snapshot)

    assert len(entries) == len(list(SEEDS.glob("*.md")))
    assert [e.title.lower() for e in entries] == sorted(
        e.title.lower() for e in entries
    )
    assert sum(entry.passages for entry in entries) == len(snapshot)
    for entry in entries[:5]:
        assert entry.characters == len(snapshot.document_by_id(entry.id).text)


def test_a_copy_has_the_passages_of_its_original(tmp_path):
    """They are kept once, and both documents are made of them."""
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("The tea in Ulmbach is served at five.")
    with tiny.packaged(tmp_path / "models"):
        index.build([tmp_path / "a.txt", tmp_path / "b.txt"], tmp_path / "index")

    entries = Catalogue().entries(Snapshot.open(tmp_path / "index"))

    assert [entry.passages for entry in entries] == [1, 1]


def test_a_new_snapshot_is_listed_anew(tmp_path):
    """The list is made once for a snapshot, and again for the next one."""
    qa, catalogue = FakeQA(tmp_path), Catalogue()
    before = catalogue.entries(qa.snapshot)
    assert catalogue.entries(qa.snapshot) is before

    (tmp_path / "new.md").write_text("---\ntitle: New\nsource: Us\n---\n\nNew.")
    qa.rebuild([tmp_path])

    assert [entry.title for entry in catalogue.entries(qa.snapshot)] == ["New"]
    assert catalogue.choices(qa.snapshot).sources == ["Us"]


def test_every_word_typed_must_be_there(tmp_path):
    """Words are looked for in title, source, language and date alike."""
    entries = Catalogue().entries(FakeQA(tmp_path).snapshot)

    found = [e for e in entries if e.mentions(["courrier", "2023"], "French")]

    assert [entry.source for entry in found] == ["Le Courrier du Val d’Orbe"]
    assert found[0].mentions(["french"], "French")
    assert not found[0].mentions(["german"], "French")


def test_seconds_fall_into_their_buckets():
    """0.02 s lies in every bucket from 0.025 on; the sum is that of the times."""
    metrics = Metrics()
    metrics.question(True, 0.02)
    metrics.question(False, 3.0)
    metrics.response(200)

    lines = metrics.text({"passages": 7}).splitlines()

    for line in (
        'passage_questions_total{answered="true"} 1',
        'passage_questions_total{answered="false"} 1',
        'passage_responses_total{status="200"} 1',
        'passage_question_seconds_bucket{le="0.01"} 0',
        'passage_question_seconds_bucket{le="0.025"} 1',
        'passage_question_seconds_bucket{le="+Inf"} 2',
        "passage_question_seconds_sum 3.020000",
        "passage_passages 7",
    ):
        assert line in lines
