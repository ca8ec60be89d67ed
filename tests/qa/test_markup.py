"""Markup is built of escaped pieces only."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.markup import Html, clean, join, tag, tongue

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "' onfocus='alert(1)",
    "</textarea><svg onload=alert(1)>",
    "&lt;b&gt;",
]


@given(st.text())
def test_clean_shows_the_text_itself(text):
    """What a browser reads back is the text, less characters that only act."""
    kept = re.sub(
        "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", "", text
    )

    assert html.unescape(clean(text)).replace("\r", "") == kept.replace("\r", "")
    assert not set(clean(text)) & set("<>\"'")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text):
    """As content or as a value, a text adds no element and no attribute."""
    made = tag("p", text, title=text)

    assert made == f'<p title="{html.escape(text)}">{html.escape(text)}</p>'


def test_html_is_not_escaped_twice():
    """What is HTML already stays as it is; plain text beside it is escaped."""
    assert join(tag("b", "1 < 2"), " & ") == "<b>1 &lt; 2</b> &amp; "
    assert clean(Html("<i>")) == "<i>"


def test_attributes_follow_their_values():
    """True stands alone, False and None vanish, underscores become hyphens."""
    made = tag("a", data_open="x", hidden=True, title=None, open=False, class_="c")

    assert made == '<a data-open="x" hidden class="c"></a>'


def test_a_lone_surrogate_cannot_stop_the_output():
    """Broken text, as of a damaged file name, can still be sent as UTF-8."""
    assert clean("a\ud800b").encode() == b"ab"


@pytest.mark.parametrize(
    ("language", "direction"),
    [("ar", "rtl"), ("he", "rtl"), ("fr", "ltr"), ("zh", "ltr")],
)
def test_tongue_tells_the_direction(language, direction):
    """Arabic and Hebrew run from right to left."""
    assert tongue(language) == {"lang": language, "dir": direction}


def test_an_unknown_language_is_left_to_the_browser():
    """Without a language the first strong letter decides."""
    assert tongue("") == {"dir": "auto"}


def test_an_attribute_may_be_zero():
    """Row 0 is a row; only False and None leave an attribute out."""
    assert tag("g", data_open=0, hidden=False, id=None) == '<g data-open="0"></g>'
