"""Pauses between tries: by chance and growing, or as long as the server says."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.endpoint.waiting import Backoff, retry_after

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@settings(deadline=None)
@given(st.integers(1, 5000), st.integers(0, 2**32))
def test_a_pause_is_between_nothing_and_the_doubled_first_one(tries: int, seed: int) -> None:
    pause = Backoff(0.5, 8.0).pause(tries, np.random.default_rng(seed))
    assert 0 <= pause <= min(8.0, 0.5 * 2 ** min(tries - 1, 20))


def test_pauses_fill_their_range() -> None:
    rng = np.random.default_rng(0)
    pauses = [Backoff(1.0, 60.0).pause(4, rng) for _ in range(500)]
    assert min(pauses) < 0.5
    assert max(pauses) > 7.5
    assert np.mean(pauses) == pytest.approx(4, abs=0.3)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "120"}, 120.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Sun, 01 Mar 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sunday, 01-Mar-26 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Sun, 01 Mar 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 99 Mar 2026 11:00:00 GMT"}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds


def test_a_date_is_held_against_the_servers_clock() -> None:
    there = NOW + timedelta(days=3)
    headers = {
        "retry-after": format_datetime(there + timedelta(seconds=7), usegmt=True),
        "date": format_datetime(there, usegmt=True),
    }
    assert retry_after(headers, NOW) == 7.0
