"""Files of segments: streamed or kept, one answer; and what is said beside the scores."""

from collections.abc import Sequence

import numpy as np
import pytest

from evalkit.corpus.entries import Entry
from evalkit.corpus.parallel import Parallel, line_up
from evalkit.corpus.streams import SegmentStream
from evalkit.errors import AlignmentError, ConfigError
from evalkit.metrics.bleu import Bleu
from evalkit.metrics.chrf import chrf
from evalkit.metrics.rouge import rouge_l
from evalkit.metrics.ter import Ter
from evalkit.pipeline.guarding import check_texts
from evalkit.pipeline.segments import Wanted, measure_segments, score_segments
from evalkit.records import Batch
from evalkit.stats.estimate import estimate
from evalkit.stats.resampling import Resampling


def stream(texts: Sequence[str]) -> SegmentStream:
    return SegmentStream("made up", lambda: (Entry((text,)) for text in texts))


def parallel(systems: dict[str, Sequence[str]], references: Sequence[str]) -> Parallel:
    named = {name: stream(texts) for name, texts in systems.items()}
    return line_up(named, {"r": stream(references)})


def made_up(n: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [
        " ".join(f"word{w}" for w in rng.integers(0, 90, rng.integers(1, 20))) for _ in range(n)
    ]


def test_a_tokenised_system_is_named() -> None:
    systems = {"raw": ("It sailed .",) * 120, "clean": ("It sailed.",) * 120}
    files = parallel(systems, ("It sailed away.",) * 120)
    for ids in (False, True):
        wanted = Wanted(ids=ids)
        (said,) = score_segments(files, [Bleu(), Ter()], wanted, None).warnings
        assert said.startswith("'raw': 120 of 120 hypotheses end in ' .'")
        assert not score_segments(files, [Bleu(force=True), Ter()], wanted, None).warnings


def test_chunks_do_not_change_a_row_or_a_score(monkeypatch: pytest.MonkeyPatch) -> None:
    hypotheses, references = made_up(50, 1), made_up(50, 2)
    references[7] = ""
    scorers = [Bleu(), chrf(), rouge_l(), Ter()]
    batch = Batch(
        tuple(hypotheses), references=tuple((text,) if text else () for text in references)
    )
    settings = Resampling(method="poisson", draws=100)
    files = parallel({"a": hypotheses}, references)
    chunks = Parallel.chunks
    for size in (1, 7, 4096):
        monkeypatch.setattr(Parallel, "chunks", lambda self, size=size: chunks(self, size))
        (parts,) = measure_segments(files, scorers, Wanted()).found.values()
        for scorer, rows in parts:
            whole = scorer.measure(batch)
            np.testing.assert_array_equal(rows.statistics, whole.statistics)
            np.testing.assert_array_equal(rows.valid, whole.valid)
            assert rows.reasons == whole.reasons
        streamed = score_segments(files, scorers, Wanted(), settings)
        assert streamed.measured is None
        expected = [
            number
            for scorer in scorers
            for number in estimate(scorer, scorer.measure(batch), settings=settings)
        ]
        assert [each.estimate for each in streamed.scored] == expected


def test_few_valid_segments_in_a_stream_have_a_reason() -> None:
    references = ["x"] * 9 + [""] * 50
    files = parallel({"a": made_up(59, 3)}, references)
    scores = score_segments(files, [Ter()], Wanted(), Resampling(method="poisson", draws=100))
    (ter,) = scores.scored
    assert (ter.estimate.n_scored, ter.estimate.n_skipped) == (9, 50)
    assert np.isnan(ter.estimate.interval.low)
    assert ter.estimate.interval.reason == "9 segments: too few for an interval; 10 are needed"


def test_what_a_scorer_needs_is_asked_for() -> None:
    files = line_up({"a": stream(["x"])}, {})
    with pytest.raises(ConfigError, match="bleu needs --references FILE"):
        score_segments(files, [Bleu()], Wanted(), None)


@pytest.mark.parametrize("block", [1000, 60])
def test_a_shift_is_refused_whole_or_block_by_block(block: int) -> None:
    texts = made_up(200, 4)
    assert check_texts(parallel({"a": texts}, texts), block=block) == ()
    with pytest.raises(AlignmentError, match="1 line later"):
        check_texts(parallel({"a": [*texts[1:], "the end"]}, texts), block=block)


def test_a_shift_in_one_block_of_many_is_a_warning_with_its_place() -> None:
    texts = made_up(300, 5)
    moved = [*texts[:120], *texts[121:180], "left over", *texts[180:]]
    said = check_texts(parallel({"a": moved}, texts), block=60)
    assert len(said) == 1
    assert said[0].startswith("from segment 121 on (counted from there): the hypotheses of 'a'")
