"""Names become objects; unknown names, wrong options and foreign code are named."""

import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from evalkit import plugins, registry
from evalkit.errors import ConfigError, PermissionNeededError, UnknownNameError
from evalkit.registry import BUILTIN, RUNS_CODE, Code

PLUGIN = """
from evalkit.records import Output

class Shout:
    name = "shout"
    languages = None
    def __init__(self, *, mark="!"):
        self.mark = mark
    def generate(self, batch):
        return tuple(Output(text.upper() + self.mark, "end") for text in batch.texts)
    def signature(self):
        return "shout|mark:" + self.mark

not_callable = 3
"""


LANGUAGE_MODELS = ("causal_lm", "masked_lm")
HEADS = ("classifier", "token_classifier")
NEEDED = {name: {"model": "owner/name"} for name in (*LANGUAGE_MODELS, *HEADS)}
"""Options without which a scorer can't be made."""


@pytest.fixture
def plugin(tmp_path: Path) -> Code:
    (tmp_path / "shouting_plugin.py").write_text(PLUGIN)
    yield Code(allowed=True, folder=tmp_path)
    sys.modules.pop("shouting_plugin", None)


@pytest.mark.parametrize("name", sorted(set(BUILTIN["scorer"]) - {"detector", "judge", *RUNS_CODE}))
def test_every_scorer_of_our_own_is_made_and_bears_its_name(name: str) -> None:
    made = registry.metric(name, **NEEDED.get(name, {}))
    assert made.name == name
    assert made.fields[0].name == name


@pytest.mark.parametrize("name", LANGUAGE_MODELS)
def test_a_scorer_that_needs_a_model_says_so(name: str) -> None:
    with pytest.raises(ConfigError, match="name a model"):
        registry.metric(name)


@pytest.mark.parametrize("name", ["lead", "central", "rewriter"])
def test_every_generator_that_needs_no_model_path_is_made(name: str) -> None:
    assert registry.generator(name).name == name


@pytest.mark.parametrize("name", ["self-bleu", "distinct2"])
def test_a_measure_of_a_whole_set_is_no_scorer(name: str) -> None:
    with pytest.raises(ConfigError, match="measures a whole set at once"):
        registry.scorer(name)


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean 'rouge1'") as caught:
        registry.scorer("rogue1")
    assert "chrf++" in str(caught.value)


@pytest.mark.parametrize("name", ["rouge3", "rouge12", "rougeS4", "rougeSU0", "rougeW1.5"])
def test_names_with_a_number_in_them(name: str) -> None:
    made = registry.scorer(name)
    assert made.name == made.fields[0].name == name
    assert registry.scorer(name, name="label").name == "label"


