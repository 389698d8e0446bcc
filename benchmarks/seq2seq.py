"""Speed of ``seq2seq``, greedy, beside a plain loop over transformers' ``generate``; same texts.

300 documents of mixed length (30 to 600 words, half of them below 200) go through a BART of 6 + 6
layers, 384 wide, made here and saved to a temporary folder: random weights, nobody's model needed.
Random weights hardly ever write the end token, so its bias is raised until texts end by themselves
at lengths like those of summaries (``--new``; the lengths are printed), and triples of tokens may
not repeat, which keeps the texts from looping. The plain loop takes the documents in the order of
input, pads each batch and calls ``generate``, at each of the batch sizes; evalkit gets them all
at once (``--at-once``: so many at a time, too). Both have the same threads, run in turns, and must
write the same texts. Processor time stands beside the clock's, for machines that others use too.

    python benchmarks/seq2seq.py --threads 1
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast

from evalkit.models.generation import quiet
from evalkit.records import GenerationBatch, Length
from evalkit.summarize.seq2seq import Seq2Seq

SETTINGS = {"max_new_tokens": 100, "min_new_tokens": 10, "no_repeat_ngram_size": 3}
POSITIONS = 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--batches", type=int, nargs="+", default=[8, 16, 32], metavar="SIZE")
    parser.add_argument("--tokens", type=int, default=8192, help="evalkit's batch_tokens")
    parser.add_argument("--new", type=int, default=35, help="new tokens of the middle document")
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--at-once", type=int, nargs="*", default=[], metavar="DOCUMENTS")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    texts = documents(arguments.documents)
    with tempfile.TemporaryDirectory() as folder, quiet():
        build(Path(folder), texts, arguments.new)
        compare(Path(folder), texts, arguments)


def compare(folder: Path, texts: Sequence[str], arguments: argparse.Namespace) -> None:
    tokenizer = PreTrainedTokenizerFast.from_pretrained(folder)
    model = BartForConditionalGeneration.from_pretrained(folder).eval()
    ours = Seq2Seq(
        model=str(folder),
        device="cpu",
        limits="model",
        generation=SETTINGS,
        batch_tokens=arguments.tokens,
    )
    ours.generate(batch(texts[:2]))  # loads the model
    runs: dict[str, Callable[[], list[str]]] = {
        f"plain, batches of {size}": lambda size=size: plain(model, tokenizer, texts, size)
        for size in arguments.batches
    }
    runs["evalkit"] = lambda: written(ours, texts, len(texts))
    for size in arguments.at_once:
        runs[f"evalkit, {size} at once"] = lambda size=size: written(ours, texts, size)
    found: dict[str, list[str]] = {}
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    cpu: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(arguments.repeats):
        for name, run in runs.items():
            start, busy = time.perf_counter(), time.process_time()
            found[name] = run()
            seconds[name].append(time.perf_counter() - start)
            cpu[name].append(time.process_time() - busy)
    lengths = [len(row) for row in tokenizer(list(texts))["input_ids"]]
    new = [len(row) for row in tokenizer(found["evalkit"], add_special_tokens=False)["input_ids"]]
    print(f"{len(texts)} documents, {arguments.threads} threads, {SETTINGS}")
    print(f"source tokens {spread(lengths)}; new tokens {spread(new)}")
    print(f"{'':<24}{'seconds':>9}{'ratio':>8}{'CPU s':>9}{'ratio':>8}   same texts")
    for name in runs:
        n_same = sum(a == b for a, b in zip(found[name], found["evalkit"], strict=True))
        shown = ""
        for times in (seconds, cpu):
            middle = statistics.median(times[name])
            shown += f"{middle:9.1f}{middle / statistics.median(times['evalkit']):7.2f}x"
        print(f"{name:<24}{shown}   {n_same}")
    if any(texts_of != found["evalkit"] for texts_of in found.values()):
        sys.exit("the texts differ")


def spread(counts: Sequence[int]) -> str:
    low, middle, high = np.percentile(counts, [5, 50, 95])
    return f"{low:.0f}–{middle:.0f}–{high:.0f} (5th, 50th, 95th percentile)"


def plain(
    model: BartForConditionalGeneration,
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[str],
    size: int,
) -> list[str]:
    found: list[str] = []
    for start in range(0, len(texts), size):
        inputs = tokenizer(
            list(texts[start : start + size]), padding=True, truncation=True, return_tensors="pt"
        )
        rows = model.generate(
            input_ids=inputs["input_ids"],
            attention_mask=inputs["attention_mask"],
            num_beams=1,
            do_sample=False,
            **SETTINGS,
        )
        found += tokenizer.batch_decode(rows, skip_special_tokens=True)
    return [text.strip() for text in found]


def written(ours: Seq2Seq, texts: Sequence[str], size: int) -> list[str]:
    outputs = [
        output
        for start in range(0, len(texts), size)
        for output in ours.generate(batch(texts[start : start + size]))
    ]
    failed = [output.error for output in outputs if output.error]
    if failed:
        sys.exit(f"{len(failed)} documents failed: {failed[0]}")
    return [output.text for output in outputs]


def batch(texts: Sequence[str]) -> GenerationBatch:
    return GenerationBatch(tuple(map(str, range(len(texts)))), tuple(texts), Length(40))


def documents(n: int) -> list[str]:
    """Texts of made-up words, of sentences of 6 to 30 words; lengths are log-normal."""
    rng = np.random.default_rng(7)
    syllables = [a + b for a in "bdfgklmnprst" for b in ("a", "e", "i", "o", "u", "an", "er")]
    known = ["".join(rng.choice(syllables, rng.integers(1, 4))) for _ in range(4000)]
    shares = 1 / np.arange(1, len(known) + 1)
    found = []
    for _ in range(n):
        n_words = int(np.clip(rng.lognormal(5.3, 0.8), 30, 600))
        words = rng.choice(known, n_words, p=shares / shares.sum()).tolist()
        sentences = []
        while words:
            length = int(rng.integers(6, 31))
            sentences.append(" ".join(words[:length]).capitalize() + ".")
            words = words[length:]
        found.append(" ".join(sentences))
    return found


def set_end(
    model: BartForConditionalGeneration,
    tokenizer: PreTrainedTokenizerFast,
    texts: Sequence[str],
    wanted: int,
) -> None:
    """Biases the end token so that the middle one of a sample of texts has ``wanted`` tokens."""
    low, high = 0.0, 10.0
    for _ in range(7):
        end = (low + high) / 2
        model.final_logits_bias[0, tokenizer.eos_token_id] = end
        found = plain(model, tokenizer, texts, len(texts))
        rows = tokenizer(found, add_special_tokens=False)["input_ids"]
        middle = statistics.median(len(row) for row in rows)
        low, high = (end, high) if middle > wanted else (low, end)
    print(f"the end token has a bias of {end:.2f}")


def build(folder: Path, texts: Sequence[str], wanted: int) -> None:
    """A BART of 6 + 6 layers, 384 wide, and a byte-level BPE of 8,000 pieces."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    backend.train_from_iterator(
        texts,
        trainers.BpeTrainer(
            vocab_size=8000,
            special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    backend.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    marks = {"bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>"}
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, model_max_length=POSITIONS, **marks
    )
    torch.manual_seed(3)
    model = BartForConditionalGeneration(
        BartConfig(
            vocab_size=len(tokenizer),
            d_model=384,
            encoder_layers=6,
            decoder_layers=6,
            encoder_attention_heads=6,
            decoder_attention_heads=6,
            encoder_ffn_dim=1536,
            decoder_ffn_dim=1536,
            max_position_embeddings=POSITIONS,
            init_std=0.08,
        )
    )
    set_end(model.eval(), tokenizer, sorted(texts, key=len)[:: max(1, len(texts) // 12)], wanted)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)


if __name__ == "__main__":
    main()
