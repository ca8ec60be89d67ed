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
    (15.01, 11.04, 12.94), -10.21, (1.61, -5.34, 0.20, 5.28, 10.10, 6.13), -1.63
)
NETWORK = Weights(
    (17.29, 9.42, 11.61), -10.55, (3.23, -5.31, 1.09, 4.09, 9.65, 4.83), -2.27
)
# Mean and deviation of the cosines of `chance.UNRELATED` in the model that NETWORK was
# fitted to.
USUAL = (0.048, 0.0635)
