"""Likeness of meaning by contextual embeddings: ``bertscore``, its weights and its baselines."""
