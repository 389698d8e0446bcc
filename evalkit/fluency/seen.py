"""What of each text a model gets to see: refused, whole, in windows, or cut and said so.

Every scorer that reads with a model of a limited length has the same three policies: ``window``
reads a long text in overlapping parts and nothing is lost, ``truncate`` reads its beginning and
says what is left out, ``refuse`` leaves it unscored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evalkit.text.words import count_words

if TYPE_CHECKING:
    from evalkit.models.head_reader import HeadReader
    from evalkit.models.subwords import Subwords

__all__ = ["POLICIES", "Seen", "see"]

POLICIES = ("window", "truncate", "refuse")


@dataclass(frozen=True, slots=True)
class Seen:
    """The sub-words of texts that the model reads."""

    rows: dict[int, "Subwords"]
    """For each text that is read its number, and what is read of it."""
    reasons: dict[int, str]
    """Why the others aren't read."""
    cuts: dict[int, str]
    """For each text that is read in part what is left out."""


def see(
    reader: "HeadReader",
    texts: Sequence[str],
    *,
    long_input: str,
    limit: int | None,
    places: bool = False,
) -> Seen:
    """What ``reader`` is to read of the texts.

    Args:
        reader: a loaded model.
        texts: any texts; one without words is refused.
        long_input: one of ``POLICIES``.
        limit: most sub-words of a text that are read at once; None: any number.
        places: whether to ask for the sub-words' places in the text.
    """
    reasons = {row: why for row, text in enumerate(texts) if (why := _refusal(text))}
    kept = [row for row in range(len(texts)) if row not in reasons]
    found = reader.tokenize([texts[row] for row in kept], places=places)
    rows: dict[int, Subwords] = {}
    cuts: dict[int, str] = {}
    for row, subwords in zip(kept, found, strict=True):
        n = len(subwords.ids)
        if n == 0:
            reasons[row] = "the model's tokenizer finds nothing in it"
        elif limit is None or n <= limit or long_input == "window":
            rows[row] = subwords
        elif long_input == "truncate":
            rows[row] = subwords.start(limit)
            cuts[row] = f"did not see the last {n - limit} of {n} sub-words"
        else:
            reasons[row] = (
                f"{n} sub-words; {limit} are read at once (long_input: window reads the text in "
                "parts)"
            )
    return Seen(rows, reasons, cuts)


def _refusal(text: str) -> str:
    """Why a text can't be read by any model; "" where it can."""
    if not text.strip():
        return "empty text"
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"not Unicode text: {error}"
    return "" if count_words(text) else "text without words"
