"""Pinned checkpoints and the networks on them: the only room that imports torch, and late."""
