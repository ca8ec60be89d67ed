"""Answer phrases: the network's arithmetic, what it is told, and what it finds."""

import numpy as np
import pytest
import torch

from index.embedders import packaged
from index.sentences import sentences
from index.tokens import terms
from qa import phrase, reply
from qa.engine import QA
from qa.question import Question
from tests import networks

needs_model = pytest.mark.skipif("fast" not in packaged(), reason="no model here")

TEXT = "The bridge was closed on 5 May 1998. Engineers (from Oslo) had found a crack."


def asked(importance):
    """A question of one word for each number, all alike."""
    m = len(importance)
    words = tuple(terms(" ".join("abcdefgh"[:m])))
    weights = np.array(importance, np.float32)
    return Question(words, np.zeros((m, 4)), np.full(m, -1), (), weights, None)


def marked(cosines, importance=(1.0,)):
    words = terms(TEXT)
    table = np.zeros((len(importance), len(words)), np.float32)
    for (row, word), cosine in cosines.items():
        table[row, [w.term for w in words].index(word)] = cosine
    told = phrase.marks(TEXT, words, sentences(TEXT), asked(importance), table)
    return {w.term: row for w, row in zip(words, told, strict=True)}


def test_marks_tell_how_a_word_matches():
    """The likeness, weighed by importance, and how well its sentence covers."""
    told = marked({(0, "bridge"): 1.0, (1, "closed"): 1.0}, [0.75, 0.25])

    assert told["bridge"][:3] == pytest.approx([0.9, 0.9, 0.675])
    assert told["closed"][:3] == pytest.approx([0.9, 0.3, 0.225])
    assert told["may"][:6] == pytest.approx([0, 0, 0, 1, 1, 1])
    assert told["oslo"][:6] == pytest.approx([0, 0, 0, 0, 0, 0])


def test_marks_tell_how_a_word_is_written():
    """Years, other numbers, capitals, and what stands before and after."""
    told = marked({})

    assert [told[w][7] for w in ("1998", "5", "crack")] == [1, 0, 0]
    assert [told[w][8] for w in ("1998", "5", "crack")] == [0, 1, 0]
    assert [told[w][9] for w in ("Oslo".lower(), "crack")] == [1, 0]
    before, after = told["from"][15:20], told["oslo"][20:25]
    assert before.tolist() == [0, 0, 1, 0, 0]  # a bracket opens
    assert after.tolist() == [0, 0, 0, 0, 1]
    assert told["engineers"][6] == 1  # begins its sentence
    assert all(len(row) == phrase.MARKS for row in told.values())


def test_the_best_phrase_is_the_likeliest_pair():
    """Compared with all pairs of words in order, LONGEST apart at most."""
    rng = np.random.default_rng(3)
    scores = rng.standard_normal((40, 2)) * 3
    within = np.zeros(40, bool)
    within[5:35] = True

    found = phrase.best(scores, within)

    share = np.exp(scores)
    pairs = {
        (a, z): share[a, 0] * share[z, 1]
        for a in range(5, 35)
        for z in range(a, min(a + phrase.LONGEST, 35))
    }
    assert (found.start, found.end) == max(pairs, key=pairs.__getitem__)
    chosen = set(range(found.start, found.end + 1))
    expected = 0.0
    for (a, z), chance in pairs.items():
        other = set(range(a, z + 1))
        expected += chance * 2 * len(chosen & other) / (len(chosen) + len(other))
    assert found.score == pytest.approx(expected / sum(pairs.values()))
    assert phrase.best(scores, np.zeros(40, bool)) is None


def test_shares_tell_where_an_answer_may_be():
    """All that may answer is in the second sentence; what is left is in the first."""
    words = terms(TEXT)
    places = sentences(TEXT)
    second = [word.start >= places[1][0] for word in words]
    likely = np.where(second, 9 / sum(second), 1 / (len(words) - sum(second))) / 10
    starts, ends = np.array([(word.start, word.end) for word in words]).T
    scores = np.log(np.stack([likely, likely], axis=1))
    reading = phrase.Reading(starts, ends, scores)

    found = reading.find(places[1])

    assert reading.shares(places) == pytest.approx([0.1, 0.9])
    assert reading.shares([(0, 0)]) == [0]
    assert found.share == pytest.approx(0.9)
    assert TEXT[found.start : found.end] in TEXT[slice(*places[1])]
    assert reading.find((0, 0)) is None


