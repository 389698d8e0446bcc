"""How much of a text a model may be given, and what is then said of the rest.

Words are those of ``evalkit.text.words``, characters are code points. A text is cut at the end of
its last whole word within the limit. Tokens are left out: only the model's own tokenizer counts
them, and it is not here where a server holds the model.
"""

from dataclasses import dataclass

from evalkit.text.words import words

__all__ = ["POLICIES", "Fitted", "Limit"]

POLICIES = ("refuse", "truncate")
"""What may happen to a text that is too long."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A text within a limit, or the reason why it is none."""

    text: str
    """What the model may see; "" where the text is refused."""
    cut: str = ""
    """What of the text was left out, in words; "" where nothing was."""
    refused: str = ""
    """Why the text is refused; "" where it isn't."""


@dataclass(frozen=True, slots=True)
class Limit:
    """The longest text, and what happens to one that is longer.

    Raises:
        ValueError: the policy is unknown, a limit is no whole number from 1, or ``truncate`` has
            no limit to cut at.

    >>> Limit("truncate", words=2).fit("Boats, once in port, stay.")
    Fitted(text='Boats, once', cut='the last 3 of 5 words (60%)', refused='')
    """

    policy: str = "refuse"
    """``refuse`` or ``truncate``."""
    words: int | None = None
    """At most so many words; None: any number."""
    characters: int | None = None
    """At most so many code points; None: any number."""

    def __post_init__(self) -> None:
        if self.policy not in POLICIES:
            raise ValueError(f"long_input is {self.policy!r}, expected {' or '.join(POLICIES)}")
        for name in ("words", "characters"):
            value = getattr(self, name)
            if value is not None and (type(value) is not int or value < 1):
                raise ValueError(f"max_source_{name} is {value!r}, expected a whole number from 1")
        if self.policy == "truncate" and self.words is None and self.characters is None:
            raise ValueError(
                "long_input: truncate needs max_source_words or max_source_characters to cut at"
            )

    def fit(self, text: str) -> Fitted:
        """The text, or its beginning, or the reason why it is refused."""
        spans = words(text)
        end = len(text)
        if self.words is not None and len(spans) > self.words:
            end = spans[self.words - 1][1]
        if self.characters is not None and end > self.characters:
            ends = [stop for _, stop in spans if stop <= self.characters]
            end = ends[-1] if ends else self.characters
        if end == len(text):
            return Fitted(text)
        if self.policy == "refuse":
            limits = {"words": self.words, "characters": self.characters}
            allowed = " and ".join(f"{n} {name}" for name, n in limits.items() if n is not None)
            return Fitted(
                "",
                refused=f"the text has {len(spans)} words and {len(text)} characters, the limit "
                f"is {allowed}; raise it, or set long_input: truncate",
            )
        n_left = sum(start >= end for start, _ in spans)
        if n_left == 0:
            share = f"{(len(text) - end) / len(text):.0%}"
            cut = f"the last {len(text) - end} of {len(text)} characters ({share})"
        else:
            cut = f"the last {n_left} of {len(spans)} words ({n_left / len(spans):.0%})"
        return Fitted(text[:end], cut=cut)

    def shown(self) -> str:
        """The limit as a signature has it."""
        given = {"words": self.words, "characters": self.characters}
        found = ",".join(f"{name}={n}" for name, n in given.items() if n is not None)
        return f"{self.policy}({found})" if found else "none"
