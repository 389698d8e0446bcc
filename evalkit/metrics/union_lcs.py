"""ROUGE-Lsum's matches: unions of longest common subsequences, for many sentences at once.

Every reference sentence is compared with every sentence of its hypothesis; which of several
longest subsequences is taken is said in ``lcs``, whose bit vectors are held here in one 64-bit
number for each pair of sentences, so that numpy takes all pairs a step further together. A step is
one token of the reference sentence that the hypothesis sentence has too. Hypothesis sentences of
more than 64 tokens go through ``lcs`` itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evalkit.metrics import lcs
from evalkit.metrics.overlap import IntArray, Layout
from evalkit.metrics.rouge_texts import Lines
from evalkit.records import BoolArray

__all__ = ["union_matches"]

Bits = NDArray[np.uint64]

_WIDTH = 64
_ONE = np.uint64(1)
_MAX_MEETINGS = 1 << 24
"""Meetings of tokens that are held at once, some 50 bytes each; beyond, ``lcs`` has the work."""


@dataclass(frozen=True, slots=True)
class _Tokens:
    """Every token of every text."""

    key: IntArray
    """(tokens,) the kind of token, another number in another item."""
    line: IntArray
    """(tokens,) the line it stands in."""
    of_hypothesis: BoolArray
    """(tokens,) whether that is a hypothesis' line."""
    reach: IntArray
    """(tokens,) its place in the line, from 0."""


@dataclass(frozen=True, slots=True)
class _Places:
    """Where each kind of token stands in the hypothesis lines of up to 64 tokens."""

    kinds: IntArray
    """(kinds,) keys, rising."""
    first: IntArray
    """(kinds,) the first entry of each kind."""
    n_lines: IntArray
    """(kinds,) its entries, one for each line."""
    line: IntArray
    """(entries,) a line that has the kind."""
    bits: Bits
    """(entries,) a bit for each place there."""


@dataclass(frozen=True, slots=True)
class _Meetings:
    """Where a token of a reference line meets lines of its hypothesis, pair of lines by pair."""

    token: IntArray
    """(m,) place of the reference token among all tokens."""
    bits: Bits
    """(m,) its places in the hypothesis line."""
    starts: IntArray
    """(pairs,) the first meeting of each pair of lines; pairs with most meetings first."""
    n_meetings: IntArray
    """(pairs,)"""
    mask: Bits
    """(pairs,) a bit for each token of the hypothesis line."""


def union_matches(lines: Lines, layout: Layout) -> IntArray:
    """Reference tokens in the union, each kind at most as often as the hypothesis has it.

    Args:
        lines: the texts of ``layout``, in its order.
        layout: which text is whose.

    Returns:
        (n_items, references), 0 where there is no such reference.
    """
    tokens = _tokens(lines, layout)
    taken = np.zeros(len(tokens.key), dtype=np.bool_)
    width = _WIDTH
    found = _meetings(tokens, lines)
    if found is None:
        width = 0
    else:
        taken[_taken(found)] = True
    for place in _taken_in_long_lines(lines, layout, width):
        taken[place] = True
    return _clipped(tokens, lines, np.flatnonzero(taken), layout)


def _tokens(lines: Lines, layout: Layout) -> _Tokens:
    n_kinds = int(lines.coded.tokens.max(initial=0)) + 1
    line = np.repeat(np.arange(len(lines.lengths)), lines.lengths)
    begins = np.cumsum(lines.lengths) - lines.lengths
    return _Tokens(
        key=layout.item[lines.text][line] * n_kinds + lines.coded.tokens,
        line=line,
        of_hypothesis=(layout.column == 0)[lines.text][line],
        reach=np.arange(len(line)) - begins[line],
    )


def _clipped(tokens: _Tokens, lines: Lines, found: IntArray, layout: Layout) -> IntArray:
    """The tokens ``found`` of each reference, each kind as often as the hypothesis has it."""
    own, n_own = _counted(tokens.key[tokens.of_hypothesis])
    n_keys = int(own.max(initial=0)) + 1
    both, n_found = _counted(lines.text[tokens.line[found]] * n_keys + tokens.key[found])
    text = both // n_keys
    most = n_own[np.searchsorted(own, both - text * n_keys)]
    n_texts = len(layout.item)
    matches = np.bincount(text, weights=np.minimum(n_found, most), minlength=n_texts)
    return layout.table(matches.astype(np.int64))[:, 1:]


def _counted(keys: IntArray) -> tuple[IntArray, IntArray]:
    """The keys there are, rising, and how often each occurs."""
    ordered = np.sort(keys)
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    return ordered[starts], np.diff(starts, append=len(ordered))


