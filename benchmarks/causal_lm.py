"""Speed of causal_lm against the perplexity module of evaluate, in one run that checks equality.

    python benchmarks/causal_lm.py [--sentences 2000] [--threads 1] [--vocabulary 50257]
        [--data FILE --field text] [--module PATH/perplexity.py]

A GPT-2 of 6 layers and 384 wide with random weights is built on the spot, its byte-level BPE
trained on the sentences (up to 8,000 sub-words; the model's logits are as wide as ``--vocabulary``
says, GPT-2's own by default, since they are most of the work). Sentences are made up, three to
eighty words long, all different, or come from the texts of a JSON Lines file (.gz or not), cut into
sentences.

The other side is the module's own file where ``--module`` names it (metrics/perplexity of
huggingface/evaluate; it is Python and will run), else ``their_perplexities`` below, which does what
that file does: model loaded at each call, everything padded to the longest text of all, 16 texts at
a time in the order of input, logits of every place, the tokenizer's BOS in front.

Both sides run in one process, on as many threads, timed in the process's own processor time, so
that what else the machine does counts less (the clock's time stands beside it). Loading is what a
call for one short text takes. Exit code 1 when a text's perplexity differs by more than 1e-4 of
itself, 3 when the bar is missed.
"""

import argparse
import gzip
import importlib.util
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from evalkit.fluency.causal_lm import CausalLm
from evalkit.models.generation import quiet
from evalkit.records import Batch
from evalkit.text.sentences import split

BAR = 3.0
"""How many times the module's speed is wanted."""
END = "<|endoftext|>"
Perplexities = Callable[[Sequence[str]], list[float]]


def made_up(n: int, seed: int = 1) -> list[str]:
    """Sentences of invented words; half have up to 15 words, one in twenty more than 45."""
    rng = random.Random(seed)
    vocabulary = ["".join(rng.choices("aeilmnorstu", k=rng.randint(2, 9))) for _ in range(8000)]
    weights = [1 / (rank + 10) for rank in range(len(vocabulary))]
    found: dict[str, None] = {}
    while len(found) < n:
        length = min(80, max(3, round(rng.lognormvariate(2.7, 0.65))))
        found[" ".join(rng.choices(vocabulary, weights, k=length)).capitalize() + "."] = None
    return list(found)


def read(path: Path, field: str, n: int, seed: int = 1) -> list[str]:
    """Different sentences, n of them, drawn from all texts of a file."""
    opened = gzip.open if path.suffix == ".gz" else open
    found: dict[str, None] = {}
    with opened(path, "rt", encoding="utf-8") as file:
        for line in file:
            text = str(json.loads(line)[field])
            found |= dict.fromkeys(text[a:b] for a, b in split(text) if text[a:b].strip())
    sentences = list(found)
    return random.Random(seed).sample(sentences, min(n, len(sentences)))


def build(folder: Path, sentences: Sequence[str], n_vocabulary: int) -> None:
    """Saves the model and its tokenizer, with BOS = EOS = PAD as GPT-2's users set it."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast

    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=min(8000, n_vocabulary),
        special_tokens=[END],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator(sentences, trainer)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, bos_token=END, eos_token=END, pad_token=END, unk_token=END
    )
    torch.manual_seed(1)
    config = GPT2Config(
        vocab_size=n_vocabulary, n_layer=6, n_embd=384, n_head=6, bos_token_id=0, eos_token_id=0
    )
    with quiet():
        GPT2LMHeadModel(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    print(f"{len(tokenizer):,} sub-words in the tokenizer, {n_vocabulary:,} logits in the model")


def their_perplexities(texts: Sequence[str], folder: Path, batch_size: int = 16) -> list[float]:
    """Each text's perplexity, computed as the perplexity module of evaluate computes it."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    model = AutoModelForCausalLM.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    encoded = tokenizer(list(texts), add_special_tokens=False, padding=True, return_tensors="pt")
    loss = torch.nn.CrossEntropyLoss(reduction="none")
    found: list[float] = []
    for start in range(0, len(texts), batch_size):
        ids = encoded["input_ids"][start : start + batch_size]
        mask = encoded["attention_mask"][start : start + batch_size]
        first = torch.full((len(ids), 1), tokenizer.bos_token_id)
        ids = torch.cat([first, ids], dim=1)
        mask = torch.cat([torch.ones_like(first), mask], dim=1)
        with torch.no_grad():
            logits = model(ids, attention_mask=mask).logits
        logits, labels = logits[..., :-1, :].contiguous(), ids[..., 1:].contiguous()
        mask = mask[..., 1:].contiguous()
        nats = (loss(logits.transpose(1, 2), labels) * mask).sum(1) / mask.sum(1)
        found += torch.exp(nats).tolist()
    return found


