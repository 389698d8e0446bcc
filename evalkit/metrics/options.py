"""Options of a scorer: checked names, types and values, with errors that list what there is."""

import types
import typing
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar, cast

from evalkit.errors import nearest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

__all__ = ["build", "check_at_least", "check_choice", "check_types"]

_T = TypeVar("_T", bound="DataclassInstance")


def build(kind: type[_T], options: Mapping[str, object], *, hidden: Collection[str] = ()) -> _T:
    """An instance of the dataclass ``kind`` with these options.

    Args:
        kind: a keyword-only dataclass whose fields are its options.
        options: values by name.
        hidden: fields that are no options of what is being built, because its name fixes them;
            they may still be passed by the factory that fixes them.

    Raises:
        ValueError: an option that ``kind`` does not have, or a value that it refuses.
    """
    known = [option.name for option in fields(kind)]
    for name in options:
        if name not in known:
            shown = [option for option in known if option not in hidden]
            guess = nearest(name, shown)
            hint = f" Did you mean {guess!r}?" if guess else ""
            raise ValueError(f"no option named {name!r}.{hint} Options: {', '.join(shown)}")
    return cast(Callable[..., _T], kind)(**options)


def check_types(instance: "DataclassInstance") -> None:
    """Compare every field of a dataclass with its annotation.

    Raises:
        ValueError: a value of another type, for example a text where yes or no is wanted.
    """
    for option in fields(instance):
        value = getattr(instance, option.name)
        if not _fits(value, option.type):
            wanted = getattr(option.type, "__name__", str(option.type))
            raise ValueError(
                f"option {option.name!r} is {value!r} ({type(value).__name__}); it must be {wanted}"
            )


def check_choice(name: str, value: str, choices: Collection[str]) -> None:
    """Hold a value against the values that there are.

    Raises:
        ValueError: the value is none of ``choices``.
    """
    if value not in choices:
        guess = nearest(value, choices)
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise ValueError(f"option {name!r} is {value!r}.{hint} Known: {', '.join(choices)}")


def check_at_least(name: str, value: float, low: float) -> None:
    """Hold a number against its lower bound.

    Raises:
        ValueError: the number is below ``low`` or not a number.
    """
    if not value >= low:
        raise ValueError(f"option {name!r} is {value}; it must be at least {low}")


def _fits(value: object, annotation: object) -> bool:
    union = isinstance(annotation, types.UnionType)
    named = typing.get_args(annotation) if union else (annotation,)
    kinds = [typing.get_origin(kind) or kind for kind in named]  # a list of what, isn't looked at
    if value is None:
        return type(None) in kinds
    if isinstance(value, bool):  # a bool is an int to Python, but not to a reader
        return bool in kinds
    if isinstance(value, int) and float in kinds:
        return True
    return any(isinstance(kind, type) and isinstance(value, kind) for kind in kinds)
