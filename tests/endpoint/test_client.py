"""Requests to a server that fails in every way: each is answered or failed once."""

import asyncio
import logging
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from evalkit.endpoint.client import ask
from evalkit.endpoint.connection import Connection, Patience, check_generation
from evalkit.endpoint.key import Key
from evalkit.endpoint.session import Answer
from evalkit.errors import ConfigError, EndpointError, MissingExtraError
from tests.endpoint.fake_server import KEY, Asked, FakeServer, Said, completion, echo, error

QUICK = {"wait": 0.001, "timeout": 60.0, "deadline": 120.0}
"""Short pauses; limits that no answer reaches on a machine that is busy with other things."""


@pytest.fixture
def serve() -> Iterator[Callable[..., FakeServer]]:
    """Starts servers, each with its script, and stops them at the end."""
    stack = []

    def start(script: Callable[[Asked], Said]) -> FakeServer:
        context = FakeServer(script).running()
        stack.append(context)
        return context.__enter__()

    yield start
    for context in stack:
        context.__exit__(None, None, None)


def body(prompt: str, **more: object) -> dict[str, object]:
    return {"model": "tiny", "messages": [{"role": "user", "content": prompt}], **more}


def answers(server: FakeServer, prompts, *, key: Key | None = None, **patience) -> list[Answer]:
    found: dict[int, Answer] = {}

    def done(place: int, answer: Answer) -> None:
        assert place not in found, "handed over twice"
        found[place] = answer

    connection = Connection(server.url, key or Key(), Patience(**{**QUICK, **patience}))
    ask(connection, [body(prompt) for prompt in prompts], done)
    return [found[place] for place in range(len(prompts))]


def first(*said: Said) -> Callable[[Asked], Said]:
    """Says these, one after the other, to each prompt, and then answers."""
    return lambda asked: said[asked.n] if asked.n < len(said) else echo(asked)


def test_every_request_is_answered_once_and_in_its_place(serve) -> None:
    server = serve(echo)
    prompts = [f"p{i} – 東京" for i in range(30)]
    found = answers(server, prompts, concurrency=4)
    assert [answer.reply.text for answer in found if answer.reply] == prompts
    assert Counter(server.prompts) == Counter(prompts)
    assert server.most_at_once <= 4
    assert {asked.path for asked in server.asked} == {"/v1/chat/completions"}
    assert {(a.tries, a.usage["prompt_tokens"], a.error) for a in found} == {(1, 10, "")}


def test_no_request_asks_nothing(serve) -> None:
    assert answers(serve(echo), []) == []


