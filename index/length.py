"""How long a text is to a reader, in whatever script. Pure."""

import re

SIZE = 700

# XQuAD's paragraphs have 785 characters in English, 737 in Thai, 252 in Chinese.
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_SYLLABLES = re.compile("[\u3041-\u30ff\uac00-\ud7a3]")


def length(text: str) -> int:
    """Count characters by what they say: a Han one as 3, kana and Hangul as 2.

    >>> length("truce"), length("停火"), length("휴전")
    (5, 6, 4)
    """
    if text.isascii():
        return len(text)
    return len(text) + 2 * len(_HAN.findall(text)) + len(_SYLLABLES.findall(text))
