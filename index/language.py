"""Which language a text is in.

The script decides where only one language uses it; py3langid decides among the
others, and only on texts long enough to tell.
"""

from functools import cache

import regex as re
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from index.errors import ModelError

_LANGUAGES = (
    "af ar az be bg bn bs ca cs cy da de el en es et eu fa fi fr ga gl gu he hi hr hu "
    "hy id is it ja ka kk km kn ko ky lo lt lv mk ml mn mr ms my ne nl no pa pl ps pt "
    "ro ru si sk sl sq sr sv sw ta te tg th tl tr uk ur uz vi zh"
).split()

# Ranges of letters, in the order in which they are tried: kana before Han.
_SCRIPTS = {
    "th": "\u0e00-\u0e7f",
    "lo": "\u0e80-\u0eff",
    "km": "\u1780-\u17ff",
    "my": "\u1000-\u109f",
    "ko": "\uac00-\ud7a3\u1100-\u11ff",
    "ja": "\u3041-\u30ff",
    "zh": "\u4e00-\u9fff\u3400-\u4dbf",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "he": "\u0590-\u05ff",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0530-\u058f",
    "bn": "\u0980-\u09ff",
    "gu": "\u0a80-\u0aff",
    "pa": "\u0a00-\u0a7f",
    "ta": "\u0b80-\u0bff",
    "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff",
    "ml": "\u0d00-\u0d7f",
    "si": "\u0d80-\u0dff",
}
_LETTERS = re.compile(r"[\p{L}\p{M}]")
_PATTERNS = {code: re.compile(f"[{span}]") for code, span in _SCRIPTS.items()}
_ANY = re.compile(f"[{''.join(_SCRIPTS.values())}]")
_SHARES = {"ja": 0.1, "zh": 0.3}  # Japanese is mostly Han, Chinese often mixed
_SHARE = 0.5

_ENOUGH = 20
_SAMPLE = 1000


def identify(text: str, default: str = "") -> str:
    """Give the ISO 639-1 code of the language most of a text is in.

    default: what to say of texts too short to tell (under 20 letters). Raises
    ModelError when there is no room to unpack the model in.

    >>> identify("โรงเรียน"), identify("Hm?", default="de")
    ('th', 'de')
    """
    sample = text[:_SAMPLE]
    n_letters = len(_LETTERS.findall(sample))
    if not n_letters:
        return default
    if code := _by_script(sample, n_letters):
        return code
    if n_letters < _ENOUGH:
        return default
    code, _ = _identifier().classify(sample)
    return str(code)


def _by_script(sample: str, n_letters: int) -> str:
    if not _ANY.search(sample):
        return ""
    for code, pattern in _PATTERNS.items():
        if len(pattern.findall(sample)) >= _SHARES.get(code, _SHARE) * n_letters:
            return code
    return ""


@cache
def _identifier() -> LanguageIdentifier:
    try:
        identifier = LanguageIdentifier.from_model_file(MODEL_FILE)  # by a scratch file
    except OSError as error:
        raise ModelError(
            f"the model that tells languages could not be unpacked ({error}); make "
            "room in the folder for temporary files, or name another in TMPDIR"
        ) from error
    identifier.set_languages(_LANGUAGES)
    return identifier
