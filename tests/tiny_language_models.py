"""Small language models of the hub's classes, built where the tests run and saved as the hub would.

Their weights are random but large, so that what a model sees changes what it says. Not good for
anything else. Import the fixtures where they are used.
"""

from pathlib import Path

import pytest

from tests.tiny_models import SENTENCES, _once, quiet_saving

__all__ = ["build_bert", "build_gpt2", "build_llama", "build_roberta"]

END = "<|endoftext|>"
MIXED = (*SENTENCES, "東京タワー 🙂 naïve café", "Don't, won't; can't: 1,234.5 – “quoted”")


@pytest.fixture(scope="session")
def tiny_gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GPT-2: byte-level BPE, 48 positions, BOS = EOS = PAD, which the tokenizer doesn't add."""
    return _once(tmp_path_factory, "tiny-lm-gpt2", build_gpt2)


@pytest.fixture(scope="session")
def tiny_llama(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Llama: rotary positions, a tokenizer that adds BOS itself and pads at the left."""
    return _once(tmp_path_factory, "tiny-lm-llama", build_llama)


@pytest.fixture(scope="session")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT with its head: WordPiece in lower case, drops control characters; 32 positions."""
    return _once(tmp_path_factory, "tiny-bert-mlm", build_bert)


@pytest.fixture(scope="session")
def tiny_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A RoBERTa with its head: byte-level BPE; 34 positions, of which two hold no token."""
    return _once(tmp_path_factory, "tiny-roberta-mlm", build_roberta)


def byte_level(special: list[str], *, size: int = 400):
    """A byte-level BPE, trained on MIXED."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.train_from_iterator(
        MIXED,
        trainers.BpeTrainer(
            vocab_size=size,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return backend


def build_gpt2(folder: Path, **settings: object) -> None:
    """Saves the GPT-2; ``settings`` go over its config."""
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=byte_level([END]),
        bos_token=END, eos_token=END, pad_token=END, unk_token=END,
    )  # fmt: skip
    sizes = {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 48, **settings}
    config = GPT2Config(
        vocab_size=len(tokenizer), bos_token_id=0, eos_token_id=0, initializer_range=0.3, **sizes
    )
    _save(GPT2LMHeadModel, config, tokenizer, folder)


def build_llama(folder: Path) -> None:
    """Saves the Llama."""
    from tokenizers import processors
    from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

    backend = byte_level(["<unk>", "<s>", "</s>"])
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, padding_side="left",
        bos_token="<s>", eos_token="</s>", unk_token="<unk>",
    )  # fmt: skip
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=64,
        bos_token_id=1,
        eos_token_id=2,
        initializer_range=0.3,
    )
    _save(LlamaForCausalLM, config, tokenizer, folder)


def build_bert(folder: Path) -> None:
    """Saves the BERT."""
    from tokenizers import (
        Tokenizer,
        decoders,
        models,
        normalizers,
        pre_tokenizers,
        processors,
        trainers,
    )
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    backend = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    backend.normalizer = normalizers.BertNormalizer(lowercase=True)
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    backend.decoder = decoders.WordPiece()
    backend.train_from_iterator(
        MIXED,
        trainers.WordPieceTrainer(vocab_size=110, special_tokens=special, show_progress=False),
    )
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, model_max_length=32, pad_token="[PAD]", unk_token="[UNK]",
        cls_token="[CLS]", sep_token="[SEP]", mask_token="[MASK]",
    )  # fmt: skip
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=32,
        initializer_range=0.3,
    )
    _save(BertForMaskedLM, config, tokenizer, folder)


def build_roberta(folder: Path) -> None:
    """Saves the RoBERTa."""
    from tokenizers import processors
    from transformers import PreTrainedTokenizerFast, RobertaConfig, RobertaForMaskedLM

    backend = byte_level(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token="<s>", pad_token="<pad>", eos_token="</s>",
        unk_token="<unk>", cls_token="<s>", sep_token="</s>", mask_token="<mask>",
    )  # fmt: skip
    config = RobertaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=34,
        type_vocab_size=1,
        initializer_range=0.3,
    )
    _save(RobertaForMaskedLM, config, tokenizer, folder)


def _save(kind, config, tokenizer, folder: Path) -> None:
    import torch

    with torch.random.fork_rng(), quiet_saving():
        torch.manual_seed(3)
        model = kind(config).eval()
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
