"""Small models of the hub's classes, built where the tests run and saved as the hub would.

Each has a tokenizer trained here on sentences made up here, and weights trained for a second to
repeat a text's first sentence, so that their outputs differ by input and end by themselves. Not
good for anything else. Import the fixtures where they are used.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from itertools import product
from pathlib import Path

import pytest

SUBJECTS = ("The harbour", "A small ferry", "The old bridge", "Our neighbour")
VERBS = ("was closed", "reopened late", "lost its lights", "waited in the rain")
TIMES = ("on Monday.", "after the storm.", "for two hours.", "during the strike.")
SENTENCES = tuple(" ".join(parts) for parts in product(SUBJECTS, VERBS, TIMES))
DOCUMENTS = tuple(
    " ".join(SENTENCES[(7 * start + 11 * step) % len(SENTENCES)] for step in range(length))
    for start, length in enumerate((3, 5, 2, 4, 6, 3, 1, 5))
)
"""Texts of one to six sentences, all within the models' 96 tokens."""
LONG_DOCUMENT = " ".join(SENTENCES[5 * step % len(SENTENCES)] for step in range(30))
"""Several times the models' length."""
MAX_TOKENS = 96
STEPS = 60


@pytest.fixture(scope="session")
def tiny_bart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a BART: byte-level BPE, learned positions, end token forced at the limit."""
    return _once(tmp_path_factory, "tiny-bart", build_bart)


@pytest.fixture(scope="session")
def tiny_t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a T5: BPE after white space, relative positions, a prefix in its config."""
    return _once(tmp_path_factory, "tiny-t5", build_t5)


@pytest.fixture(scope="session")
def tiny_chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a GPT-2 that has a chat template, and no padding token, as GPT-2 has none."""
    return _once(tmp_path_factory, "tiny-chat", build_chat)


@pytest.fixture(scope="session")
def tiny_gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same without a chat template."""
    chat = tiny_chat.__wrapped__(tmp_path_factory)
    return _once(tmp_path_factory, "tiny-gpt2", partial(_without_template, chat))


def _once(factory: pytest.TempPathFactory, name: str, build) -> Path:
    """The folder, built at the first call of the session, whichever module asks."""
    folder = factory.getbasetemp() / name
    if not folder.is_dir():
        build(folder)
    return folder


@contextmanager
def one_thread() -> Iterator[None]:
    """Torch on one thread: tiny models are slower on several, and sums are the same each time."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def build_bart(folder: Path) -> None:
    """Saves the BART: ``config.json``, ``model.safetensors``, ``tokenizer.json`` and the rest."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    special = ["<s>", "<pad>", "</s>", "<unk>"]
    backend.train_from_iterator(
        SENTENCES,
        trainers.BpeTrainer(
            vocab_size=360,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=MAX_TOKENS,
    )
    config = BartConfig(
        vocab_size=len(tokenizer),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        max_position_embeddings=MAX_TOKENS,
        dropout=0.0,
    )
    _train_and_save(BartForConditionalGeneration, config, tokenizer, folder)


def build_t5(folder: Path) -> None:
    """Saves the T5, with ``task_specific_params`` as in the first T5 checkpoints."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration

    backend = Tokenizer(models.BPE(unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    backend.train_from_iterator(
        [*SENTENCES, "summarize: "] * 3,
        trainers.BpeTrainer(
            vocab_size=160, special_tokens=["<pad>", "</s>", "<unk>"], show_progress=False
        ),
    )
    backend.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=MAX_TOKENS,
    )
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=1,
        num_heads=2,
        dropout_rate=0.0,
        decoder_start_token_id=0,
        task_specific_params={"summarization": {"prefix": "summarize: "}},
    )
    _train_and_save(T5ForConditionalGeneration, config, tokenizer, folder)


CHAT_TEMPLATE = (
    "{% for message in messages %}<|{{ message.role }}|>{{ message.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{{ opening | default('') }}{% endif %}"
)
CHAT_MARKS = ("<|system|>", "<|user|>", "<|assistant|>")
CHAT_POSITIONS = 320


def _without_template(chat: Path, folder: Path) -> None:
    ignored = shutil.ignore_patterns("chat_template.jinja")
    shutil.copytree(chat, folder, ignore=ignored)


def build_chat(folder: Path) -> None:
    """Saves a GPT-2 that was trained for a second to answer a text with its first sentence."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.train_from_iterator(
        SENTENCES,
        trainers.BpeTrainer(
            vocab_size=360,
            special_tokens=["<|end|>", *CHAT_MARKS],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token="<|end|>",
        additional_special_tokens=list(CHAT_MARKS),
        model_max_length=CHAT_POSITIONS,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    end = tokenizer.eos_token_id
    config = GPT2Config(
        vocab_size=len(tokenizer),
        n_embd=32,
        n_layer=2,
        n_head=2,
        n_positions=CHAT_POSITIONS,
        resid_pdrop=0.0,
        embd_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=end,
        eos_token_id=end,
    )
    with one_thread(), torch.random.fork_rng(), quiet_saving():
        torch.manual_seed(1)
        model = GPT2LMHeadModel(config)
        texts = [
            f"<|user|>{a} {b}<|end|><|assistant|>{a}<|end|>"
            for a, b in zip(SENTENCES, SENTENCES[13:], strict=False)
        ]
        rows = [tokenizer(text)["input_ids"] for text in texts]
        longest = max(map(len, rows))
        ids = torch.tensor([row + [end] * (longest - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        labels = ids.masked_fill(mask == 0, -100)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        for _ in range(STEPS):
            loss = model(input_ids=ids, attention_mask=mask, labels=labels).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def _train_and_save(kind, config, tokenizer, folder: Path) -> None:
    import torch

    with one_thread(), torch.random.fork_rng(), quiet_saving():
        torch.manual_seed(1)
        model = kind(config)
        pairs = [(f"{a} {b}", a) for a, b in zip(SENTENCES, SENTENCES[13:], strict=False)][::2]
        source = tokenizer([a for a, _ in pairs], padding=True, return_tensors="pt")
        target = tokenizer([b for _, b in pairs], padding=True, return_tensors="pt")
        labels = target["input_ids"].masked_fill(target["attention_mask"] == 0, -100)
        optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
        for _ in range(STEPS):
            loss = model(
                input_ids=source["input_ids"],
                attention_mask=source["attention_mask"],
                labels=labels,
            ).loss
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        model.eval()
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


@contextmanager
def quiet_saving() -> Iterator[None]:
    """Without the progress bar that saving draws."""
    from evalkit.models.generation import quiet

    with quiet():
        yield
