"""``example-longest``: a document's longest sentence. Made by a function, as a plug-in may be."""

from evalkit.records import GenerationBatch, Output


class Longest:
    """Args:
    stop: what ends a sentence.
    """

    name = "example-longest"
    languages = None

    def __init__(self, stop: str) -> None:
        self.stop = stop
        self.n_closed = 0

    def generate(self, batch: GenerationBatch) -> tuple[Output, ...]:
        """One output per document; a document without sentences fails."""
        return tuple(self._one(text) for text in batch.texts)

    def signature(self) -> str:
        """Everything that decides the texts."""
        return f"stop:{self.stop}|version:evalkit-example-0.3.0"

    def close(self) -> None:
        """There is nothing to free."""
        self.n_closed += 1

    def _one(self, text: str) -> Output:
        if any("\ud800" <= character <= "\udfff" for character in text):
            return Output("", "error", error="not Unicode text")
        sentences = [part.strip() for part in text.split(self.stop) if part.strip()]
        if not sentences:
            return Output("", "error", error="no sentence")
        return Output(max(sentences, key=len) + self.stop, "end", {"sentences": len(sentences)})


def longest(*, stop: str = ".") -> Longest:
    """The generator; ``stop`` is what ends a sentence."""
    return Longest(stop)
