"""What speaks for an answer, and how much: numbers that training.ranking fits.

Learned on the odd-numbered articles of XQuAD, all languages together.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of one kind of vectors.

    passage: what a unit of cosine, of late interaction, and of that of the best
    sentence, adds to the log-odds of a passage, and `passage_bias` to those of any.
    answer: the same of `answer.signs` and the log-odds that the passages answer.
    """

    passage: tuple[float, float, float]
    passage_bias: float
    answer: tuple[float, float, float, float, float, float]
    answer_bias: float


# Where vectors are the token table's own, and where they are a network's.
TABLE = Weights(
    (14.31, 10.35, 12.70), -9.42, (3.18, -5.97, 1.23, 3.93, 11.19, 6.26), -2.23
)
NETWORK = Weights(
    (18.03, 8.39, 11.15), -10.72, (4.75, -5.45, 1.52, 3.51, 10.05, 5.38), -2.97
)
# Mean and deviation of the cosines of `chance.UNRELATED` in the model that NETWORK was
# fitted to.
USUAL = (0.0489, 0.0647)
