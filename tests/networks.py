"""Tiny networks with random weights, in the folders that transformers writes."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    BertForSequenceClassification,
    PreTrainedTokenizerFast,
)

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789.,?'-"


def pair_scorer(folder: Path, labels: int = 1) -> Path:
    """Write a CrossEncoder; gives the folder."""
    torch.manual_seed(0)
    config = _config(num_labels=labels)
    return _write(folder, BertForSequenceClassification(config))


def reader(folder: Path) -> Path:
    """Write an extractive question-answering model; gives the folder."""
    torch.manual_seed(0)
    return _write(folder, BertForQuestionAnswering(_config()))


def _config(**more: int) -> BertConfig:
    return BertConfig(
        vocab_size=4 + len(LETTERS) * 2,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=512,
        **more,
    )


def _write(folder: Path, network: torch.nn.Module) -> Path:
    network.save_pretrained(folder)
    _tokenizer().save_pretrained(folder)
    return folder


def _tokenizer() -> PreTrainedTokenizerFast:
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    pieces = [*special, *LETTERS, *("##" + letter for letter in LETTERS)]
    ids = {piece: i for i, piece in enumerate(pieces)}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", ids["[CLS]"]), ("[SEP]", ids["[SEP]"])],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        model_max_length=512,
    )
