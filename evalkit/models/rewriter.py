"""The rewriter's network: a pointer-generator over a sentence's words (See et al. 2017,
arXiv:1704.04368) on the shared encoder, for the rewriting half of Chen & Bansal (2018).

The encoder's lowest layers stay as they are; their states are averaged over each word's pieces,
and its upper layers, trained, run on words. A small decoder, begun from the encoder's own top
layers (Rothe et al. 2020, arXiv:1907.12461), chooses at each step among *copy source word j*,
*write vocabulary word v* and *stop*, in one softmax as in CopyNet (Gu et al. 2016). Attention and
pointer know each word's place relative to the last copied one, and whether it was copied before.

Leaves out: a gate between copying and writing, summed probability of equal source words, and
attention across sentences.
"""

import math
from dataclasses import dataclass, fields
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

__all__ = ["LENGTHS", "N_PLACES", "Decoded", "RewriterNet", "Shape", "length_class", "places"]

LENGTHS = (7, 10, 13, 16, 20, 25)
"""Upper ends, in words, of the length classes that a rewrite can be asked for; then one for
longer ones and one for "any"."""
ANY_LENGTH = len(LENGTHS) + 1
_NEAR = 6
N_PLACES = 2 * (2 * _NEAR + 5)
_MASKED = -1e9


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes that make a network."""

    n_vocabulary: int
    """Words that can be written; index 0 is "stop"."""
    n_frozen: int = 3
    """Lowest encoder layers that are not trained."""
    n_decoder: int = 2
    """Decoder layers."""
    width: int = 384
    """Size of a state."""
    n_heads: int = 12
    """Attention heads."""
    n_inner: int = 1536
    """Size of the feed-forward layers."""
    n_upper: int = 3
    """Encoder layers above the frozen ones."""
    n_steps: int = 64
    """Longest rewrite, in words and marks."""

    @classmethod
    def of(cls, values: dict[str, object]) -> "Shape":
        """The shape in a model file; unknown entries are ignored."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: int(str(v)) for name, v in values.items() if name in known})


def length_class(n_words: int) -> int:
    """Class of a rewrite of so many words and marks.

    >>> length_class(7), length_class(8), length_class(99)
    (0, 1, 6)
    """
    return sum(n_words > high for high in LENGTHS)


