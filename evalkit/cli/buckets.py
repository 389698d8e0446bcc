"""``buckets``: where a system is good and where it is not."""

from collections.abc import Mapping

from evalkit.cli import options
from evalkit.cli.metrics import with_flags

__all__ = ["buckets"]


@with_flags
def buckets(  # noqa: PLR0913  (a command's options)
    hypotheses: options.Hypotheses,
    references: options.References = None,
    sources: options.Sources = None,
    by: options.By = None,
    edges: options.Edges = None,
    frequencies: options.Frequencies = None,
    metrics: options.Metrics = "bleu,chrf,ter",
    format: options.Formats = options.Format.TEXT,  # noqa: A002
    level: options.Level = 95.0,
    draws: options.Draws = 1000,
    seed: options.Seed = 12345,
    cluster: options.Cluster = "segment",
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
    """Score segments by bucket: by length, document, any column, or frequency of words."""
    from evalkit.cli import bucketing
    from evalkit.cli.gating import Gate
    from evalkit.cli.named import Files
    from evalkit.cli.scoring import scorers
    from evalkit.stats.resampling import Resampling

    del offline  # the option itself closes the network
    bucketing.buckets(
        Files(
            hypotheses=hypotheses,
            references=references or (),
            sources=sources,
            stdin_kind=stdin,
            language=language,
        ),
        scorers(metrics, flags, allow_code=allow_code),
        bucketing.questions(by or ["reference-length"], edges, frequencies),
        Resampling(draws=draws, seed=seed, confidence=level / 100, unit=cluster),
        bucketing.Printed(
            format=format,
            gate=Gate(wanted=sanity, task=task.value, language=language, glossary=glossary),
        ),
    )
