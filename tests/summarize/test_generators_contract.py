"""What every built-in generator must do, whatever it writes. A new one is a line in GENERATORS."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from evalkit.pipeline.closing import closing
from evalkit.records import GenerationBatch, Length, Output
from evalkit.registry import Code, generator, names
from evalkit.stages import Generator
from evalkit.text.words import count_words
from tests.endpoint.fake_server import FakeServer, completion
from tests.tiny_models import one_thread, tiny_bart, tiny_chat, tiny_gpt2, tiny_t5

__all__ = ["tiny_bart", "tiny_chat", "tiny_gpt2", "tiny_t5"]

FIRST_WORDS = Path(__file__).parent / "first_words.py"
Fixture = Callable[[str], Path]

GENERATORS: dict[str, Callable[[Fixture], Generator]] = {
    "lead": lambda _: generator("lead"),
    "lead-word": lambda _: generator("lead", cut="word"),
    "central": lambda _: generator("central"),
    "seq2seq-bart": lambda model: generator("seq2seq", model=str(model("tiny_bart"))),
    "seq2seq-t5": lambda model: generator("seq2seq", model=str(model("tiny_t5"))),
    "seq2seq-sampled": lambda model: generator(
        "seq2seq", model=str(model("tiny_bart")), generation={"do_sample": True}
    ),
    "endpoint": lambda url: generator("endpoint", base_url=url("chat_server"), model="tiny"),
    "causal-chat": lambda model: generator("causal", model=str(model("tiny_chat"))),
    "mbr-bart": lambda model: generator(
        "mbr",
        n=3,
        of={
            "kind": "seq2seq",
            "model": str(model("tiny_bart")),
            "generation": {"do_sample": True},
        },
    ),
    "causal-plain": lambda model: generator("causal", model=str(model("tiny_gpt2"))),
    "process": lambda _: generator(
        "process", code=Code(allowed=True), command=[sys.executable, str(FIRST_WORDS)]
    ),
}
"""Name of the case -> the generator, given a function that finds a fixture's model."""
NOT_HERE = {"rewriter"}
"""Built-ins whose case is still to be added."""

TEXTS = (
    "The ferry left the harbour at noon. It carried forty passengers and nine cars. "
    "A storm had closed the line for two days, and the islanders had waited.",
    "The council met on Tuesday. It spoke about the bridge for an hour. Nothing was decided.",
    "A short text.",
)
UNICODE = (
    "“Smørrebrød” – said Zoë – costs €5,50 in København\u00a0… and 🙂 is free.",
    "The word 東京 means Tokyo; café was spelled cafe\u0301, and a\u200bb has no visible space.",
    "ALL CAPITALS\r\nwith odd\tline breaks\u2028and a soft\u00adhyphen in it.",
)


@pytest.fixture(scope="module")
def chat_server() -> Iterator[str]:
    """The address of a server that answers with the text that it finds in the prompt."""
    with FakeServer(lambda asked: completion(asked.prompt.split("<text>")[1][:-7])).running() as up:
        yield up.url


@pytest.fixture(scope="module", params=GENERATORS)
def made(request) -> Generator:
    with one_thread():
        generator = GENERATORS[request.param](request.getfixturevalue)
        with closing([generator]):
            yield generator


def run(made: Generator, texts, *, ids=None, words: int = 15) -> tuple[Output, ...]:
    names = tuple(ids or (f"d{i}" for i in range(len(texts))))
    outputs = made.generate(GenerationBatch(names, tuple(texts), Length(words)))
    for output in outputs:
        check(output)
    return outputs


def check(output: Output) -> None:
    """What holds for any output."""
    assert output.stop in {"end", "length", "error"}
    assert (output.stop == "error") == bool(output.error)
    assert output.text == output.text.strip()
    if output.error:
        assert output.text == ""
    else:
        assert output.usage["words"] == count_words(output.text)
        assert all(type(count) is int for count in output.usage.values())


def test_every_built_in_has_a_case() -> None:
    cased = {case.split("-")[0] for case in GENERATORS}

    assert cased | NOT_HERE == set(names("generator"))


def test_is_a_generator(made: Generator) -> None:
    assert isinstance(made, Generator)
    assert made.name in names("generator")
    assert made.languages is None or made.languages <= {"en"}


def test_nothing_in_nothing_out(made: Generator) -> None:
    assert run(made, ()) == ()


def test_one_and_many_in_order(made: Generator) -> None:
    together = run(made, TEXTS)

    assert len(together) == 3
    assert all(output.text for output in together)
    for place, text in enumerate(TEXTS):
        assert run(made, [text], ids=[f"d{place}"]) == together[place : place + 1]


def test_order_of_input_is_order_of_output(made: Generator) -> None:
    forward = run(made, TEXTS, ids="abc")

    assert run(made, TEXTS[::-1], ids="cba") == forward[::-1]


def test_the_same_input_gives_the_same_output(made: Generator) -> None:
    assert run(made, TEXTS) == run(made, TEXTS)


def test_unicode_is_read(made: Generator) -> None:
    outputs = run(made, UNICODE)

    assert [output.error for output in outputs] == ["", "", ""]
    assert all(count_words(output.text) for output in outputs)


def test_empty_documents_are_failed_items_and_no_others(made: Generator) -> None:
    first, *failed, last = run(
        made, [TEXTS[0], "", "  ", "\n\t\n", "… — ***", TEXTS[1]], ids="avwxyb"
    )

    assert all(output.error for output in failed)
    assert (first, last) == run(made, TEXTS[:2], ids="ab")


def test_half_a_surrogate_pair_is_a_failed_item(made: Generator) -> None:
    failed, whole = run(made, ["A text with \ud83d in it.", TEXTS[0]])

    assert failed.error
    assert whole.text


def test_a_document_may_be_shorter_than_the_summary(made: Generator) -> None:
    (output,) = run(made, ["Rain."], words=200)

    assert output.error == ""


def test_signature_is_one_line_of_fields_and_stays(made: Generator) -> None:
    before = made.signature()
    run(made, TEXTS[:1])

    assert made.signature() == before
    assert before.split("|")[0] == made.name
    assert "\n" not in before
    assert all(":" in part for part in before.split("|")[1:])
