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
    (13.47, 10.44, 13.40),
    -9.85,
    (3.52, -0.17, 0.75, -8.12, 3.32, 5.77, 7.76, 7.91),
    -3.18,
)
NETWORK = Weights(
    (18.85, 7.97, 11.94),
    -11.99,
    (5.21, -1.00, 2.68, -8.64, 3.95, 5.50, 5.37, 8.53),
    -4.26,
)
# Mean and deviation of the cosines of `chance.UNRELATED` in the model that NETWORK was
# fitted to.
USUAL = (0.0489, 0.0666)