@pytest.mark.parametrize(
    "fault",
    [
        error(429, headers={"Retry-After": "0"}),
        error(429, headers={"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
        error(429, headers={"Retry-After": "soon"}),
        error(408),
        error(500),
        error(503),
        error(529),
        Said(502, b"<html>Bad gateway</html>"),
        Said(how="reset"),
        Said(body=completion("half").body, how="cut"),
        Said(body=b'{"choices": [{"mess'),
        Said(body=b"[]"),
        Said(body={"choices": []}),
        Said(body=b"[" * 5_000),
    ],
    ids=lambda said: f"{said.status}-{said.how}",
)
def test_what_may_pass_is_tried_again(serve, fault: Said) -> None:
    server = serve(first(fault, fault))
    (found,) = answers(server, ["p"])
    assert found.reply is not None
    assert (found.reply.text, found.tries) == ("p", 3)


def test_a_fifth_of_all_items_goes_wrong_and_every_one_ends_once(serve) -> None:
    faults = [
        error(429, headers={"Retry-After": "0"}), error(500), Said(how="reset"),
        Said(body=completion("half").body, how="cut"),
    ]  # fmt: skip

    def script(asked: Asked) -> Said:
        number = int(asked.prompt[1:])
        if asked.n or number % 5:
            return echo(asked)
        return Said(how="hang") if number == 100 else faults[number // 5 % 4]

    server = serve(script)
    prompts = [f"p{i}" for i in range(200)]
    found = answers(server, prompts, timeout=3.0, concurrency=16)
    assert [answer.reply.text for answer in found if answer.reply] == prompts
    assert set(server.answered) == set(prompts)
    assert {answer.tries > 1 for answer in found[::5]} == {True}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (error(500, "out of\nmemory"), r"HTTP 500: out of memory \(3 tries\)"),
        (error(429, headers={"Retry-After": "9999"}), r"a pause of 1e\+04 s would pass the dead"),
        (Said(body={"choices": []}), r"no choices\[0\]\.message \(3 tries\)"),
        (Said(body={"error": {"message": "upstream"}}), r"message; the server says: upstream"),
        (Said(body=b'{"a": '), r"no JSON, or was cut: 6 bytes"),
        (completion(""), "the answer is empty"),
        (completion(None), "the answer is empty"),
        (completion(None, finish="length"), "used up its tokens"),
        (completion(["a"]), "content is a list"),  # type: ignore[arg-type]
        (completion("x", finish="content_filter"), "content filter"),
        (completion(None, refusal="I can't\x1b[2J do that"), r"refused: I can't \[2J do that"),
        (completion(None, tool_calls=[{"id": "1"}]), "called a tool"),
        (error(400, "8192 tokens", code="context_length_exceeded"), "HTTP 400: 8192 tokens"),
        (error(413, "too large"), "HTTP 413: too large"),
    ],
)
def test_one_item_fails_with_its_reason_and_the_others_are_answered(
    serve, fault: Said, said: str
) -> None:
    server = serve(lambda asked: fault if asked.prompt == "bad" else echo(asked))
    good, bad, last = answers(server, ["good", "bad", "last"], tries=3)
    assert bad.reply is None
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(bad.error)
    assert good.reply is not None
    assert last.reply is not None


def test_tokens_of_answers_that_were_no_use_are_counted(serve) -> None:
    server = serve(first(Said(body={"usage": {"prompt_tokens": 7, "completion_tokens": -1}})))
    (found,) = answers(server, ["p"])
    assert found.usage == {"prompt_tokens": 17, "completion_tokens": 3}


def test_a_server_that_counts_nothing_gives_no_counts(serve) -> None:
    (found,) = answers(serve(lambda _: completion("a", usage=False)), ["p"])
    assert found.usage == {}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (error(401, "Incorrect API key"), "HTTP 401: Incorrect API key"),
        (error(403), "HTTP 403"),
        (error(404, "no model 'tinny'"), "no model 'tinny'"),
        (Said(404, {"detail": "Not Found"}), "HTTP 404: Not Found"),
        (error(400, "temperature must be 1"), "temperature must be 1"),
        (Said(422, {"detail": "Unsupported fields: seed"}), "Unsupported fields: seed"),
        (error(429, "pay first", code="insufficient_quota"), "pay first"),
        (Said(302, b"", {"Location": "http://127.0.0.1:9/"}), "HTTP 302"),
        (error(501), "HTTP 501"),
    ],
    ids=lambda value: str(value.status) if isinstance(value, Said) else "",
)
def test_what_every_request_would_suffer_ends_the_run_at_once(
    serve, fault: Said, said: str
) -> None:
    server = serve(lambda _: fault)
    with pytest.raises(EndpointError, match=said):
        answers(server, [f"p{i}" for i in range(200)], concurrency=3)
    assert len(server.asked) <= 3


def test_a_bad_request_after_a_good_one_is_that_items_own(serve) -> None:
    server = serve(lambda asked: error(400, "odd text") if asked.prompt == "b" else echo(asked))
    a, b, c = answers(server, "abc", concurrency=1)
    assert (a.error, b.error, c.error) == ("", "HTTP 400: odd text", "")


def test_nobody_there_ends_the_run(serve) -> None:
    server = serve(echo)
    gone = Connection("http://127.0.0.1:9/v1", Key(), Patience(**QUICK, tries=2))
    with pytest.raises(EndpointError, match=r"127\.0\.0\.1:9/v1 does not answer: ConnectError"):
        ask(gone, [body("p")] * 50, lambda *_: None)
    assert server.asked == []


