"""The labels of a model with a head: read from its config, chosen by name or by number.

A label's meaning is the model's own. Where its name says it plainly it is taken; else the user is
asked, and told what labels there are: a guess could turn every score around.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from evalkit.errors import ConfigError, nearest

__all__ = ["Labels", "Wanted"]

Wanted = str | int | list[str | int] | tuple[str | int, ...]
"""One label or several, each by its name or by its number."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a model, in the order of its logits."""

    model: str
    """The model's name, for messages."""
    names: tuple[str, ...]
    """What its config calls them."""

    @classmethod
    def of(cls, model: str, config: Mapping[str, object]) -> "Labels":
        """The labels that a model's ``config.json`` names; ``LABEL_0`` … where it names none.

        Raises:
            ConfigError: ``id2label`` isn't a table with a name for each number from 0.
        """
        table = config.get("id2label")
        if table is None:
            n = config.get("num_labels", 2)  # transformers' own default
            names = tuple(f"LABEL_{i}" for i in range(n if isinstance(n, int) else 2))
            return cls(model, names)
        if not isinstance(table, Mapping) or not table:
            raise ConfigError(f"{model}: id2label in config.json is {table!r}, not a table")
        by_number = {str(number): str(name) for number, name in table.items()}
        expected = [str(number) for number in range(len(table))]
        if sorted(by_number) != sorted(expected):
            raise ConfigError(
                f"{model}: id2label in config.json numbers its labels {', '.join(by_number)}; "
                f"expected 0 to {len(table) - 1}"
            )
        return cls(model, tuple(by_number[number] for number in expected))

    def __len__(self) -> int:
        return len(self.names)

    def __str__(self) -> str:
        """For messages: ``0: unacceptable, 1: acceptable``."""
        return ", ".join(f"{number}: {name}" for number, name in enumerate(self.names))

    def plain(self, known: Collection[str]) -> int | None:
        """The one label whose name, in any case, is among ``known``; None for none or several."""
        found = [i for i, name in enumerate(self.names) if name.strip().casefold() in known]
        return found[0] if len(found) == 1 else None

    def chosen(self, option: str, wanted: Wanted) -> tuple[int, ...]:
        """Numbers of the labels that an option names, sorted, each once.

        Raises:
            ConfigError: the model has no such label, or none is named.
        """
        several = wanted if isinstance(wanted, list | tuple) else [wanted]
        found = tuple(sorted({self._number(option, one) for one in several}))
        if not found:
            raise ConfigError(f"{option} names no label; {self.model} has {self}")
        return found

    def _number(self, option: str, wanted: object) -> int:
        if type(wanted) is int and 0 <= wanted < len(self.names):
            return wanted
        if isinstance(wanted, str) and self.names.count(wanted) == 1:
            return self.names.index(wanted)
        guess = nearest(wanted, self.names) if isinstance(wanted, str) else None
        hint = f" Did you mean {guess!r}?" if guess else ""
        raise ConfigError(
            f"{option} is {wanted!r}, which is no label of {self.model}.{hint} Its labels: {self}"
        )

    def shown(self, numbers: Sequence[int]) -> str:
        """Labels for a signature, without the mark that parts its fields."""
        return ",".join(self.names[number].replace("|", "\\u007c") for number in numbers)
