"""``example-vocabulary``: different words of all texts together, which no sum over texts gives."""

from evalkit.records import Batch, Field, SetScore


class Vocabulary:
    """A measure of a whole set."""

    name = "example-vocabulary"
    needs: frozenset[str] = frozenset()
    languages = None
    whole = "a word of two texts counts once"
    fields = (Field(name, "words", higher_is_better=None, high=float("inf")),)

    def measure_set(self, batch: Batch) -> tuple[SetScore, ...]:
        """The number of different words; 0 of no text."""
        words = {word for text in batch.hypotheses for word in text.lower().split()}
        n = len(batch)
        score = SetScore(self.name, "words", None, float(len(words)), n, "", self.signature())
        return (score,)

    def signature(self) -> str:
        """Everything that decides the number."""
        return "case:lower|version:evalkit-example-0.3.0"
