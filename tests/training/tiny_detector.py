"""A tiny encoder with random weights, and sentences to train on, both made on the spot."""

import itertools
import json

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

from evalkit.models.encoder import Encoder

SUBJECTS = ("the old pilot", "a young sailor", "the harbour master", "her brother")
VERBS = ("painted", "repairs", "is watching", "has sold")
OBJECTS = ("the small boats", "a wooden house", "two heavy anchors", "the nets of a friend")
SENTENCES = [
    f"{subject.capitalize()} {verb} {thing}."
    for subject, verb, thing in itertools.product(SUBJECTS, VERBS, OBJECTS)
]


def tiny_encoder(*, n_positions=32):
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = sorted({word for sentence in SENTENCES for word in sentence.lower()[:-1].split()})
    letters = "abcdefghijklmnopqrstuvwxyz"
    vocabulary = [*special, *".,;:!?", *letters, *(f"##{c}" for c in letters), *words]
    unique = list(dict.fromkeys(vocabulary))
    model = WordPiece({word: i for i, word in enumerate(unique)}, unk_token="[UNK]")
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    config = BertConfig(
        vocab_size=len(unique), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=n_positions,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(7)
        network = BertModel(config, add_pooling_layer=False).eval()
    return Encoder(network, PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names), "tiny")


def write_rows(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def clean_rows():
    return [{"text": " ".join(SENTENCES[i : i + 4])} for i in range(0, len(SENTENCES), 4)]


def tagged_rows():
    return [
        {
            "mt_tokens": ["Her", "brother", "sell", "boats", "."],
            "word_tags": ["OK", "OK", "BAD", "OK", "OK"],
            "gap_tags": ["OK", "OK", "OK", "BAD", "OK", "OK"],
            "post_edit": "Her brother sells the boats .",
        }
    ] * 4
