"""The loop that writes: the texts of ``generate``, though rows leave and share a batch."""

from pathlib import Path

import pytest

from evalkit.models import decoding, seq2seq
from evalkit.models.checkpoint import find_checkpoint
from evalkit.models.seq2seq import Seq2SeqModel, load_seq2seq
from evalkit.models.writing import Prompt
from tests.tiny_models import DOCUMENTS, one_thread, tiny_bart, tiny_t5

__all__ = ["tiny_bart", "tiny_t5"]

GREEDY = {"max_new_tokens": 24}


@pytest.fixture(autouse=True)
def on_one_thread():
    with one_thread():
        yield


def loaded(folder: Path, settings) -> Seq2SeqModel:
    return load_seq2seq(find_checkpoint(str(folder)), settings=settings)


def write(model: Seq2SeqModel, *, max_tokens: int = 100_000) -> list[str]:
    rows = model.encode(DOCUMENTS)
    written = model.generate([Prompt(row, seed=9) for row in rows], max_tokens=max_tokens)
    assert [one.error for one in written] == [""] * len(rows)
    return [one.text for one in written]


def sizes(model: Seq2SeqModel, monkeypatch) -> list[int]:
    """Rows of each call of the decoder, filled in as it is called."""
    found: list[int] = []
    forward = decoding._forward

    def counted(of, ids, inputs, *, first):
        found.append(len(ids))
        return forward(of, ids, inputs, first=first)

    monkeypatch.setattr(decoding, "_forward", counted)
    return found


@pytest.mark.parametrize("kind", ["tiny_bart", "tiny_t5"])
@pytest.mark.parametrize(
    "settings",
    [
        GREEDY,
        {**GREEDY, "no_repeat_ngram_size": 2, "repetition_penalty": 1.3},
        {**GREEDY, "do_sample": True, "top_p": 0.9},
    ],
    ids=["greedy", "penalties", "sampled"],
)
def test_rows_that_are_done_leave_and_texts_stay(kind, settings, request, monkeypatch) -> None:
    model = loaded(request.getfixturevalue(kind), settings)
    alone = write(model, max_tokens=1)
    found = sizes(model, monkeypatch)

    assert write(model) == alone
    assert found[0] == len(DOCUMENTS)
    assert found[-1] < len(DOCUMENTS), "no row left before the end"


def test_rows_stay_where_a_setting_remembers_which_is_which(tiny_bart, monkeypatch) -> None:
    model = loaded(tiny_bart, {**GREEDY, "encoder_no_repeat_ngram_size": 9})
    alone = write(model, max_tokens=1)
    found = sizes(model, monkeypatch)

    assert write(model) == alone
    assert set(found) == {len(DOCUMENTS)}


@pytest.mark.parametrize("kind", ["tiny_bart", "tiny_t5"])
@pytest.mark.parametrize("settings", [GREEDY, {**GREEDY, "num_beams": 2}], ids=["greedy", "beams"])
def test_an_encoder_that_reads_in_parts_changes_no_text(kind, settings, request, monkeypatch):
    model = loaded(request.getfixturevalue(kind), settings)
    whole = write(model)

    monkeypatch.setattr(seq2seq, "ENCODED_TOGETHER", 200)
    assert write(model) == whole


def test_outputs_are_handed_over_as_they_are_there(tiny_bart: Path) -> None:
    model = loaded(tiny_bart, GREEDY)
    rows = model.encode(DOCUMENTS)
    found: dict[int, str] = {}

    written = model.generate(
        [Prompt(row) for row in rows],
        max_tokens=200,
        done=lambda place, one: found.__setitem__(place, one.text),
    )

    assert [found[place] for place in range(len(rows))] == [one.text for one in written]
    assert list(found) != sorted(found), "the longest come first"


def test_a_source_that_several_texts_are_drawn_for_is_read_once(tiny_bart, monkeypatch) -> None:
    model = loaded(tiny_bart, {**GREEDY, "do_sample": True})
    row = model.encode(DOCUMENTS[:1])[0]
    prompts = [Prompt(row, seed=seed) for seed in range(6)]
    alone = model.generate(prompts, max_tokens=1)
    read: list[int] = []
    encoder = model._model.get_encoder()
    handle = encoder.register_forward_pre_hook(
        lambda module, args, kwargs: read.append(len(kwargs["input_ids"])), with_kwargs=True
    )

    together = model.generate(prompts, max_tokens=100_000)
    handle.remove()

    assert together == alone
    assert len({one.text for one in together}) > 1
    assert read == [1]
