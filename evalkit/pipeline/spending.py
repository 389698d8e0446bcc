"""What was asked of servers and what it cost: tokens and requests, summed per system and scorer.

Outputs carry their own counts; a scorer's are among its statistics, in columns of the same names.
Outputs of earlier runs of the folder count too: the ledger says what these outputs cost, and what
the tries that failed before them cost.
"""

from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from evalkit.pipeline.section import Section
from evalkit.pipeline.tables import Scored
from evalkit.records import Output
from evalkit.results import Spent
from evalkit.stages import EachScorer, Priced

__all__ = ["COUNTS", "added", "spent_on_outputs", "spent_on_scores", "ungraded"]

COUNTS = ("requests", "prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")
"""Counts of ``usage`` that are paid for."""


def added(earlier: Mapping[str, int], later: Mapping[str, int]) -> dict[str, int]:
    """Later usage with what an earlier, failed attempt cost on top.

    >>> added({"requests": 2, "words": 7}, {"requests": 1, "words": 5})
    {'requests': 3, 'words': 5}
    """
    paid = {name: earlier[name] + later.get(name, 0) for name in COUNTS if name in earlier}
    return {**later, **paid}


def spent_on_outputs(name: str, generator: object, outputs: Iterable[Output]) -> tuple[Spent, ...]:
    """What a system's outputs cost; () for a generator that asks no server."""
    if not isinstance(generator, Priced):
        return ()
    usages = [output.usage for output in outputs if output.usage.get("requests")]
    sums = Counter[str]()
    for usage in usages:
        sums.update({count: usage[count] for count in COUNTS if count in usage})
    n_uncounted = sum("prompt_tokens" not in usage for usage in usages)
    return (_spent(name, generator, dict(sums), n_uncounted),) if usages else ()


def spent_on_scores(scored: Iterable[Scored]) -> tuple[Spent, ...]:
    """What scorers that ask a server cost, for each system that they read."""
    made = []
    for each in scored:
        for scorer, measured in each.found:
            if isinstance(scorer, Priced) and "requests" in scorer.columns:
                totals = dict(
                    zip(scorer.columns, np.rint(measured.statistics.sum(axis=0)), strict=True)
                )
                sums = {name: int(totals[name]) for name in COUNTS if name in totals}
                name = f"{scorer.name} of {each.hypotheses.system}"
                made.append(_spent(name, scorer, sums, int(totals.get("uncounted", 0))))
    return tuple(made)


def ungraded(scored: Iterable[Scored]) -> Section:
    """The failures of scorers that ask a server; each may be tried again."""
    warnings, n_failed = [], 0
    for each in scored:
        for scorer, measured in each.found:
            failed = [row for row in measured.reasons if row not in each.hypotheses.failures]
            if isinstance(scorer, EachScorer) and failed:
                n_failed += len(failed)
                warnings.append(
                    f"{scorer.name} gave no grade to {len(failed)} of {len(measured.valid)} texts "
                    f"of {each.hypotheses.system}, for example: {measured.reasons[failed[0]]}"
                )
    return Section(warnings=tuple(warnings), n_failed=n_failed)


def _spent(name: str, priced: Priced, sums: Mapping[str, int], n_uncounted: int) -> Spent:
    return Spent(
        name=name,
        n_requests=sums.get("requests", 0),
        n_uncounted=n_uncounted,
        tokens={count: sums[count] for count in COUNTS[1:] if sums.get(count)},
        cost=priced.cost(sums),
        currency=priced.currency,
    )
