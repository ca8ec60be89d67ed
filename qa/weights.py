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
    answer: tuple[float, float, float, float, float, float, float, float]
    answer_bias: float


# Where vectors are the token table's own, and where they are a network's.
TABLE = Weights(
    (13.68, 9.89, 14.24),
    -10.40,
    (2.73, -1.41, 1.01, -7.34, 4.31, 7.16, 7.29, 7.02),
    -2.97,
)
NETWORK = Weights(
    (19.81, 7.30, 12.15),
    -12.88,
    (4.11, -1.16, 2.32, -7.17, 5.01, 5.82, 4.92, 6.78),
    -3.94,
)
# Mean and deviation of the cosines of `chance.UNRELATED` in the model that NETWORK was
# fitted to.
USUAL = (0.0433, 0.0652)
