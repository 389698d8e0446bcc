"""The alignment guard and the sanity gate: what must be said before anybody trusts a score.

``alignment`` asks whether texts belong together, ``gate`` whether they can be what a system was
asked for. Pure: texts in, findings out. Neither changes a score.
"""
