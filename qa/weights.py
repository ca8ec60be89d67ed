"""What speaks for an answer, and how much: numbers that training.ranking fits.

Learned on the odd-numbered articles of XQuAD, all languages together.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of one kind of vectors.

    passage: what a unit of cosine, of late interaction, and of that of the best
    sentence, adds to the log-odds of a passage, and `passage_bias` to those of any.
    same, across: what `answer.signs` add to the log-odds that the passages answer (what
    speaks for them, then the same by breadth), and last what these are without, where
    the best one is in the question's language and where it is in another.
    """

    passage: tuple[float, float, float]
    passage_bias: float
    same: tuple[float, ...]
    across: tuple[float, ...]


# Where vectors are the token table's own, and where they are a network's.
# fmt: off
TABLE = Weights(
    (13.68, 9.89, 14.24),
    -10.40,
    (
        5.18, 6.23, -0.47, 3.24, 0.47, -5.45, 4.95, -1.89,
        0.19, -1.94, 0.50, -0.87, -3.62, 1.11, 2.36, 1.78, 4.59,
        -5.55,
    ),
    (
        7.53, 1.95, 2.81, -15.90, -5.21, -4.57, -3.75, 21.34,
        -0.02, -3.33, -1.64, -1.00, 9.09, 6.09, 6.52, 6.72, -11.98,
        -2.88,
    ),
)
NETWORK = Weights(
    (19.81, 7.30, 12.15),
    -12.88,
    (
        3.45, 8.81, -3.92, 2.89, 3.04, -8.94, 7.55, -1.18,
        -0.79, 0.13, -0.92, 1.62, -3.42, -0.40, 4.41, -0.63, 3.97,
        -4.89,
    ),
    (
        5.56, 9.50, -4.94, -15.96, -1.66, -11.07, 4.17, 21.41,
        -0.49, -0.84, -6.32, 3.59, 8.65, 3.91, 9.72, 1.43, -11.64,
        -2.87,
    ),
)
# fmt: on
# Mean and deviation of the cosines of `chance.UNRELATED` in the model that NETWORK was
# fitted to.
USUAL = (0.0433, 0.0652)
