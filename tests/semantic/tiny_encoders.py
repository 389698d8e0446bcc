"""Small random encoders of the hub's classes, saved as the hub would; good for parity only."""

from pathlib import Path

from tests.tiny_models import SENTENCES, quiet_saving

LIMIT = 80
"""Sub-words that the BERT and the RoBERTa read at once, special tokens included."""
TEXTS = (*SENTENCES, "Ça va, Zoë? Já é тёмно 東京タワー.", "one", "; — … !?", "don't re-open it")


def build_bert(folder: Path) -> None:
    """Word pieces, learned positions, [CLS] and [SEP]."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    backend = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer()
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    backend.train_from_iterator(
        TEXTS, trainers.WordPieceTrainer(vocab_size=160, special_tokens=marks, show_progress=False)
    )
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", model_max_length=LIMIT,
    )  # fmt: skip
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=3, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=LIMIT, initializer_range=0.3,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(7)
        _save(BertModel(config), tokenizer, folder)


def build_roberta(folder: Path) -> None:
    """Byte-level BPE, positions that start after the padding's id, <s> and </s>."""
    import torch
    from transformers import RobertaConfig, RobertaModel, RobertaTokenizer

    vocabulary, merges = _bytes(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer = RobertaTokenizer(vocab=vocabulary, merges=merges, model_max_length=LIMIT)
    config = RobertaConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=3, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=LIMIT + 2, initializer_range=0.3,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(8)
        _save(RobertaModel(config), tokenizer, folder)


def build_t5(folder: Path) -> None:
    """An encoder and a decoder, relative positions, no mark before a text, norm after the last."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, T5Config, T5Model

    backend = Tokenizer(models.BPE(unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    marks = ["<pad>", "</s>", "<unk>"]
    backend.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=160, special_tokens=marks, show_progress=False)
    )
    backend.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
        model_max_length=LIMIT,
    )  # fmt: skip
    config = T5Config(
        vocab_size=len(tokenizer), d_model=16, d_kv=8, d_ff=32, num_layers=3, num_heads=2,
        dropout_rate=0.0,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(9)
        _save(T5Model(config), tokenizer, folder)


def build_albert(folder: Path) -> None:
    """One layer that is gone through three times, so that none can be cut off."""
    import torch
    from transformers import AlbertConfig, AlbertModel, AutoTokenizer

    build_bert(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    config = AlbertConfig(
        vocab_size=len(tokenizer), embedding_size=8, hidden_size=16, num_hidden_layers=3,
        num_attention_heads=2, intermediate_size=32, max_position_embeddings=LIMIT,
        initializer_range=0.3,
    )  # fmt: skip
    with torch.random.fork_rng():
        torch.manual_seed(10)
        _save(AlbertModel(config), tokenizer, folder)


def _bytes(marks: list[str]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Vocabulary and merges of a byte-level BPE."""
    import json

    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    backend.train_from_iterator(
        TEXTS,
        trainers.BpeTrainer(
            vocab_size=340, special_tokens=marks, initial_alphabet=alphabet, show_progress=False
        ),
    )
    model = json.loads(backend.to_str())["model"]
    return model["vocab"], [tuple(pair) for pair in model["merges"]]


def _save(model, tokenizer, folder: Path) -> None:
    with quiet_saving():
        model.eval().save_pretrained(folder)
        tokenizer.save_pretrained(folder)