@pytest.mark.parametrize("better", [{"score": 0.9}, {"share": 0.9}, {}])
def test_a_phrase_is_surer(better):
    """With a better score, with less elsewhere, and with passages that answer."""
    found = phrase.Phrase(0, 5, 0.5, 0.5)

    before = phrase.sureness(found, 0.5)
    after = phrase.sureness(found._replace(**better), 0.5 if better else 0.9)

    assert 0 < before < after < 1
    assert 0 < phrase.sureness(phrase.Phrase(0, 5, 0.0, 0.0), 0.0) < 0.01
    assert phrase.sureness(phrase.Phrase(0, 5, 1.0, 1.0), 1.0) < 1


def test_where_an_answer_may_be_counts_for_a_sentence():
    """Two that are close change places; the best is as good as the best was."""
    own = np.array([0.5, 0.48, 0.1])

    found = reply._answering(own, np.array([0.01, 0.9, 0.09]))

    assert found.argmax() == 1
    assert found.max() == pytest.approx(0.5)
    assert found.min() >= 0
    assert reply._answering(own, np.zeros(3)) == pytest.approx(own)


def test_what_is_trained_is_what_is_run(tmp_path):
    """The networks of torch and the reader of the product give the same scores."""
    pytest.importorskip("zstandard", reason="the extra `training` is not installed")
    from training import phrase as made

    torch.manual_seed(2)
    sizes = made.Size(8, 12, 0.1, 1), made.Size(16, 8, 0.1, 1)
    inside = made.Size(8, 16, 0.1, 1, contextual=True)
    first, second = (made.Network(32, size).eval() for size in sizes)
    third = made.Network(48, inside).eval()
    file = tmp_path / "phrase.safetensors"
    made.save([first, second, third], file, "a table", "a model")
    rng = np.random.default_rng(4)
    asked, words = rng.standard_normal((5, 48)), rng.standard_normal((30, 48))
    marks = rng.random((30, phrase.MARKS + phrase.LIKENESS))

    found = {
        model: phrase.load("a table", model, file).scores(asked, words, marks)
        for model in ("a model", "another")
    }

    def batch(rows):
        return torch.tensor(rows, dtype=torch.float32)[None]

    def none(n):
        return torch.zeros(1, n, dtype=torch.bool)

    given = batch(asked), none(5), batch(words), none(30), batch(marks)
    pairs = {"a model": (second, third), "another": (first, second)}
    for model, pair in pairs.items():
        told = [torch.log_softmax(network(*given)[0], dim=0) for network in pair]
        mean = torch.log_softmax(torch.stack(told).mean(dim=0), dim=0)
        assert np.exp(found[model]).sum(axis=0) == pytest.approx(1)
        assert found[model] == pytest.approx(mean.detach().numpy(), abs=0.03)  # halves
    assert phrase.load("a table", "a model", file).contextual
    assert not phrase.load("a table", "another", file).contextual
    assert phrase.load("another table", "a model", file) is None


def test_no_network_no_phrase(tmp_path):
    assert phrase.load("a table", "a model", tmp_path / "phrase.safetensors") is None


def test_likeness_tells_what_a_word_is_near():
    """The nearest of the question's words, weighed, their mean, and the whole."""
    asked = np.array([[1, 0, 0], [0, 1, 0]], np.float32)
    importance = np.array([0.75, 0.25], np.float32)

    found = phrase.likeness(asked, importance, np.eye(3, dtype=np.float32))

    half = 0.5**0.5
    expected = [[1, 1, 0.75, half], [1, 1 / 3, 0.25, half], [0, 0, 0, 0]]
    assert found == pytest.approx(np.array(expected), abs=1e-6)
    assert found.shape == (3, phrase.LIKENESS)


