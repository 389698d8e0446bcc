"""Plain English out of tokenised, lower-cased text: joined as it is printed, capitals restored.

News corpora are shipped in the Penn Treebank manner (``ca n't``, ``5 - year - old``, ``" no "``)
and often lower-cased. Training text must look like the text that the model will read.

Capitals come from counts of each word's forms inside the sentences of cased text (Lita et al.
2003, ``tRuEcasIng``, the unigram part only); a word that the cased text does not know is taken
for a name. Leaves out context: ``us`` and ``US`` share one decision.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from evalkit.models.rewriter_words import joined
from evalkit.text.words import tokens

__all__ = ["Casing", "detokenise", "learn_casing", "split_tokenised"]

_ENDS = frozenset({".", "?", "!"})
_CONTRACTIONS = frozenset({"n't", "'s", "'re", "'ve", "'ll", "'d", "'m"})
_BRACKETS = {"-lrb-": "(", "-rrb-": ")", "-lsb-": "[", "-rsb-": "]", "``": '"', "''": '"'}
_WORD = re.compile(r"\w")
_SENTENCE_END = frozenset('.?!:"“”')


def split_tokenised(text: str) -> list[list[str]]:
    """Sentences of tokenised text, each a list of its tokens; closing quotation marks stay with
    their sentence.

    >>> split_tokenised('he left . " why ? " she asked .')
    [['he', 'left', '.'], ['"', 'why', '?', '"'], ['she', 'asked', '.']]
    """
    sentences: list[list[str]] = []
    current: list[str] = []
    ended = False
    for word in text.split():
        if ended and not (word == '"' and current.count('"') % 2 == 1) and word not in _ENDS:
            sentences.append(current)
            current, ended = [], False
        current.append(word)
        ended = ended or word in _ENDS
    return [*sentences, current] if current else sentences


def detokenise(words: Sequence[str]) -> str:
    """Tokens in the Penn Treebank manner, joined as they are printed.

    >>> print(detokenise("the 5 - year - old ca n't ( or wo n't ) see tom 's aunt .".split()))
    the 5-year-old can't (or won't) see tom's aunt.
    """
    pieces: list[str] = []
    hyphen = False
    for i, token in enumerate(words):
        form = _BRACKETS.get(token, token)
        inner = form == "-" and bool(pieces) and _is_word(pieces[-1]) and _next_is_word(words, i)
        if inner or hyphen or (form in _CONTRACTIONS and pieces and _is_word(pieces[-1])):
            pieces[-1] += form
        elif form == "'" and pieces and pieces[-1].endswith("s") and words.count("'") % 2:
            pieces[-1] += form  # a plural's possessive: the inspectors' report
        else:
            pieces.append(form)
        hyphen = inner
    return joined(pieces)


def _is_word(token: str) -> bool:
    return bool(_WORD.match(token[-1:]))


def _next_is_word(words: Sequence[str], i: int) -> bool:
    return i + 1 < len(words) and bool(_WORD.match(words[i + 1]))


@dataclass(frozen=True, slots=True)
class Casing:
    """What cased text shows about each word: its usual form, and how often it was seen."""

    forms: dict[str, str]
    """Lower-cased word -> its most frequent form inside sentences."""
    counts: dict[str, int]
    """Lower-cased word -> how often it was seen inside sentences."""

    def is_common(self, word: str, *, least: int = 3) -> bool:
        """Whether a lower-cased word is known and written small: no name.

        >>> learn_casing(["We met Ann there in May."] * 3).is_common("there")
        True
        """
        return self.forms.get(word) == word and self.counts[word] >= least

    def truecase(self, text: str) -> str:
        """Lower-cased text of one sentence with its capitals; unknown words are taken for names.

        >>> learn_casing(["We met Ann there."] * 3).truecase('"ann met zoe there."')
        '"Ann met Zoe there."'
        """
        pieces: list[str] = []
        last, first = 0, True
        for start, end in tokens(text):
            word = text[start:end]
            pieces += [text[last:start], self._form(word, first)]
            first = first and not _is_word(word)
            last = end
        return "".join(pieces) + text[last:]

    def _form(self, word: str, first: bool) -> str:
        base = word.removesuffix("'s")
        form = self.forms.get(base)
        if form is None:
            parts = base.split("-")
            unknown = len(parts) == 1 and base.isalpha() and len(base) > 1
            form = base.capitalize() if unknown else "-".join(self.forms.get(p, p) for p in parts)
        form += word[len(base) :]
        return form[:1].upper() + form[1:] if first else form


def learn_casing(texts: Iterable[str]) -> Casing:
    """Counts the forms of each word inside the sentences of cased texts."""
    seen: dict[str, Counter[str]] = {}
    for text in texts:
        for word in _inner_words(text):
            seen.setdefault(word.lower(), Counter())[word] += 1
    forms = {word: found.most_common(1)[0][0] for word, found in seen.items()}
    return Casing(forms, {word: found.total() for word, found in seen.items()})


def _inner_words(text: str) -> Iterator[str]:
    """Words that do not stand where a capital is due anyway."""
    for line in text.splitlines():
        due = True
        for start, end in tokens(line):
            word = line[start:end]
            if not _is_word(word):
                due = due or word in _SENTENCE_END
                continue
            if not due:
                yield word.removesuffix("'s").removesuffix("’s")
            due = False
