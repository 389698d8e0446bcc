"""A run for a continuous-integration server: JUnit XML.

There is no one standard; this keeps to what both Jenkins' schema (junit-10.xsd) and the older
Ant schema (JUnit.xsd) allow. A suite ``requirements`` has a case for each required score, with a
``failure`` where it falls short; a suite ``outputs`` one for each system of each table, with an
``error`` where items failed. Characters that XML 1.0 forbids are shown by name or picture.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree import ElementTree as ET  # it only writes here: nothing is parsed

from evalkit.report import visible
from evalkit.report.footnotes import Footnotes
from evalkit.report.requirements import row
from evalkit.results import Item, Report, Requirement

__all__ = ["document"]

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LISTED = 20
"""Failed items that a case lists; their number is always said."""


@dataclass(frozen=True, slots=True)
class _Case:
    """A test case."""

    group: str
    name: str
    kind: str = ""
    """``failure`` or ``error``; "" where it passed."""
    message: str = ""
    detail: str = ""


def document(report: Report) -> str:
    """The run as JUnit XML, UTF-8."""
    root = ET.Element("testsuites")
    suites = (
        ("requirements", [_required(report.run.name, each) for each in report.requirements]),
        ("outputs", list(_outputs(report))),
    )
    for number, (name, cases) in enumerate(suites):
        _suite(root, number, f"{report.run.name}: {name}", cases, report)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _required(run: str, each: Requirement) -> _Case:
    shown = row(each, Footnotes())
    name = f"{shown.place} {shown.required}"
    if each.met:
        return _Case(run, name)
    message = f"{shown.place} is {shown.found}, required {shown.required}"
    if each.reason:
        message += f" ({each.reason})"
    return _Case(run, name, "failure", message, f"{message}\nrequirement: {each.text}")


def _outputs(report: Report) -> Iterator[_Case]:
    by_system: dict[tuple[str, str], list[Item]] = {}
    for item in report.items:
        by_system.setdefault((item.table, item.system), []).append(item)
    for (table, system), items in by_system.items():
        failed = [item for item in items if item.output is not None and item.output.error]
        name = f"{table}/{system}: {len(items)} items"
        if not failed:
            yield _Case(report.run.name, name)
            continue
        lines = [f"{i.document}: {i.output.error}" for i in failed[:_LISTED] if i.output]
        more = len(failed) - len(lines)
        lines += [f"and {more} more"] if more else []
        message = f"{len(failed)} of {len(items)} items failed"
        yield _Case(report.run.name, name, "error", message, "\n".join(lines))


def _suite(
    root: ET.Element, number: int, name: str, cases: Sequence[_Case], report: Report
) -> None:
    kinds = [case.kind for case in cases]
    suite = ET.SubElement(
        root,
        "testsuite",
        {
            "name": _clean(name),
            "package": "evalkit",
            "id": str(number),
            "tests": str(len(cases)),
            "failures": str(kinds.count("failure")),
            "errors": str(kinds.count("error")),
            "time": f"{report.run.seconds if number == 0 else 0.0:.3f}",
            "timestamp": _moment(report.run.finished),
            "hostname": "localhost",
        },
    )
    properties = ET.SubElement(suite, "properties")
    for package in ("evalkit", "python"):
        version = report.run.versions.get(package, "unknown")
        ET.SubElement(properties, "property", {"name": package, "value": _clean(version)})
    for case in cases:
        names = {"classname": _clean(case.group), "name": _clean(case.name), "time": "0"}
        made = ET.SubElement(suite, "testcase", names)
        if case.kind:
            about = {"message": _clean(case.message), "type": f"evalkit.{case.kind}"}
            ET.SubElement(made, case.kind, about).text = _clean(case.detail)
    ET.SubElement(suite, "system-out").text = ""
    ET.SubElement(suite, "system-err").text = _clean("\n".join(report.run.warnings))


def _moment(text: str) -> str:
    """The time in UTC without a zone, which the Ant schema has no room for."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = datetime(1970, 1, 1, tzinfo=UTC)
    return f"{found.astimezone(UTC) if found.tzinfo else found:%Y-%m-%dT%H:%M:%S}"


def _clean(text: str) -> str:
    """A text without characters that act unseen or that XML cannot hold."""
    return _FORBIDDEN.sub("\ufffd", visible.text(text))
