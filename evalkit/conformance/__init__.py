"""Whether a scorer or generator keeps the contract of ``evalkit.stages``: for its author's tests.

::

    from evalkit.conformance import check_scorer, failures

    def test_my_metric_keeps_the_contract():
        assert not failures(check_scorer(MyMetric))

``evalkit check-plugin NAME`` runs the same from the command line. Each check gives texts (empty,
one, many, of any script, broken), looks at what comes back, and says what it found and how to mend
it. Leaves out whether the numbers are right: only their author can know.
"""

from collections.abc import Iterable

from evalkit.conformance.check import Check
from evalkit.conformance.generators import check_generator
from evalkit.conformance.samples import ONE_REFERENCE, PLAIN
from evalkit.conformance.scorers import check_scorer
from evalkit.conformance.sets import check_set_scorer

__all__ = [
    "ONE_REFERENCE",
    "PLAIN",
    "Check",
    "check_generator",
    "check_scorer",
    "check_set_scorer",
    "failures",
]


def failures(checks: Iterable[Check]) -> str:
    """What failed, in words; "" where nothing did."""
    return "\n".join(str(check) for check in checks if not check.passed)
