"""Metrics named on the command line: ``bleu,chrf(word_order=2),ter`` and sacrebleu's own flags.

A metric's options stand in parentheses behind its name: ``bleu(tokenizer=zh,lowercase)``; an option
without a value is switched on, and a list stands in brackets: ``process(command=[python3,m.py])``,
its texts in quotation marks where they hold a comma. One metric may stand there twice if it has a
``name`` each time: ``bleu,bleu(tokenizer=char,name=bleu-char)``.
"""

import csv
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Annotated, Any

import typer

from evalkit.errors import ConfigError

__all__ = ["FLAGS", "Flag", "parse", "with_flags", "with_values"]

Options = Mapping[str, object]
"""Options of a scorer, by name."""


@dataclass(frozen=True, slots=True)
class Flag:
    """An option that sacrebleu has, under its name there."""

    names: tuple[str, ...]
    """As on the command line, the long one first."""
    metrics: tuple[str, ...]
    """The metrics that it is an option of."""
    option: str
    """What evalkit calls it."""
    kind: type
    """Type of its value; bool for a switch."""
    help: str

    @property
    def parameter(self) -> str:
        """Its name as a Python parameter."""
        return self.names[0].removeprefix("--").replace("-", "_")


_CHRF = ("chrf", "chrf++")
FLAGS = (
    Flag(("--tokenize", "-tok"), ("bleu",), "tokenizer", str, "BLEU: sacrebleu's tokeniser."),
    Flag(("--lowercase", "-lc"), ("bleu",), "lowercase", bool, "BLEU: compare in lower case."),
    Flag(("--smooth-method",), ("bleu",), "smooth", str, "BLEU: exp, floor, add-k or none."),
    Flag(("--smooth-value",), ("bleu",), "smooth_value", float, "BLEU: for floor and add-k."),
    Flag(("--force", "-f"), ("bleu",), "force", bool, "BLEU: don't say that it looks tokenised."),
    Flag(("--chrf-char-order",), _CHRF, "char_order", int, "chrF: longest character n-gram."),
    Flag(("--chrf-word-order",), ("chrf",), "word_order", int, "chrF: longest word n-gram."),
    Flag(("--chrf-beta",), _CHRF, "beta", int, "chrF: weight of recall."),
    Flag(("--chrf-lowercase",), _CHRF, "lowercase", bool, "chrF: compare in lower case."),
    Flag(("--chrf-whitespace",), _CHRF, "whitespace", bool, "chrF: count white space."),
    Flag(("--chrf-eps-smoothing",), _CHRF, "eps_smoothing", bool, "chrF: as chrF++.py."),
    Flag(("--ter-case-sensitive",), ("ter",), "case_sensitive", bool, "TER: keep the case."),
    Flag(("--ter-asian-support",), ("ter",), "asian_support", bool, "TER: Asian characters."),
    Flag(("--ter-no-punct",), ("ter",), "no_punct", bool, "TER: drop punctuation."),
    Flag(("--ter-normalized",), ("ter",), "normalized", bool, "TER: split off punctuation."),
)
"""Every flag of sacrebleu's that belongs to a metric."""


def with_flags(command: Callable[..., None]) -> Callable[..., None]:
    """The command with every flag of FLAGS; it gets their values as ``flags``, by parameter."""

    @wraps(command)
    def called(**values: Any) -> None:
        flags = {flag.parameter: values.pop(flag.parameter) for flag in FLAGS}
        command(**values, flags={name: value for name, value in flags.items() if value is not None})

    signature = inspect.signature(command)
    own = [p for p in signature.parameters.values() if p.name != "flags"]
    added = [
        inspect.Parameter(
            flag.parameter,
            inspect.Parameter.KEYWORD_ONLY,
            default=None,
            annotation=Annotated[
                flag.kind | None, typer.Option(*flag.names, help=flag.help, show_default=False)
            ],
        )
        for flag in FLAGS
    ]
    own = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    called.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    called.__annotations__ = {p.name: p.annotation for p in [*own, *added]}
    return called


def parse(text: str, *, option: str = "--metrics") -> list[tuple[str, dict[str, object]]]:
    """Names and options of scorers.

    Args:
        text: as on the command line.
        option: where it stands, for messages.

    Raises:
        ConfigError: a parenthesis that is not closed, or nothing named.

    >>> parse("bleu(tokenizer=zh,lowercase), chrf(beta=3)")
    [('bleu', {'tokenizer': 'zh', 'lowercase': True}), ('chrf', {'beta': 3})]
    >>> parse("process(command=[python3, m.py, -n, 4])")
    [('process', {'command': ['python3', 'm.py', '-n', '4']})]
    """
    found: list[tuple[str, dict[str, object]]] = []
    for part in _split(text, option):
        name, opened, rest = part.partition("(")
        where = f"{option} {part!r}"
        if opened and not rest.endswith(")"):
            raise ConfigError(f"{where}: write name(option=value,...)")
        values = _split(rest.removesuffix(")"), option)
        entry = name.strip(), dict(_option(value, where) for value in values)
        if entry not in found:
            found.append(entry)
    if not found:
        raise ConfigError(f"{option} names none; see 'evalkit list'")
    return found


def with_values(
    entries: Sequence[tuple[str, Options]], flags: Mapping[str, object]
) -> list[tuple[str, dict[str, object]]]:
    """The metrics with the flags' values; what stands in parentheses goes before.

    Raises:
        ConfigError: a flag of a metric that is not named, so that it would have no effect.
    """
    made = [(name, dict(options)) for name, options in entries]
    for flag in FLAGS:
        if flag.parameter not in flags:
            continue
        meant = [options for name, options in made if name in flag.metrics]
        if not meant:
            raise ConfigError(
                f"{flag.names[0]} has no effect: {' or '.join(flag.metrics)} is not among --metrics"
            )
        for options in meant:
            options.setdefault(flag.option, flags[flag.parameter])
    return made


def _split(text: str, option: str) -> list[str]:
    """Parts between the commas that stand in no parentheses or brackets; empty ones left out."""
    parts, depth = [""], 0
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    if depth:
        raise ConfigError(f"{option} {text!r}: a parenthesis or bracket too many or too few")
    return [part.strip() for part in parts if part.strip()]


def _option(text: str, where: str) -> tuple[str, object]:
    name, equals, value = (part.strip() for part in text.partition("="))
    if not name:
        raise ConfigError(f"{where}: an option without a name")
    return name, _value(value) if equals else True


def _value(text: str) -> object:
    """A list, a number, yes or no, or a text."""
    if text.startswith("[") and text.endswith("]"):
        (row,) = csv.reader([text[1:-1]], skipinitialspace=True)
        return [part.strip() for part in row]
    known = {"yes": True, "true": True, "no": False, "false": False}
    if text.lower() in known:
        return known[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
