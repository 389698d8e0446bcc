"""Every scorer and generator of evalkit's own keeps the contract that plug-ins are held to."""

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
from tests.foreign.programs import command as started
from tests.foreign.programs import program
from tests.foreign.written_modules import SHARED, TOTAL, evaluate_cache, write
from tests.tiny_models import one_thread, tiny_bart

__all__ = ["evaluate_cache", "tiny_bart"]

ELSEWHERE: Mapping[str, str] = {
    "classifier": "tests/fluency/test_classifier.py",
    "token_classifier": "tests/fluency/test_token_classifier.py",
}
"""Names that need more than this module has -> the module that checks them."""
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
    special = {"evaluate", "process", "comet", "seq2seq", *ELSEWHERE}
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
def test_seq2seq(tiny_bart: Path, settings: Mapping[str, object]) -> None:
    options = {"model": str(tiny_bart), "device": "cpu", "generation": settings}
    make = partial(registry.generator, "seq2seq", **options)
    assert not failures(check_generator(make))
