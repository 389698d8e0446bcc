"""What the rewriter's network stands on: the encoder's frozen lower layers, read by words.

A word's state is the mean over its pieces of the lower layers' output; its embedding the mean of
its pieces' embeddings. Neither is trained, so both can be computed once and kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import BertModel, PreTrainedTokenizerFast

from evalkit.models.encoder import Encoder
from evalkit.models.rewriter import Layer, RewriterNet, Shape

__all__ = ["MAX_PIECES", "SourceReader", "begin"]

MAX_PIECES = 510
"""Pieces of a source that the encoder has places for, besides its two marks."""


@dataclass(frozen=True, slots=True)
class SourceReader:
    """The lower layers of an encoder."""

    model: BertModel
    """Only its lower layers are left."""
    tokenizer: PreTrainedTokenizerFast
    pieces: dict[str, tuple[int, ...]]
    """Word -> its pieces, filled as words come."""

    @classmethod
    def of(cls, encoder: Encoder, *, n_frozen: int) -> "SourceReader":
        """Takes the encoder over and drops its upper layers (``begin`` a network first)."""
        encoder.model.encoder.layer = encoder.model.encoder.layer[:n_frozen]
        return cls(encoder.model, encoder.tokenizer, {})

    def split(self, words: Sequence[str]) -> list[tuple[int, ...]]:
        """The pieces of each word; a word that has none gets the unknown piece."""
        new = [word for word in dict.fromkeys(words) if word not in self.pieces]
        if new:
            found = self.tokenizer(new, add_special_tokens=False)["input_ids"]
            unknown = (int(self.tokenizer.unk_token_id or 0),)
            for word, ids in zip(new, found, strict=True):
                self.pieces[word] = tuple(ids) or unknown
        return [self.pieces[word] for word in words]

    def embed(self, words: Sequence[str]) -> Tensor:
        """(n, width) embeddings of n words."""
        table = self.model.embeddings.word_embeddings.weight.detach()
        rows = [table[list(ids)].mean(0) for ids in self.split(words)]
        return torch.stack(rows) if rows else table[:0]

    def read(self, sources: Sequence[Sequence[str]]) -> list[Tensor]:
        """For each source its words' states, (n_words, width); at most MAX_PIECES pieces each.

        Raises:
            ValueError: a source is empty or has more pieces than the encoder reads.
        """
        split = [self.split(source) for source in sources]
        longest = max(sum(map(len, ids)) for ids in split)
        if longest > MAX_PIECES or not all(split):
            raise ValueError(f"a source of {longest} pieces; from 1 to {MAX_PIECES} can be read")
        device = self.model.device
        pieces = torch.zeros(len(split), longest + 2, dtype=torch.long)
        owner = torch.full((len(split), longest + 2), -1)
        first, last = self.tokenizer.cls_token_id, self.tokenizer.sep_token_id
        for row, ids in enumerate(split):
            flat = [first, *(piece for word in ids for piece in word), last]
            pieces[row, : len(flat)] = torch.tensor(flat)
            owners = [w for w, word in enumerate(ids) for _ in word]
            owner[row, 1 : len(owners) + 1] = torch.tensor(owners)
        present = (pieces != 0).long()
        with torch.inference_mode():
            out = self.model(
                input_ids=pieces.to(device), attention_mask=present.to(device)
            ).last_hidden_state
        return [_means(out[row], owner[row].to(device), len(ids)) for row, ids in enumerate(split)]


def _means(states: Tensor, owner: Tensor, n_words: int) -> Tensor:
    inside = owner >= 0
    share = torch.zeros(n_words, states.shape[0], device=states.device)
    share[owner[inside], inside.nonzero()[:, 0]] = 1.0
    return (share / share.sum(1, keepdim=True)) @ states


def begin(encoder: Encoder, shape: Shape, vocabulary: Sequence[str], counts: Tensor) -> RewriterNet:
    """A network to train: upper and decoder layers begin as the encoder's own top layers.

    Args:
        encoder: with all its layers.
        shape: the sizes.
        vocabulary: the words that can be written, "stop" first.
        counts: (v,) how often each is written in the training data, for its first bias.
    """
    net = RewriterNet(shape)
    layers = list(encoder.model.encoder.layer)
    for mine, layer in zip(net.upper_layers(), layers[shape.n_frozen :], strict=True):
        _take(mine, layer)
    for mine, layer in zip(net.decoder_layers(), layers[-shape.n_decoder :], strict=True):
        _take(mine, layer)
        # Nothing comes from the source at first, so that the layer begins as it was.
        nn.init.zeros_(mine.cross.out.weight)
        nn.init.zeros_(mine.cross.out.bias)
    reader = SourceReader(encoder.model, encoder.tokenizer, {})
    with torch.no_grad():
        net.vocabulary.weight[1:] = reader.embed(vocabulary[1:])
        net.vocabulary.weight[0] = reader.embed(["."])[0]
        net.vocabulary_bias.copy_(((counts + 1) / (counts.sum() + len(counts))).log())
        table = encoder.model.embeddings
        net.steps.weight.copy_(table.position_embeddings.weight[1 : shape.n_steps + 1])
        net.steps.weight.add_(table.token_type_embeddings.weight[0])
        net.norm.load_state_dict(table.LayerNorm.state_dict())
        nn.init.normal_(net.lengths.weight, std=0.01)
        for linear in (net.copied, net.following, net.write, net.point_query):
            nn.init.normal_(linear.weight, std=0.01)
            nn.init.zeros_(linear.bias)
        nn.init.zeros_(net.place.weight)
        _lean_forward(net)
    return net


def _lean_forward(net: RewriterNet) -> None:
    """The first guess: copy the next word, skip ahead rather than back, never copy twice."""
    half = net.place.weight.shape[0] // 2
    middle = half // 2
    pointer = net.place.weight[:, -1]
    pointer[:middle] = -2.0
    pointer[middle] = 4.0
    pointer[half:] = -4.0


def _take(mine: Layer, layer: nn.Module) -> None:
    """Copies a BERT layer's weights."""
    parts = layer.state_dict()

    def pick(name: str) -> dict[str, Tensor]:
        return {end: parts[f"{name}.{end}"] for end in ("weight", "bias")}

    own = "attention.self"
    mine.attention.query.load_state_dict(pick(f"{own}.query"))
    key, value = pick(f"{own}.key"), pick(f"{own}.value")
    mine.attention.memory.load_state_dict(
        {end: torch.cat([key[end], value[end]]) for end in ("weight", "bias")}
    )
    mine.attention.out.load_state_dict(pick("attention.output.dense"))
    mine.norm.load_state_dict(pick("attention.output.LayerNorm"))
    mine.wide.load_state_dict(pick("intermediate.dense"))
    mine.narrow.load_state_dict(pick("output.dense"))
    mine.last_norm.load_state_dict(pick("output.LayerNorm"))
