"""What languages write beyond ASCII, as far as older encodings have it."""


def _span(first: int, last: int) -> str:
    return "".join(map(chr, range(first, last + 1)))


def _rows(encoding: str, first: int, last: int) -> str:
    """Give rows of a table of double bytes, of which the first hold what is usual."""
    pairs = (bytes((a, b)) for a in range(first, last + 1) for b in range(0x40, 0xFF))
    return "".join(pair.decode(encoding, "ignore") for pair in pairs)


_BOTH_CASES = {
    "be": "абвгдежзйклмнопрстуфхцчшыьэюяёіў",
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "bs": "čćđšž",
    "ca": "àçèéíïòóúü",
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøåé",
    "de": "äöüßéà",
    "el": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "en": "àâäçèéêëïñôöü",
    "es": "áéíñóúü",
    "et": "äõöšüž",
    "fi": "äåöšž",
    "fr": "àâæçèéêëîïôœùûüÿ",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "is": "áæéíðóöúýþ",
    "it": "àèéìíîòóùú",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "mk": "абвгдежзиклмнопрстуфхцчшѓѕјљњќџ",
    "nl": "áäçèéêëíïóôöúûü",
    "no": "åæèéêòóôø",
    "pl": "ąćęłńóśźż",
    "pt": "àáâãçéêíóôõúü",
    "ro": "ăâîşţ",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čćđšž",
    "sq": "çë",
    "sr": "čćđšžабвгдежзиклмнопрстуфхцчшђјљњћџ",
    "sv": "åäéö",
    "tr": "âçğıİîöşûü",
    "uk": "абвгдежзийклмнопрстуфхцчшщьюяєіїґ",
    "vi": "àáâãèéêìíòóôõùúýăđĩũơư" + _span(0x1EA0, 0x1EF9),
}
_ARABIC = _span(0x621, 0x652) + "،؛؟"
_WIDE = "　、。〈〉《》「」『』【】〜・ー々" + _span(0xFF01, 0xFF5E)
_ONE_CASE = {
    "ar": _ARABIC,
    "fa": _ARABIC + "پچژگکی",
    "he": _span(0x5D0, 0x5EA),
    "ja": _WIDE + _rows("euc_jp", 0xA4, 0xA5) + _rows("euc_jp", 0xB0, 0xCF),
    "ko": _WIDE + _rows("euc_kr", 0xB0, 0xC8),
    "th": _span(0xE01, 0xE4E),
    "ur": _ARABIC + "پچژگکیٹڈڑںہھے",
    "zh": _WIDE + _rows("gb2312", 0xB0, 0xD7) + _rows("big5", 0xA4, 0xC6),
}

# By language.
LETTERS = {
    code: frozenset(small + small.upper()) for code, small in _BOTH_CASES.items()
} | {code: frozenset(letters) for code, letters in _ONE_CASE.items()}

# A third of a text or more consists of these, where its script is not Latin.
FREQUENT = frozenset(
    "оеаинтсрвлкіαοιετσνηυρκςיוהלארבתמשالمينتورةبهعدانรกอเงมยลวดท่้ี"
    "のにはをたがでてとしるいなれかすこんっまスンルーイラ、。，"
    "的一是不了在人有我他这這个個们們中来來上大为為和国國地到以说說时時要就出会會可也你"
    "对對生能而子得于於着著下自之年过過发發后後作用行方成分家用学學多经經日同现現"
    "이다는에의을하가고지를로기은한사도대어인리시자서나해수일스아정"
)
SIGNS = frozenset("“”„‘’‚«»‹›–—…•·¡¿§©®°±²³µºª½€£№")
