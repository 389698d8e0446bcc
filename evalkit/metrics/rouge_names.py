"""Names of the kinds of ROUGE, and what a name says: kind, gap, weight."""

import re

__all__ = ["parse"]

_NAME = re.compile(r"rouge(?:([1-9][0-9]*|L|Lsum|S|SU|W)|(S|SU)([0-9]+)|W([0-9]+(?:\.[0-9]+)?))")


def parse(name: str) -> dict[str, str | int | float]:
    """The options of ``Rouge`` that a name fixes.

    >>> parse("rouge3"), parse("rougeSU4"), parse("rougeW1.5")
    ({'kind': '3'}, {'kind': 'SU', 'gap': 4}, {'kind': 'W', 'weight': 1.5})

    Raises:
        ValueError: no kind of ROUGE has that name.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise ValueError(
            f"no kind of ROUGE is called {name!r}: rouge and a positive number, L, Lsum, S, SU or "
            "W is needed, for example rouge3, rougeS4, rougeSU4, rougeW1.5"
        )
    plain, skipping, gap, weight = found.groups()
    if plain:
        return {"kind": plain}
    return {"kind": "W", "weight": float(weight)} if weight else {"kind": skipping, "gap": int(gap)}
