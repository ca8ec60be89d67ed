"""What speaks for an answer, and how much: numbers that training.ranking fits.

Learned on the odd-numbered articles of XQuAD, all languages together.
"""

from dataclasses import dataclass

Signs = tuple[float, float, float, float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of one kind of vectors.

    passage: what a unit of cosine, of late interaction, and of that of the best
    sentence, adds to the log-odds of a passage, and `passage_bias` to those of any.
    same, across: what `answer.signs` add to the log-odds that the passages answer, and
    last what these are without, where the best one is in the question's language and
    where it is in another.
    """

    passage: tuple[float, float, float]
    passage_bias: float
    same: Signs
    across: Signs


# Where vectors are the token table's own, and where they are a network's.
TABLE = Weights(
    (13.68, 9.89, 14.24),
    -10.40,
    (2.21, 6.70, -2.73, -2.59, 2.20, -1.14, 8.62, 5.68, -5.13),
    (2.71, -0.14, -2.00, -1.05, 4.80, 5.82, 10.45, 1.54, -2.78),
)
NETWORK = Weights(
    (19.81, 7.30, 12.15),
    -12.88,
    (3.79, 7.32, -1.43, -2.91, 2.45, -1.66, 6.72, 5.64, -6.25),
    (4.41, -0.70, -0.09, -2.33, 5.23, 4.89, 7.70, 2.82, -3.74),
)
# Mean and deviation of the cosines of `chance.UNRELATED` in the model that NETWORK was
# fitted to.
USUAL = (0.0433, 0.0652)
