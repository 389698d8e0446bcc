"""Training: the same from the same seed, whole or in parts; recipes and data that are refused."""

import pytest

from evalkit.errors import ConfigError, InputError
from evalkit.models.bundle import bundle_settings, bundle_sha256, load_bundle
from evalkit.training.detector import DetectorRecipe, read_recipe, train
from tests.training.tiny_detector import clean_rows, tagged_rows, tiny_encoder, write_rows

RECIPE = DetectorRecipe(
    seed=0, steps=6, warmup=1, n_subwords=120, chunk=24, n_frozen=1, hidden=8,
    text_fields={"text": 60, "post_edit": 1}, penn_fields=("post_edit",), checkpoint_every=2,
)  # fmt: skip


class StoppedError(Exception):
    pass


@pytest.fixture
def data(tmp_path):
    return [
        write_rows(tmp_path / "clean.jsonl", clean_rows()),
        write_rows(tmp_path / "tagged.jsonl", tagged_rows()),
    ]


@pytest.fixture
def run(data, tmp_path):
    def run(name, recipe=RECIPE, stop_at=None):
        def watch(stage, done, total):
            assert (stage, total) == ("train detector", recipe.steps)
            if done == stop_at:
                raise StoppedError

        return train(recipe, data, tmp_path / name, on_progress=watch, encoder=tiny_encoder())

    return run


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(run):
    whole = bundle_sha256(run("whole"))
    with pytest.raises(StoppedError):
        run("parts", stop_at=5)
    assert bundle_sha256(run("parts")) == whole


def test_steps_may_be_added_before_the_rate_falls(run):
    longer = RECIPE.model_copy(update={"steps": 8, "decay": 0.25})
    whole = bundle_sha256(run("whole", longer))
    with pytest.raises(StoppedError):
        run("parts", longer.model_copy(update={"steps": 100}), stop_at=5)
    assert bundle_sha256(run("parts", longer)) == whole


def test_reduced_precision_learns_nearly_the_same(run):
    exact, rough = (
        load_bundle(
            run(name, RECIPE.model_copy(update={"precision": name})),
            kind="detector", encoder="tiny",
        ).tensors
        for name in ("float32", "bfloat16")
    )  # fmt: skip
    gaps = [float((exact[name] - rough[name]).abs().max()) for name in exact]
    assert 0 < max(gaps) < 0.01


def test_another_seed_gives_other_weights(run):
    other = run("one", RECIPE.model_copy(update={"seed": 1}))
    assert bundle_sha256(run("zero")) != bundle_sha256(other)


def test_only_what_was_trained_is_kept(run):
    folder = run("run")
    names = set(load_bundle(folder, kind="detector", encoder="tiny").tensors)
    assert not any("embeddings" in name or "layer.0." in name for name in names)
    assert any("layer.1." in name for name in names)
    assert bundle_settings(folder)["wrongs"][0] == "ok"


def test_a_checkpoint_of_another_recipe_is_not_taken_up(run):
    run("run")
    with pytest.raises(ConfigError, match="another recipe or other data"):
        run("run", RECIPE.model_copy(update={"learning_rate": 0.1}))


def test_the_loss_falls(data, tmp_path):
    easy = {"steps": 60, "learning_rate": 0.01, "checkpoint_every": 20, "operations": {"double": 1}}
    recipe = RECIPE.model_copy(update=easy)
    train(recipe, data, tmp_path / "run", encoder=tiny_encoder())
    lines = (tmp_path / "run" / "training.jsonl").read_text().splitlines()
    losses = [float(line.split('"loss": ')[1].split(",")[0]) for line in lines]
    assert len(losses) == 3
    assert losses[-1] < losses[0] / 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("stepz: 3", r"unknown key stepz\. Did you mean 'steps'\?", id="unknown-key"),
        pytest.param(
            "operations: {swop: 1}", r"operations\.swop\. Did you mean operations\.swap", id="inner"
        ),
        pytest.param("steps: many", "steps: .*found 'many'", id="wrong-type"),
        pytest.param("- steps", "mapping", id="a-list"),
        pytest.param("steps: [", "not valid YAML", id="no-yaml"),
    ],
)
def test_a_wrong_recipe_is_refused(tmp_path, text, said):
    path = tmp_path / "recipe.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=said):
        read_recipe(path)


def test_a_recipe_is_read_and_a_seed_of_zero_kept(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text("seed: 0\nsteps: 5\noperations: {swap: 2}\n")
    recipe = read_recipe(path)
    assert (recipe.seed, recipe.steps, recipe.operations) == (0, 5, {"swap": 2.0})


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param([{"title": "x"}], "no usable sentence", id="no-text"),
        pytest.param([], "no usable sentence", id="empty-file"),
        pytest.param(
            [{"mt_tokens": ["a"], "word_tags": [], "gap_tags": []}], "clean.jsonl:1", id="uneven"
        ),
        pytest.param([["text"]], "JSON object", id="no-object"),
    ],
)
def test_data_that_cannot_be_learned_from_are_refused(tmp_path, rows, said):
    path = write_rows(tmp_path / "clean.jsonl", rows)
    with pytest.raises(InputError, match=said):
        train(RECIPE, [path], tmp_path / "run", encoder=tiny_encoder())


def test_a_missing_data_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none.jsonl is not there"):
        train(RECIPE, [tmp_path / "none.jsonl"], tmp_path / "run", encoder=tiny_encoder())
