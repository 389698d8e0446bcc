"""JUnit XML: the rules of both schemas that servers use, and texts that try to break out of it.

The rules are those of Jenkins' junit-10.xsd and of the Ant schema (JUnit.xsd of 2011), by which
files were validated with libxml2 when this was written.
"""

import re
from xml.etree import ElementTree as ET

from hypothesis import given, settings
from hypothesis import strategies as st

from evalkit.report.junit import document
from evalkit.results import Report, Requirement
from tests.report import sample

SUITE = {"name", "package", "id", "tests", "failures", "errors", "time", "timestamp", "hostname"}
CHILDREN = ["properties", "testcase", "system-out", "system-err"]


def required(met: bool, **other: object) -> Requirement:
    whole: dict[str, object] = {
        "text": "rouge1>=30", "table": "short", "system": "lead", "field": "rouge1",
        "unit": "0-100", "operator": ">=", "limit": 30.0, "value": 31.0 if met else 29.9999,
        "met": met,
    }  # fmt: skip
    return Requirement.model_validate(whole | other)


def report(*requirements: Requirement) -> Report:
    return sample.report().model_copy(update={"requirements": requirements})


def check(text: str) -> ET.Element:
    root = ET.fromstring(text)
    assert root.tag == "testsuites"
    assert not root.attrib
    for number, suite in enumerate(root):
        assert (suite.tag, suite.get("id")) == ("testsuite", str(number))
        assert set(suite.attrib) == SUITE
        assert all(suite.attrib.values())
        tags = [child.tag for child in suite]
        assert list(dict.fromkeys(tags)) == [t for t in CHILDREN if t in tags]
        assert all(tags.count(t) == 1 for t in CHILDREN if t != "testcase")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp", ""))
        assert re.fullmatch(r"\d+\.\d+", suite.get("time", ""))
        cases = suite.findall("testcase")
        assert suite.get("tests") == str(len(cases))
        for case in cases:
            assert set(case.attrib) == {"classname", "name", "time"}
            assert len(case) <= 1
        for kind in ("failure", "error"):
            found = suite.findall(f"testcase/{kind}")
            assert suite.get(f"{kind}s") == str(len(found))
            assert all(set(each.attrib) == {"message", "type"} for each in found)
    return root


def test_a_case_for_each_score_and_a_failure_where_it_falls_short() -> None:
    root = check(document(report(required(True), required(False))))
    first, second = root.findall("testsuite[@id='0']/testcase")
    assert first.get("name") == second.get("name") == "short/lead/rouge1 ≥ 30"
    assert len(first) == 0
    assert second[0].get("message") == "short/lead/rouge1 is 29.9999, required ≥ 30"


def test_failed_items_are_errors() -> None:
    root = check(document(report()))
    (error,) = root.findall("testsuite/testcase/error")
    assert error.get("message") == "1 of 2 items failed"
    assert "the model wrote nothing" in (error.text or "")


def test_a_run_without_anything_is_valid() -> None:
    assert len(check(document(sample.empty()))) == 2


@settings(deadline=None)
@given(st.text(max_size=40))
def test_no_text_breaks_out(text: str) -> None:
    hostile = required(False, text=text, system=text, value=None, reason=text)
    written = document(report(hostile))
    written.encode("utf-8")
    root = check(written)
    assert len(root.findall(".//failure")) == 1
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e]", written)