def test_a_server_that_goes_away_ends_the_run_and_leaves_the_rest_unasked(serve) -> None:
    server = serve(lambda asked: echo(asked) if int(asked.prompt) < 10 else Said(how="reset"))
    found: dict[int, Answer] = {}
    connection = Connection(server.url, Key(), Patience(**QUICK, tries=2, concurrency=1))
    with pytest.raises(EndpointError, match="does not answer"):
        ask(connection, [body(str(i)) for i in range(50)], found.__setitem__)
    assert [place for place, answer in found.items() if answer.reply] == list(range(10))
    assert len(found) == 12


def test_the_deadline_ends_an_item(serve) -> None:
    server = serve(lambda asked: Said(how="hang"))
    (late,) = answers(server, ["slow"], deadline=0.3)
    assert late.error.startswith("no answer within the deadline of 0.3 s")


def test_a_request_that_hangs_is_tried_again(serve) -> None:
    (found,) = answers(serve(first(Said(how="hang"))), ["p"], timeout=1.0)
    assert found.reply is not None
    assert found.tries > 1


def test_a_retry_after_date_is_read_against_the_servers_own_clock(serve) -> None:
    now = datetime.now(UTC) - timedelta(days=400)
    headers = {
        "Retry-After": format_datetime(now + timedelta(hours=1), usegmt=True),
        "Date": format_datetime(now, usegmt=True),
    }
    server = serve(first(error(429, headers=headers)))
    (found,) = answers(server, ["p"])
    assert "a pause of 3.6e+03 s" in found.error


def test_what_is_under_way_is_kept_when_the_work_is_stopped(serve) -> None:
    """One item ends the run; the other was asked already, so its answer is not thrown away."""

    both = threading.Barrier(2, timeout=20)

    def script(asked: Asked) -> Said:
        both.wait()
        if asked.prompt == "bad":
            return error(401)
        time.sleep(0.2)  # the run has ended by now; if not, nothing is shown and nothing fails
        return echo(asked)

    server = serve(script)
    found: dict[int, Answer] = {}
    with pytest.raises(EndpointError):
        ask(
            Connection(server.url, Key(), Patience(**QUICK, concurrency=2)),
            [body(prompt) for prompt in ("good", "bad")],
            found.__setitem__,
        )
    assert [answer.reply.text for answer in found.values() if answer.reply] == ["good"]


def test_what_the_caller_raises_ends_the_work(serve) -> None:
    def full(place: int, answer: Answer) -> None:
        raise OSError(28, "No space left on device")

    server = serve(echo)
    connection = Connection(server.url, Key(), Patience(**QUICK, concurrency=1))
    with pytest.raises(OSError, match="No space"):
        ask(connection, [body(str(i)) for i in range(50)], full)
    assert len(server.asked) == 1


def test_inside_a_running_loop(serve) -> None:
    async def notebook() -> list[Answer]:
        return answers(server, ["p"])

    server = serve(echo)
    (found,) = asyncio.run(notebook())
    assert found.reply is not None


def test_response_format_is_left_out_where_the_server_does_not_know_it(serve) -> None:
    def script(asked: Asked) -> Said:
        if "response_format" in asked.body:
            return Said(422, {"detail": "Unsupported fields: {'response_format'}"})
        return echo(asked)

    server = serve(script)
    found: list[Answer] = []
    connection = Connection(server.url, Key(), Patience(**QUICK, concurrency=1))
    bodies = [body(f"p{i}", response_format={"type": "json_object"}) for i in range(3)]
    ask(connection, bodies, lambda _, answer: found.append(answer))
    assert [answer.error for answer in found] == ["", "", ""]
    assert ["response_format" in asked.body for asked in server.asked] == [True, *[False] * 3]


def test_without_httpx2_the_extra_is_named(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "httpx2", None)
    connection = Connection("http://127.0.0.1:9/v1", Key(), Patience())
    with pytest.raises(MissingExtraError, match=r'pip install "evalkit\[endpoint\]"'):
        ask(connection, [body("p")], lambda *_: None)


