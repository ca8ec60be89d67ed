"""A tiny model in the place of the packaged one, and a few articles."""

from pathlib import Path

import pytest

from index import embedders
from tests import tiny

ARTICLES = {
    "halt.txt": "Call for a halt\n\nThe president called for an immediate halt. "
    + "Nobody answered at first. " * 60,
    "fr/arret.md": "---\ntitle: Un arrêt\nlanguage: fr\ndate: 2023-09-19\n---\n"
    "Le président a appelé à mettre fin aux combats.\n\n" + "Rien ne bouge. " * 80,
    "zh.jsonl": '{"_id": 1, "title": "停火", "text": "停止军事行动。", "lang": "zh"}',
}


@pytest.fixture(scope="session")
def models(tmp_path_factory) -> Path:
    """A folder of packaged models that holds a tiny `fast`."""
    folder = tmp_path_factory.mktemp("models")
    tiny.write(folder / "fast")
    return folder


@pytest.fixture
def fast(models, monkeypatch) -> Path:
    """Let the packaged models be the tiny one; gives its folder."""
    monkeypatch.setattr(embedders, "MODELS", models)
    return models / "fast"


@pytest.fixture
def articles(tmp_path) -> Path:
    """A folder with an article in each of three formats."""
    for name, text in ARTICLES.items():
        path = tmp_path / "articles" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "articles"