def _places(tokens: _Tokens, lines: Lines) -> _Places:
    short = (lines.lengths <= _WIDTH)[tokens.line]
    chosen = np.flatnonzero(tokens.of_hypothesis & short)
    entry = tokens.key[chosen] * len(lines.lengths) + tokens.line[chosen]
    order = np.argsort(entry)
    chosen, entry = chosen[order], entry[order]
    starts = np.flatnonzero(np.diff(entry, prepend=-1))
    bits = _ONE << tokens.reach[chosen].astype(np.uint64)
    if len(starts):
        bits = np.bitwise_or.reduceat(bits, starts)
    chosen = chosen[starts]
    key = tokens.key[chosen]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    n_lines = np.diff(first, append=len(key))
    return _Places(key[first], first, n_lines, tokens.line[chosen], bits)


def _meetings(tokens: _Tokens, lines: Lines) -> _Meetings | None:
    """Every meeting, or None where there are too many to hold at once."""
    places = _places(tokens, lines)
    wanted = np.flatnonzero(~tokens.of_hypothesis)
    kind = np.searchsorted(places.kinds, tokens.key[wanted])
    is_known = kind < len(places.kinds)
    wanted, kind = wanted[is_known], kind[is_known]
    is_known = places.kinds[kind] == tokens.key[wanted]
    wanted, kind = wanted[is_known], kind[is_known]
    repeats = places.n_lines[kind]
    if repeats.sum() > _MAX_MEETINGS:
        return None
    token = np.repeat(wanted, repeats)
    skipped = np.cumsum(repeats) - repeats
    entry = np.repeat(places.first[kind] - skipped, repeats) + np.arange(len(token))
    # By pair of lines and, because ``token`` rises, in the order of the reference.
    pair = tokens.line[token] * len(lines.lengths) + places.line[entry]
    order = np.argsort(pair, kind="stable")
    pair, token, entry = pair[order], token[order], entry[order]
    starts = np.flatnonzero(np.diff(pair, prepend=-1))
    n_meetings = np.diff(starts, append=len(pair))
    longest = np.argsort(-n_meetings, kind="stable")
    starts = starts[longest]
    unused = np.uint64(_WIDTH) - lines.lengths[places.line[entry[starts]]].astype(np.uint64)
    mask = ~np.uint64(0) >> unused
    return _Meetings(token, places.bits[entry], starts, n_meetings[longest], mask)


def _taken(found: _Meetings) -> IntArray:
    """Places of the reference tokens that the subsequences take."""
    above = np.zeros_like(found.bits)
    row = found.mask.copy()
    steps = list(_steps(found))
    for active, meeting in steps:
        above[meeting] = row[:active]
        hit = row[:active] & found.bits[meeting]
        row[:active] = ((row[:active] + hit) | (row[:active] - hit)) & found.mask[:active]
    remaining = np.bitwise_count(found.mask ^ row).astype(np.int64)
    left = found.mask.copy()
    taken = [np.zeros(0, dtype=np.int64)]
    for active, meeting in reversed(steps):
        columns = left[:active]
        here = found.bits[meeting] & columns
        grown = np.bitwise_count(~above[meeting] & columns)
        take = (here > columns >> _ONE) | (grown < remaining[:active])
        take &= remaining[:active] > 0
        taken.append(found.token[meeting[take]])
        left[:active] = np.where(take, _below(here), columns)
        remaining[:active] -= take
    return np.concatenate(taken)


def _steps(found: _Meetings) -> Iterator[tuple[int, IntArray]]:
    """Step by step how many pairs still have a meeting, and which."""
    most = int(found.n_meetings.max(initial=0))
    n_active = len(found.starts) - np.searchsorted(found.n_meetings[::-1], np.arange(most), "right")
    for step, active in enumerate(n_active.tolist()):
        yield active, found.starts[:active] + step


def _below(bits: Bits) -> Bits:
    """All bits below the highest one."""
    filled = bits.copy()
    for shift in (1, 2, 4, 8, 16, 32):
        filled |= filled >> np.uint64(shift)
    return filled >> _ONE


def _taken_in_long_lines(lines: Lines, layout: Layout, width: int) -> Iterator[IntArray]:
    """The same for hypothesis lines of more than ``width`` tokens, one reference line each."""
    is_hypothesis = layout.column[lines.text] == 0
    long = np.flatnonzero(is_hypothesis & (lines.lengths > width))
    if not len(long):
        return
    ends = np.cumsum(lines.lengths)
    begins = ends - lines.lengths
    tokens = lines.coded.tokens
    item = layout.item[lines.text]
    places: dict[int, list[lcs.Places]] = {}
    for at in long:
        found = lcs.places(tokens[begins[at] : ends[at]].tolist())
        places.setdefault(int(item[at]), []).append(found)
    for at in np.flatnonzero(~is_hypothesis & (lines.lengths > 0)):
        if int(item[at]) in places:
            reference = tokens[begins[at] : ends[at]].tolist()
            taken = lcs.union(reference, places[int(item[at])])
            yield begins[at] + np.array(taken, dtype=np.int64)