def places(last: Tensor, used: Tensor) -> Tensor:
    """Where each source word stands to the last copied one: (..., s) classes below N_PLACES.

    Args:
        last: (...) index of the last copied word, -1 before the first.
        used: (..., s) True where the word was copied before.
    """
    distance = torch.arange(used.shape[-1], device=used.device) - last.unsqueeze(-1) - 1
    size = distance.abs()
    far = _NEAR + (size > 2 * _NEAR).long() + 1
    near = torch.where(size <= _NEAR, size, far)
    return torch.where(distance < 0, -near, near) + _NEAR + 2 + used.long() * (N_PLACES // 2)


Memory = tuple[Tensor, Tensor]
"""Keys and values, (b, h, s, d) each."""


class Attention(nn.Module):
    """Multi-head attention with an additive bias."""

    def __init__(self, width: int, n_heads: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.query = nn.Linear(width, width)
        self.memory = nn.Linear(width, 2 * width)
        self.out = nn.Linear(width, width)

    def remember(self, states: Tensor) -> Memory:
        """Keys and values (b, h, s, d) of states (b, s, width)."""
        b, s, _ = states.shape
        pair = self.memory(states).view(b, s, 2, self.n_heads, -1).permute(2, 0, 3, 1, 4)
        return pair[0], pair[1]

    def forward(self, states: Tensor, memory: tuple[Tensor, Tensor], bias: Tensor | None) -> Tensor:
        """Attended states (b, t, width); bias broadcasts to (b, h, t, s)."""
        b, t, width = states.shape
        query = self.query(states).view(b, t, self.n_heads, -1).transpose(1, 2)
        mixed = F.scaled_dot_product_attention(query, *memory, attn_mask=bias)
        out: Tensor = self.out(mixed.transpose(1, 2).reshape(b, t, width))
        return out


class Layer(nn.Module):
    """A BERT layer."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.attention = Attention(shape.width, shape.n_heads)
        self.norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.wide = nn.Linear(shape.width, shape.n_inner)
        self.narrow = nn.Linear(shape.n_inner, shape.width)
        self.last_norm = nn.LayerNorm(shape.width, eps=1e-12)
        self.dropout = nn.Dropout(0.1)

    def finish(self, states: Tensor) -> Tensor:
        """The feed-forward half."""
        inner = self.narrow(F.gelu(self.wide(states)))
        finished: Tensor = self.last_norm(states + self.dropout(inner))
        return finished

    def attend(self, states: Tensor, own: Memory, bias: Tensor | None) -> Tensor:
        """The attention half, to keys and values of one's own."""
        mixed = self.attention(states, own, bias)
        attended: Tensor = self.norm(states + self.dropout(mixed))
        return attended

    def encode(self, states: Tensor, bias: Tensor | None) -> Tensor:
        """Encoder states (b, s, width)."""
        return self.finish(self.attend(states, self.attention.remember(states), bias))


class CrossLayer(Layer):
    """A decoder's layer: a BERT layer with attention to the source between its halves."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(shape)
        self.cross = Attention(shape.width, shape.n_heads)
        self.cross_norm = nn.LayerNorm(shape.width, eps=1e-12)

    def decode(
        self, states: Tensor, own: Memory, bias: Tensor | None, source: Memory, places: Tensor
    ) -> Tensor:
        """Decoder states (b, t, width) from the decoder's own past and the source."""
        states = self.attend(states, own, bias)
        mixed = self.cross(states, source, places)
        return self.finish(self.cross_norm(states + self.dropout(mixed)))


@dataclass(frozen=True, slots=True)
class Read:
    """A source as the decoder sees it; b sources of up to s words."""

    states: Tensor
    """(b, s + 1, width); the last is that of "nothing comes after"."""
    words: Tensor
    """(b, s, width): embeddings of the words by themselves."""
    present: Tensor
    """(b, s) True where there is a word."""
    memories: list[Memory]
    """Keys and values for each decoder layer."""
    keys: Tensor
    """(b, s, width) for the pointer."""

    def rows(self, index: Tensor) -> "Read":
        """The sources of these rows."""
        return Read(
            self.states[index], self.words[index], self.present[index],
            [(key[index], value[index]) for key, value in self.memories], self.keys[index],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decoded:
    """What was decided before each step; b rows of t steps."""

    links: Tensor
    """(b, t) source word copied in the step before, -1 where it was written or at the start."""
    written: Tensor
    """(b, t) vocabulary word written in the step before; 0 where it was copied or at the start."""
    last: Tensor
    """(b, t) last copied source word, -1 before the first."""
    used: Tensor
    """(b, t, s) whether each source word has been copied."""


class RewriterNet(nn.Module):
    """See the module; ``from_encoder`` begins one for training."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        width = shape.width
        self.shape = shape
        self.upper = nn.ModuleList(Layer(shape) for _ in range(shape.n_upper))
        self.decoder = nn.ModuleList(CrossLayer(shape) for _ in range(shape.n_decoder))
        self.vocabulary = nn.Embedding(shape.n_vocabulary, width)
        self.vocabulary_bias = nn.Parameter(torch.zeros(shape.n_vocabulary))
        self.steps = nn.Embedding(shape.n_steps, width)
        self.lengths = nn.Embedding(ANY_LENGTH + 1, width)
        self.end = nn.Parameter(torch.zeros(width))
        self.copied = nn.Linear(width, width)
        self.following = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=1e-12)
        self.place = nn.Embedding(N_PLACES, shape.n_heads * shape.n_decoder + 1)
        self.point_query = nn.Linear(width, width)
        self.point_key = nn.Linear(width, width)
        self.write = nn.Linear(width, width)

    def upper_layers(self) -> list[Layer]:
        """The trained layers of the encoder."""
        return cast(list[Layer], list(self.upper))

    def decoder_layers(self) -> list[CrossLayer]:
        """The layers of the decoder."""
        return cast(list[CrossLayer], list(self.decoder))

    def read(self, states: Tensor, words: Tensor, present: Tensor) -> Read:
        """Reads sources: (b, s, width) lower-layer states and embeddings of words, (b, s) mask."""
        bias = None if bool(present.all()) else _bias(present)[:, None, None, :]
        for layer in self.upper_layers():
            states = layer.encode(states, bias)
        # What comes after the last word looks the same in a padded batch as in one that is not.
        states = torch.where(present[..., None], states, self.end)
        end = self.end.expand(states.shape[0], 1, -1)
        memories = [layer.cross.remember(states) for layer in self.decoder_layers()]
        return Read(torch.cat([states, end], 1), words, present, memories, self.point_key(states))

    def inputs(self, source: Read, done: Decoded, length: Tensor, first_step: int) -> Tensor:
        """(b, t, width) decoder inputs."""
        t = done.links.shape[1]
        rows = torch.arange(done.links.shape[0], device=length.device)[:, None]
        copied = done.links >= 0
        link = done.links.clamp(min=0)
        following = source.states[rows, done.last + 1]
        from_source = source.words[rows, link] + self.copied(source.states[rows, link])
        before = torch.where(copied[..., None], from_source, self.vocabulary(done.written))
        steps = self.steps.weight[first_step : first_step + t]
        wanted = self.lengths(length)[:, None]
        normed = self.norm(before + self.following(following) + steps + wanted)
        return F.dropout(normed, 0.1, self.training)

    def biases(self, source: Read, done: Decoded) -> list[Tensor]:
        """Additive biases by place: (b, h, t, s) for each decoder layer, (b, t, s) last."""
        s = source.present.shape[1]
        table = self.place(places(done.last, done.used)) + _bias(source.present)[:, None, :, None]
        heads = table[..., :-1].unflatten(-1, (self.shape.n_decoder, self.shape.n_heads))
        return [*heads.permute(3, 0, 4, 1, 2).contiguous().unbind(0), table[..., -1][..., :s]]

    def logits(self, source: Read, states: Tensor, place: Tensor) -> Tensor:
        """(b, t, s + v) scores: copy each source word, write each vocabulary word."""
        scale = 1 / math.sqrt(self.shape.width)
        copy = self.point_query(states) @ source.keys.transpose(1, 2) * scale + place
        write = self.write(states) @ self.vocabulary.weight.T + self.vocabulary_bias
        return torch.cat([copy, write], -1)

    def forward(self, source: Read, done: Decoded, length: Tensor) -> Tensor:
        """(b, t, s + v) scores of every step, given what was decided before each."""
        *biases, place = self.biases(source, done)
        states = self.inputs(source, done, length, 0)
        t = states.shape[1]
        past = _bias(torch.ones(t, t, dtype=torch.bool, device=states.device).tril())
        for layer, memory, bias in zip(self.decoder_layers(), source.memories, biases, strict=True):
            own = layer.attention.remember(states)
            states = layer.decode(states, own, past, memory, bias)
        return self.logits(source, states, place)

    def step(
        self,
        source: Read,
        done: Decoded,
        length: Tensor,
        past: list[Memory] | None,
    ) -> tuple[Tensor, list[Memory]]:
        """Log-probabilities (b, s + v) of one further step, and the past to pass on."""
        *biases, place = self.biases(source, done)
        n_done = 0 if past is None else past[0][0].shape[2]
        states = self.inputs(source, done, length, n_done)
        kept = []
        for i, (layer, memory, bias) in enumerate(
            zip(self.decoder_layers(), source.memories, biases, strict=True)
        ):
            own = layer.attention.remember(states)
            if past is not None:
                own = (torch.cat([past[i][0], own[0]], 2), torch.cat([past[i][1], own[1]], 2))
            kept.append(own)
            states = layer.decode(states, own, None, memory, bias)
        return self.logits(source, states, place)[:, 0].log_softmax(-1), kept


def _bias(allowed: Tensor) -> Tensor:
    return torch.zeros(allowed.shape, device=allowed.device).masked_fill(~allowed, _MASKED)
