"""Reads a config file, applies ``--set key=value``, validates, and explains what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from evalkit.config.models import EvaluationConfig
from evalkit.errors import ConfigError, nearest

__all__ = ["LoadedConfig", "as_json", "explain", "load", "options_of", "parse_yaml", "validated"]

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class LoadedConfig:
    """A valid config and where it came from."""

    config: EvaluationConfig
    folder: Path
    """Its own folder: relative paths start here."""
    path: Path


def load(path: Path, *, settings: Sequence[str] = (), require: Sequence[str] = ()) -> LoadedConfig:
    """The config in ``path`` with ``settings`` (each ``key.key=value``) put over it.

    Args:
        path: the YAML file.
        settings: what to put over it.
        require: requirements beside its own.

    Raises:
        ConfigError: the file is absent, not YAML, or holds an unknown key or a wrong value; the
            message names the file, the key's path and the nearest known key.
    """
    raw = parse_yaml(path)
    for setting in settings:
        _set(raw, setting)
    if require:
        own = raw.get("require") or []
        raw["require"] = [*([own] if isinstance(own, str) else own), *require]
    return LoadedConfig(validated(path, raw, EvaluationConfig), path.resolve().parent, path)


def validated(path: Path, raw: Mapping[str, Any], model: type[Model]) -> Model:
    """The mapping that ``path`` holds, as a model.

    Raises:
        ConfigError: a key is unknown or a value wrong; names the path, the key and the nearest.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{path}: {explain(error, model)}") from None


def parse_yaml(path: Path) -> dict[str, Any]:
    """The mapping in a YAML file, by the safe loader; a key given twice is an error."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        guess = nearest(path.name, [p.name for p in path.parent.glob("*.y*ml")])
        hint = f" Did you mean {path.parent / guess}?" if guess else ""
        raise ConfigError(f"no config file {path}.{hint} 'evalkit init' writes one.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as UTF-8 text: {error}") from None
    try:
        raw = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ConfigError(f"{path} is not valid YAML: {error}") from None
    if not isinstance(raw, dict):
        raise ConfigError(f"{path} holds {type(raw).__name__}, not a mapping of keys to values")
    return raw


class _UniqueKeyLoader(yaml.SafeLoader):
    """The safe loader, except that a repeated key is an error instead of a silent overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} stands twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def options_of(settings: Sequence[str]) -> dict[str, object]:
    """Options from the command line, each ``key=value`` or ``key.key=value``; values are YAML.

    Raises:
        ConfigError: one is no such thing.

    >>> options_of(["seed=7", "generation.top_p=0.5"])
    {'seed': 7, 'generation': {'top_p': 0.5}}
    """
    options: dict[str, Any] = {}
    for setting in settings:
        _set(options, setting)
    return options


def _set(raw: dict[str, Any], setting: str) -> None:
    key, separator, text = setting.partition("=")
    if not separator or not key.strip():
        raise ConfigError(f"--set {setting!r}: expected key=value, for example statistics.seed=7")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ConfigError(
            f"--set {setting!r}: {text!r} is not a YAML value; a text goes in quotes"
        ) from None
    *parents, last = key.strip().split(".")
    place: Any = raw
    for depth, parent in enumerate(parents):
        place = _child(place, parent, parents[: depth + 1], setting)
    if isinstance(place, list):
        place[_index(place, last, setting)] = value
    else:
        place[last] = value


def _child(place: Any, key: str, path: list[str], setting: str) -> Any:
    if isinstance(place, list):
        return place[_index(place, key, setting)]
    child = place.get(key)
    if child is None:
        child = place[key] = {}
    if not isinstance(child, dict | list):
        raise ConfigError(f"--set {setting!r}: {'.'.join(path)} is a value, not a section")
    return child


def _index(items: list[Any], key: str, setting: str) -> int:
    if not key.isdecimal() or int(key) >= len(items):
        raise ConfigError(f"--set {setting!r}: {key!r} is no index into a list of {len(items)}")
    return int(key)


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """A validation error in words: each wrong key by its path, with the nearest known key."""
    lines = []
    for problem in error.errors():
        path = ".".join(str(part) for part in problem["loc"]) or "the whole"
        if problem["type"] == "extra_forbidden":
            lines.append(_unknown_key(problem["loc"], path, model))
        elif problem["type"] == "missing":
            lines.append(f"{path} is missing")
        else:
            message = problem["msg"].removeprefix("Value error, ")
            shown = repr(problem["input"])
            found = f" (found {shown})" if len(shown) <= 60 else ""
            lines.append(f"{path}: {message}{found}")
    return "; ".join(lines)


def _unknown_key(loc: tuple[int | str, ...], path: str, model: type[BaseModel]) -> str:
    known = _known_keys(loc[:-1], model)
    guess = nearest(str(loc[-1]), known)
    hint = f" Did you mean {guess!r}?" if guess else ""
    listed = f" Known: {', '.join(known)}." if known else ""
    return f"unknown key {path}.{hint}{listed}"


def _known_keys(loc: Sequence[int | str], model: type[BaseModel]) -> list[str]:
    for part in loc:
        if isinstance(part, int):
            continue
        field = model.model_fields.get(part)
        inner = _model_in(field.annotation) if field is not None else None
        if inner is None:
            return []
        model = inner
    return list(model.model_fields)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in get_args(annotation):
        found = _model_in(argument)
        if found is not None:
            return found
    return None


def as_json(config: BaseModel) -> Mapping[str, Any]:
    """The resolved config as plain data, for the manifest."""
    return config.model_dump(mode="json")
