"""Paths, bytes, texts and lines, read strictly: whatever is not clean UTF-8 text is an error.

Newlines stay as they are, so that offsets count the code points of the file. A UTF-8 signature
(byte order mark) at the very start marks the encoding and is not part of the text; offsets count
from the character after it.
"""

import gzip
import zlib
from pathlib import Path
from typing import BinaryIO

from evalkit.errors import InputError, nearest

__all__ = ["existing", "read_bytes", "read_text", "split_lines", "without_final_newline"]

_SIGNATURE = b"\xef\xbb\xbf"
_WIDE = ((b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16"))


def existing(path: str | Path, *, root: Path, what: str) -> Path:
    """``path`` below ``root`` (an absolute one stays itself).

    Args:
        path: a file or folder.
        root: where a relative path starts.
        what: what is looked for, to say so: ``"corpus"``.

    Raises:
        InputError: there is none; names the nearest name that exists.
    """
    found = root / path
    if found.exists():
        return found
    if found.is_symlink():
        raise InputError(f"{what} {str(path)!r} is a link to something that is not there")
    parent = found.parent
    while not parent.is_dir():
        found, parent = parent, parent.parent
    guess = nearest(found.name, (entry.name for entry in parent.iterdir()))
    hint = f" Did you mean {guess!r}?" if guess else ""
    raise InputError(f"{what} {str(path)!r} is not there: no {found.name!r} in {parent}.{hint}")


def read_bytes(path: Path, *, name: str, stream: BinaryIO | None = None) -> bytes:
    """The file's bytes, unpacked where its name ends in ``.gz``; of ``stream`` for ``-``.

    Raises:
        InputError: it cannot be read or unpacked.
    """
    if str(path) == "-" and stream is not None:
        return stream.read()
    try:
        content = path.read_bytes()
        return gzip.decompress(content) if path.suffix.lower() == ".gz" else content
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{name} is not a whole gzip file ({error}); copy it again") from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{name} cannot be read: {reason}") from error


def read_text(path: Path, *, name: str = "", stream: BinaryIO | None = None) -> str:
    """The file as text, newlines untranslated, without a UTF-8 signature; may be empty.

    Args:
        path: the file; ``-`` reads ``stream`` instead.
        name: what messages call it; the path where left out.
        stream: standard input, as bytes.

    Raises:
        InputError: it is not UTF-8 or holds a NUL; names the byte offset and line.
    """
    called = name or str(path)
    content = read_bytes(path, name=called, stream=stream)
    for mark, encoding in _WIDE:
        if content.startswith(mark):
            raise InputError(
                f"{called} is {encoding}, not UTF-8 (byte 0, line 1); save it as UTF-8"
            )
    nul = content.find(b"\0")
    if nul >= 0:
        raise InputError(
            f"{called} holds a NUL byte at byte {nul} (line {_line(content, nul)}): "
            "it is not plain text, or not UTF-8"
        )
    try:
        return content.removeprefix(_SIGNATURE).decode("utf-8")
    except UnicodeDecodeError as error:
        at = error.start + (len(_SIGNATURE) if content.startswith(_SIGNATURE) else 0)
        raise InputError(
            f"{called} is not UTF-8: byte 0x{content[at]:02x} at byte {at} "
            f"(line {_line(content, at)}); save it as UTF-8"
        ) from error


def split_lines(text: str) -> tuple[str, ...]:
    r"""Lines ended by ``\n`` or ``\r\n`` only; a final line break adds no empty line.

    >>> split_lines("one\r\n\ntwo\u2028still two\n")
    ('one', '', 'two\u2028still two')
    """
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return tuple(line.removesuffix("\r") for line in lines)


def without_final_newline(text: str) -> str:
    r"""The text less one line break at its end.

    >>> without_final_newline("a summary\r\n")
    'a summary'
    """
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def _line(content: bytes, offset: int) -> int:
    return content.count(b"\n", 0, offset) + 1
