"""An answer as HTML, and an article opened at a passage. Pure functions.

Offsets count Unicode code points, as in the records.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from urllib.parse import quote

from index.records import Document
from qa import controls
from qa.address import Address
from qa.catalogue import twins
from qa.cite import citation, markdown, named, pages, where
from qa.export import MOST_NAMES, evidence
from qa.markup import Html, clean, join, tag, tongue
from qa.records import Answer, Hit, Sentence, Span
from qa.words import Speech

STRONG, FAIR = 0.5, 0.2  # scores from which the words are used
SHOWN = 60_000  # characters of an article shown on either side of the passage


def marked(text: str, spans: Iterable[Span]) -> Html:
    """Set off the evidence in a text, in three strengths.

    Where spans overlap the heavier counts; one blank between two marks of the
    same strength is marked with them.

    >>> marked("a halt now", [Span(2, 6, 0.9)])
    'a <mark class="w3">halt</mark> now'
    """
    levels = _levels(text, spans)
    runs = (list(run) for _, run in groupby(range(len(text)), key=levels.__getitem__))
    return join(*(_run(text[run[0] : run[-1] + 1], levels[run[0]]) for run in runs))


def _run(text: str, level: int) -> Html:
    return tag("mark", text, class_=f"w{level}") if level else clean(text)


def _levels(text: str, spans: Iterable[Span]) -> list[int]:
    """Give each character its strength: 0 for none, else 1 to 3."""
    levels = [0] * len(text)
    for span in spans:
        level = 1 + (span.weight > 1 / 3) + (span.weight > 2 / 3)
        for at in range(max(span.start, 0), min(span.end, len(text))):
            levels[at] = max(levels[at], level)
    for at in range(1, len(text) - 1):
        if text[at] == " " and levels[at - 1] == levels[at + 1]:
            levels[at] = levels[at - 1]
    return levels


def trimmed(text: str, spans: Iterable[Span]) -> Html:
    """Mark a text without the blanks at its ends."""
    lead = len(text) - len(text.lstrip())
    return marked(text.strip(), (span.moved(-lead) for span in spans))


def results(
    answer: Answer, asked: Address, links: Mapping[str, str], speech: Speech
) -> Html:
    """Show an answer: what was asked for on top, the passages below.

    asked: what hits add to. links: names and addresses of the forms to take it
    away in.
    """
    milliseconds = max(1, round(answer.seconds * 1000))
    count = speech.say("found", n=len(answer.hits), ms=milliseconds)
    alike = twins(hit.document for hit in answer.hits)
    cards = [card(hit, asked, speech, hit.document.id in alike) for hit in answer.hits]
    away = [tag("a", name, href=url, download=True) for name, url in links.items()]
    export = tag("span", speech.say("export"), *away, class_="export")
    counted = tag("div", tag("span", count), export, class_="count")
    listed = [counted, tag("ol", *cards, class_="hits")]
    return _page(speech, verdict(answer, speech), *(listed if cards else []))


def verdict(answer: Answer, speech: Speech) -> Html:
    """Show the answering sentences, or say that there are none."""
    if answer.answered and answer.sentences:
        quoted = [
            _quotation(number, sentence, answer, speech)
            for number, sentence in enumerate(answer.sentences)
        ]
        title = tag("h2", speech.say("answer"))
        return tag("section", title, _short(answer), *quoted, class_="answer")
    hint = [tag("p", speech.say("closest"))] if answer.hits else []
    none = tag("h2", speech.say("no_answer"))
    return tag("section", none, *hint, class_="answer none")


def _short(answer: Answer) -> Html:
    """Show the short answer by itself, when there is one."""
    found = answer.phrase
    if found is None:
        return Html()
    return tag("p", found.text, class_="phrase", **tongue(found.document.language))


def _quotation(number: int, sentence: Sentence, answer: Answer, speech: Speech) -> Html:
    document, spans = sentence.document, evidence(sentence, answer.hits)
    start, end = _within(sentence, answer.phrase)
    text = _set_off(sentence.text, spans, start, end)
    opener = _opener(f"sentence {number}", speech)
    return tag(
        "figure",
        tag("blockquote", text, **tongue(document.language)),
        tag(
            "figcaption",
            _title("cite", document),
            _facts(document, speech, pages(document, sentence.start, sentence.end)),
            opener,
        ),
    )


def _within(sentence: Sentence, phrase: Sentence | None) -> tuple[int, int]:
    """Give the offsets of the phrase in the sentence; 0, 0 when it is elsewhere."""
    if phrase is None or phrase.document.id != sentence.document.id:
        return 0, 0
    inside = sentence.start <= phrase.start and phrase.end <= sentence.end
    if not inside:
        return 0, 0
    return phrase.start - sentence.start, phrase.end - sentence.start


def _set_off(text: str, spans: Sequence[Span], start: int, end: int) -> Html:
    """Mark the evidence in a text, and set off `start:end` in it."""
    before, within, after = (
        marked(text[a:b], (span.moved(-a) for span in spans))
        for a, b in ((0, start), (start, end), (end, len(text)))
    )
    return join(before, tag("strong", within) if end > start else "", after)


def card(hit: Hit, asked: Address, speech: Speech, twin: bool = False) -> Html:
    """Show one passage with its source, its score, its evidence and the reasons.

    twin: title and source do not tell which document it is of; its path does.
    """
    document = hit.document
    path = document.id if twin else ""
    text = trimmed(hit.passage.text, hit.spans)
    on = pages(document, hit.passage.start, hit.passage.end)
    return tag(
        "li",
        tag("header", _title("h3", document), _score(hit.score, speech)),
        tag("p", _facts(document, speech, on, path), class_="meta"),
        tag("p", text, class_="passage", **tongue(document.language)),
        _also_in(hit, speech),
        tag(
            "footer",
            _opener(f"hit {hit.rank}", speech),
            *controls.steering(asked, hit.place, speech),
            _cite(hit, speech),
            _why(hit, speech),
        ),
        class_="hit",
    )


def _title(name: str, document: Document) -> Html:
    return tag(name, document.name, **tongue(document.language))


def _facts(document: Document, speech: Speech, on: str = "", path: str = "") -> Html:
    """Name source, path, pages, language and date, each in its own direction."""
    source = document.source if document.source != document.title else ""
    page = speech.say("page", n=on) if on else ""
    date = tag("time", document.date) if document.date else ""
    facts = [source, path, page, speech.name(document.language), date]
    told = [tag("bdi", fact) for fact in facts if fact]
    dot = tag("i", " · ", aria_hidden="true")
    return tag("span", Html(dot.join(told)), class_="facts")


def strength(score: float) -> str:
    """Name a score: strong, fair or weak."""
    return "strong" if score >= STRONG else "fair" if score >= FAIR else "weak"


def _score(score: float, speech: Speech) -> Html:
    percent = round(100 * min(max(score, 0.0), 1.0))
    bar = tag(
        "span", tag("i", style=f"width:{percent}%"), class_="bar", aria_hidden="true"
    )
    word = strength(score)
    return tag(
        "span", bar, speech.say(word), class_=f"score {word}", title=f"{percent} %"
    )


def _opener(target: str, speech: Speech) -> Html:
    return tag("button", speech.say("open"), type="button", data_open=target)


def _cite(hit: Hit, speech: Speech) -> Html:
    """Show the citation, on demand, each part in its own direction; to be copied."""
    text, parts = citation(hit), [tag("bdi", part) for part in named(hit)]
    shown = tag("p", Html(", ".join(parts)), " ", tag("bdi", where(hit), dir="ltr"))
    ways = [_copier("copy", text, speech), _copier("markdown", markdown(hit), speech)]
    title = tag("summary", speech.say("cite"))
    return tag("details", title, shown, tag("div", *ways), class_="cite")


def _copier(name: str, text: str, speech: Speech) -> Html:
    return tag(
        "button",
        speech.say(name),
        type="button",
        data_copy=text,
        data_done=speech.say("copied"),
    )


def _also_in(hit: Hit, speech: Speech) -> Html:
    titles = [_title("cite", document) for document in hit.also_in[:MOST_NAMES]]
    more = " …" * (len(hit.also_in) > MOST_NAMES)
    told = speech.say("also_in")
    return tag("p", told, " ", *titles, more, class_="also") if titles else Html()


def _why(hit: Hit, speech: Speech) -> Html:
    """List which words of the question met which words of the passage, on demand."""
    found = reasons(hit)
    rows = [
        _reason(word, texts, hit.document.language) for word, texts in found.items()
    ]
    title = tag("summary", speech.say("why"))
    return tag("details", title, tag("ul", *rows), class_="why") if rows else Html()


def _reason(word: str, texts: Sequence[str], language: str) -> Html:
    arrow = tag("span", " → ", class_="arrow", aria_hidden="true")
    return tag(
        "li", tag("bdi", word), arrow, tag("bdi", ", ".join(texts), **tongue(language))
    )


def reasons(hit: Hit) -> dict[str, list[str]]:
    """Give each word of the question the texts it met, heaviest first."""
    found: dict[str, list[str]] = {}
    for span in sorted(hit.spans, key=lambda span: -span.weight):
        text = hit.passage.text[span.start : span.end]
        texts = found.setdefault(span.word, [])
        if span.word and text not in texts:
            texts.append(text)
    found.pop("", None)
    return found


def article(
    document: Document, start: int, end: int, spans: Iterable[Span], speech: Speech
) -> Html:
    """Show a whole document with the passage `start:end` framed.

    spans are relative to `start`. A very long text is shown up to SHOWN
    characters before and after the passage, and this is said.
    """
    text = _opened(document.text, start, end, spans)
    on = pages(document, start, end) if end > start else ""
    whole = tag(
        "article",
        tag("header", _title("h2", document), _close(speech)),
        tag("p", _facts(document, speech, on), class_="meta"),
        _cut(document, start, end, speech),
        tag("div", text, class_="text", tabindex="0", **tongue(document.language)),
        class_="whole",
        aria_label=document.name,
    )
    return _page(speech, whole)


def _cut(document: Document, start: int, end: int, speech: Speech) -> Html:
    """Say which part of a very long text is shown."""
    first, last = _part(document.text, start, end)
    n = len(document.text)
    if last - first == n:
        return Html()
    told = speech.say("part", first=first + 1, last=last, n=n)
    return tag("p", told, class_="meta")


def _part(text: str, start: int, end: int) -> tuple[int, int]:
    return max(0, start - SHOWN), min(len(text), end + SHOWN)


def gone(speech: Speech) -> Html:
    """Say that what was to be opened has left the index."""
    header = tag("header", tag("h2", speech.say("gone")), _close(speech))
    return _page(speech, tag("article", header, class_="whole", role="alert"))


def _close(speech: Speech) -> Html:
    return tag(
        "button", "×", type="button", class_="close", data_close=True,
        aria_label=speech.say("close"),
    )  # fmt: skip


def _opened(text: str, start: int, end: int, spans: Iterable[Span]) -> Html:
    """Frame `start:end` in a text, the blanks at its ends left outside."""
    first, last = _part(text, start, end)
    passage = text[start:end]
    inner = start + len(passage) - len(passage.lstrip())
    outer = max(inner, start + len(passage.rstrip()))
    before, after = text[first:inner], text[outer:last]
    whole_lines = before[-1:] in ("", "\n") and after[:1] in ("", "\n")
    kind = "frame lines" if whole_lines else "frame"
    framed = tag("span", trimmed(passage, spans), class_=kind, tabindex="-1")
    return join(
        "… " * (first > 0),
        before,
        framed if end > start else "",
        after.removeprefix("\n") if whole_lines else after,
        " …" * (last < len(text)),
    )


def greeting(speech: Speech) -> Html:
    """Say what this page is for."""
    return tag("p", speech.say("tagline"), **tongue(speech.locale))


def examples(questions: Iterable[tuple[str, str]], speech: Speech) -> Html:
    """Offer questions, each with its language, as links that ask them.

    Below is room for the person's own last questions, which only the browser knows.
    """
    links = [tag("li", _link(asked, language)) for asked, language in questions]
    title = tag("h2", speech.say("try"))
    offered = tag("nav", title, tag("ul", *links), aria_label=speech.say("try"))
    forget = tag("button", speech.say("forget"), type="button", data_forget=True)
    name = speech.say("recent")
    recent = tag(
        "nav",
        tag("h2", name),
        tag("ul"),
        forget,
        class_="recent",
        aria_label=name,
        hidden=True,
    )
    return _page(
        speech, tag("div", offered if links else "", recent, class_="examples")
    )


def _link(asked: str, language: str) -> Html:
    return tag("a", asked, href=f"?q={quote(asked)}", data_ask=True, **tongue(language))


def _page(speech: Speech, *content: object) -> Html:
    """Wrap what is written in the language of the page."""
    return tag("div", *content, **tongue(speech.locale))
