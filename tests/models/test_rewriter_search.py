"""The beam: what it may never do, whatever the network prefers."""

import pytest
import torch

from evalkit.models.rewriter import Shape
from evalkit.models.rewriter_rules import FORBIDDEN, Partial, Request, Rules, Writable
from evalkit.models.rewriter_search import SearchSettings, search
from evalkit.models.rewriter_source import SourceReader, begin
from tests.tiny_models import one_thread
from tests.training.tiny_detector import tiny_encoder

VOCABULARY = ("</s>", "the", '"', "also", "painted", "brother", "sells")
SHAPE = Shape(len(VOCABULARY), n_frozen=1, n_decoder=1, width=16, n_heads=2, n_inner=32, n_upper=1)
SETTINGS = SearchSettings(beam=4, n_most=12)


@pytest.fixture(scope="module", autouse=True)
def single():
    with one_thread():
        yield


@pytest.fixture(scope="module")
def model():
    """A network whose every preference is chance: the worst that the rules can meet."""
    encoder = tiny_encoder(n_positions=128)
    torch.manual_seed(5)
    net = begin(encoder, SHAPE, VOCABULARY, torch.ones(len(VOCABULARY))).eval()
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.normal_(std=0.7)
    return net, SourceReader.of(tiny_encoder(n_positions=128), n_frozen=1)


def found(model, *sentences, settings=SETTINGS):
    net, reader = model
    requests = [Request(tuple(sentence.split()), 7) for sentence in sentences]
    return search(net, reader, VOCABULARY, requests, settings)


SENTENCES = (
    "her brother painted the small boats and the wooden house",
    'the pilot said " the nets are old " and left',
    "the harbour master ( a friend ) has sold two heavy anchors , the nets and a house",
)


def test_whatever_the_network_prefers_the_rules_hold(model):
    for sentence, rewrites in zip(SENTENCES, found(model, *SENTENCES), strict=True):
        source = sentence.split()
        assert len(rewrites) > 0
        for rewrite in rewrites:
            words = rewrite.words
            assert SETTINGS.n_least <= len(words) <= SETTINGS.n_most
            assert all(
                link < 0 or source[link] == w for w, link in zip(words, rewrite.links, strict=True)
            )
            assert all(
                link >= 0 or w in VOCABULARY for w, link in zip(words, rewrite.links, strict=True)
            )
            assert not set(words) & set("()"), "brackets stay behind"
            assert words.count('"') % 2 == 0, "quotation marks are closed"
            trigrams = list(zip(words, words[1:], words[2:], strict=False))
            assert len(trigrams) == len(set(trigrams)), "no three words come twice"
            assert words[-1] not in ("the", "and", "a", ",")


def test_quotations_stay_whole(model):
    for rewrite in found(model, SENTENCES[1])[0]:
        if '"' in rewrite.words:
            start = rewrite.words.index('"') + 1
            inside = rewrite.links[start : rewrite.words.index('"', start)]
            assert list(inside) == list(range(inside[0], inside[0] + len(inside)))
            assert all(4 <= link <= 7 for link in inside)


def test_no_quotation_marks_are_put_around_what_was_not_quoted(model):
    assert all('"' not in rewrite.words for rewrite in found(model, SENTENCES[0])[0])


def test_the_answer_does_not_depend_on_the_neighbours(model):
    together = found(model, *SENTENCES)
    for sentence, rewrites in zip(SENTENCES, together, strict=True):
        alone = found(model, sentence)[0]
        assert [one.words for one in alone] == [one.words for one in rewrites]
        scores = [one.score for one in rewrites]
        assert [one.score for one in alone] == pytest.approx(scores, abs=1e-4)


def test_candidates_come_best_per_word_first_and_are_different(model):
    rewrites = found(model, SENTENCES[2])[0]
    rates = [one.score / (len(one.words) + 1) for one in rewrites]
    assert rates == sorted(rates, reverse=True)
    assert len({one.words for one in rewrites}) == len(rewrites)


def test_no_requests_no_answers(model):
    assert found(model) == []


def costs(sentence, *words, links=None):
    request = Request(tuple(sentence.split()), 7)
    width = len(request.words)
    rules = Rules(request, Writable(VOCABULARY), SETTINGS, width)
    links = list(links or [request.words.index(word) for word in words])
    return rules.costs(Partial(links, list(words))), width


def test_inventions_cost_and_relatives_do_not():
    row, width = costs("her brother sold the boats he painted before")
    written = dict(zip(VOCABULARY, row[width:], strict=True))
    assert written["also"] == written["the"] == 0, "function words are free"
    assert written["painted"] == 0, "stands in the source"
    assert costs("a cat sat")[0][3 + 4] == -SETTINGS.invention


def test_a_longer_word_comes_as_often_as_in_the_source():
    row, width = costs("the boats left", "the", "boats", "left")
    assert row[1] == FORBIDDEN
    assert row[width + 1] == 0, "a function word may come again"


def test_nothing_ends_on_a_word_that_cannot_end_a_sentence():
    row, width = costs("we saw boats in the port", "we", "saw", "boats", "in", "the")
    assert row[width] == FORBIDDEN
    row, width = costs("we saw boats in the port", "we", "saw", "boats", "in")
    assert row[width] == 0
