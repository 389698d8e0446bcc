"""Recipes that train the bundled models: data -> batches -> weights; seeded and resumable."""
