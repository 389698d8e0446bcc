"""``score``: hypotheses against references, any number of systems and metrics."""

from collections.abc import Mapping

from evalkit.cli import options
from evalkit.cli.metrics import with_flags

__all__ = ["score"]


@with_flags
def score(  # noqa: PLR0913  (a command's options)
    hypotheses: options.Hypotheses,
    references: options.References = None,
    sources: options.Sources = None,
    metrics: options.Metrics = options.METRICS,
    format: options.Formats = options.Format.TEXT,  # noqa: A002
    confidence: options.Confidence = False,
    level: options.Level = 95.0,
    draws: options.Draws = 1000,
    seed: options.Seed = 12345,
    cluster: options.Cluster = "segment",
    interval: options.IntervalKind = options.Interval.PERCENTILE,
    method: options.Methods = options.Method.AUTO,
    segments: options.Segments = False,
    short_signatures: options.ShortSignatures = False,
    language: options.Language = None,
    sanity: options.Sane = True,
    task: options.Task = options.Kind.TRANSLATION,
    glossary: options.Glossary = None,
    stdin: options.StdinKind = None,
    output: options.Output = None,
    offline: options.Offline = False,
    allow_code: options.AllowCode = False,
    require: options.Require = None,
    junit: options.Junit = None,
    *,
    flags: Mapping[str, object],
) -> None:
    """Score hypotheses against references, segment by segment, as one corpus each.

    Exit codes: 0 done, 2 bad input, 3 a requirement is not met.
    """
    from evalkit.cli import scoring
    from evalkit.cli.gating import Gate
    from evalkit.cli.named import Files
    from evalkit.pipeline.segments import Wanted
    from evalkit.stats.resampling import Resampling

    del offline  # the option itself closes the network
    scoring.score(
        Files(
            hypotheses=hypotheses,
            references=references or (),
            sources=sources,
            stdin_kind=stdin,
            language=language,
        ),
        scoring.measures(metrics, flags, allow_code=allow_code),
        Wanted(cluster=cluster, ids=segments or output is not None, language=language or "en"),
        Resampling(
            draws=draws,
            seed=seed,
            confidence=level / 100,
            unit=cluster,
            interval=interval.value,
            method=method.value,
        ),
        scoring.Printed(
            format=format,
            confidence=confidence,
            segments=segments,
            short=short_signatures,
            require=require or (),
            junit=junit,
            gate=Gate(wanted=sanity, task=task.value, language=language, glossary=glossary),
            folder=output,
            asked={
                "hypotheses": hypotheses,
                "references": references or [],
                "sources": sources,
                "metrics": metrics,
            },
        ),
    )
