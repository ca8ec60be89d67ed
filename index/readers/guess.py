"""Which older encoding a text was written in.

The one in which what is beyond ASCII is what the language of the text writes, and
stands where it may: ñ is no letter of the language that niño, read as nińo, is in.
Where no encoding gives such a text, charset-normalizer decides.
"""

import codecs
import unicodedata
from collections.abc import Container, Iterable, Sequence

import regex as re
from charset_normalizer import from_bytes

from index.language import identify
from index.readers.letters import FREQUENT, LETTERS, SIGNS

_ENCODINGS = (
    "cp1252 cp1250 cp1251 cp1254 cp1257 iso8859-15 iso8859-2 koi8-u gb18030 cp932 big5 "
    "cp949 euc_jp mac_roman cp850 cp852 cp866 cp1253 iso8859-7 iso8859-5 cp1256 cp1255 "
    "iso8859-6 cp1258 cp874"
).split()
_ENOUGH = 0.3
_SAMPLE = 8_000  # bytes

_BEYOND = re.compile(r"[^\s\x00-\x7f]")
_FOREIGN = re.compile(r"(?!\p{Latin})\p{L}")
_APART = r"[\p{Greek}\p{Cyrillic}\p{Hebrew}\p{Arabic}\p{Thai}]"
# A sign within a word or on the wrong side of it; a capital after a small letter; two
# scripts in a word; a vowel without its consonant; a control character.
_ODD = re.compile(
    r"(?<=[\p{Latin}\p{Greek}\p{Cyrillic}])[^\w\s\p{M}\x00-\x7f\xad’·–—…]"
    r"(?=[\p{Latin}\p{Greek}\p{Cyrillic}])"
    r"|(?<=\p{L})[¡¿£€№„‚µ]|(?<!\p{L})’(?=\p{L})|(?<![\dnN.])[ºª]"
    r"|(?<=\p{Ll})(?![A-Z])\p{Lu}|(?<=\p{Lu})(?![A-Z])\p{Lu}(?=\p{Ll})"
    rf"|(?<=\p{{Latin}}){_APART}|{_APART}(?=\p{{Latin}})"
    r"|(?<=[a-z])(?!\p{Latin})\p{L}|(?![\p{Latin}µ])\p{L}(?=[a-z])"
    r"|(?<![\p{L}\p{M}])\p{M}|[เ-ไ](?![ก-ฮ])"
    r"|[\x80-\x9f]"
)
# A capital after another, a dash within a word.
_RARE = re.compile(r"(?<=\p{Lu})(?=\p{Cyrillic})\p{Lu}|(?<=\p{L})[–—…](?=\p{L})")


def guess(data: bytes) -> str:
    """Give the encoding that bytes beyond ASCII are likely to be in, '' if none is.

    >>> guess("El niño volvió a España.".encode("cp1252"))
    'cp1252'
    >>> guess("Zażółć gęślą jaźń.".encode("iso8859-2"))
    'iso8859-2'
    """
    if found := fitting(data, _ENCODINGS):
        return found
    best = from_bytes(data).best()
    return best.encoding if best else ""


def fitting(data: bytes, encodings: Sequence[str]) -> str:
    """Give the encoding, of some, that what is beyond ASCII fits best, '' if none.

    Of those that fit equally well the first is taken.
    """
    fits = {encoding: _fit(data[:_SAMPLE], encoding) for encoding in encodings}
    best = max(encodings, key=lambda encoding: fits[encoding])
    return best if fits[best] >= _ENOUGH else ""


def _fit(data: bytes, encoding: str) -> float:
    """Tell how much of what is beyond ASCII its language would write so; at most 1."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")  # may end within one
    text = unicodedata.normalize("NFC", decoder.decode(data))
    beyond = _BEYOND.findall(text)
    good = max(sum(_worth(c, letters) for c in beyond) for letters in _alphabets(text))
    odd = 2 * len(_ODD.findall(text)) + 0.3 * len(_RARE.findall(text))
    return (good - odd) / max(1, len(beyond))


def _alphabets(text: str) -> Iterable[Container[str]]:
    """Give the letters of the languages that a text may be in."""
    foreign = "".join(_FOREIGN.findall(text))
    codes = {identify(part) for part in (text, foreign) if part}
    known = [LETTERS[code] for code in codes if code in LETTERS]
    return known if known and "" not in codes else LETTERS.values()


def _worth(character: str, letters: Container[str]) -> float:
    if character in letters:
        return 1 if character in FREQUENT or character < "\u0370" else 0.7
    if character in SIGNS:
        return 1
    return 0.3 if "\u00c0" <= character < "\u0250" else 0  # in a foreign name
