"""LaTeX: every text is printed as itself, and the table says what the numbers say."""

import re

from hypothesis import given
from hypothesis import strategies as st

from evalkit.report import visible
from evalkit.report.latex import escape, table
from evalkit.results import Comparison, Score, Table

PRINTS = {
    r"\textbackslash{}": "\\", r"\textasciitilde{}": "~", r"\textasciicircum{}": "^",
    r"\textless{}": "<", r"\textgreater{}": ">", r"\textbar{}": "|", r"\textasciigrave{}": "`",
    r"\textquotesingle{}": "'", r"\textquotedbl{}": '"', "{[}": "[", "{*}": "*", "-{}": "-",
    "$-$": "−", r"$\infty$": "∞", r"$\uparrow$": "↑", r"$\downarrow$": "↓",
    r"$\rightarrow$": "→", r"$\geq$": "≥", r"$\leq$": "≤", r"$\approx$": "≈", r"$\cdot$": "·",
    r"$\times$": "×",
    r"\{": "{", r"\}": "}", r"\$": "$", r"\&": "&", r"\#": "#", r"\_": "_", r"\%": "%",
}  # fmt: skip
"""What LaTeX prints for each command that escaping may give; all others are its own characters."""
_TOKENS = re.compile("|".join(map(re.escape, sorted(PRINTS, key=len, reverse=True))) + r"|[\s\S]")


@given(st.text(max_size=30) | st.text(r"\{}$&#_%~^<>|`'\"-[]* ", max_size=30))
def test_a_text_is_printed_as_itself(text: str) -> None:
    shown = ""
    for token in _TOKENS.findall(escape(text)):
        assert token in PRINTS or token not in "\\{}$&#_%~^"
        shown += PRINTS.get(token, token)
    assert shown == visible.line(text)
    assert "--" not in escape(text)
    assert "\n" not in shown


def score(system: str, value: float | None, *, note: str = "") -> Score:
    return Score(
        system=system, scorer="ter", field="ter", unit="0-100", higher_is_better=False,
        value=value, low=1.0, high=2.0, note=note, n_scored=40, n_skipped=0, signature="a:b%",
    )  # fmt: skip


def sample(p: float) -> Table:
    systems = ("[a]", "b_2", "c")
    pairs = [("[a]", "b_2", p), ("[a]", "c", 0.001), ("b_2", "c", 0.001)]
    return Table(
        name="t", title="T", unit="segment", cluster="segment", n_items=40, n_clusters=40,
        systems=systems,
        scores=(score("[a]", 1.5), score("b_2", 1.9), score("c", None, note="nothing & more")),
        comparisons=tuple(
            Comparison(field="ter", system_a=a, system_b=b, delta=-0.4, p=each)
            for a, b, each in pairs
        ),
    )  # fmt: skip


def rows(text: str) -> list[str]:
    return text.split("\\midrule\n")[1].split("\\bottomrule")[0].splitlines()


def test_the_best_is_bold_and_a_tie_has_a_dagger() -> None:
    first, second, third = rows(table(sample(0.5), intervals=False))
    assert first == r"{[}a] & \textbf{1.5} \\"
    assert second == r"b\_2 & 1.9$^{\dagger}$ \\"
    assert third == r"c & --$^{a}$ \\"
    text = table(sample(0.5))
    assert "nothing \\& more" in text
    assert r"\scriptsize {[}1.0, 2.0]" in text
    assert text.startswith("% ter: a:b%\n\\begin{table}")


def test_a_difference_has_no_dagger() -> None:
    assert r"\dagger" not in "".join(rows(table(sample(0.01))))


def test_braces_and_environments_balance() -> None:
    text = table(sample(0.5))
    bare = re.sub(r"\\[{}]", "", text)
    assert bare.count("{") == bare.count("}")
    assert re.findall(r"\\begin{(\w+)}", text) == re.findall(r"\\end{(\w+)}", text)[::-1]


def test_without_tests_nothing_is_daggered() -> None:
    tied = sample(0.5).model_copy(update={"comparisons": ()})
    close = (score("[a]", 1.52), score("b_2", 1.54), score("c", 9.0))
    found = table(tied.model_copy(update={"scores": close}))
    assert "dagger" not in found
    assert found.count(r"\textbf{1.5}") == 2


def test_many_fields_of_few_systems_stand_in_rows() -> None:
    names = [f"m{n}" for n in range(9)]
    scores = tuple(
        score(system, value).model_copy(update={"scorer": name, "field": name})
        for system, value in (("[a]", 1.0), ("b_2", 2.0), ("c", 3.0))
        for name in names
    )
    found = table(sample(0.5).model_copy(update={"scores": scores, "comparisons": ()}))
    head = next(line for line in found.splitlines() if line.startswith("Score"))
    assert head == r"Score & {[}a] & b\_2 & c \\"
    assert all(re.search(rf"^{name} .*\\textbf", found, re.MULTILINE) for name in names)
