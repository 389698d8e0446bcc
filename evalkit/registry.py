"""Names for scorers and generators, and how a name becomes an object.

Three ways to be found, in this order: evalkit's own table below; an installed package's entry
point (groups ``evalkit.scorers`` and ``evalkit.generators``, loaded on first use); and
``module:attribute``, from an installed package or the config's own folder, only with
``--allow-code``. A plug-in may not take a built-in's name, nor two plug-ins one name. After the
pattern of explosion/catalogue, whose duplicates overwrite silently; ours are errors.
"""

import functools
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Literal, cast

from evalkit.errors import ConfigError, PermissionNeededError, UnknownNameError, nearest
from evalkit.stages import Generator, Scorer, SetScorer

__all__ = [
    "BUILTIN",
    "FAMILIES",
    "Code",
    "Kind",
    "Provider",
    "generator",
    "metric",
    "names",
    "providers",
    "scorer",
    "takes",
]

Kind = Literal["scorer", "generator"]

BUILTIN: Mapping[Kind, Mapping[str, str]] = {
    "scorer": {
        "mechanics": "evalkit.fluency.mechanics:Mechanics",
        "detector": "evalkit.fluency.detector:Detector",
        "classifier": "evalkit.fluency.classifier:Classifier",
        "token_classifier": "evalkit.fluency.token_classifier:TokenClassifier",
        "causal_lm": "evalkit.fluency.causal_lm:CausalLm",
        "masked_lm": "evalkit.fluency.masked_lm:MaskedLm",
        "rouge1": "evalkit.metrics.rouge:rouge1",
        "rouge2": "evalkit.metrics.rouge:rouge2",
        "rougeL": "evalkit.metrics.rouge:rouge_l",
        "rougeLsum": "evalkit.metrics.rouge:rouge_lsum",
        "rougeS": "evalkit.metrics.rouge:rouge_s",
        "rougeSU": "evalkit.metrics.rouge:rouge_su",
        "rougeW": "evalkit.metrics.rouge:rouge_w",
        "bleu": "evalkit.metrics.bleu:Bleu",
        "chrf": "evalkit.metrics.chrf:chrf",
        "chrf++": "evalkit.metrics.chrf:chrf_plus_plus",
        "ter": "evalkit.metrics.ter:Ter",
        "faithfulness": "evalkit.metrics.faithfulness:Faithfulness",
        "extractiveness": "evalkit.metrics.extractiveness:Extractiveness",
        "repetition": "evalkit.metrics.repetition:Repetition",
        "length": "evalkit.metrics.length:Length",
        "self-bleu": "evalkit.metrics.sets:self_bleu",
        "bertscore": "evalkit.semantic.bertscore:BertScore",
        "evaluate": "evalkit.foreign.evaluate_module:evaluate_module",
        "process": "evalkit.foreign.process:process",
        "comet": "evalkit.foreign.comet:comet",
    },
    "generator": {
        "lead": "evalkit.summarize.lead:Lead",
        "central": "evalkit.summarize.central:Central",
        "rewriter": "evalkit.summarize.rewriter:Rewriter",
        "seq2seq": "evalkit.summarize.seq2seq:Seq2Seq",
        "process": "evalkit.foreign.process_generator:process_generator",
    },
}
"""Every name that evalkit itself brings: name -> ``module:attribute``."""

FAMILIES: Mapping[Kind, Mapping[str, tuple[str, str]]] = {
    "scorer": {
        "distinct<n>": ("distinct[1-9][0-9]*", "evalkit.metrics.sets:distinct"),
        "rouge<n>": ("rouge[1-9][0-9]*", "evalkit.metrics.rouge:rouge"),
        "rougeS<gap>": ("rougeS[0-9]+", "evalkit.metrics.rouge:rouge"),
        "rougeSU<gap>": ("rougeSU[0-9]+", "evalkit.metrics.rouge:rouge"),
        "rougeW<weight>": (r"rougeW[0-9]+(?:\.[0-9]+)?", "evalkit.metrics.rouge:rouge"),
    },
    "generator": {},
}
"""Names with a number in them, as they are listed -> their pattern, and the factory that gets the
name as its first argument."""


RUNS_CODE: Mapping[str, str] = {
    "evaluate": "the Python of the module that it is given",
    "process": "the command that it is given",
    "comet": "the Python that it is given",
}
"""Names of ours that run code which their options name, and so need permission -> what they run."""


@dataclass(frozen=True, slots=True)
class Provider:
    """Where a name comes from."""

    kind: Kind
    name: str
    target: str
    """``module:attribute``."""
    package: str
    """``evalkit`` or the distribution that declares the entry point."""


@dataclass(frozen=True, slots=True)
class Code:
    """Permission to run code that no installed entry point declares."""

    allowed: bool = False
    """Whether ``--allow-code`` was given."""
    folder: Path | None = None
    """The config's own folder, searched for modules after the installed packages."""


def _plugins(kind: Kind) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in entry_points(group=f"evalkit.{kind}s"):
        if _own(kind, point.name) is not None:
            raise ConfigError(
                f"the plug-in {_package(point)} calls a {kind} {point.name!r}, which is the name "
                f"of one of evalkit's own. Uninstall it or ask its author to rename it."
            )
        other = found.get(point.name)
        if other is not None and other.value != point.value:
            raise ConfigError(
                f"two plug-ins call a {kind} {point.name!r}: {_package(other)} ({other.value}) "
                f"and {_package(point)} ({point.value}). Uninstall one."
            )
        found[point.name] = point
    return found


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else point.value


