"""Every scorer and generator of evalkit's own keeps the contract that plug-ins are held to."""

import json
import sys
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from evalkit import registry
from evalkit.conformance import (
    ONE_REFERENCE,
    PLAIN,
    check_generator,
    check_scorer,
    check_set_scorer,
    failures,
)
from evalkit.foreign.commands import ADAPTERS
from evalkit.records import Batch
from evalkit.registry import BUILTIN, Code
from evalkit.stages import Scorer
from tests.endpoint.fake_server import Asked, FakeServer, Said, completion
from tests.foreign.programs import command as started
from tests.foreign.programs import program
from tests.foreign.written_modules import SHARED, TOTAL, evaluate_cache, write
from tests.tiny_language_models import tiny_bert, tiny_gpt2
from tests.tiny_models import one_thread, tiny_bart, tiny_chat

__all__ = ["evaluate_cache", "tiny_bart", "tiny_bert", "tiny_chat", "tiny_gpt2"]

ELSEWHERE: Mapping[str, str] = {
    "classifier": "tests/fluency/test_classifier.py",
    "token_classifier": "tests/fluency/test_token_classifier.py",
}
"""Names that need more than this module has -> the module that checks them."""
LANGUAGE_MODELS = ("causal_lm", "masked_lm")
SERVED = ("judge", "endpoint")
FAMILIES = ("rouge3", "rougeS4", "rougeSU0", "rougeW1.5", "distinct2")
VARIANTS: tuple[tuple[str, Mapping[str, object]], ...] = (
    ("rouge1", {"tokenizer": "rouge_score", "stemmer": True, "references": "jackknife"}),
    ("rougeLsum", {"references": "mean"}),
    ("bleu", {"tokenizer": "char", "name": "by-character"}),
    ("chrf", {"word_order": 1, "lowercase": True}),
    ("ter", {"asian_support": True, "normalized": True}),
    ("detector", {"threshold": 0.9}),
    ("bertscore", {"baseline": "bundled", "long_input": "refuse", "references": "each"}),
)


WRITES = """
def answer(request):
    n = request["words"]
    items = [
        {"id": given["id"], "text": " ".join(given["text"].split()[:n]), "stop": "end"}
        for given in request["items"]
    ]
    return {"type": "generated", "id": request["id"], "items": items}
"""
"""A summariser: the first words."""
HELLO = '{"type": "hello", "protocol": 1, "name": "first", "signature": {"version": "1"}}'


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


def named(kind: registry.Kind) -> list[str]:
    models = {"seq2seq", "causal", "mbr", *LANGUAGE_MODELS}
    special = {"evaluate", "process", "comet", *models, *SERVED, *ELSEWHERE}
    return sorted(set(BUILTIN[kind]) - special)


def problems_of(
    name: str,
    options: Mapping[str, object] | None = None,
    *,
    code: Code | None = None,
    texts: Batch = PLAIN,
) -> str:
    made = registry.metric(name, code=code, **(options or {}))
    if isinstance(made, Scorer):
        make = partial(registry.scorer, name, code=code, **(options or {}))
        return failures(check_scorer(make, texts=texts))
    make = partial(registry.metric, name, code=code, **(options or {}))
    return failures(check_set_scorer(make, texts=texts))


@pytest.mark.parametrize("name", [*named("scorer"), *FAMILIES])
def test_every_scorer(name: str) -> None:
    assert not problems_of(name)


@pytest.mark.parametrize(("name", "options"), VARIANTS)
def test_scorers_with_options(name: str, options: Mapping[str, object]) -> None:
    assert not problems_of(name, options)


@pytest.mark.parametrize("body", [SHARED, TOTAL], ids=["by segment", "of the whole"])
@pytest.mark.usefixtures("evaluate_cache")
def test_modules_of_evaluate(tmp_path: Path, body: str) -> None:
    score = "shared" if body is SHARED else "total"
    home = write(tmp_path, f"conforming_{score}", body)
    allowed = Code(allowed=True, folder=tmp_path)
    assert not problems_of(
        "evaluate", {"module": str(home), "score": score}, code=allowed, texts=ONE_REFERENCE
    )


@pytest.mark.parametrize("long_input", ["window", "truncate", "refuse"])
def test_language_models(tiny_gpt2: Path, tiny_bert: Path, long_input: str) -> None:
    for name, model in zip(LANGUAGE_MODELS, (tiny_gpt2, tiny_bert), strict=True):
        options = {"model": str(model), "device": "cpu", "long_input": long_input}
        assert not problems_of(name, options)


def test_what_a_server_answers() -> None:
    def answer(asked: Asked) -> Said:
        if "response_format" in asked.body:
            return completion(
                json.dumps({"reason": "So it is.", "grade": len(asked.prompt) % 5 + 1})
            )
        return completion(f"{len(asked.prompt)} characters.")

    with FakeServer(answer).running() as server:
        options = {"base_url": server.url, "model": "tiny", "wait": 0.001}
        assert not problems_of("judge", {**options, "rubric": "coherence"})
        assert not failures(check_generator(partial(registry.generator, "endpoint", **options)))


def test_programs(tmp_path: Path) -> None:
    """``comet`` is such a program; its own tests hold it to COMET's numbers."""
    command = [sys.executable, str(ADAPTERS / "template.py")]
    allowed = Code(allowed=True)
    assert not problems_of("process", {"command": command}, code=allowed)
    path = program(tmp_path, WRITES, hello=HELLO)
    make = partial(registry.generator, "process", command=started(path), code=allowed)
    assert not failures(check_generator(make))


@pytest.mark.parametrize("name", named("generator"))
def test_every_generator(name: str) -> None:
    assert not failures(check_generator(partial(registry.generator, name)))


@pytest.mark.parametrize("settings", [{}, {"do_sample": True}], ids=["greedy", "sampled"])
@pytest.mark.parametrize("kind", ["seq2seq", "causal"])
def test_generators_with_a_model(
    tiny_bart: Path, tiny_chat: Path, kind: str, settings: Mapping[str, object]
) -> None:
    model = str(tiny_bart if kind == "seq2seq" else tiny_chat)
    options = {"model": model, "device": "cpu", "generation": settings}
    assert not failures(check_generator(partial(registry.generator, kind, **options)))


def test_choice_among_samples(tiny_bart: Path) -> None:
    of = {"model": str(tiny_bart), "device": "cpu", "generation": {"do_sample": True}}
    make = partial(registry.generator, "mbr", of={"kind": "seq2seq", **of}, n=3)
    assert not failures(check_generator(make))
