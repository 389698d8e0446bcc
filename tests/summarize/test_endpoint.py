"""Summaries from a server: what is sent, what is recorded, what is refused."""

import hashlib
import json
from collections.abc import Callable, Iterator

import pytest

from evalkit.errors import ConfigError, EndpointError
from evalkit.records import GenerationBatch, Length, Output
from evalkit.registry import generator
from evalkit.stages import EachGenerator, Generator
from evalkit.summarize.endpoint import PROMPT, SYSTEM, Endpoint
from tests.endpoint.fake_server import KEY, Asked, FakeServer, Said, completion, error

TEXT = "The ferry left the harbour at noon. It carried forty passengers."
PLAIN = {"prompt": "{{ text }}", "system": ""}


@pytest.fixture
def serve() -> Iterator[Callable[..., FakeServer]]:
    stack = []

    def start(script: Callable[[Asked], Said]) -> FakeServer:
        stack.append(FakeServer(script).running())
        return stack[-1].__enter__()

    yield start
    for context in stack:
        context.__exit__(None, None, None)


def made(url: str, **options: object) -> Endpoint:
    found = generator("endpoint", base_url=url, **{"model": "tiny", "wait": 0.001, **options})
    assert isinstance(found, Endpoint)
    return found


def run(summariser: Generator, *texts: str, words: int = 9) -> tuple[Output, ...]:
    ids = tuple(f"d{i}" for i in range(len(texts)))
    return summariser.generate(GenerationBatch(ids, texts, Length(words), "en"))


def test_what_is_sent(serve) -> None:
    server = serve(lambda _: completion("Fine."))
    settings = {"max_tokens": 50, "temperature": None, "stop": ["|"]}
    run(made(server.url + "/", generation=settings, seed=7), TEXT)
    (asked,) = server.asked
    assert asked.path == "/v1/chat/completions"
    assert asked.body == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": SYSTEM},
            {
                "role": "user",
                "content": PROMPT.replace("{{ words }}", "9").replace("{{ text }}", TEXT),
            },
        ],
        "max_tokens": 50,
        "stop": ["|"],
        "seed": 7,
    }
    assert "authorization" not in asked.headers


def test_what_is_recorded(serve) -> None:
    server = serve(lambda _: completion("  It left.\n", finish="length"))
    (output,) = run(made(server.url, **PLAIN, generation={"top_p": 0.5}), TEXT)
    assert (output.text, output.stop, output.cut, output.error) == ("It left.", "length", "", "")
    assert output.usage == {
        "prompt_tokens": 10, "completion_tokens": 3, "requests": 1, "source_words": 11, "words": 2,
    }  # fmt: skip
    sent = json.dumps(server.asked[0].body, sort_keys=True).encode()
    assert output.details == {
        "model": "tiny-2026-01",
        "finish": "length",
        "fingerprint": "fp_1",
        "prompt": hashlib.sha256(b"{{ text }}").hexdigest(),
        "request": hashlib.sha256(sent).hexdigest(),
        "settings": '{"temperature":0,"top_p":0.5}',
        "seed": 0,
    }
    (output,) = run(made(server.url, seed=None), TEXT)
    assert output.details["system"] == hashlib.sha256(SYSTEM.encode()).hexdigest()
    assert "seed" not in output.details


def test_what_a_model_thinks_aloud_is_no_part_of_the_summary(serve) -> None:
    thought = "<think>\nThe text is short.\n</think>\n\nIt left."
    server = serve(lambda asked: completion(thought if asked.prompt == "a" else "<think> Hm"))
    done, cut = run(made(server.url, **PLAIN), "a", "b")
    assert (done.text, done.details["thinking_words"]) == ("It left.", 4)
    assert cut.error == "the answer is empty"


def test_a_failure_has_its_reason_and_what_it_cost(serve) -> None:
    server = serve(lambda asked: completion("" if asked.prompt == "bad" else asked.prompt))
    good, bad, last = run(made(server.url, **PLAIN), "good", "bad", "last")
    assert (good.text, last.text) == ("good", "last")
    assert (bad.stop, bad.error, bad.text) == ("error", "the answer is empty", "")
    assert (bad.usage["completion_tokens"], bad.usage["requests"]) == (3, 1)


def test_each_output_is_handed_over_once_and_at_once(serve) -> None:
    server = serve(lambda asked: completion(asked.prompt))
    summariser = made(server.url, **PLAIN, concurrency=1)
    assert isinstance(summariser, EachGenerator)
    seen: list[tuple[int, str, int]] = []
    summariser.generate_each(
        GenerationBatch(("a", "b", "c"), ("one", "", "two"), Length(5)),
        lambda place, output: seen.append((place, output.text, len(server.asked))),
    )
    assert seen == [(1, "", 0), (0, "one", 1), (2, "two", 2)]


