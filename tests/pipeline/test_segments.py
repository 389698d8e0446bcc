"""Files of segments: what is said beside the scores."""

from evalkit.metrics.bleu import Bleu
from evalkit.metrics.ter import Ter
from evalkit.pipeline.segments import Segments, score_segments


def test_a_tokenised_system_is_named():
    segments = Segments(
        systems={"raw": ("It sailed .",) * 120, "clean": ("It sailed.",) * 120},
        references={"reference": ("It sailed away.",) * 120},
    )
    (said,) = score_segments(segments, [Bleu(), Ter()]).run.warnings
    assert said.startswith("'raw': 120 of 120 hypotheses end in ' .'")
    assert not score_segments(segments, [Bleu(force=True), Ter()]).run.warnings
