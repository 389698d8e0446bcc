"""Generators: a file per kind. Extractive baselines, the bundled rewriter, and hub models."""
