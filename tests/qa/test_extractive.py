"""Finding phrases by a tiny network with random weights, made here."""

import pytest
import torch

from index.errors import ModelError
from qa import extractive
from tests import networks

TEXT = "The bridge was closed on Monday after a crack was found. " * 3


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    return extractive.load(networks.reader(tmp_path_factory.mktemp("reader")))


def test_a_phrase_is_characters_of_the_text(reader):
    """Whole pieces of the text, not of the question, with a score."""
    found = reader.find("when was it closed?", TEXT)

    assert found is None or (
        0 <= found.start < found.end <= len(TEXT) and 0 < found.score <= 1
    )


def test_the_likeliest_pair_of_tokens_is_chosen():
    """Tokens 2 to 3 of those inside: e^4 of e^4 + ... for both ends."""
    start, end = torch.zeros(6), torch.zeros(6)
    start[2], end[3], end[1] = 4.0, 4.0, 9.0
    places = torch.tensor([[0, 0], [0, 0], [0, 3], [4, 7], [8, 9], [0, 0]])
    inside = [False, False, True, True, True, False]

    found = extractive._best(start, end, places, inside)

    expected = torch.softmax(start, 0)[2] * torch.softmax(end, 0)[3]
    assert (found.start, found.end) == (0, 7)
    assert found.score == pytest.approx(float(expected))


def test_nothing_is_found_where_nothing_is_likelier():
    """The first token's scores are those of finding nothing."""
    scores = torch.tensor([5.0, 0.0, 1.0])
    places = torch.tensor([[0, 0], [0, 2], [3, 5]])

    assert extractive._best(scores, scores, places, [False, True, True]) is None


def test_a_long_text_is_read_in_windows(reader):
    """A text of thousands of tokens is read to its end without an error."""
    found = reader.find("when?", TEXT * 40)
    assert found is None or found.end <= len(TEXT * 40)


def test_a_long_question_leaves_room_for_the_text(reader):
    """Of any length, it is read as far as there is room."""
    for n in (60, 120, 250, 2_000):
        question = "when was the bridge closed? " * n
        found = reader.find(question, TEXT)
        assert found is None or found.end <= len(TEXT)
    assert question.startswith(cut := reader._shortened(question))
    assert cut.startswith("when was the bridge closed?")


def test_a_network_that_finds_no_phrases_is_refused(tmp_path):
    """A reranker has no scores of tokens; they would be random."""
    with pytest.raises(ModelError, match="it is a BertForSequenceClassification"):
        extractive.load(networks.pair_scorer(tmp_path / "scorer"))


def test_a_folder_without_a_model_is_refused(tmp_path):
    """The message says what is wanted."""
    with pytest.raises(ModelError, match="question-answering model"):
        extractive.load(tmp_path)


def test_the_packages_models_are_no_readers():
    """They embed passages; what would do is a folder, or a model of the hub."""
    with pytest.raises(ModelError, match="no model 'fast'; give a folder, or a name"):
        extractive.load("fast")
