"""More like this, and not this."""

from pathlib import Path

import numpy as np
import pytest

from index.embedders import packaged
from qa.engine import QA
from qa.feedback import AWAY, TOWARDS, Feedback

SEEDS = Path(__file__).parents[2] / "seeds"
QUESTION = "what happened to the river?"


def test_the_vector_moves_as_rocchio_says():
    """q + 0.75 mean(like) - 0.15 mean(unlike), of unit length again."""
    q, vectors = np.eye(4, dtype=np.float32)[0], np.eye(4, dtype=np.float32)

    moved = Feedback(like=(1, 2), unlike=(3,)).moved(q, vectors)

    wanted = np.array([1, TOWARDS / 2, TOWARDS / 2, -AWAY])
    assert moved == pytest.approx(wanted / np.sqrt(wanted @ wanted))


def test_without_feedback_nothing_moves():
    """The question's own vector, to the bit."""
    q = np.array([0.6, 0.8], np.float32)

    assert Feedback().moved(q, np.eye(2)) is q


@pytest.fixture(scope="module")
def qa(tmp_path_factory):
    if "fast" not in packaged():
        pytest.skip("no model here")
    return QA.build([SEEDS], tmp_path_factory.mktemp("seeds"))


def places(answer):
    return [hit.place for hit in answer.hits]


def test_more_like_a_hit(qa):
    """A lower hit comes first once liked, with a better score."""
    hits = qa.ask(QUESTION, k=8).hits
    liked = next(hit for hit in hits[2:] if hit.document.id != hits[0].document.id)

    again = qa.ask(QUESTION, k=8, like=[liked.place])

    assert again.hits[0].place == liked.place
    assert again.hits[0].score > liked.score


def test_a_disliked_hit_is_gone(qa):
    """Those below it move up, and the number of hits stays."""
    before = places(qa.ask(QUESTION, k=5))

    after = places(qa.ask(QUESTION, k=5, unlike=[before[0]]))

    assert before[0] not in after
    assert before[1] in after
    assert len(after) == 5


def test_a_single_place_may_be_given_as_it_is(qa):
    """It is one place, not one for each letter."""
    first = places(qa.ask(QUESTION))[0]

    assert first not in places(qa.ask(QUESTION, unlike=first))


@pytest.mark.parametrize(
    "place", ["gone.md:0", "nonsense", ":", "a:b", "a.md:²", "", "\ud800:0"]
)
def test_what_is_gone_counts_no_more(qa, place):
    """A place that is in no index changes nothing."""
    assert places(qa.ask(QUESTION, like=[place])) == places(qa.ask(QUESTION))


def test_liking_does_not_make_it_an_answer(qa):
    """The confidence stays that of the passages for the question as it was asked."""
    question = "Who sold purple submarines to the penguins of Neptune?"
    before = qa.ask(question)

    after = qa.ask(question, like=[before.hits[0].place])

    assert not before.answered
    assert not after.answered
