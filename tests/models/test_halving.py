"""Batches that fail are halved: everybody's result, in order, and the culprit's reason."""

import pytest
import torch

from evalkit.models.halving import Ran, run_planned


def test_results_come_in_the_order_of_the_items():
    seen = []

    def run(batch):
        seen.append(tuple(batch))
        return [index * 10 for index in batch]

    assert run_planned([(2, 0), (1,)], run) == [Ran(0), Ran(10), Ran(20)]
    assert seen == [(2, 0), (1,)]


def test_without_batches_nothing_runs():
    assert run_planned([], lambda batch: pytest.fail("ran")) == []


def test_a_batch_that_needs_too_much_memory_is_halved():
    seen = []

    def run(batch):
        seen.append(tuple(batch))
        if len(batch) > 2:
            raise torch.OutOfMemoryError("no room for so many")
        return list(batch)

    found = run_planned([(0, 1, 2, 3, 4), (5,)], run)
    assert [one.result for one in found] == [0, 1, 2, 3, 4, 5]
    assert [one.n_splits for one in found] == [1, 1, 2, 2, 2, 0]
    assert seen == [(0, 1, 2, 3, 4), (0, 1), (2, 3, 4), (2,), (3, 4), (5,)]


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(torch.OutOfMemoryError("not a byte\nmore"), "out of memory: not a byte"),
        pytest.param(MemoryError(), "MemoryError: "),
        pytest.param(RuntimeError("shapes\ndiffer"), "RuntimeError: shapes"),
        pytest.param(IndexError("index out of range"), "IndexError: index out of range"),
        pytest.param(ValueError("bad item"), "ValueError: bad item"),
    ],
)
def test_one_bad_item_loses_nobody_else(error, reason):
    def run(batch):
        if 2 in batch:
            raise error
        return [f"<{index}>" for index in batch]

    found = run_planned([(3, 2, 1, 0)], run)
    assert found[2] == Ran(None, 2, reason)
    assert [found[i].result for i in (0, 1, 3)] == ["<0>", "<1>", "<3>"]


def test_other_errors_are_raised():
    def run(batch):
        raise KeyError("a mistake of ours")

    with pytest.raises(KeyError):
        run_planned([(0, 1)], run)


@pytest.mark.parametrize("batches", [[(0, 0)], [(1, 2)], [(0,), (2,)]])
def test_a_plan_that_loses_or_doubles_an_item_is_refused(batches):
    with pytest.raises(ValueError, match="each of 0 to"):
        run_planned(batches, list)


def test_too_few_results_are_refused():
    with pytest.raises(ValueError, match="1 results for a batch of 2"):
        run_planned([(0, 1)], lambda batch: [0])
