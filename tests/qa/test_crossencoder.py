"""Reranking by a tiny network with random weights, made here."""

import numpy as np
import pytest

from index.errors import ModelError
from qa import crossencoder
from qa.rerank import Ranking
from tests import networks


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return networks.pair_scorer(tmp_path_factory.mktemp("reranker"))


TEXTS = [f"passage {i} about rain and bridges" for i in range(crossencoder.FIRST + 5)]


def ranking(n):
    falling = np.linspace(0.9, 0.1, n).astype(np.float32)
    return Ranking(np.arange(n)[::-1], *[falling] * 5)


def test_the_first_passages_are_put_in_the_networks_order(folder):
    """Scores fall, are the network's own, and the others follow unchanged."""
    n = len(TEXTS)
    reranker = crossencoder.load(folder)

    found = reranker.rank("what rains?", ranking(n), TEXTS.__getitem__)

    head = found.rows[: crossencoder.FIRST]
    pairs = [("what rains?", TEXTS[row]) for row in head]
    own = reranker._network.predict(pairs, show_progress_bar=False)
    assert found.scores[: len(head)] == pytest.approx(own, abs=1e-5)
    assert sorted(head) == sorted(ranking(n).rows[: len(head)])
    assert found.rows[len(head) :].tolist() == [4, 3, 2, 1, 0]
    assert (np.diff(found.scores) <= 0).all()
    assert (found.late == ranking(n).late[n - 1 - found.rows]).all()


def test_nothing_found_is_nothing_to_rerank(folder):
    """No passages: no network runs."""
    assert (
        len(crossencoder.load(folder).rank("what?", ranking(0), TEXTS.__getitem__)) == 0
    )


def test_another_kind_of_model_is_refused(tmp_path):
    """A model with two numbers for a passage is no reranker."""
    with pytest.raises(ModelError, match="gives 2 numbers"):
        crossencoder.load(networks.pair_scorer(tmp_path / "two", labels=2))


def test_a_network_without_a_score_is_refused(tmp_path):
    """One that finds phrases would score by weights drawn at random."""
    with pytest.raises(ModelError, match="it is a BertForQuestionAnswering"):
        crossencoder.load(networks.reader(tmp_path / "reader"))


def test_a_folder_without_a_model_is_refused(tmp_path):
    """The message says what is wanted."""
    with pytest.raises(ModelError, match="must be a CrossEncoder"):
        crossencoder.load(tmp_path)