@pytest.mark.parametrize("name", ["rouge0", "rougeS4.5", "rougeL2", "rouge3x", "rougeW0,5"])
def test_names_with_a_wrong_number_are_unknown(name: str) -> None:
    with pytest.raises(UnknownNameError, match=r"Did you mean 'rouge.*rouge<n>, .*rougeS<gap>"):
        registry.scorer(name)


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("rougeW0.5", {}, "'weight' is 0.5; it must be at least 1"),
        ("rougeS4", {"gapp": 3}, "no option named 'gapp'"),
        ("rouge3", {"gap": 3}, "ROUGE-3 has no 'gap'"),
    ],
)
def test_their_options_are_checked(name: str, options: dict[str, object], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        registry.scorer(name, **options)


def test_an_unknown_option_lists_the_known_ones() -> None:
    with pytest.raises(ConfigError, match=r"no option 'smoth'.*Did you mean 'smooth'"):
        registry.scorer("bleu", smoth="exp")


def test_a_refused_option_value_is_a_config_error() -> None:
    with pytest.raises(ConfigError, match="smooth"):
        registry.scorer("bleu", smooth="butter")


def test_foreign_code_needs_permission(plugin: Code) -> None:
    with pytest.raises(PermissionNeededError, match="--allow-code"):
        registry.generator("shouting_plugin:Shout", code=Code(False, plugin.folder))
    assert "shouting_plugin" not in sys.modules


def test_foreign_code_from_the_configs_folder_runs_when_allowed(plugin: Code) -> None:
    before = list(sys.path)
    made = registry.generator("shouting_plugin:Shout", code=plugin, mark="?")
    assert made.signature() == "shout|mark:?"
    assert sys.path == before


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("no_such_module_at_all:Thing", "ModuleNotFoundError"),
        ("shouting_plugin:Absent", "AttributeError"),
        ("shouting_plugin:not_callable", "not callable"),
        ("collections:OrderedDict", "lacks"),
    ],
)
def test_foreign_code_that_is_wrong_is_named(plugin: Code, target: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        registry.generator(target, code=plugin)


@pytest.mark.parametrize("name", ["bleu", "rouge7"])
def test_a_plugin_may_not_take_a_builtin_name(monkeypatch, name: str) -> None:
    taken = EntryPoint(name, "theirs:Bleu", "evalkit.scorers")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [taken])
    with pytest.raises(ConfigError, match="name of one of evalkit's own"):
        registry.scorer(name)
    (problem,) = [p.problem for p in registry.providers("scorer") if p.problem]
    assert f"theirs:Bleu) calls a scorer {name!r}" in problem
    assert registry.scorer("chrf").name == "chrf"


def test_two_plugins_may_not_share_a_name(monkeypatch) -> None:
    points = [EntryPoint("x", f"{who}:X", "evalkit.scorers") for who in ("one", "two")]
    monkeypatch.setattr(plugins, "entry_points", lambda group: points)
    with pytest.raises(ConfigError, match="two plug-ins call a scorer 'x'"):
        registry.scorer("x")
    problems = [p.problem for p in registry.providers("scorer") if p.name == "x"]
    assert [problem[:26] for problem in problems] == ["two plug-ins call a scorer"] * 2
    assert registry.names("scorer").count("x") == 1
    assert registry.scorer("bleu").name == "bleu"


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("import no_such_package", "ModuleNotFoundError: No module named 'no_such_package'"),
        ("raise SystemExit('bye')", "SystemExit: bye"),
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def ?", "SyntaxError"),
        ("", "AttributeError: module 'broken_plugin' has no attribute 'Metric'"),
    ],
)
def test_a_plugin_that_cannot_be_imported_is_named(
    monkeypatch, tmp_path: Path, source: str, says: str
) -> None:
    (tmp_path / "broken_plugin.py").write_text(source)
    point = EntryPoint("broken", "broken_plugin:Metric", "evalkit.scorers")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point])
    monkeypatch.syspath_prepend(str(tmp_path))
    assert not [p for p in registry.providers("scorer") if p.problem]
    (problem,) = [p.problem for p in registry.providers("scorer", look=True) if p.problem]
    assert says in problem
    with pytest.raises(ConfigError, match=r"broken_plugin.* cannot be loaded"):
        registry.scorer("broken")
    sys.modules.pop("broken_plugin", None)


def test_an_entry_point_is_loaded_on_first_use(monkeypatch, plugin: Code) -> None:
    point = EntryPoint("shout", "shouting_plugin:Shout", "evalkit.generators")
    monkeypatch.setattr(plugins, "entry_points", lambda group: [point])
    monkeypatch.syspath_prepend(str(plugin.folder))
    assert "shout" in registry.names("generator")
    assert "shouting_plugin" not in sys.modules
    assert registry.generator("shout").signature() == "shout|mark:!"


@pytest.mark.parametrize("name", HEADS)
def test_an_option_that_cannot_be_left_out_is_asked_for(name: str) -> None:
    with pytest.raises(ConfigError, match=f"scorer '{name}' needs the option 'model'"):
        registry.metric(name)
    with pytest.raises(ConfigError, match="Did you mean 'model'"):
        registry.metric(name, modle="x")
