"""Where the numbers come from: signatures, config, versions, inputs."""

from dataclasses import dataclass

import yaml

from evalkit.report import numbers
from evalkit.results import Report, Spent

__all__ = ["Heading", "Signature", "config_yaml", "heading", "models", "signatures"]


@dataclass(frozen=True, slots=True)
class Heading:
    """What was run, in short."""

    name: str
    facts: tuple[str, ...]
    """When, on what, how long."""
    warnings: tuple[str, ...]
    """What a reader must not miss; foreign code first."""
    spent: tuple[str, ...] = ()
    """What was asked of servers and what it cost, a line for each system and scorer."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature and the numbers that bear it."""

    text: str
    numbers: tuple[str, ...]
    """For example ``summaries.short: rouge1, rouge1.recall``."""


def heading(report: Report) -> Heading:
    """The head of a report."""
    run = report.run
    documents = {document.id for document in report.documents}
    documents |= {item.document for item in report.items}
    n_documents = len(documents)
    facts = (
        numbers.when(run.finished),
        f"{numbers.count(n_documents)} {'document' if n_documents == 1 else 'documents'}",
        f"took {numbers.duration(run.seconds)}",
        f"evalkit {run.versions['evalkit']}" if "evalkit" in run.versions else "",
    )
    code = tuple(f"Code from outside evalkit took part: {name}" for name in run.code)
    spent = tuple(map(_spent, run.spent))
    return Heading(run.name, tuple(filter(None, facts)), (*code, *run.warnings), spent)


def _spent(spent: Spent) -> str:
    """A line of the ledger, for a person."""
    read, written = (spent.tokens.get(n, 0) for n in ("prompt_tokens", "completion_tokens"))
    cost = "" if spent.cost is None else f", {numbers.money(spent.cost)} {spent.currency}"
    uncounted = f" ({numbers.count(spent.n_uncounted)} not counted)" if spent.n_uncounted else ""
    return (
        f"{spent.name}: {numbers.count(spent.n_requests)} requests, {numbers.count(read)} tokens "
        f"read and {numbers.count(written)} written{uncounted}{cost}"
    )


def signatures(report: Report) -> tuple[Signature, ...]:
    """Every signature of a number or a generator, with what bears it."""
    bearers: dict[str, dict[str, dict[str, None]]] = {}
    for table in report.tables:
        for score in table.scores:
            fields = bearers.setdefault(score.signature, {}).setdefault(table.name, {})
            fields[score.field] = None
    scored = tuple(
        Signature(text, tuple(f"{table}: {', '.join(fields)}" for table, fields in found.items()))
        for text, found in bearers.items()
    )
    made = tuple(Signature(text, (f"outputs of {n}",)) for n, text in report.run.generators.items())
    return scored + made


def models(report: Report) -> dict[str, str]:
    """Every model whose files were read, on a line, by the scorer or system that read it."""
    return {
        name: ", ".join(
            filter(
                None,
                (
                    f"{model.model} @ {model.version}",
                    model.dtype,
                    model.device,
                    "pickled weights" if model.pickled else "",
                    "code that the model brings" if model.remote_code else "",
                ),
            )
        )
        for name, model in report.run.models.items()
    }


def config_yaml(report: Report) -> str:
    """The resolved config, as one would write it."""
    config = report.run.model_dump(mode="json")["config"]
    return yaml.safe_dump(config, sort_keys=False, allow_unicode=True, width=88)
