"""Small random models with heads, saved as the hub would; good for parity only.

Each builder takes the labels and further settings of the config, so that a test says what it
means: ``{"id2label": …}``, ``problem_type``. Tokenizers are those of ``tiny_encoders``.
"""

import warnings
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.semantic.tiny_encoders import LIMIT, _bytes, build_bert
from tests.tiny_models import _once, one_thread, quiet_saving

ACCEPTABILITY = ("unacceptable", "acceptable")
BIO = ("O", "B-SPELL", "I-SPELL", "B-grammar", "I-grammar", "B-Odd", "I-Odd")
SIZES = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "initializer_range": 0.3,
}
TEXTS = (
    "The harbour was closed on Monday.",
    "A small ferry lost its lights during the strike, and waited in the rain for two hours.",
    "one",
    "Ça va, Zoë? Já é тёмно 東京タワー.",
    "don't re-open it; — … !?",
    "Our neighbour waited in the rain after the storm. The old bridge reopened late.",
)
"""All within the models' length, of different lengths."""
LONG_TEXT = " ".join(f"The old bridge reopened late, and ferry {i} waited." for i in range(30))
"""Several times the models' length."""

Builder = Callable[[Path], None]


@pytest.fixture(scope="session")
def tiny_cola(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a BERT that tells acceptable from unacceptable texts."""
    return _once(tmp_path_factory, "tiny-cola", lambda folder: build(folder, ACCEPTABILITY))


@pytest.fixture(scope="session")
def tiny_tagger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a BERT that tags tokens by a BIO scheme of three kinds of error."""
    return _once(tmp_path_factory, "tiny-tagger", lambda folder: build(folder, BIO, head="tokens"))


def build(
    folder: Path, labels: tuple[str, ...], *, kind: str = "bert", head: str = "texts", **settings
) -> None:
    """Saves a model of a kind, ``bert``, ``roberta``, ``gpt2`` or ``xlnet``, with a head.

    Args:
        folder: to be made.
        labels: names of the labels; ``LABEL_0`` … are left to the library.
        kind: of model.
        head: ``texts`` or ``tokens``.
        settings: more of the config.
    """
    import torch
    import transformers

    given: dict[str, object] = dict(settings)
    if labels[0] != "LABEL_0":
        given["id2label"] = dict(enumerate(labels))
        given["label2id"] = {name: number for number, name in enumerate(labels)}
    else:
        given["num_labels"] = len(labels)
    tokenizer, config = _KINDS[kind](folder, given)
    stem = {"bert": "Bert", "roberta": "Roberta", "gpt2": "GPT2", "xlnet": "XLNet"}[kind]
    what = "SequenceClassification" if head == "texts" else "TokenClassification"
    with one_thread(), torch.random.fork_rng(), quiet_saving():
        torch.manual_seed(11)
        model = getattr(transformers, f"{stem}For{what}")(config)
        for name, weights in model.named_parameters():
            if name.startswith(("classifier", "score", "logits_proj")):
                torch.nn.init.normal_(weights, std=0.7)
        model.eval().save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def convert(
    folder: Path,
    *,
    head: str = "texts",
    names: tuple[str, ...] = ("input_ids", "attention_mask"),
    fixed: bool = False,
    target: str = "model.onnx",
) -> Path:
    """Writes the folder's model as ONNX beside it; returns the file.

    Args:
        folder: from ``build``.
        head: as there.
        names: what the inputs are called.
        fixed: for batches of two texts of five tokens only.
        target: where to, from the folder.
    """
    import torch
    import transformers

    what = "SequenceClassification" if head == "texts" else "TokenClassification"
    path = folder / target
    path.parent.mkdir(exist_ok=True)
    ids = torch.ones(2, 5, dtype=torch.long)
    both = {0: "texts", 1: "tokens"}
    axes = {**dict.fromkeys(names, both), "logits": both if head == "tokens" else {0: "texts"}}
    with warnings.catch_warnings(), one_thread(), quiet_saving():
        warnings.simplefilter("ignore")  # of tracing, and that this exporter is the old one
        model = getattr(transformers, f"AutoModelFor{what}").from_pretrained(folder).eval()
        torch.onnx.export(
            model, (ids, torch.ones_like(ids)), str(path), input_names=list(names),
            output_names=["logits"], dynamic_axes=None if fixed else axes, dynamo=False,
        )  # fmt: skip
    return path


def _bert(folder: Path, given: Mapping[str, object]):
    from transformers import AutoTokenizer, BertConfig

    build_bert(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    config = BertConfig(vocab_size=len(tokenizer), max_position_embeddings=LIMIT, **SIZES, **given)
    return tokenizer, config


def _roberta(folder: Path, given: Mapping[str, object]):
    from transformers import RobertaConfig, RobertaTokenizer

    vocabulary, merges = _bytes(["<s>", "<pad>", "</s>", "<unk>", "<mask>"])
    tokenizer = RobertaTokenizer(vocab=vocabulary, merges=merges, model_max_length=LIMIT)
    config = RobertaConfig(
        vocab_size=len(tokenizer), max_position_embeddings=LIMIT + 2, **SIZES, **given
    )
    return tokenizer, config


def _gpt2(folder: Path, given: Mapping[str, object]):
    """No special tokens; without ``pad_token`` in ``given`` no padding either."""
    from transformers import GPT2Config, GPT2Tokenizer

    vocabulary, merges = _bytes(["<|endoftext|>"])
    pad = given.pop("pad_token", None)
    tokenizer = GPT2Tokenizer(
        vocab=vocabulary, merges=merges, model_max_length=LIMIT, pad_token=pad
    )
    config = GPT2Config(
        vocab_size=len(tokenizer), n_positions=LIMIT, n_embd=16, n_layer=2, n_head=2,
        initializer_range=0.3, bos_token_id=0, eos_token_id=0, **given,
    )  # fmt: skip
    return tokenizer, config


def _xlnet(folder: Path, given: Mapping[str, object]):
    """Special tokens at the end, with types of their own; the last of them is what is read."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast, XLNetConfig

    backend = Tokenizer(models.BPE(unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    marks = ["<pad>", "<sep>", "<unk>", "<cls>"]
    backend.train_from_iterator(
        TEXTS, trainers.BpeTrainer(vocab_size=140, special_tokens=marks, show_progress=False)
    )
    backend.post_processor = processors.TemplateProcessing(
        single="$A:0 <sep>:0 <cls>:2", special_tokens=[("<sep>", 1), ("<cls>", 3)]
    )
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="<pad>", unk_token="<unk>", sep_token="<sep>",
        cls_token="<cls>", padding_side="left",
        model_input_names=["input_ids", "token_type_ids", "attention_mask"],
    )  # fmt: skip
    config = XLNetConfig(
        vocab_size=len(tokenizer), d_model=16, n_layer=2, n_head=2, d_inner=32,
        initializer_range=0.3, pad_token_id=0, **given,
    )  # fmt: skip
    return tokenizer, config


_KINDS = {"bert": _bert, "roberta": _roberta, "gpt2": _gpt2, "xlnet": _xlnet}
