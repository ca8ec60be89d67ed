"""Records as HTML: pure functions, every text escaped.

Gradio shows HTML as it is given, so whatever comes from a document or a person
passes through `clean`. Offsets count Unicode code points, as in the records.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from index.records import Document
from qa.export import citation, evidence
from qa.records import Answer, Hit, Sentence, Span

RIGHT_TO_LEFT = frozenset({"ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
STRONG, FAIR = 0.66, 0.4  # shares of the score scale that the words name
SHOWN = 60_000  # characters of an article shown on either side of the passage

# Controls, and the marks that would turn the direction of the text around them.
_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

Words = Mapping[str, str]


def clean(text: object) -> str:
    """Escape text for HTML and drop characters that act instead of showing.

    >>> clean('<b title="x">')
    '&lt;b title=&quot;x&quot;&gt;'
    """
    return html.escape(_UNSAFE.sub("", str(text)))


def tongue(language: str) -> str:
    """Give the `lang` and `dir` attributes of a text in this language.

    >>> tongue("ar")
    'lang="ar" dir="rtl"'
    """
    if not language:
        return 'dir="auto"'
    return f'lang="{clean(language)}" dir="{"rtl" if language in RIGHT_TO_LEFT else "ltr"}"'


def marked(text: str, spans: Iterable[Span]) -> str:
    """Set off the evidence in a text, in three strengths.

    Where spans overlap the heavier counts; one blank between two marks of the
    same strength is marked with them.

    >>> marked("a halt now", [Span(2, 6, 0.9)])
    'a <mark class="w3">halt</mark> now'
    """
    return "".join(
        f'<mark class="w{level}">{clean(part)}</mark>' if level else clean(part)
        for level, part in _runs(text, _levels(text, spans))
    )


def trimmed(text: str, spans: Iterable[Span]) -> str:
    """Mark a text without the blanks at its ends."""
    lead = len(text) - len(text.lstrip())
    return marked(text.strip(), (replace(s, start=s.start - lead, end=s.end - lead) for s in spans))


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


def _runs(text: str, levels: Sequence[int]) -> Iterator[tuple[int, str]]:
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or levels[end] != levels[start]:
            yield levels[start], text[start:end]
            start = end


def results(answer: Answer, words: Words, names: Words) -> str:
    """Show an answer: what was asked for on top, the passages below.

    words: the interface's; names: those of languages, by code.
    """
    cards = "".join(card(hit, words, names) for hit in answer.hits)
    count = words["found"].format(n=len(answer.hits), ms=max(1, round(answer.seconds * 1000)))
    listed = f'<p class="count">{clean(count)}</p><ol class="hits">{cards}</ol>' if answer.hits else ""
    return verdict(answer, words, names) + listed


def verdict(answer: Answer, words: Words, names: Words) -> str:
    """Show the answering sentences, or say that there are none."""
    if not (answer.answered and answer.sentences):
        hint = f"<p>{clean(words['closest'])}</p>" if answer.hits else ""
        return f'<section class="answer none"><h2>{clean(words["no_answer"])}</h2>{hint}</section>'
    quotes = "".join(
        _quotation(number, sentence, answer.hits, words, names)
        for number, sentence in enumerate(answer.sentences)
    )
    return f'<section class="answer"><h2>{clean(words["answer"])}</h2>{quotes}</section>'


def _quotation(number: int, sentence: Sentence, hits: Sequence[Hit], words: Words, names: Words) -> str:
    document = sentence.document
    text = trimmed(sentence.text, evidence(sentence, hits))
    return (
        f"<figure><blockquote {tongue(document.language)}>{text}</blockquote>"
        f"<figcaption>{_title(document)}{_facts(document, names)}"
        f"{_opener(f'sentence {number}', words)}</figcaption></figure>"
    )


def card(hit: Hit, words: Words, names: Words) -> str:
    """Show one passage with its source, its score, its evidence and the reasons."""
    return (
        f'<li class="hit"><header>{_title(hit.document, "h3")}{_score(hit.score, words)}</header>'
        f"<p class=\"meta\">{_facts(hit.document, names)}</p>"
        f'<p class="passage" {tongue(hit.document.language)}>{trimmed(hit.passage.text, hit.spans)}</p>'
        f"{_also_in(hit, words)}<footer>{_opener(f'hit {hit.rank}', words)}{_copier(hit, words)}{_why(hit, words)}</footer></li>"
    )


def _title(document: Document, tag: str = "cite") -> str:
    return f"<{tag} {tongue(document.language)}>{clean(document.title)}</{tag}>"


def _facts(document: Document, names: Words) -> str:
    """Name source, language and date, each isolated from the direction of the others."""
    source = document.source if document.source != document.title else ""
    facts = [source, names.get(document.language, document.language), document.date]
    return '<span class="facts">' + "".join(f"<bdi>{clean(fact)}</bdi>" for fact in facts if fact) + "</span>"


def strength(score: float) -> str:
    """Name a score: strong, fair or weak."""
    return "strong" if score >= STRONG else "fair" if score >= FAIR else "weak"


def _score(score: float, words: Words) -> str:
    percent = round(100 * min(max(score, 0.0), 1.0))
    name = strength(score)
    return (
        f'<span class="score {name}" title="{percent} %"><span class="bar" aria-hidden="true">'
        f'<i style="width:{percent}%"></i></span>{clean(words[name])}</span>'
    )


def _opener(target: str, words: Words) -> str:
    return f'<button type="button" class="open" data-open="{target}">{clean(words["open"])}</button>'


def _copier(hit: Hit, words: Words) -> str:
    return (
        f'<button type="button" class="copy" data-copy="{clean(citation(hit))}" '
        f'data-done="{clean(words["copied"])}">{clean(words["copy"])}</button>'
    )


def _also_in(hit: Hit, words: Words) -> str:
    titles = ", ".join(_title(document) for document in hit.also_in)
    return f'<p class="also">{clean(words["also_in"])} {titles}</p>' if titles else ""


def _why(hit: Hit, words: Words) -> str:
    """List which words of the question met which words of the passage, on demand."""
    rows = "".join(
        f'<li><bdi>{clean(word)}</bdi> <span aria-hidden="true">→</span> '
        f"<bdi {tongue(hit.document.language)}>{clean(', '.join(texts))}</bdi></li>"
        for word, texts in reasons(hit).items()
    )
    return f'<details class="why"><summary>{clean(words["why"])}</summary><ul>{rows}</ul></details>' if rows else ""


def reasons(hit: Hit) -> dict[str, list[str]]:
    """Give each word of the question the texts it was found in, heaviest first."""
    found: dict[str, list[str]] = {}
    for span in sorted(hit.spans, key=lambda span: -span.weight):
        text = hit.passage.text[span.start : span.end]
        texts = found.setdefault(span.word, []) if span.word else [text]
        if text not in texts:
            texts.append(text)
    return found


def article(
    document: Document, start: int, end: int, spans: Iterable[Span], words: Words, names: Words
) -> str:
    """Show a whole document with the passage `start:end` framed.

    spans are relative to `start`. A very long text is shown up to SHOWN
    characters before and after the passage.
    """
    text = document.text
    first, last = max(0, start - SHOWN), min(len(text), end + SHOWN)
    framed = f'<span class="frame" tabindex="-1">{trimmed(text[start:end], spans)}</span>'
    before, after = _blanks(text[start:end])
    return (
        f'<article class="whole" aria-label="{clean(document.title)}">'
        f'<header>{_title(document, "h2")}<button type="button" class="close" data-close '
        f'aria-label="{clean(words["close"])}">×</button></header>'
        f'<p class="meta">{_facts(document, names)}</p>'
        f'<div class="text" tabindex="0" {tongue(document.language)}>'
        f"{'… ' * (first > 0)}{clean(text[first:start])}{before}{framed if end > start else ''}{after}"
        f"{clean(text[end:last])}{' …' * (last < len(text))}</div></article>"
    )


def _blanks(text: str) -> tuple[str, str]:
    """Give the blanks at the start and at the end of a text."""
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def examples(questions: Iterable[tuple[str, str]], words: Words) -> str:
    """Offer questions, each with its language, as links that ask them."""
    links = "".join(
        f'<li><a href="?q={quote(asked)}" data-ask {tongue(language)}>{clean(asked)}</a></li>'
        for asked, language in questions
    )
    title = clean(words["try"])
    return f'<nav class="examples" aria-label="{title}"><h2>{title}</h2><ul>{links}</ul></nav>' if links else ""
