"""Names for scorers and generators, and how a name becomes an object.

Three ways to be found, in this order: evalkit's own table below; an installed package's entry
point (groups ``evalkit.scorers`` and ``evalkit.generators``, loaded on first use); and
``module:attribute``, from an installed package or the config's own folder, only with
``--allow-code``. A plug-in may not take a built-in's name, nor two plug-ins one name: such a name
is refused where it is used, and the others go on. After the pattern of explosion/catalogue, whose
duplicates overwrite silently.
"""

import functools
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from typing import cast

from evalkit.errors import (
    ConfigError,
    EvalkitError,
    PermissionNeededError,
    UnknownNameError,
)
from evalkit.nesting import NESTS, nested
from evalkit.plugins import (
    Code,
    Kind,
    attribute,
    check_options,
    foreign_factory,
    import_problem,
    package_of,
    points,
)
from evalkit.stages import Generator, Scorer, SetScorer

__all__ = [
    "BUILTIN",
    "FAMILIES",
    "Code",
    "Kind",
    "Provider",
    "generator",
    "kinds_of",
    "metric",
    "names",
    "providers",
    "runs_code",
    "scorer",
    "takes",
]

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
        "judge": "evalkit.judging.judge:Judge",
        "process": "evalkit.foreign.process:process",
        "comet": "evalkit.foreign.comet:comet",
    },
    "generator": {
        "lead": "evalkit.summarize.lead:Lead",
        "central": "evalkit.summarize.central:Central",
        "rewriter": "evalkit.summarize.rewriter:Rewriter",
        "seq2seq": "evalkit.summarize.seq2seq:Seq2Seq",
        "endpoint": "evalkit.summarize.endpoint:Endpoint",
        "causal": "evalkit.summarize.causal:Causal",
        "mbr": "evalkit.summarize.mbr:Mbr",
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
    problem: str = ""
    """Why it cannot be used; "" where it can, or where nobody looked."""


def _clash(kind: Kind, name: str, theirs: Sequence[EntryPoint]) -> str:
    """Why these plug-ins cannot have that name; "" where one can."""
    shown = " and ".join(f"{package_of(point)} ({point.value})" for point in theirs)
    if theirs and _target(kind, name) is not None:
        return (
            f"the plug-in {shown} calls a {kind} {name!r}, which is the name of one of evalkit's "
            f"own. Uninstall it or ask its author to rename it."
        )
    if len(theirs) > 1:
        return f"two plug-ins call a {kind} {name!r}: {shown}. Uninstall one."
    return ""


def providers(kind: Kind, *, look: bool = False) -> tuple[Provider, ...]:
    """Everything of this kind that can be named without ``--allow-code``, by name.

    Args:
        kind: what is looked for.
        look: import the plug-ins, so that one that cannot be used has its ``problem``.
    """
    found = [Provider(kind, name, target, "evalkit") for name, target in BUILTIN[kind].items()]
    found += [Provider(kind, n, target, "evalkit") for n, (_, target) in FAMILIES[kind].items()]
    for name, theirs in points(kind).items():
        problem = _clash(kind, name, theirs)
        if look and not problem:
            problem = import_problem(kind, theirs[0].value)
        found += [Provider(kind, name, p.value, package_of(p), problem) for p in theirs]
    return tuple(sorted(found, key=lambda provider: provider.name))


def names(kind: Kind) -> tuple[str, ...]:
    """The names of this kind, sorted."""
    return tuple(dict.fromkeys(provider.name for provider in providers(kind)))


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


def kinds_of(name: str, *, code: Code | None = None) -> tuple[Kind, ...]:
    """What that name is: a scorer, a generator, or one of each.

    Raises:
        UnknownNameError: it is neither.
        PermissionNeededError: ``module:attribute`` without ``--allow-code``.
    """
    if ":" in name:
        is_generator = hasattr(foreign_factory("generator", name, code or Code()), "generate")
        return ("generator",) if is_generator else ("scorer",)
    kinds: tuple[Kind, ...] = ("scorer", "generator")
    found = tuple(kind for kind in kinds if name in points(kind) or _target(kind, name))
    if not found:
        raise UnknownNameError("plug-in", name, [n for kind in kinds for n in names(kind)])
    return found


def runs_code(kind: Kind, name: str, options: Mapping[str, object]) -> str:
    """What code of others such an entry runs, in words; "" where it runs none.

    Such code needs ``--allow-code``: ``module:attribute``, what ``RUNS_CODE`` says, and Python
    that a model brings (``trust_remote_code``).
    """
    if ":" in name:
        return f"the {kind} {name}"
    if name in NESTS:
        return "; ".join(filter(None, (runs_code(*each) for each in nested(name, options))))
    if name in RUNS_CODE:
        return RUNS_CODE[name]
    if options.get("trust_remote_code"):
        revision = options.get("revision")
        pinned = f"@{revision}" if revision else ""
        return f"the Python that {options.get('model')}{pinned} brings"
    return ""


def takes(kind: Kind, name: str, option: str, *, code: Code | None = None) -> bool:
    """Whether what has that name takes that option by its own name; raises like ``scorer``."""
    try:
        return option in inspect.signature(_factory(kind, name, code or Code())).parameters
    except ValueError:  # some classes written in C say nothing about their options
        return False


def _make(kind: Kind, name: str, code: Code, options: Mapping[str, object]) -> object:
    factory = _factory(kind, name, code)
    what = runs_code(kind, name, options)
    if what and not code.allowed:
        raise PermissionNeededError(
            f"{kind} {name!r} runs {what}, which needs --allow-code. Read it, then add "
            f"--allow-code."
        )
    check_options(kind, name, factory, options)
    if name in NESTS:
        options = {"code": code, **options}
    try:
        made = factory(**options)
    except (TypeError, ValueError) as error:
        raise ConfigError(f"{kind} {name!r}: {error}") from error
    except Exception as error:
        if isinstance(error, EvalkitError) or _target(kind, name) is not None:
            raise
        why = f"{type(error).__name__}: {error}"  # whatever an author's code does
        raise ConfigError(f"{kind} {name!r} cannot be made: {why}") from error
    protocol = Scorer if kind == "scorer" else Generator
    if not isinstance(made, (protocol, SetScorer) if kind == "scorer" else protocol):
        members = [m for m in dir(protocol) if not m.startswith("_") and not hasattr(made, m)]
        raise ConfigError(f"{kind} {name!r} lacks {', '.join(members)}; see evalkit.stages")
    return made


def _factory(kind: Kind, name: str, code: Code) -> Callable[..., object]:
    if ":" in name:
        return foreign_factory(kind, name, code)
    theirs = points(kind).get(name, [])
    if clash := _clash(kind, name, theirs):
        raise ConfigError(clash)
    target = _target(kind, name)
    if target is None and not theirs:
        raise UnknownNameError(kind, name, names(kind))
    found = attribute(kind, theirs[0].value if target is None else target)
    is_family = target is not None and name not in BUILTIN[kind]
    return functools.partial(found, name) if is_family else found


def _target(kind: Kind, name: str) -> str | None:
    """``module:attribute`` of one of evalkit's own names, or None."""
    families = (
        target for pattern, target in FAMILIES[kind].values() if re.fullmatch(pattern, name)
    )
    return BUILTIN[kind].get(name) or next(families, None)