def test_long_texts_are_refused_or_cut_and_never_silently(serve) -> None:
    server = serve(lambda asked: completion(asked.prompt))
    (refused,) = run(made(server.url, **PLAIN, max_source_words=3), TEXT)
    assert refused.error.startswith("the text has 11 words")
    assert server.asked == []
    cut = made(server.url, **PLAIN, max_source_words=3, long_input="truncate")
    (output,) = run(cut, TEXT)
    assert (output.text, output.cut) == ("The ferry left", "the last 8 of 11 words (73%)")
    assert output.usage["source_words"] == 11


def test_what_every_document_would_suffer_ends_it(serve) -> None:
    server = serve(lambda _: error(404, "no such model"))
    with pytest.raises(EndpointError, match="no such model"):
        run(made(server.url), *[TEXT] * 20)


def test_the_key_goes_to_the_server_and_nowhere_else(serve, monkeypatch) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    server = serve(lambda _: completion(f"Sure, it is {KEY}."))
    summariser = made(server.url, api_key_env="TEST_KEY")
    (output,) = run(summariser, TEXT)
    assert server.asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert output.text == "Sure, it is [key]."
    assert KEY not in f"{output} {summariser.signature()} {summariser!r}"


def test_signature_names_what_decides_and_nothing_else() -> None:
    url = "http://localhost:1/v1"
    same = [
        made(url), made(url + "/"), made(url, concurrency=2, tries=1, deadline=5.0),
        made(url, api_key_env="A_KEY"), made(url, prices={"input": 1, "output": 2}),
    ]  # fmt: skip
    assert len({each.signature() for each in same}) == 1
    other = [
        made("http://localhost:2/v1"), made(url, model="big"), made(url, system=""),
        made(url, prompt="{{ text }}"), made(url, seed=1), made(url, seed=None),
        made(url, generation={"max_tokens": 9}), made(url, max_source_words=5),
        made(url, max_source_words=5, long_input="truncate"),
    ]  # fmt: skip
    assert len({each.signature() for each in (*other, made(url))}) == len(other) + 1


def test_offline_asks_this_machine_alone(serve) -> None:
    server = serve(lambda asked: completion(asked.prompt))
    (output,) = run(made(server.url, **PLAIN, offline=True), "fine")
    assert output.text == "fine"
    far = made("https://models.example.org/v1", offline=True)
    with pytest.raises(ConfigError, match=r"outputs of tiny .* not with --offline"):
        run(far, TEXT)
    assert run(far, "")[0].error


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prompt": "Summarize {{ txt }}"}, "names 'txt'"),
        ({"prompt": "Summarize.", "system": "Be brief."}, "never sees the text"),
        ({"prompt": "{{ text.body }}"}, "cannot be filled in"),
        ({"model": " "}, "model is to be the name"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"generation": {"n": 2}}, "cannot hold 'n'"),
        ({"generation": {"top_p": float("nan")}}, "what JSON cannot"),
        ({"long_input": "window"}, "expected refuse or truncate"),
        ({"api_key": "sk-secret-0123"}, "no option 'api_key'"),
        ({"prices": {"input": 1}}, "lacks 'output'"),
        ({"prices": {"input": -1, "output": 1}}, "prices.input is -1"),
        ({"prices": {"inputs": 1, "output": 1}}, "Did you mean 'input'"),
        ({"prices": 3}, "prices is to hold"),
        ({"tries": 0}, "tries is 0"),
    ],
)
def test_wrong_options_are_named(options: dict, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        made("http://localhost:1/v1", **options)
    assert "sk-secret" not in str(caught.value)


def test_a_template_that_stumbles_over_one_text_fails_that_text(serve) -> None:
    server = serve(lambda asked: completion("Fine."))
    template = "{{ 1 / (text | length - 3) }}{{ text }}"
    odd, good = run(made(server.url, prompt=template, system=""), "odd", "even")
    assert "cannot be filled in" in odd.error
    assert good.text == "Fine."


def test_cost() -> None:
    usage = {"prompt_tokens": 2_000_000, "completion_tokens": 1_000_000, "cached_tokens": 500_000}
    url = "http://localhost:1/v1"
    assert made(url).cost(usage) is None
    priced = made(url, prices={"input": 1.0, "output": 4, "currency": "EUR"})
    assert (priced.cost(usage), priced.currency) == (6.0, "EUR")
    cached = made(url, prices={"input": 1.0, "output": 4, "cached_input": 0.1})
    assert cached.cost(usage) == pytest.approx(5.55)