def module_perplexities(path: Path, texts: Sequence[str], folder: Path) -> list[float]:
    """Each text's perplexity by the module's own file."""
    from evaluate import logging

    logging.disable_progress_bar()
    spec = importlib.util.spec_from_file_location("perplexity_module", path)
    if spec is None or spec.loader is None:
        sys.exit(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    compute = module.Perplexity()._compute  # noqa: SLF001  (without evaluate's own overhead)
    found = compute(list(texts), model_id=str(folder), device="cpu")
    return list(found["perplexities"])


def timed(run: Callable[[Sequence[str]], object], texts: Sequence[str]) -> tuple[object, ...]:
    """The result, seconds of processor time, and seconds by the clock."""
    before, clock = time.process_time(), time.perf_counter()
    with quiet():
        found = run(texts)
    return found, time.process_time() - before, time.perf_counter() - clock


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--vocabulary", type=int, default=50_257)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--field", default="text")
    parser.add_argument("--module", type=Path)
    parser.add_argument("--batch-tokens", type=int)
    given = parser.parse_args()
    import torch

    torch.set_num_threads(given.threads)
    texts = (
        read(given.data, given.field, given.sentences) if given.data else made_up(given.sentences)
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build(folder, texts, given.vocabulary)
        return race(texts, folder, given)


def race(texts: Sequence[str], folder: Path, given: argparse.Namespace) -> int:
    """Times both sides and prints the ratio; the exit code."""
    scorer = CausalLm(model=str(folder), device="cpu", batch_tokens=given.batch_tokens)

    def ours(some: Sequence[str]) -> np.ndarray:
        scorer.close()
        return scorer.measure(Batch(tuple(some))).statistics

    def theirs(some: Sequence[str]) -> list[float]:
        if given.module:
            return module_perplexities(given.module, some, folder)
        return their_perplexities(some, folder)

    timed(ours, texts[:1]), timed(theirs, texts[:1])  # imports, and the files into memory
    _, our_load, _ = timed(ours, texts[:1])
    _, their_load, _ = timed(theirs, texts[:1])
    rows, our_time, our_clock = timed(ours, texts)
    values, their_time, their_clock = timed(theirs, texts)
    lengths = rows[:, 1]
    print(
        f"{len(texts):,} sentences, {int(lengths.sum()):,} sub-words (mean {lengths.mean():.1f}, "
        f"longest {int(lengths.max())}); {given.threads} thread(s)"
    )
    side = "evaluate's own file" if given.module else "the module's algorithm, written here"
    print(f"perplexity module ({side}): {their_time:.1f} s ({their_clock:.1f} s by the clock)")
    print(f"causal_lm: {our_time:.1f} s ({our_clock:.1f} s by the clock)")
    print(f"loading: {their_load:.2f} s and {our_load:.2f} s")
    apart = np.abs(rows[:, 4] / np.array(values) - 1).max()
    ratio = their_time / our_time
    bare = (their_time - their_load) / (our_time - our_load)
    clock = their_clock / our_clock
    print(f"largest difference of a text's perplexity, relative: {apart:.1e} (allowed: 1e-4)")
    print(
        f"{ratio:.1f} times as fast, {bare:.1f} without loading, {clock:.1f} by the clock "
        f"(bar: {BAR})"
    )
    if not apart <= 1e-4:
        return 1
    return 0 if min(ratio, bare) >= BAR else 3


if __name__ == "__main__":
    sys.exit(main())
