"""HTML that cannot be written unescaped: text becomes markup only through `tag`."""

import html
import re

RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})

# Controls, and the marks that would turn the direction of the text around them.
_UNSAFE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


class Html(str):
    """Text that is HTML already."""


def clean(text: object) -> Html:
    """Escape text for HTML, and drop characters that act instead of showing.

    >>> clean('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    """
    return (
        text
        if isinstance(text, Html)
        else Html(html.escape(_UNSAFE.sub("", str(text))))
    )


def join(*parts: object) -> Html:
    """Put pieces one after the other, escaping those that are not HTML yet."""
    return Html("".join(map(clean, parts)))


def tag(name: str, *content: object, **attributes: object) -> Html:
    """Make an element.

    `data_x` becomes `data-x`, `class_` becomes `class`; an attribute that is True
    stands alone, one that is False or None is left out.

    >>> tag("p", "1 < 2 ", tag("b", "!"), class_="sum", hidden=True)
    '<p class="sum" hidden>1 &lt; 2 <b>!</b></p>'
    """
    written = [
        _attribute(key, value)
        for key, value in attributes.items()
        if value is not None and value is not False
    ]
    return Html(f"<{' '.join([name, *written])}>{join(*content)}</{name}>")


def _attribute(name: str, value: object) -> str:
    name = name.rstrip("_").replace("_", "-")
    return name if value is True else f'{name}="{clean(str(value))}"'


def tongue(language: str) -> dict[str, str]:
    """Give the attributes of an element whose text is in this language.

    >>> tongue("ar")
    {'lang': 'ar', 'dir': 'rtl'}
    """
    if not language:
        return {"dir": "auto"}
    return {"lang": language, "dir": "rtl" if language in RIGHT_TO_LEFT else "ltr"}
