"""A part of a report: some of its systems, one of its tables. What is shown keeps its numbers.

A summariser stands in the fluency table under its name and what it wrote, as in ``lead, short``;
the bare name chooses all of these.
"""

from collections.abc import Iterable, Sequence

from evalkit.errors import InputError, nearest
from evalkit.results import Report, Table

__all__ = ["chosen", "of_system"]


def of_system(system: str, name: str) -> bool:
    """Whether a system of a table is meant by a name.

    >>> of_system("lead", "lead"), of_system("lead, short", "lead"), of_system("leader", "lead")
    (True, True, False)
    """
    return system == name or system.startswith(f"{name}, ")


def chosen(report: Report, *, systems: Sequence[str] = (), table: str | None = None) -> Report:
    """The report with these systems alone, and this table.

    Args:
        report: any report.
        systems: names of systems; none: all.
        table: name of a table; None: all.

    Raises:
        InputError: there is no such system or table; names those that there are.
    """
    if table is not None:
        _check("table", table, [each.name for each in report.tables])
        report = _table_alone(report, table)
    if not systems:
        return report
    known = _systems(report)
    for name in systems:
        if not any(of_system(system, name) for system in known):
            _check("system", name, known)
    kept = {system for system in known if any(of_system(system, name) for name in systems)}
    tables = [_of_systems(each, kept) for each in report.tables]
    return report.model_copy(
        update={
            "tables": tuple(each for each in tables if each.systems),
            "documents": tuple(each for each in report.documents if each.system in kept),
            "items": tuple(each for each in report.items if each.system in kept),
            "sanity": tuple(
                each.model_copy(
                    update={"rows": tuple(row for row in each.rows if row.system in kept)}
                )
                for each in report.sanity
                if any(row.system in kept for row in each.rows)
            ),
        }
    )


def _table_alone(report: Report, name: str) -> Report:
    return report.model_copy(
        update={
            "tables": tuple(each for each in report.tables if each.name == name),
            "documents": tuple(each for each in report.documents if each.table == name),
            "items": tuple(each for each in report.items if each.table == name),
            "sanity": tuple(each for each in report.sanity if each.table == name),
        }
    )


def _systems(report: Report) -> list[str]:
    names = [system for table in report.tables for system in table.systems]
    names += [document.system for document in report.documents]
    return list(dict.fromkeys([*names, *(item.system for item in report.items)]))


def _of_systems(table: Table, kept: set[str]) -> Table:
    pairs = tuple(c for c in table.comparisons if {c.system_a, c.system_b} <= kept)
    return table.model_copy(
        update={
            "systems": tuple(system for system in table.systems if system in kept),
            "scores": tuple(score for score in table.scores if score.system in kept),
            "comparisons": pairs,
            "ranks": (),
        }
    )


def _check(what: str, name: str, known: Iterable[str]) -> None:
    names = list(known)
    if name in names:
        return
    guess = nearest(name, names)
    hint = f" Did you mean {guess!r}?" if guess else ""
    listed = ", ".join(map(repr, names)) or "none"
    raise InputError(f"this run has no {what} {name!r}.{hint} Known: {listed}.")
