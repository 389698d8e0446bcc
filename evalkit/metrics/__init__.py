"""Scorers that compare texts with texts: pure arithmetic on strings, no files, no models.

Each class is a ``stages.Scorer``: it turns a hypothesis into a row of additive statistics and any
sum of rows into scores. Scores are on a scale of 0-100 unless their ``Field.unit`` says otherwise.
sacrebleu is imported when BLEU, chrF or TER first measure; importing this package loads none of it.
"""
