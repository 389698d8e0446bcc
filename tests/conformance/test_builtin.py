"""Every scorer and generator of evalkit's own keeps the contract that plug-ins are held to."""

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
from evalkit.records import Batch
from evalkit.registry import BUILTIN, Code
from evalkit.stages import Scorer
from tests.foreign.written_modules import SHARED, TOTAL, evaluate_cache, write
from tests.tiny_models import one_thread, tiny_bart

__all__ = ["evaluate_cache", "tiny_bart"]

ELSEWHERE: Mapping[str, str] = {}
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


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


def named(kind: registry.Kind) -> list[str]:
    special = {"evaluate", "seq2seq", *ELSEWHERE}
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


@pytest.mark.parametrize("name", named("generator"))
def test_every_generator(name: str) -> None:
    assert not failures(check_generator(partial(registry.generator, name)))


@pytest.mark.parametrize("settings", [{}, {"do_sample": True}], ids=["greedy", "sampled"])
def test_seq2seq(tiny_bart: Path, settings: Mapping[str, object]) -> None:
    options = {"model": str(tiny_bart), "device": "cpu", "generation": settings}
    make = partial(registry.generator, "seq2seq", **options)
    assert not failures(check_generator(make))
