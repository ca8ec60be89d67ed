"""What a collection tells of passages, where the model reads their sentences."""

import numpy as np
import pytest

from index import embedders
from index.build import build_documents
from index.embedders import MODELS
from index.records import Document
from index.sentences import sentences, terms_by_sentence
from index.tokens import terms
from qa import answer, reply, rerank, weights
from qa.engine import QA

pytestmark = pytest.mark.skipif(
    not (MODELS / "multilingual").exists(), reason="no graft here"
)
TEXTS = {
    "bridge": "The bridge is old. The council wants work on it to stop at once. Rain.",
    "katze": "Unsere Katze schläft auf dem Dach. Brot wird hier vor acht Uhr gebacken.",
    "tram": "Le tramway passe toutes les dix minutes. Il est jaune.",
}
QUESTION = "Who asked for the work to be halted?"


@pytest.fixture(scope="module")
def qa(tmp_path_factory):
    folder = tmp_path_factory.mktemp("index")
    documents = [Document(id, id.title(), text) for id, text in TEXTS.items()]
    build_documents(documents, folder, model="multilingual")
    return QA.open(folder)


def _read(document):
    """What the model reads of a document of one passage."""
    return f"{document.title}\n{document.text}"


def test_sentences_are_set_against_the_question(qa):
    """Those of any passages, in any order, as the model gives them."""
    opened, embedder = qa.collection, embedders.load("multilingual")
    rows = np.array([2, 0])
    vector = opened.vector(QUESTION)

    found, starts = opened.sentences(rows, vector)

    expected, counts = [], []
    for row in rows:
        document = opened.documents([row])[0]
        text = _read(document)
        ends = [end for _, end in sentences(text, document.language)]
        read = embedder.encode_sentences([text], [np.array(ends, np.int32)])[1][0]
        expected += (
            read @ embedders.unit(vector[None, -embedder.sentence_dim :])[0]
        ).tolist()
        counts.append(len(ends))
    assert starts.tolist() == [0, counts[0]]
    assert found == pytest.approx(expected, abs=0.01)


def test_words_are_read_where_they_stand(qa):
    """Those of the question and of a passage, as the model gives stretches that end
    where they do; where another model made the vectors, none."""
    opened, embedder = qa.collection, embedders.load("multilingual")
    asked, text = opened.read(QUESTION), TEXTS["bridge"]
    words = terms(text)

    found = opened.contextual(text, words)()

    for sought, read in ((QUESTION, asked.contextual), (text, found)):
        ends = [word.end for word in terms(sought)][: len(read)]
        own = embedder.encode_sentences([sought], [np.array(ends, np.int32)])[1][0]
        assert read.shape == (len(ends), embedder.sentence_dim)
        assert np.array_equal(read, own)
    assert asked.vector == pytest.approx(opened.vector(QUESTION), abs=1e-6)
    near = found @ asked.contextual[-1]  # halted
    like = {word.term: float(cosine) for word, cosine in zip(words, near, strict=True)}
    assert like["stop"] > like["rain"]


def test_the_table_reads_no_word_where_it_stands(tmp_path):
    build_documents([Document("bridge", "", TEXTS["bridge"])], tmp_path, model="fast")
    opened = QA.open(tmp_path).collection

    assert not opened.contextual(TEXTS["bridge"], terms(TEXTS["bridge"]))().size
    assert not opened.read(QUESTION).contextual.size


def test_the_nearest_sentence_speaks_for_its_passage(qa):
    """As much as the passage itself, in what the ranking goes by; both by how many
    words it has."""
    opened = qa.collection
    asked = opened.read(QUESTION)
    ranking = opened.rank(asked, 3)

    whole = opened.snapshot.vectors[ranking.rows] @ asked.vector
    inside, starts = opened.sentences(ranking.rows, asked.vector)
    nearest = np.maximum.reduceat(inside, starts)
    mixed = (1 - rerank.NEAREST) * whole + rerank.NEAREST * nearest
    words = [
        sum(len({t.term for t in sentence}) for sentence in passage)
        for row in ranking.rows
        for passage in (
            terms_by_sentence(_read(one), "en") for one in opened.documents([row])
        )
    ]
    expected = rerank.steadied(mixed, np.array(words))
    assert ranking.cosines == pytest.approx(expected, abs=1e-3)
    assert opened.documents(ranking.rows[:1])[0].id == "bridge"


def test_the_sentence_that_answers_is_the_first(qa):
    """The title is no sentence of the text, and shifts nothing."""
    opened = qa.collection
    asked = opened.read("When do they make the bread?")

    hits, found, *_ = reply.shown(opened, asked, opened.rank(asked, 3), {})

    assert hits[0].document.id == "katze"
    assert found[0].text == "Brot wird hier vor acht Uhr gebacken."


def test_words_met_before_mean_what_they_did(qa):
    """Whatever was asked meanwhile, a question is read to the same bits."""
    opened = qa.collection
    first = opened.read(QUESTION)
    for text in ("work", "Wer schläft auf dem Dach?", "", QUESTION[:12]):
        opened.read(text)
    again = opened.read(QUESTION)

    alone, information = embedders.load_words("fast").word_vectors(
        [word.term for word in first.words]
    )
    assert np.array_equal(first.vectors, again.vectors)
    assert np.array_equal(first.vectors, alone)
    assert len(information) == len(first.words)
    assert all(map(np.array_equal, first.near, again.near))
    assert all(map(np.array_equal, first.alike, again.alike))


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("Wo wird das Brot gebacken, und wann?", True),
        ("Where is the bread baked, and when?", False),
        ("pain pain", False),  # too short to tell
    ],
)
def test_an_answer_in_the_question_s_language_is_judged_by_its_own_weights(
    qa, question, same
):
    opened = qa.collection
    asked = opened.read(question)
    ranking = opened.rank(asked, 3)
    katze = [opened.named(row) for row in ranking.rows].index(["katze"])
    first = ranking.reordered(np.array([katze]), ranking.scores[[katze]])

    found = opened.confidence(asked, first)

    breadth = asked.breadth
    assert found == answer.confidence(first, breadth, same, weights.NETWORK)
    assert found != answer.confidence(first, breadth, not same, weights.NETWORK)
