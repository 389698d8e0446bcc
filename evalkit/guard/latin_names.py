"""Names in Latin letters that a translation lost: brands, products, people, handles.

Only what is written alike in every language is looked for, so that the rule can be trusted: in a
source of another script, words of three Latin letters or more that hold a capital (four, if all
are capitals: ``iPhone``, ``LINE``, ``Netflix``); in a source in Latin letters, words with a
capital or a digit inside (``YouTube``, ``COVID-19``). They are compared without case, accents,
hyphens and spaces; an acronym that the output writes in full, and a name of several words of which
it has the acronym, are found. Where the output is in a script of its own, names may be written in
it: nothing is said.

Left out: names in another script than Latin, and names that languages write differently
(``London``, ``Londres``).
"""

import re
import unicodedata
from collections.abc import Iterator

from evalkit.guard.finding import Finding

__all__ = ["latin_names"]

_WORD = re.compile(
    r"(?<![A-Za-z0-9@#./:%-])[A-Za-z][A-Za-z0-9]*(?:[-'&][A-Za-z0-9]+)*(?![A-Za-z0-9@%]|[.:]\w)"
)
_ROMAN = re.compile(r"[IVXLCDM]+|[AP]M\d*")
_RUN = re.compile(r"[A-Z][A-Za-z0-9]*(?: [A-Z][A-Za-z0-9]*)+")
_INNER = re.compile(r"[a-z][A-Z]|[A-Za-z]\d|\d[A-Za-z]|[A-Z]-\d")
_LEAST = 3


def latin_names(item: int, source: str, output: str) -> Iterator[Finding]:
    """The names of the source that the output lacks, each once."""
    latin_source = _is_latin(source)
    if not _is_latin(output):
        return
    wanted = dict.fromkeys(
        match.group() for match in _WORD.finditer(source) if _telling(match.group(), latin_source)
    )
    if not wanted:
        return
    squeezed = _squeezed(output)
    shortened = {
        word
        for run in _RUN.findall(source)
        if _initials(run) in output or _initials(run)[1:] in output.split()
        for word in run.split()
    }
    initials = "".join(re.findall(r"\b\w", output)).casefold()
    for name in wanted:
        key = _squeezed(name)
        acronym = name.isupper() and len(key) <= 6
        if name in shortened:
            continue
        if key not in squeezed and not (acronym and key in initials):
            message = f"The name {name} of the source is not there."
            yield Finding("name", item, message, about=name)


def _initials(run: str) -> str:
    """``WSJ`` of ``Wall Street Journal``."""
    return "".join(word[0] for word in run.split())


def _telling(word: str, latin_source: bool) -> bool:
    if _ROMAN.fullmatch(word):
        return False
    if latin_source:
        return bool(_INNER.search(word)) and len(word) >= _LEAST
    least = _LEAST + 1 if word.isupper() else _LEAST  # WEB, SNS, LED are often translated
    return len(word) >= least and any(char.isupper() for char in word)


def _squeezed(text: str) -> str:
    """Letters and digits alone, without accents and case."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if char.isalnum())


def _is_latin(text: str) -> bool:
    """Whether most letters of a text are Latin ones."""
    letters = [char for char in text if char.isalpha()]
    latin = sum(char.isascii() or "LATIN" in unicodedata.name(char, "") for char in letters)
    return 2 * latin >= len(letters)
