"""``compare``: which system is better, and whether the difference is real."""

from collections.abc import Mapping

from evalkit.cli import options
from evalkit.cli.metrics import with_flags

__all__ = ["compare"]


@with_flags
def compare(  # noqa: PLR0913  (a command's options)
    run: options.Run = None,
    hypotheses: options.MaybeHypotheses = None,
    references: options.References = None,
    sources: options.Sources = None,
    table: options.OneTable = None,
    metrics: options.MaybeMetrics = None,
    baseline: options.Baseline = None,
    test: options.Tests = options.Test.PERMUTATION,
    cluster: options.Cluster = "segment",
    correction: options.Corrections = options.Correction.HOLM,
    interval: options.IntervalKind = options.Interval.PERCENTILE,
    method: options.Methods = options.Method.AUTO,
    level: options.Level = 95.0,
    draws: options.Draws = 1000,
    seed: options.Seed = 12345,
    format: options.Formats = options.Format.TEXT,  # noqa: A002
    language: options.Language = None,
    sanity: options.Sane = True,
    task: options.Task = options.Kind.TRANSLATION,
    glossary: options.Glossary = None,
    stdin: options.StdinKind = None,
    offline: options.Offline = False,
    allow_code: options.AllowCode = False,
    *,
    flags: Mapping[str, object],
) -> None:
    """Compare systems on the same segments: differences, intervals, tests, ranks.

    The systems are files, as for 'score', or those of a run folder.
    """
    from evalkit.cli import comparing
    from evalkit.cli.gating import Gate
    from evalkit.cli.named import Files
    from evalkit.cli.scoring import scorers
    from evalkit.stats.resampling import Resampling

    del offline  # the option itself closes the network
    settings = Resampling(
        draws=draws, seed=seed, confidence=level / 100, unit=cluster, method=method.value,
        interval=interval.value, test=test.value, correction=correction.value,
    )  # fmt: skip
    gate = Gate(wanted=sanity, task=task.value, language=language, glossary=glossary)
    asked = comparing.Asked(settings=settings, baseline=baseline, format=format, gate=gate)
    if run is not None:
        comparing.refuse_files(hypotheses, references, sources, glossary, flags)
        chosen = comparing.Chosen(table, metrics)
        comparing.compare_run(run, chosen, asked, allow_code=allow_code)
        return
    if table is not None:
        comparing.refuse_table(table)
    comparing.compare_files(
        Files(
            hypotheses=hypotheses or (),
            references=references or (),
            sources=sources,
            stdin_kind=stdin,
            language=language,
        ),
        scorers(metrics or options.METRICS, flags, allow_code=allow_code),
        asked,
    )
