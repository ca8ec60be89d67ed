"""The Index tab: what the index is, and how it was made."""

from typing import TYPE_CHECKING

import gradio as gr

from qa import card, facts
from qa.export import status_record
from qa.markup import Html
from qa.tabs import DIRECT, FAILED, shown, speech_of

if TYPE_CHECKING:
    from qa.engine import QA


class About:
    """Components and handlers of the tab."""

    def __init__(self, qa: "QA") -> None:
        self.qa = qa
        self.facts = shown("facts")

    def wire(self, tab: gr.Tab) -> None:
        """Say what happens when."""
        tab.select(self.show, None, self.facts, **DIRECT).failure(**FAILED)

    def show(self, request: gr.Request) -> Html:
        """Describe the index in use."""
        snapshot = self.qa.snapshot
        measured = card.of(snapshot.manifest.model)
        return facts.facts(status_record(snapshot), measured, speech_of(request))