@pytest.fixture(scope="module", params=packaged())
def bridge(request, tmp_path_factory):
    """An index of one article in English, and one in German, with each model."""
    folder = tmp_path_factory.mktemp("bridge")
    (folder / "a.txt").write_text(
        "Repairs\n\nThe old bridge of Harrow was built by Anna Lindqvist in 1932. It "
        "was closed on 5 May 1998 after engineers had found a crack. Repairs cost "
        "12 million crowns.",
        "utf-8",
    )
    (folder / "b.txt").write_text(
        "Wahl\n\nZum Bürgermeister von Neustadt wurde am Sonntag Peter Brandauer "
        "gewählt. Er erhielt 54 Prozent der Stimmen.",
        "utf-8",
    )
    return folder, QA.build([folder], folder / "index", model=request.param)


@needs_model
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who built the old bridge of Harrow?", "Anna Lindqvist"),
        ("When did engineers find a crack in the bridge?", "5 May 1998"),
        ("Wer wurde zum Bürgermeister gewählt?", "Peter Brandauer"),
        ("Who was elected mayor of Neustadt?", "Peter Brandauer"),
    ],
)
def test_the_phrase_answers(bridge, question, expected):
    """Whom, and when: the phrase holds what was asked for, in its own language."""
    found = bridge[1].ask(question).phrase

    assert found is not None
    assert expected in found.text
    assert len(found.text) < 3 * len(expected)
    assert found.document.text[found.start : found.end] == found.text


@needs_model
def test_a_phrase_lies_in_the_first_sentence(bridge):
    """Offsets are the document's, within the sentence shown first."""
    answer = bridge[1].ask("How much did the repairs of the bridge cost?")

    first = answer.sentences[0]
    assert answer.phrase is None or (
        first.start <= answer.phrase.start < answer.phrase.end <= first.end
    )


@needs_model
def test_without_an_answer_there_is_no_phrase(bridge):
    answer = bridge[1].ask("Which enzyme unwinds the DNA double helix?")

    assert not answer.answered
    assert answer.phrase is None


@needs_model
def test_networks_can_take_over(bridge, tmp_path):
    """A reader and a reranker given by folder are asked instead of the table."""
    folder, _ = bridge
    qa = QA.open(
        folder / "index",
        reader=str(networks.reader(tmp_path / "reader")),
        reranker=str(networks.pair_scorer(tmp_path / "reranker")),
    )
    answer = qa.ask("Who built the old bridge of Harrow?", k=5)

    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)
    texts = [hit.passage.text for hit in answer.hits]
    own = qa.reranker._network.predict([(answer.question, text) for text in texts])
    assert scores == pytest.approx(own, abs=1e-5)


@pytest.mark.parametrize(
    ("text", "told", "expected"),
    [
        ("It cost £1.2 million.", "1.2 million", "£1.2 million"),
        ("Es kostet 39 € im Monat.", "39", "39 €"),
        ("para € 46.000.", "46.000", "€ 46.000"),
        ("Open 10:00–14:00 today.", "10", "10:00–14:00"),
        ("Open 10:00–14:00 today.", "00", "10:00–14:00"),
        ("It rose 3 % in May.", "3", "3 %"),
        ("At 180 °C, then less.", "180", "180 °C"),
        ("At 9.40 p.m. they left.", "9.40 p.m", "9.40 p.m."),
        ("In 1999. Then 2000.", "1999", "1999"),
        ("Five of 12, 3 of 4.", "12", "12"),
        ("He sat. She ran.", "sat", "sat"),
        ("Said Ann B. Lee", "Ann B", "Ann B"),
    ],
)
def test_a_phrase_has_the_whole_number_and_its_sign(text, told, expected):
    """Words are all that a network may choose, and a sign is none."""
    start = text.index(told)
    first, end = phrase.whole(text, start, start + len(told))
    assert text[first:end] == expected


@pytest.mark.parametrize(
    ("before", "told", "expected"),
    [
        ("", "PARIS – Le président", "Le président"),
        ("Titel\n", "BERLIN (dpa) — Kanzlerin Ada Roth", "Kanzlerin Ada Roth"),
        ("", "PARIS –", "PARIS –"),
        ("It is ", "NATO – the alliance", "NATO – the alliance"),
    ],
)
def test_a_phrase_does_not_begin_with_a_dateline(before, told, expected):
    """Only where a line begins is a place in capitals one."""
    first, end = phrase.whole(f"{before}{told}.", len(before), len(before + told))
    assert f"{before}{told}."[first:end] == expected
