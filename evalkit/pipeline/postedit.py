"""The documents against their post-edits, paragraph by paragraph: how much editing they needed."""

from collections.abc import Sequence

from evalkit.corpus.references import References
from evalkit.pipeline.item_buckets import document_columns, item_buckets
from evalkit.pipeline.items import items
from evalkit.pipeline.job import Job
from evalkit.pipeline.layout import against_post_edits
from evalkit.pipeline.measure import measure_all
from evalkit.pipeline.sanity_tables import Looked, aligned_warnings, marked_items, sanity_table
from evalkit.pipeline.section import Section
from evalkit.pipeline.spending import spent_on_scores, ungraded
from evalkit.pipeline.tables import Question, Scored, settings_of, table
from evalkit.records import Document
from evalkit.stages import Scorer, SetScorer

__all__ = ["post_edit_section"]


def post_edit_section(
    job: Job,
    documents: Sequence[Document],
    references: References,
    metrics: Sequence[Scorer | SetScorer],
) -> Section:
    """One table of the documents against their post-edits, and its paragraphs.

    TER against a post-edit of the same text is HTER (Snover et al. 2006): the share of words that
    the editor touched, lower is better.
    """
    hypotheses = against_post_edits(documents, references)
    found, whole = measure_all(job, metrics, hypotheses, stage="post-edit")
    without = [d.id for d in documents if references.of(d.id).post_edit is None]
    notes = ["TER against a post-edit is HTER: the share of words that the editor touched."]
    if without:
        notes.append(f"No post-edit, so not in this table: {', '.join(without)}.")
    question = Question(
        name="post-edit",
        title="Documents against their post-edits",
        unit="paragraph",
        notes=tuple(notes),
    )
    names = [["post-edit"]] * len(hypotheses.texts)
    sanity, warnings = sanity_table(
        question.name, question.title, question.unit, [Looked(hypotheses)]
    )
    scored = [Scored(hypotheses, found, whole)]
    failed = ungraded(scored)
    return Section(
        tables=(table(job, question, scored),),
        buckets=item_buckets(
            question.name,
            scored,
            document_columns(scored, documents),
            settings_of(job.statistics, question.unit),
        ),
        items=marked_items(items("post-edit", hypotheses, found, names), sanity),
        warnings=(*aligned_warnings(hypotheses), *failed.warnings, *warnings),
        sanity=(sanity,),
        spent=spent_on_scores(scored),
        n_failed=failed.n_failed,
    )