@pytest.mark.parametrize("module", ["evalkit.summarize.endpoint", "evalkit.judging.judge"])
def test_nothing_of_http_is_loaded_before_something_is_asked(module: str) -> None:
    command = f"import {module}, sys; print('httpx2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, check=True)
    assert done.stdout.strip() == b"False"


def test_the_key_is_sent_and_stands_nowhere_else(serve, monkeypatch, caplog) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    caplog.set_level(logging.DEBUG)
    said = {
        "p0": completion(f"the key is {KEY}"),
        "p1": error(500, f"bad header: Bearer {KEY}"),
        "p2": Said(body=f'{{"broken": "{KEY}'.encode()),
        "p3": Said(500, f"<html>{KEY[:-2]}".encode()),
        "p4": completion(None, refusal=f"no {KEY}"),
    }
    server = serve(lambda asked: said[asked.prompt])
    found = answers(server, list(said), key=Key("TEST_KEY"), tries=2)
    assert {asked.headers["authorization"] for asked in server.asked} == {f"Bearer {KEY}"}
    assert KEY[:-2] not in repr(found)
    assert KEY[:-2] not in caplog.text
    assert found[0].reply is not None
    assert found[0].reply.text == "the key is [key]"
    assert found[3].error == "HTTP 500: <html>[key] (2 tries)"


def test_the_key_is_not_in_the_error_that_ends_the_run(serve, monkeypatch) -> None:
    monkeypatch.setenv("TEST_KEY", KEY)
    server = serve(lambda asked: error(401, f"unknown {asked.headers['authorization']}"))
    with pytest.raises(EndpointError, match=r"unknown Bearer \[key\]") as caught:
        answers(server, ["p"], key=Key("TEST_KEY"))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "OPENAI_KEY_OF_TEST is not set"),
        ("", "is not set"),
        ("qwxyz", "fewer than 8"),
        ("sk-with a space", "white space"),
        ("sk-with\nbreak", "white space"),
        ("sk-ünïcode", "characters that no key has"),
    ],
)
def test_a_key_that_cannot_be_one(value: str | None, said: str, monkeypatch) -> None:
    monkeypatch.delenv("OPENAI_KEY_OF_TEST", raising=False)
    if value is not None:
        monkeypatch.setenv("OPENAI_KEY_OF_TEST", value)
    with pytest.raises(ConfigError, match=said) as caught:
        Key("OPENAI_KEY_OF_TEST").read()
    assert not value or value not in str(caught.value)


@pytest.mark.parametrize("given", [KEY, "sk-proj-abc", "", "A B", 7])
def test_a_key_in_the_place_of_its_name_is_not_repeated(given) -> None:
    with pytest.raises(ConfigError, match="never belongs into a config") as caught:
        Key(given)
    assert str(given) not in str(caught.value) or given in {"", 7}


@pytest.mark.parametrize(
    "address",
    [
        "api.openai.com/v1", "ftp://x/v1", "http://", "http://u:secret@x/v1", "https://x/v1?k=secret",
        "https://x/v1#secret", "http://[::1/v1", "http://x:port/v1", 7,
    ],
)  # fmt: skip
def test_an_address_that_is_none_or_holds_a_secret(address) -> None:
    with pytest.raises(ConfigError, match="base_url") as caught:
        Connection(address, Key(), Patience())
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"tries": 0},
        {"concurrency": True},
        {"deadline": -1},
        {"wait": "1"},
        {"timeout": float("inf")},
    ],
)
def test_patience_is_checked(wrong) -> None:
    with pytest.raises(ConfigError, match=f"{next(iter(wrong))} is"):
        Patience(**wrong)


@pytest.mark.parametrize("name", ["model", "messages", "stream", "n", "seed", "response_format"])
def test_generation_holds_no_part_of_the_request_that_is_not_its_own(name: str) -> None:
    with pytest.raises(ConfigError, match=f"cannot hold '{name}'"):
        check_generation({name: 1})
    with pytest.raises(ConfigError, match="settings by name"):
        check_generation([name])
