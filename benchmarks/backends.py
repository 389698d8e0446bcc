"""Whether a converted model, or torch.compile, pays on the CPU.

Models of 6 layers and 384 wide (MiniLM's and a small GPT-2's shape) with random weights, built
here; texts made up here, of 4 to 60 words. Each comparison first holds the numbers equal, then
gives both times in one process and their ratio.

``heads`` runs ``classifier`` and ``token_classifier`` over the texts by torch, by ONNX Runtime
(the model converted in float32), and by transformers' pipeline in batches of 32 in input order.
``compile`` runs a classifier and a causal model over the same planned batches, as they are and
compiled with dynamic shapes, with the time that compiling takes told apart.

    python benchmarks/backends.py heads --texts 400
    python benchmarks/backends.py compile --texts 400
"""

import argparse
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

from evalkit.fluency.classifier import Classifier
from evalkit.fluency.token_classifier import TokenClassifier
from evalkit.models.batches import padded, plan
from evalkit.models.generation import quiet
from evalkit.records import Batch

WORDS = (
    *("the", "a", "harbour", "ferry", "storm", "bridge", "neighbour", "library", "town", "council"),
    *("closed", "opened", "lost", "waited", "lent", "repaired", "carried", "broke", "late", "slow"),
    *("in", "on", "after", "during", "without", "before", "under", "rain", "strike", "morning"),
)
SIZES = {"num_hidden_layers": 6, "num_attention_heads": 12, "hidden_size": 384}
BUDGET = 8192
ROUNDS = 3
"""Of each side, in turn; the fastest counts."""
LABELS = ("O", "BAD")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("heads", "compile"))
    parser.add_argument("--texts", type=int, default=400)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    texts = made_up(arguments.texts)
    print(f"{len(texts)} texts, torch {torch.__version__}, {arguments.threads} thread(s)")
    with TemporaryDirectory() as folder, quiet():
        (heads if arguments.what == "heads" else compiled)(texts, Path(folder))


def made_up(n: int) -> list[str]:
    rng = np.random.default_rng(5)
    return [" ".join(rng.choice(WORDS, size=rng.integers(4, 61))) + "." for _ in range(n)]


def heads(texts: list[str], folder: Path) -> None:
    for task, scorer in (("text", Classifier), ("token", TokenClassifier)):
        where = build(folder / task, task)
        options = {"accept": 1} if task == "text" else {"ok": "O"}
        by_torch = scorer(model=str(where), device="cpu", **options)
        by_onnx = scorer(model=str(where), backend="onnxruntime", **options)
        for one in (by_torch, by_onnx):
            assert one.measure(Batch(tuple(texts[:2]))).valid.all()  # loads
        ask = transformers.pipeline(f"{task}-classification", str(where), device="cpu")
        rounds = [one_round(by_torch, by_onnx, ask, texts) for _ in range(ROUNDS)]
        slow, fast, plain = (min(each) for each in zip(*(r[2] for r in rounds), strict=True))
        rows, others, _ = rounds[0]
        worst = float(np.abs(rows - others).max())
        assert worst < 1e-4 * max(1.0, float(np.abs(rows).max())), worst
        print(
            f"{by_torch.name}: torch {slow:.2f} s, onnxruntime {fast:.2f} s ({slow / fast:.2f} "
            f"times as fast, largest difference {worst:.1e}), pipeline {plain:.2f} s (torch "
            f"{plain / slow:.2f}, onnxruntime {plain / fast:.2f} times as fast)"
        )


def one_round(by_torch, by_onnx, ask, texts: list[str]):
    """Rows by torch and by ONNX Runtime, and the three times."""
    batch = Batch(tuple(texts))
    rows, slow = timed(lambda: by_torch.measure(batch))
    others, fast = timed(lambda: by_onnx.measure(batch))
    _, plain = timed(lambda: ask(texts, batch_size=32))
    assert rows.valid.all()
    assert others.valid.all()
    return rows.statistics, others.statistics, (slow, fast, plain)


def compiled(texts: list[str], folder: Path) -> None:
    where = build(folder / "text", "text")
    tokenizer = transformers.AutoTokenizer.from_pretrained(where)
    rows = tokenizer(texts)["input_ids"]
    batches = [[rows[i] for i in part] for part in plan(list(map(len, rows)), max_tokens=BUDGET)]
    shape = {"n_layer": 6, "n_head": 12, "n_embd": 384, "vocab_size": len(tokenizer)}
    models_ = {
        "classifier": load(where, "text"),
        "causal": transformers.GPT2LMHeadModel(transformers.GPT2Config(**shape)).eval(),
    }
    for name, model in models_.items():
        faster = torch.compile(model, dynamic=True)
        run(model, batches[:1])
        logits, plain = timed(lambda model=model: run(model, batches))
        _, first = timed(lambda faster=faster: run(faster, batches))
        others, again = timed(lambda faster=faster: run(faster, batches))
        worst = max(float((a - b).abs().max()) for a, b in zip(logits, others, strict=True))
        assert worst < 1e-3, worst
        print(
            f"{name}: as it is {plain:.2f} s, compiled {again:.2f} s ({plain / again:.2f} times as "
            f"fast) after {first - again:.1f} s of compiling; largest difference {worst:.1e}"
        )


def run(model: Callable[..., object], batches: list[list[list[int]]]) -> list[torch.Tensor]:
    found = []
    with torch.inference_mode():
        for batch in batches:
            ids, mask = padded(batch, fill=0, device=torch.device("cpu"))
            logits = model(input_ids=ids, attention_mask=mask).logits
            found.append(logits if logits.ndim == 2 else logits[mask.bool()])
    return found


def timed(function: Callable[[], object]) -> tuple[object, float]:
    start = time.perf_counter()
    found = function()
    return found, time.perf_counter() - start


def words() -> transformers.PreTrainedTokenizerFast:
    backend = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    trainer = trainers.WordPieceTrainer(vocab_size=300, special_tokens=marks, show_progress=False)
    backend.train_from_iterator([" ".join(WORDS)], trainer)
    backend.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=backend, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", model_max_length=512,
    )  # fmt: skip


def build(folder: Path, task: str) -> Path:
    """A folder with a BERT with a head, and the same converted to ONNX."""
    tokenizer = words()
    config = transformers.BertConfig(
        vocab_size=len(tokenizer), intermediate_size=1536, id2label=dict(enumerate(LABELS)),
        label2id={name: i for i, name in enumerate(LABELS)}, **SIZES,
    )  # fmt: skip
    torch.manual_seed(1)
    kind = {"text": "Sequence", "token": "Token"}[task]
    getattr(transformers, f"BertFor{kind}Classification")(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    both = {0: "texts", 1: "tokens"}
    names = ["input_ids", "attention_mask"]
    axes = {**dict.fromkeys(names, both), "logits": both if task == "token" else {0: "texts"}}
    ids = torch.ones(2, 5, dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            load(folder, task), (ids, torch.ones_like(ids)), str(folder / "model.onnx"),
            input_names=names, output_names=["logits"], dynamic_axes=axes, dynamo=False,
        )  # fmt: skip
    return folder


def load(folder: Path, task: str) -> torch.nn.Module:
    kind = {"text": "Sequence", "token": "Token"}[task]
    return getattr(transformers, f"AutoModelFor{kind}Classification").from_pretrained(folder).eval()


if __name__ == "__main__":
    main()
