"""Names of evalkit's own that make other scorers and generators, which their options name."""

from collections.abc import Iterator, Mapping

from evalkit.plugins import Kind

__all__ = ["NESTS", "nested"]

NESTS: Mapping[str, tuple[tuple[str, Kind, str], ...]] = {
    "mbr": (("of", "generator", "kind"), ("utility", "scorer", "name"))
}
"""Each such name -> the options that name others, what kind these are, and the key of the name.

It is made with the permission to run code of others (``code``) that was given for it."""


def nested(
    name: str, options: Mapping[str, object]
) -> Iterator[tuple[Kind, str, dict[str, object]]]:
    """Kind, name and options of what an entry makes of others; nothing for most."""
    for option, kind, key in NESTS.get(name, ()):
        given = options.get(option)
        inner = {key: given} if isinstance(given, str) else given
        if isinstance(inner, Mapping) and isinstance(inner.get(key), str):
            rest = {str(k): value for k, value in inner.items() if k != key}
            yield kind, str(inner[key]), rest
