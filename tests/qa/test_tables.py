"""What the Documents tab shows, as HTML."""

from pathlib import Path

from index.build import BuildReport
from qa import tables
from qa.catalogue import Entry
from qa.words import speech
from qa.work import State

ENGLISH = speech("en")


def test_a_stage_under_way_says_how_far_it_is():
    """At 15 a second the other 90 of 120 take 6 s; the stage is set off."""
    state = State("embedding", 30, 120, pace=1 / 15, number=1)

    shown = tables.progress(state, ENGLISH)

    assert "Embedding: 30 of 120" in shown
    assert "about 6 s left" in shown
    assert '<li aria-current="step">Embedding</li>' in shown
    assert shown.count("aria-current") == 1
    assert '<progress max="120" value="30"' in shown


def test_documents_of_one_name_show_their_paths():
    """One that has its title and source for itself does without."""
    paths = {"2023/a.md": "Report", "2024/a.md": "Report", "b.md": "River"}
    entries = [Entry(id, name, "x", "en", "", 1, 9) for id, name in paths.items()]

    shown = tables.documents(entries, 3, ENGLISH)
    assert "<bdi>2023/a.md</bdi>" in shown
    assert "<bdi>2024/a.md</bdi>" in shown
    assert "<bdi>b.md</bdi>" not in shown


def test_documents_without_a_title_are_called_by_their_ids():
    """So that they can be told apart, and opened."""
    ids = ["posts.csv#2", "posts.csv#3"]
    entries = [Entry(id, "", "posts.csv", "en", "", 1, 9) for id in ids]

    shown = tables.documents(entries, 2, ENGLISH)
    for id in ids:
        assert shown.count(f">{id}</") == 1
        assert f">{id}</button>" in shown


def test_a_stage_is_announced_once():
    """What is read out stays the same while the count goes up."""
    one, other = (State("embedding", done, 120, number=1) for done in (1, 2))

    assert tables.announced(one, ENGLISH) == tables.announced(other, ENGLISH)


def test_files_left_out_are_named_with_the_reason():
    """By name alone: where the server keeps them is nobody's business."""
    errors = [(Path("/srv/secret/<b>.pdf"), "no text in it")]
    report = BuildReport(1, 2, 2, 0, errors, 0.1, 3)

    shown = tables.progress(State("done", report=report, number=1), ENGLISH)

    assert "<bdi>&lt;b&gt;.pdf</bdi>: <bdi>no text in it</bdi>" in shown
    assert "secret" not in shown


def test_an_added_file_says_why_it_is_not_there():
    """Nothing when it is indexed; else the reason, or that it waits."""
    names, unread = ["a.md", "b.pdf", "c.md"], {"b.pdf": "damaged"}

    shown = tables.added(names, {"a.md"}, unread, ENGLISH)

    assert "<bdi>a.md</bdi><button" in shown
    assert '<bdi>b.pdf</bdi><em dir="auto">damaged</em>' in shown
    assert '<bdi>c.md</bdi><em dir="auto">not in the index yet</em>' in shown


def test_many_files_are_counted():
    """The first five are named; those refused come with the reason, escaped."""
    names = [f"{n}.md" for n in range(7)]

    shown = tables.kept(names, [("<i>.exe", "no")], ENGLISH)

    assert "Added (7): 0.md, 1.md, 2.md, 3.md, 4.md …" in shown
    assert "<bdi>&lt;i&gt;.exe</bdi>: <bdi>no</bdi>" in shown


def test_the_folder_chooser_knows_what_can_be_read():
    """The page's script leaves out the rest."""
    shown = tables.folder([".md", ".pdf"], 50, ENGLISH)

    assert 'data-suffixes=".md .pdf"' in shown
    assert f'data-largest="{50 * 1024 * 1024}"' in shown
    assert "Read: md pdf" in shown
