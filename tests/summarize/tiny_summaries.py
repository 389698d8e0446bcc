"""Summaries by the tiny models, for the tests of ``seq2seq``."""

import json
from functools import cache
from pathlib import Path

import pytest

from evalkit.models.checkpoint import find_checkpoint
from evalkit.models.seq2seq import Seq2SeqModel, load_seq2seq
from evalkit.records import GenerationBatch, Length, Output
from evalkit.summarize.seq2seq import Seq2Seq
from tests.tiny_models import DOCUMENTS, one_thread


@pytest.fixture(autouse=True)
def on_one_thread():
    with one_thread():
        yield


def batch(texts, words: int = 12, ids=None) -> GenerationBatch:
    names = ids or tuple(f"document-{i}" for i in range(len(texts)))
    return GenerationBatch(tuple(names), tuple(texts), Length(words))


@cache
def opened(folder: Path, options: str) -> Seq2Seq:
    """A model with these options (as JSON), kept for the tests that need the same."""
    return Seq2Seq(model=str(folder), device="cpu", **json.loads(options))


def generate(folder: Path, texts=DOCUMENTS, words: int = 12, **options) -> tuple[Output, ...]:
    return opened(folder, json.dumps(options)).generate(batch(texts, words))


@cache
def loaded_plainly(folder: Path) -> Seq2SeqModel:
    return load_seq2seq(find_checkpoint(str(folder)), settings={})


def texts_of(outputs) -> list[str]:
    assert [output.error for output in outputs] == [""] * len(outputs)
    return [output.text for output in outputs]
