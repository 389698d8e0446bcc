"""Training: the same from the same seed, whole or in parts; data and recipes that are refused."""

import json

import numpy as np
import pytest

from evalkit.errors import ConfigError, InputError
from evalkit.models.bundle import bundle_sha256
from evalkit.models.rewriter_bundle import load_rewriter
from evalkit.training.alignment import WRITTEN, Pair
from evalkit.training.casing import Casing, detokenise, learn_casing, split_tokenised
from evalkit.training.rewriter import batches, read_recipe, train
from evalkit.training.rewriter_data import make_examples, read_articles
from evalkit.training.rewriter_vocabulary import GAP, STOP, learn_vocabulary, spelled
from tests.training.tiny_detector import tiny_encoder, write_rows
from tests.training.tiny_rewriter import ARTICLES, RECIPE


class StoppedError(Exception):
    pass


@pytest.fixture
def data(tmp_path):
    return [write_rows(tmp_path / "articles.jsonl", ARTICLES)]


@pytest.fixture
def run(data, tmp_path):
    def run(name, recipe=RECIPE, stop_at=None):
        def watch(stage, done, total):
            assert (stage, total) == ("train rewriter", recipe.steps)
            if done == stop_at:
                raise StoppedError

        encoder = tiny_encoder(n_positions=128)
        return train(recipe, data, tmp_path / name, on_progress=watch, encoder=encoder)

    return run


def test_a_run_that_was_stopped_goes_on_to_the_same_weights(run):
    whole = bundle_sha256(run("whole"))
    with pytest.raises(StoppedError):
        run("parts", stop_at=5)
    assert bundle_sha256(run("parts")) == whole


def test_another_seed_gives_other_weights(run):
    other = run("one", RECIPE.model_copy(update={"seed": 1}))
    assert bundle_sha256(run("zero")) != bundle_sha256(other)


def test_nothing_need_be_held_out(run):
    folder = run("all", RECIPE.model_copy(update={"n_held_out": 0}))
    lines = [json.loads(line) for line in (folder / "training.jsonl").read_text().splitlines()]
    assert lines
    assert not any("held_out_loss" in line for line in lines)


def test_it_learns_and_what_it_writes_can_be_loaded(run, tmp_path):
    longer = RECIPE.model_copy(update={"steps": 40, "checkpoint_every": 10})
    folder = run("long", longer)
    lines = [json.loads(line) for line in (folder / "training.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [10, 20, 30, 40]
    assert lines[-1]["held_out_loss"] < lines[0]["held_out_loss"]
    model = load_rewriter(folder, encoder=tiny_encoder(n_positions=128))
    assert model.vocabulary == (STOP, "also")
    assert model.net.shape.n_vocabulary == len(model.vocabulary)


def test_a_checkpoint_of_another_recipe_is_refused(run):
    run("one")
    with pytest.raises(ConfigError, match="another recipe"):
        run("one", RECIPE.model_copy(update={"seed": 9}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"article": "x"}\n', "line 1: no field 'highlights'"),
        ('{"article": "x", "highlights": []}\n[1]\n', "line 2: expected a JSON object"),
        ("{\n", "line 1: no JSON"),
        ('{"article": "One two.", "highlights": ["Something else was said here."]}\n', "coverage"),
    ],
)
def test_data_that_cannot_be_learned_from_are_refused(tmp_path, text, message):
    path = tmp_path / "bad.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        train(RECIPE, [path], tmp_path / "out", encoder=tiny_encoder(n_positions=128))


def test_tokenised_articles_need_cased_text_beside_them(data, tmp_path):
    recipe = RECIPE.model_copy(update={"tokenised": True, "texts": ("cased*",)})
    with pytest.raises(InputError, match="cased text"):
        train(recipe, data, tmp_path / "out", encoder=tiny_encoder(n_positions=128))
    texts = write_rows(tmp_path / "cased.jsonl", [{"text": row["article"]} for row in ARTICLES])
    folder = train(recipe, [*data, texts], tmp_path / "out", encoder=tiny_encoder(n_positions=128))
    assert (folder / "model.safetensors").is_file()


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"gone\.jsonl cannot be read"):
        list(read_articles(tmp_path / "gone.jsonl"))


def test_fields_can_be_named_and_highlights_be_lines(tmp_path):
    path = write_rows(tmp_path / "own.jsonl", [{"body": "A text.", "points": "One\n\nTwo\n"}])
    found = list(read_articles(path, article="body", highlights="points"))
    assert found[0].highlights == ("One", "Two")


def test_a_recipe_file_and_its_mistakes(tmp_path):
    path = tmp_path / "recipe.yaml"
    path.write_text("steps: 7\narticle_field: body\n", encoding="utf-8")
    assert (read_recipe(path).steps, read_recipe(path).article_field) == (7, "body")
    path.write_text("stepz: 7\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"unknown key stepz\. Did you mean 'steps'"):
        read_recipe(path)
    path.write_text("steps: none\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="steps"):
        read_recipe(path)


def test_each_pass_takes_every_example_once():
    pairs = [
        Pair(("w",) * n + ("x",), ("x",), (n,), 1.0) for n in (3, 9, 4, 4, 7, 3, 5, 8, 3, 6, 4)
    ]
    rows = make_examples(pairs, (STOP,))
    found = batches(rows, 4, np.random.default_rng(0))
    assert sorted(i for batch in found for i in batch) == list(range(11))
    assert found != batches(rows, 4, np.random.default_rng(1))


def test_names_and_numbers_are_not_learned_to_be_written():
    casing = learn_casing(["There Anna met two men near Paris in May."] * 5)
    target = ("anna", "met", "two", "men", "x7", "near", "paris")
    pair = Pair(("someone",), target, (WRITTEN,) * 7, 1.0)
    assert learn_vocabulary([pair], casing, size=50) == (STOP, "men", "met", "near")


def test_a_word_that_can_be_neither_copied_nor_written_is_a_gap_or_rules_out():
    pair = Pair(("a", "boat"), ("zoe", "has", "boat"), (WRITTEN, WRITTEN, 1), 0.7)
    assert spelled(pair, {STOP: 0, "has": 1}) is None
    assert spelled(pair, {STOP: 0, "has": 1}, n_gaps=1) == (GAP, 3, 1, 2)


@pytest.mark.parametrize(
    ("tokens", "expected", "reason"),
    [
        ("the 5 - year - old left .", "the 5-year-old left.", "hyphens of compounds"),
        ("it was n't tom 's .", "it wasn't tom's.", "contractions"),
        ('" no , " he said', '"no, " he said', "a mark between quotation marks"),
        ("( see -lrb- it -rrb- )", "(see (it))", "brackets"),
        ("the sailors ' boat", "the sailors' boat", "a plural's possessive"),
    ],
)
def test_tokens_are_joined_as_print_has_them(tokens, expected, reason):
    found = detokenise(tokens.split())
    assert found.replace('," ', ', " ') == expected, reason


def test_tokenised_text_is_split_at_its_ends():
    text = 'it rained . " stay ! " she said . why ? nobody knew'
    assert [" ".join(one) for one in split_tokenised(text)] == [
        "it rained .", '" stay ! "', "she said .", "why ?", "nobody knew",
    ]  # fmt: skip


def test_capitals_come_back():
    casing = Casing(
        {"nato": "NATO", "anna": "Anna", "met": "met"}, {"nato": 3, "anna": 4, "met": 9}
    )
    assert casing.truecase("anna met nato-led xyl's men.") == "Anna met NATO-led Xyl's Men."