def providers(kind: Kind) -> tuple[Provider, ...]:
    """Everything of this kind that can be named without ``--allow-code``, by name."""
    own = [Provider(kind, name, target, "evalkit") for name, target in BUILTIN[kind].items()]
    own += [Provider(kind, n, target, "evalkit") for n, (_, target) in FAMILIES[kind].items()]
    foreign = [Provider(kind, n, p.value, _package(p)) for n, p in _plugins(kind).items()]
    return tuple(sorted(own + foreign, key=lambda provider: provider.name))


def names(kind: Kind) -> tuple[str, ...]:
    """The names of this kind, sorted."""
    return tuple(provider.name for provider in providers(kind))


def scorer(name: str, /, *, code: Code | None = None, **options: object) -> Scorer:
    """The scorer of that name, made with ``options``.

    Raises:
        UnknownNameError: nothing has that name; lists what has.
        ConfigError: an option is unknown or refused, or the plug-in cannot be imported.
        PermissionNeededError: ``module:attribute`` without ``--allow-code``.
    """
    made = metric(name, code=code, **options)
    if not isinstance(made, Scorer):
        raise ConfigError(f"{name!r} measures a whole set at once, which is not possible here")
    return made


def metric(name: str, /, *, code: Code | None = None, **options: object) -> Scorer | SetScorer:
    """Like ``scorer``, but measures of a whole set are welcome too."""
    return cast(Scorer | SetScorer, _make("scorer", name, code or Code(), options))


def generator(name: str, /, *, code: Code | None = None, **options: object) -> Generator:
    """The generator of that name, made with ``options``; raises like ``scorer``."""
    return cast(Generator, _make("generator", name, code or Code(), options))


def takes(kind: Kind, name: str, option: str, *, code: Code | None = None) -> bool:
    """Whether what has that name takes that option by its own name; raises like ``scorer``."""
    try:
        return option in inspect.signature(_factory(kind, name, code or Code())).parameters
    except ValueError:  # some classes written in C say nothing about their options
        return False


def _make(kind: Kind, name: str, code: Code, options: Mapping[str, object]) -> object:
    if name in RUNS_CODE and not code.allowed:
        raise PermissionNeededError(
            f"{kind} {name!r} runs {RUNS_CODE[name]}, which needs --allow-code. Read it, then add "
            f"--allow-code."
        )
    factory = _factory(kind, name, code)
    _check_options(kind, name, factory, options)
    try:
        made = factory(**options)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{kind} {name!r}: {error}") from error
    protocol = Scorer if kind == "scorer" else Generator
    if not isinstance(made, (protocol, SetScorer) if kind == "scorer" else protocol):
        members = [m for m in dir(protocol) if not m.startswith("_") and not hasattr(made, m)]
        raise ConfigError(f"{kind} {name!r} lacks {', '.join(members)}; see evalkit.stages")
    return made


def _factory(kind: Kind, name: str, code: Code) -> Callable[..., object]:
    if ":" in name:
        return _foreign(kind, name, code)
    made = _own(kind, name)
    if made is not None:
        return made
    point = _plugins(kind).get(name)
    if point is None:
        raise UnknownNameError(kind, name, names(kind))
    return _attribute(kind, point.value)


def _own(kind: Kind, name: str) -> Callable[..., object] | None:
    """The factory of one of evalkit's own names, or None."""
    if name in BUILTIN[kind]:
        return _attribute(kind, BUILTIN[kind][name])
    for pattern, target in FAMILIES[kind].values():
        if re.fullmatch(pattern, name):
            return functools.partial(_attribute(kind, target), name)
    return None


def _foreign(kind: Kind, target: str, code: Code) -> Callable[..., object]:
    if not code.allowed:
        raise PermissionNeededError(
            f"{kind} {target!r} is code of its own, which runs only with --allow-code. "
            f"Read it, then add --allow-code."
        )
    folder = str(code.folder) if code.folder is not None else None
    if folder is None or folder in sys.path:
        return _attribute(kind, target)
    sys.path.append(folder)  # after the installed packages, so that it can't shadow them
    try:
        return _attribute(kind, target)
    finally:
        sys.path.remove(folder)


def _attribute(kind: Kind, target: str) -> Callable[..., object]:
    module_name, _, path = target.partition(":")
    try:
        found: object = importlib.import_module(module_name)
        for part in path.split("."):
            found = getattr(found, part)
    except Exception as error:
        raise ConfigError(
            f"{kind} {target!r} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if not callable(found):
        raise ConfigError(f"{kind} {target!r} is not callable: a class or function is needed")
    return found


def _check_options(
    kind: Kind, name: str, factory: Callable[..., object], options: Mapping[str, object]
) -> None:
    try:
        parameters = inspect.signature(factory).parameters.values()
    except ValueError:  # some classes written in C have none: let the call itself complain
        return
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters)
    known = [p.name for p in parameters if p.kind is not p.VAR_POSITIONAL]
    for option in options:
        if option not in known and not takes_any:
            guess = nearest(option, known)
            hint = f" Did you mean {guess!r}?" if guess else ""
            listed = ", ".join(known) or "none"
            raise ConfigError(f"{kind} {name!r} has no option {option!r}.{hint} Known: {listed}.")
    needed = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    if lacking := [option for option in needed if option not in options]:
        raise ConfigError(f"{kind} {name!r} needs the option {lacking[0]!r}")
