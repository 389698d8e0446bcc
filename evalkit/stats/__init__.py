"""From rows of additive statistics to estimates, intervals and comparisons: pure and seeded.

One implementation for every scorer, because a scorer is rows that add and a function of their sum.
The score of a corpus is always the function of the real sum; resampling gives its interval.
"""
