"""The work behind ``fluency`` and ``summarize``."""

import typer

from evalkit.cli.inputs import documents_of
from evalkit.cli.making import scorers_of
from evalkit.cli.metrics import parse
from evalkit.cli.printing import print_json
from evalkit.cli.progress import bars
from evalkit.errors import ConfigError
from evalkit.pipeline.closing import close_all, closing
from evalkit.pipeline.once import read_fluency, write_summary
from evalkit.records import SCHEMA_VERSION, Length
from evalkit.results import Report
from evalkit.stages import Generator

__all__ = ["fluency", "summarize"]


def fluency(files: list[str], scorers: str, *, allow_code: bool, as_json: bool) -> None:
    """Prints the fluency of every document, its sentences and spans."""
    made = scorers_of(parse(scorers, option="--scorers"), allow_code=allow_code)
    names = [scorer.name for scorer in made]
    for name in names:
        if names.count(name) > 1:
            close_all(made)
            raise ConfigError(
                f"--scorers names {name!r} twice with different options; tell them apart: "
                f"{name}(...,name=another)"
            )
    with closing(made), bars() as progress:
        report = read_fluency(documents_of(files), made, progress=progress)
    if as_json:
        print_json(_fluency_json(report))
        return
    from rich.console import Console

    from evalkit.report.terminal import show

    console = Console()
    show(report, console, document=None, worst=None)
    for document in report.documents:
        show(report, console, document=document.id, worst=None)


def _fluency_json(report: Report) -> dict[str, object]:
    """The documents with spans (``start`` and ``end`` are offsets into the file)."""
    documents = []
    for document in report.documents:
        whole = document.model_dump(mode="json", exclude={"marks", "tokens", "system", "table"})
        whole["spans"] = [m.model_dump(mode="json") for m in document.spans]
        whole["tokens"] = {
            scorer: [token.model_dump(mode="json") for token in tokens]
            for scorer, tokens in document.tokens.items()
        }
        documents.append(whole)
    (table,) = report.tables
    signatures = {score.scorer: score.signature for score in table.scores}
    return {"schema": SCHEMA_VERSION, "signatures": signatures, "documents": documents}


def summarize(files: list[str], generator: Generator, words: int, *, as_json: bool) -> None:
    """Prints a summary of every document; exits with 1 if one failed."""
    documents = documents_of(files)
    with bars() as progress:
        outputs = write_summary(generator, documents, Length(words), progress=progress)
    failed = [o for o in outputs if o.error]
    if as_json:
        rows = [
            {
                "id": document.id, "text": output.text, "stop": output.stop,
                "usage": dict(output.usage), "cut": output.cut, "error": output.error,
                "details": dict(output.details),
            }
            for document, output in zip(documents, outputs, strict=True)
        ]  # fmt: skip
        whole = {"schema": SCHEMA_VERSION, "signature": generator.signature(), "summaries": rows}
        print_json(whole)
    else:
        for document, output in zip(documents, outputs, strict=True):
            if len(documents) > 1:
                typer.echo(f"== {document.id}")
            typer.echo(output.text)
            for warning in filter(None, (output.cut, output.error)):
                typer.echo(f"evalkit: {document.id}: {warning}", err=True)
    if failed:
        raise typer.Exit(1)
