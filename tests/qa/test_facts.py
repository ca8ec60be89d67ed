"""What the Index tab tells: the index, and the figures of its model."""

from qa import card
from qa.card import Figure, figures
from qa.facts import facts
from qa.words import speech

ENGLISH = speech("en")
RECORD = {
    "created": "2026-11-22T12:00:00+00:00", "seconds": 1.0, "generation": 3,
    "model": "fast", "embedder": "fast@1", "dim": 256, "kind": "SQfp16",
    "backend": "faiss", "documents": 2, "passages": 12, "bytes": 3_000_000,
    "paths": ["/docs"], "languages": {"en": 3, "fr": 9},
}  # fmt: skip


def test_the_facts_name_the_languages():
    """Counts come as bars, the largest first at full width."""
    told = facts(RECORD, [], ENGLISH)

    assert told.index("French") < told.index("English")
    assert "width:100.0%" in told
    assert "width:33.3%" in told
    assert "2026-11-22 12:00:00 UTC" in told


def test_a_measure_is_drawn_by_language():
    """A mean of 0.75 fills three quarters; each language has a dot, and a bar."""
    told = facts(RECORD, [Figure("News, F1", 0.75, {"de": 0.8, "sw": 0.7})], ENGLISH)

    assert "width:75.0%" in told
    assert 'title="de 0.80"' in told
    assert "width:80.0%" in told
    assert "<td>0.70</td>" in told


def test_figures_are_written_as_the_language_does():
    """Each isolated, so that no unit changes sides in a page from right to left."""
    told = facts(RECORD | {"passages": 1061}, [], speech("de"))

    assert "<bdi>1.061</bdi>" in told
    assert "<bdi>3,0 MB</bdi>" in told
    assert "<bdi>2026-11-22 12:00:00 UTC · 1,0 s · № 3</bdi>" in told


def test_the_packaged_models_card_has_figures():
    """What `python -m training measure` writes is what is read here."""
    found = {figure.name: figure for figure in card.of("fast")}

    tatoeba = found["Tatoeba, F1 to English (mean: 12 languages)"]
    assert 0.7 < tatoeba.mean < 1
    assert len(tatoeba.each) > 40


def test_another_kind_of_card_has_none(tmp_path):
    """No chart is better than a wrong one."""
    (tmp_path / "README.md").write_text("# A model\n\n| | mean |\n|---|\n| x | y |")

    assert card.of(str(tmp_path)) == []
    assert card.of("somebody/else") == []
    assert figures("") == []
