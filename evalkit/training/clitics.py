"""Penn Treebank tokens -> the words that evalkit counts ("do n't" -> "don't", "it 's" -> "it's").

Leaves out spacing around marks: nothing that reads these tokens sees white space.
"""

from collections.abc import Sequence

__all__ = ["CLITICS", "SYMBOLS", "join_clitics"]

CLITICS = frozenset({"n't", "'s", "'m", "'re", "'ve", "'ll", "'d", "n’t", "’s", "’re", "’ve"})
"""What the Penn tokeniser cuts off the word before it."""
SYMBOLS = {
    "``": '"', "''": '"', "-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]",
    "-lcb-": "{", "-rcb-": "}", "--": "–",
}  # fmt: skip
"""Penn names of marks -> the marks."""
PAIRS = {("can", "not"): "cannot", ("gon", "na"): "gonna", ("wan", "na"): "wanna"}


def join_clitics(tokens: Sequence[str]) -> list[list[int]]:
    """Groups of positions that make one word each, in order; every position is in one group.

    >>> tokens = "he ca n't say who 's in".split()
    >>> ["".join(tokens[i] for i in group) for group in join_clitics(tokens)]
    ['he', "can't", 'say', "who's", 'in']
    """
    groups: list[list[int]] = []
    for index, token in enumerate(tokens):
        lower = token.lower()
        before = tokens[index - 1].lower() if index else ""
        joined = lower in CLITICS and before[-1:].isalnum()
        if groups and (joined or (before, lower) in PAIRS):
            groups[-1].append(index)
        else:
            groups.append([index])
    return groups
