"""Words of Chinese, Japanese and Thai that ICU cuts."""

import pytest

from index import embedders, unspaced
from index.tokens import cut, terms


@pytest.mark.parametrize("word", ["联合国", "委員会", "ตะวันตก", "国連"])
def test_what_is_cut_is_put_together_again(word):
    """Where it stands, whatever is around it."""
    text = f"，{word}。"
    assert len(cut(text)) > 1
    assert terms(text) == [(word, 1, 1 + len(word))]


def test_nothing_stands_inside_a_word():
    """Neither a space nor a mark."""
    assert [t.term for t in terms("联合，国")] == ["联合", "国"]
    assert [t.term for t in terms("联合 国")] == ["联合", "国"]


def test_a_word_means_what_its_translation_does():
    """Its parts by themselves mean other things."""
    table = embedders.load_words("fast")
    words = ["联合国", "联合", "国", "united nations"]
    (whole, *parts, meant), _ = table.word_vectors(words)
    assert whole @ meant > max(part @ meant for part in parts) + 0.1


def test_the_list_holds_what_is_cut():
    """Nothing that ICU leaves whole, or that has more parts than are put together."""
    for word in sorted(unspaced._words())[::50]:
        assert 1 < len(cut(word)) <= unspaced.MOST
