"""A config is read strictly, and what is wrong is named with its path and the nearest key."""

from pathlib import Path

import pytest

from evalkit.config.load import load
from evalkit.errors import ConfigError

GOOD = """
name: harbour
corpus: {path: texts}
references: refs
fluency: {scorers: [mechanics]}
summaries:
  systems:
    - {kind: lead, length: short}
    - {name: long-lead, kind: lead, words: 40, cut: word}
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "evaluation.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_config_is_read_with_defaults_and_options(tmp_path: Path) -> None:
    config = load(written(tmp_path, GOOD)).config
    assert config.summaries is not None
    first, second = config.summaries.systems
    assert (first.title, first.kinds, first.options) == ("lead", ("short",), {})
    assert (second.title, second.words, second.options) == ("long-lead", 40, {"cut": "word"})
    assert config.statistics.draws == 2000
    chosen = config.statistics
    assert (chosen.method, chosen.interval, chosen.test) == ("auto", "percentile", "permutation")
    assert (chosen.correction, chosen.baseline) == ("holm", None)
    assert config.fluency is not None
    assert [s.name for s in config.fluency.scorers] == ["mechanics"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # an unknown key on top: the nearest known one is named
        (GOOD + "statistcs: {draws: 200}\n", "unknown key statistcs. Did you mean 'statistics'?"),
        # an unknown key inside a section: named by its path
        (GOOD + "statistics: {drws: 200}\n", "unknown key statistics.drws. Did you mean 'draws'?"),
        (GOOD + "statistics: {draws: 3}\n", "statistics.draws: Input should be greater than"),
        (GOOD + "statistics: {confidence: 101}\n", "statistics.confidence"),
        (GOOD + "statistics: {seed: -1}\n", "statistics.seed"),
        (GOOD + "statistics: {method: exact}\n", "statistics.method: Input should be 'auto', "),
        (GOOD + "statistics: {interval: t}\n", "Input should be 'percentile' or 'bca'"),
        (GOOD + "statistics: {test: sign}\n", "Input should be 'permutation' or 'bootstrap'"),
        (GOOD + "statistics: {correction: fdr}\n", "Input should be 'holm', 'bh' or 'none'"),
        (
            GOOD + "statistics: {baseline: leed}\n",
            "baseline is 'leed', which is no system of summaries; there are: lead, long-lead",
        ),
        ("corpus: {path: a}\n", "nothing to do"),
        ("fluency: {}\n", "corpus is missing"),
        ("corpus: {}\nfluency: {}\n", "give either path or dataset"),
        ("corpus: {path: a, dataset: b}\nfluency: {}\n", "give either path or dataset"),
        ("corpus: {path: a}\nsummaries: {systems: [{kind: lead}]}\n", "a length is needed"),
        ("corpus: {path: a}\nsummaries: {systems: []}\n", "summaries.systems"),
        ("corpus: {path: a}\npost_edit: {}\n", "post_edit needs references"),
        ("name: ../up\n" + GOOD.replace("name: harbour", ""), "name: String should match"),
        ("- a\n- b\n", "holds list, not a mapping"),
        ("a: b: c\n", "not valid YAML"),
        (GOOD + "name: again\n", "the key 'name' stands twice"),
        ("!!python/object/apply:os.system [echo]\n", "not valid YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, text))
    assert expected in str(caught.value)
    assert "evaluation.yaml" in str(caught.value)


def test_a_missing_file_names_the_nearest(tmp_path: Path) -> None:
    written(tmp_path, GOOD)
    with pytest.raises(ConfigError, match=r"Did you mean .*evaluation\.yaml"):
        load(tmp_path / "evaluatoin.yaml")


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "evaluation.yaml"
    path.write_bytes(b"name: \xff\xfe")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(path)


@pytest.mark.parametrize(
    ("setting", "seed", "kind"),
    [
        ("statistics.seed=7", 7, "lead"),
        ("statistics.seed=0", 0, "lead"),  # 0 is a seed like any other
        ("summaries.systems.0.kind=central", 1, "central"),
    ],
)
def test_set_goes_over_the_file(tmp_path: Path, setting: str, seed: int, kind: str) -> None:
    config = load(written(tmp_path, GOOD), settings=[setting]).config
    assert config.summaries is not None
    assert (config.statistics.seed, config.summaries.systems[0].kind) == (seed, kind)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("statistics.seed", "expected key=value"),
        ("=3", "expected key=value"),
        ("name.first=3", "is a value, not a section"),
        ("summaries.systems.9.kind=lead", "no index into a list of 2"),
        ("statistics.sed=3", "Did you mean 'seed'"),
        ("name=[", "not a YAML value"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, setting: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(written(tmp_path, GOOD), settings=[setting])
    assert expected in str(caught.value)
