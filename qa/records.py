"""What a question gets back: an answer, its hits, and the evidence in them.

Offsets count Unicode code points; `end` is exclusive; ranks count from 1;
scores and weights lie between 0 and 1, higher is better.
"""

from dataclasses import dataclass, replace

from index.records import Document, Passage


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence: characters `start:end` of a hit's text, and how strongly they count.

    word: the word of the question that these characters answer to.
    """

    start: int
    end: int
    weight: float
    word: str = ""

    def moved(self, by: int) -> "Span":
        """Give the same evidence in a text that begins `by` characters earlier."""
        return replace(self, start=self.start + by, end=self.end + by)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that answers, or a phrase of one: `document.text[start:end] == text`.

    score: of a phrase, the estimated probability that it is right.
    """

    text: str
    document: Document
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with the spans of its text that match the question."""

    rank: int
    score: float
    passage: Passage
    document: Document
    spans: tuple[Span, ...] = ()
    also_in: tuple[Document, ...] = ()

    @property
    def place(self) -> str:
        """Name the passage by document and offset, to find more, or less, like it."""
        return f"{self.document.id}:{self.passage.start}"


@dataclass(frozen=True, slots=True)
class Answer:
    """The reply to one question.

    answered: whether `confidence`, the estimated probability that the hits
    answer the question, reaches the threshold. Hits are given either way;
    sentences only hold what answers, best first. phrase: the shortest stretch of
    the first sentence that answers (with a reader, of its passage), where one is
    found with confidence.
    """

    question: str
    answered: bool
    confidence: float
    sentences: tuple[Sentence, ...]
    hits: tuple[Hit, ...]
    seconds: float
    phrase: Sentence | None = None
