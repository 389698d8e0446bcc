"""``process``, a generator: a summariser that runs as a program of its own.

It speaks the same protocol as a metric (``evalkit.foreign.protocol``), and is started, asked and
ended the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from evalkit.foreign.answers import generate, outputs
from evalkit.foreign.process import Settings, identified, spec_of
from evalkit.foreign.protocol import PROTOCOL
from evalkit.foreign.session import Session, open_session
from evalkit.metrics.signature import join
from evalkit.records import GenerationBatch, Output
from evalkit.summarize.length import EMPTY, budget, failure
from evalkit.text.words import count_words

__all__ = ["ProcessGenerator", "process_generator"]


def process_generator(
    *,
    command: Sequence[str],
    environment: Sequence[str] = (),
    folder: str = ".",
    offline: bool = False,
    start_timeout: float = 600.0,
    timeout: float = 600.0,
) -> "ProcessGenerator":
    """The summariser behind a command, which is started here.

    Arguments and errors are those of the scorer ``process``.
    """
    settings = Settings(
        folder=folder, offline=offline, start_timeout=start_timeout, timeout=timeout
    )
    spec = spec_of(command, environment, settings)
    session = open_session(spec, "generator", settings.start_timeout)
    return ProcessGenerator(session, settings, identified(spec, environment))


class ProcessGenerator:
    """A foreign summariser as a generator.

    Args:
        session: the program.
        settings: its times.
        told: what of the command decides the outputs, for the signature.
    """

    name = "process"

    def __init__(self, session: Session, settings: Settings, told: Mapping[str, str]) -> None:
        self._session = session
        self._said = session.said
        self._settings = settings
        self._told = dict(told)
        self._closed = False

    @property
    def languages(self) -> frozenset[str] | None:
        """What the program says that it reads."""
        return self._said.languages

    def generate(self, batch: GenerationBatch) -> tuple[Output, ...]:
        """The program's outputs; it isn't asked about a document without words.

        Raises:
            ConfigError: less than one word is asked for.
            ForeignError: the program fails, stays silent or breaks the protocol.
        """
        budget(batch.length)
        made = {at: failure(why) for at, text in enumerate(batch.texts) if (why := _refused(text))}
        asked = [at for at in range(len(batch.ids)) if at not in made]
        if asked:
            request = generate(batch, asked, self._session.ids(len(asked)))
            found = self._session.ask(
                request, lambda answer: outputs(answer, request), seconds=self._settings.timeout
            )
            made |= {at: _counted(output) for at, output in zip(asked, found, strict=True)}
        return tuple(made[at] for at in range(len(batch.ids)))

    def signature(self) -> str:
        """What the program says decides its outputs, and the command's hash."""
        said = self._said
        parts = {"program": said.name, "protocol": PROTOCOL, **said.signature, **self._told}
        return f"process|{join(parts)}"

    def close(self) -> None:
        """Ends the program, unless another system uses it."""
        if not self._closed:
            self._closed = True
            self._session.close()


def _refused(text: str) -> str:
    """Why a document cannot be summarised; "" where it can."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        return "the document holds half of a surrogate pair, which is no character"
    return "" if count_words(text) else EMPTY


def _counted(output: Output) -> Output:
    """The output with its words counted here, as for every other system."""
    if output.error:
        return output
    text = output.text.strip()
    if not text:
        return replace(failure("the program wrote nothing"), details=output.details)
    return replace(output, text=text, usage={**output.usage, "words": count_words(text)})
