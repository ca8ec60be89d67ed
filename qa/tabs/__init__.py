"""The tabs of the page, a module each; they need Gradio, so only `app` imports them.

A tab is laid out inside the Blocks it belongs to, then wired. It holds components
and what everybody shares; what is one person's is in `gr.State` or the browser.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from qa.words import Speech, preferred, speech, table

# Words that the browser puts in, by its own language.
say = gr.I18n(**{locale: dict(words) for locale, words in table("words").items()})

# Small handlers skip Gradio's queue, which would cost more than they do.
DIRECT: dict[str, Any] = {
    "queue": False,
    "show_progress": "hidden",
    "api_visibility": "private",
}

# What came of a click or a question, by name. The page's script draws it, unless
# something else has been asked or opened meanwhile.
Came = dict[str, Any]

WITH_ADDRESS = "(first) => [first, location.search]"

# What follows when a handler fails.
FAILED: dict[str, Any] = {"fn": None, "js": "() => passage.failed()", **DIRECT}
# Two may be under way; the script draws the one that was clicked last.
OPENING: dict[str, Any] = {"trigger_mode": "multiple", **DIRECT}


def shown(elem_id: str, forwards: str = "") -> gr.HTML:
    """Make a place for HTML of ours.

    forwards: clicks on elements with the attribute `data-{forwards}` become events
    of this name, and `target_id` of the event is the attribute's value.
    """
    script = _FORWARD.replace("NAME", forwards) if forwards else None
    return gr.HTML(elem_id=elem_id, apply_default_css=False, js_on_load=script)


_FORWARD = """
element.addEventListener('click', click => {
  const at = click.target.closest('[data-NAME]');
  if (at) trigger('NAME', {target_id: at.dataset.NAME});
})
"""


def reader(elem_id: str) -> gr.HTML:
    """Make a place for an article; the page's script tells it to close."""
    return gr.HTML(elem_id=elem_id, apply_default_css=False, js_on_load=_CLOSE)


def inbox() -> gr.JSON:
    """Make the place where something comes in before it is drawn."""
    return gr.JSON(visible=False)


def draw(
    event: Dependency,
    came: gr.JSON,
    places: Mapping[str, Component],
    js: str,
) -> None:
    """Draw what came of an event in its places, by name; then run a script."""
    event.failure(**FAILED)
    take = f"(came) => passage.take(came, {json.dumps(list(places))})"
    event.then(None, came, list(places.values()), js=take, **DIRECT).then(js=js)


def open_article(
    clicked: Callable[..., Dependency], find: Callable[..., Came], place: gr.HTML
) -> None:
    """Open the article that is found for a click, in a place."""
    came = inbox()
    opened = clicked(find, None, came, **OPENING)
    draw(opened, came, {"article": place}, js="() => passage.opened()")


# Its value goes as well: Gradio draws nothing anew that is the same as before.
_CLOSE = "element.addEventListener('close', () => { props.value = '' })"


def speech_of(request: gr.Request) -> Speech:
    """Give the language that a person's browser asks for."""
    return speech(preferred(request.headers.get("accept-language", "")))
