import pytest

from evalkit.models.halving import Done, in_halves


def test_results_come_by_index_whatever_the_batches() -> None:
    found = in_halves([(3, 1), (0,), (2,)], lambda batch: [i * i for i in batch], release=list)

    assert found == {i: Done(i * i) for i in range(4)}


def test_a_batch_that_fails_is_halved_until_the_bad_item_stands_alone() -> None:
    released, ran = [], []

    def run(batch: tuple[int, ...]) -> list[int]:
        ran.append(batch)
        if 2 in batch:
            raise RuntimeError("bad item\nand more")
        return list(batch)

    found = in_halves([(0, 1, 2, 3), (4,)], run, release=lambda: released.append(1))

    assert ran == [(0, 1, 2, 3), (0, 1), (2, 3), (2,), (3,), (4,)]
    assert found[2] == Done(None, 2, "RuntimeError: bad item")
    assert {i: found[i].n_splits for i in (0, 1, 3, 4)} == {0: 1, 1: 1, 3: 2, 4: 0}
    assert len(released) == 3


def test_memory_that_does_not_last_for_a_batch_lasts_for_its_parts() -> None:
    import torch

    def run(batch: tuple[int, ...]) -> list[int]:
        if len(batch) > 2:
            raise torch.OutOfMemoryError("no room")
        return list(batch)

    found = in_halves([tuple(range(7))], run, release=list)
    assert [found[i].result for i in range(7)] == list(range(7))
    assert max(done.n_splits for done in found.values()) == 2


def test_errors_that_are_no_failure_of_an_item_go_on() -> None:
    def run(batch: tuple[int, ...]) -> list[int]:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        in_halves([(0,)], run, release=list)
