"""The code of others that a config lets run: named before anything of it is.

Installed entry points are no such code: installing them was the permission. ``module:attribute``,
evaluate modules, commands, and Python that a model brings (``trust_remote_code``) are.
"""

from collections.abc import Iterator, Mapping

from evalkit.config.models import EvaluationConfig
from evalkit.foreign.commands import listed
from evalkit.nesting import NESTS, nested
from evalkit.registry import Kind, runs_code

__all__ = ["code_of", "entries", "what_runs", "without_code"]


def entries(config: EvaluationConfig) -> Iterator[tuple[Kind, str, dict[str, object]]]:
    """Kind, name and options of every scorer and generator that the config names, in its order."""
    for section in (config.fluency, config.summaries, config.post_edit):
        if section is None:
            continue
        scorers = getattr(section, "scorers", ()) or getattr(section, "metrics", ())
        for system in getattr(section, "systems", ()):
            if system.kind != "file":
                yield "generator", system.kind, system.options
        for scorer in scorers:
            yield "scorer", scorer.name, scorer.options


def what_runs(kind: Kind, name: str, options: Mapping[str, object]) -> str:
    """The code of others that such an entry runs, on one line; "" where it runs none."""
    if ":" in name:
        return name
    if name in NESTS:
        return "; ".join(filter(None, (what_runs(*each) for each in nested(name, options))))
    shown = listed(name, options)
    if shown is None and (what := runs_code(kind, name, options)):
        shown = f"{name}: {what}"
    return " ".join((shown or "").split())


def code_of(config: EvaluationConfig) -> tuple[str, ...]:
    """What would run, one line each, sorted, each once."""
    found = {what_runs(kind, name, options) for kind, name, options in entries(config)}
    return tuple(sorted(found - {""}))


def without_code(config: EvaluationConfig) -> EvaluationConfig:
    """The config without the scorers and systems that run code of others; for looking at it.

    What is left may be empty, which a config as a file may not be.
    """
    changed: dict[str, object] = {}
    for name in ("fluency", "summaries", "post_edit"):
        section = getattr(config, name)
        if section is None:
            continue
        kept: dict[str, object] = {}
        for key in ("scorers", "metrics"):
            if hasattr(section, key):
                kept[key] = tuple(
                    e for e in getattr(section, key) if not what_runs("scorer", e.name, e.options)
                )
        if name == "summaries":
            kept["systems"] = tuple(
                s for s in section.systems if not what_runs("generator", s.kind, s.options)
            )
        changed[name] = section.model_copy(update=kept)
    return config.model_copy(update=changed)
