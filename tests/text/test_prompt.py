"""Prompts: filled in with documents that may hold anything, and closed to everything else."""

import hashlib

import pytest

from evalkit.text.prompt import VARIABLES, Prompt

VALUES: dict[str, object] = {"text": "Rain fell.", "words": 40, "language": "en", "id": "d1"}


def test_the_values_stand_in_their_places() -> None:
    prompt = Prompt("{{ id }} ({{ language }}), {{ words }} words:\n{{ text }}")
    assert prompt.render(**VALUES) == "d1 (en), 40 words:\nRain fell."


@pytest.mark.parametrize(
    "text",
    ["", "{{ words }} {% raw %}", "<b>&amp;</b>", "año 東京 \u202e\x00", "a\r\nb\n", "{# no #}"],
)
def test_a_document_is_never_read_as_a_template(text: str) -> None:
    assert Prompt("<{{ text }}>").render(**{**VALUES, "text": text}) == f"<{text}>"


def test_the_hash_is_of_the_template_as_it_stands() -> None:
    template = "Kürze: {{ text }}\n"
    assert Prompt(template).sha256 == hashlib.sha256(template.encode()).hexdigest()


def test_block_tags_leave_no_line_and_the_last_newline_stays() -> None:
    prompt = Prompt("{% if words > 30 %}\nlong\n{% else %}\nshort\n{% endif %}\n{{ text }}\n")
    assert prompt.render(**VALUES) == "long\nRain fell.\n"


def test_uses_names_the_variables_of_every_branch() -> None:
    prompt = Prompt("{% set n = words %}{% if n %}{{ text }}{% else %}{{ id }}{% endif %}")
    assert prompt.uses == {"words", "text", "id"}


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("{{ txt }}", "names 'txt'; known variables: id, language, text, words"),
        ("{{ text", "no Jinja template: line 1"),
        ("a\n{% for %}", "no Jinja template: line 2"),
        ("{{ lipsum() }}", "names 'lipsum'"),
        ("{{ text | random }}", "No filter named 'random'"),
    ],
    ids=["unknown name", "not closed", "bad tag", "random text", "random choice"],
)
def test_a_wrong_template_is_refused_when_it_is_made(template: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Prompt(template)


@pytest.mark.parametrize(
    "template",
    [
        "{{ text.nothing }}",
        "{{ text.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ '{0.__class__.__init__.__globals__}'.format(text) }}",
        "{{ text + 1 }}",
        "{{ words / 0 }}",
        "{% include 'other' %}",
        "{% for i in range(10 ** 9) %}x{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    ],
)
def test_what_a_template_may_not_do_is_an_error(template: str) -> None:
    with pytest.raises(ValueError, match="cannot be filled in"):
        Prompt(template).render(**VALUES)


def test_every_variable_is_given_and_no_other() -> None:
    prompt = Prompt("{{ text }}")
    with pytest.raises(ValueError, match=r"filled in with id, language, text, words; got text"):
        prompt.render(text="a")
    with pytest.raises(ValueError, match="got id, language, text, tone, words"):
        prompt.render(**VALUES, tone="dry")


def test_other_variables_than_a_generators() -> None:
    prompt = Prompt("{{ source }} / {{ text }}", variables=("source", "text"))
    assert prompt.render(source="a", text="b") == "a / b"
    assert "source" not in VARIABLES
