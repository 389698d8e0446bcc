"""Prompts: Jinja templates from a config, filled in with a document and nothing else.

The template is the user's; the values are untrusted text, which stands in the prompt as it is and
is never read as a template. It is rendered in Jinja's immutable sandbox, where private attributes
and changes of the values are refused. A name that is not among the known variables is refused when
the prompt is made, before anything is asked of a model; an attribute or key that is not there, when
it is rendered. Nothing random is within reach (no ``lipsum``, no filter ``random``), so that one
template and one document are always one prompt.

White space is as in the chat templates of transformers: a line that holds only a block tag leaves
no empty line behind (``trim_blocks``, ``lstrip_blocks``), and the newline at the very end is kept;
in YAML ``|-`` leaves it out, ``|`` keeps it. Left out: includes, imports and other files.
"""

import hashlib
from collections.abc import Collection

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

__all__ = ["VARIABLES", "Prompt"]

VARIABLES = ("text", "words", "language", "id")
"""What a generator's prompt may name: the document's text, the number of words that is asked for,
the ISO 639-1 code of the text, and the document's id."""
_FAILURES = (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, RuntimeError)
"""What a template of the user's may raise while it is rendered."""


class Prompt:
    r"""A template that is filled in once for every document.

    Args:
        template: Jinja.
        variables: the names that it may use, all of which ``render`` is given.

    Raises:
        ValueError: the template cannot be read, or names what is not there.

    >>> prompt = Prompt("Summarize in {{ words }} words:\n{{ text }}")
    >>> prompt.render(text="Rain {{ fell }}.", words=5, language="en", id="a")
    'Summarize in 5 words:\nRain {{ fell }}.'
    >>> sorted(prompt.uses)
    ['text', 'words']
    """

    def __init__(self, template: str, *, variables: Collection[str] = VARIABLES) -> None:
        self.template = template
        self._variables = frozenset(variables)
        self._compiled, self.uses = _compiled(template, self._variables)

    @property
    def sha256(self) -> str:
        """Hash of the template as it stands in the config, 64 hexadecimal digits."""
        return hashlib.sha256(self.template.encode()).hexdigest()

    def render(self, **variables: object) -> str:
        """The prompt with the values in place.

        Args:
            variables: a value for each of the variables, strings and numbers.

        Raises:
            ValueError: a variable lacks a value or is not known, or the template asks for what
                is not there or not allowed.
        """
        if variables.keys() != self._variables:
            given, wanted = ", ".join(sorted(variables)), ", ".join(sorted(self._variables))
            raise ValueError(f"the prompt is filled in with {wanted}; got {given or 'nothing'}")
        try:
            return self._compiled.render(**variables)
        except _FAILURES as error:
            raise ValueError(f"the prompt cannot be filled in: {error}") from error


def _compiled(template: str, known: frozenset[str]) -> tuple[Template, frozenset[str]]:
    """The template ready to be rendered, and the variables that it names."""
    environment = _environment()
    try:
        uses = frozenset(meta.find_undeclared_variables(environment.parse(template)))
        unknown = sorted(uses - known)
        if unknown:
            raise ValueError(
                f"the prompt names {', '.join(map(repr, unknown))}; "
                f"known variables: {', '.join(sorted(known))}"
            )
        return environment.from_string(template), uses
    except TemplateSyntaxError as error:
        raise ValueError(f"the prompt is no Jinja template: line {error.lineno}: {error}") from None


def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        autoescape=False,  # a prompt is plain text, no HTML
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    del environment.globals["lipsum"]
    del environment.filters["random"]
    return environment
