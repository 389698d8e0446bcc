"""What a reader must know before they hold one language model's numbers against another's."""

from collections.abc import Sequence

from evalkit.stages import LikelihoodScorer, Scorer, SetScorer

__all__ = ["likelihood_notes"]


def likelihood_notes(scorers: Sequence[Scorer | SetScorer]) -> tuple[str, ...]:
    """Notes for the table in which these scorers stand side by side."""
    models = [scorer for scorer in scorers if isinstance(scorer, LikelihoodScorer)]
    names = {id(model): model.name for model in models if isinstance(model, Scorer)}
    notes = []
    for absent in dict.fromkeys(model.absent for model in models if model.absent):
        without = [names[id(model)] for model in models if model.absent == absent]
        notes.append(f"{_listed(without)}: no {absent}.")
    kinds = {model.likelihood for model in models}
    for kind in sorted(kinds):
        same = [model for model in models if model.likelihood == kind]
        if len({model.vocabulary() for model in same}) > 1:
            notes.append(
                f"{_listed([names[id(model)] for model in same])} cut texts into different "
                "sub-words: compare these models by bits per byte only (headline: bits_per_byte), "
                "not by perplexity or any other number."
            )
    if len(kinds) > 1:
        pseudo = [names[id(model)] for model in models if model.likelihood == "pseudo"]
        others = [names[id(model)] for model in models if model.likelihood != "pseudo"]
        notes.append(
            f"{_listed(pseudo)} looks at both sides of a sub-word, {_listed(others)} only at what "
            "stands before it: their numbers can't be compared."
        )
    return tuple(notes)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
