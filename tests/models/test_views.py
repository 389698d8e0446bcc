import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalkit.models.subwords import Frame
from evalkit.models.views import Reach, causal_views, causal_windows, masked_views

FRAME = Frame((90,), (91, 92))


@given(st.data())
def test_causal_views_ask_for_each_target_once_with_room_enough(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 60))
    start = data.draw(st.sampled_from([None, 99]))
    first = data.draw(st.integers(1 if start is None else 0, n))
    limit = data.draw(st.integers(1, 20))
    stride = data.draw(st.integers(1, limit))
    ids = list(range(n))

    views = list(causal_views(ids, first, n, start=start, reach=Reach(limit, stride)))

    assert [target for view in views for target in view.targets] == ids[first:]
    for view in views:
        assert len(view.ids) <= limit
        for place, target in zip(view.places, view.targets, strict=True):
            before = view.ids[: place + 1]
            assert before[-1] == (
                target - 1 if target and len(before) > (start is not None) else 99
            )
            seen = len(before) - (start is not None)
            assert seen >= min(target, limit - stride)


def test_text_before_is_seen_and_not_asked_for() -> None:
    (view,) = causal_views([1, 2, 3, 4, 5], 3, 5, start=0, reach=Reach(9, 4))
    assert (view.ids, list(view.places), view.targets) == ([0, 1, 2, 3, 4], [3, 4], [4, 5])


def test_a_model_without_limit_sees_everything() -> None:
    assert [(w.start, w.end) for w in causal_windows(0, 1000, Reach(None, 1))] == [(0, 1000)]


@given(st.data())
def test_masked_views_hide_each_target_once(data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 40))
    first = data.draw(st.integers(0, n - 1))
    words = sorted(data.draw(st.lists(st.integers(0, 12), min_size=n, max_size=n)))
    limit = data.draw(st.integers(1, 20))
    stride = data.draw(st.integers(1, limit))
    ids = list(range(n))

    views = list(masked_views(ids, first, n, words=words, frame=FRAME, reach=Reach(limit, stride)))

    assert [target for view in views for target in view.targets] == ids[first:]
    for view in views:
        (place,), (target,) = view.places, view.targets
        assert view.ids[place] == target
        assert view.hidden[0] == place
        assert view.ids[0] == 90
        assert view.ids[-2:] == [91, 92]
        assert len(view.ids) <= limit + 3
        rest = [i for i in view.ids[1:-2] if i > target and words[i] == words[target]]
        assert [view.ids[at] for at in view.hidden[1:]] == rest


def test_windows_part_no_word() -> None:
    words = [0, 0, 0, 1, 1, 1, 2, 2, 2]
    views = masked_views(list(range(9)), 0, 9, words=words, frame=FRAME, reach=Reach(7, 3))
    assert {tuple(view.ids[1:-2]) for view in views} == {tuple(range(6)), tuple(range(3, 9))}


@pytest.mark.parametrize(("first", "seen"), [(0, 4), (6, 4), (9, 4)])
def test_masked_views_see_what_is_before_as_far_as_there_is_room(first: int, seen: int) -> None:
    views = list(
        masked_views(list(range(10)), first, 10, words=None, frame=FRAME, reach=Reach(4, 2))
    )
    assert all(len(view.ids) == seen + 3 for view in views)
    assert len(views) == 10 - first
