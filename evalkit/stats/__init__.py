"""From rows of additive statistics to estimates, intervals and comparisons: pure and seeded.

One implementation for every scorer, because a scorer is rows that add and a function of their sum.
The score of a corpus is always the function of the real sum; resampling gives its interval.

Where to look:

- ``estimate.estimate(scorer, measured, clusters, settings=...)``: a set of items' scores with
  intervals.
- ``comparison.compare(scorer, (a, b), clusters, settings=...)``: two systems.
- ``comparison.compare_systems(scorer, {name: measured, ...}, clusters, baseline=None,
  settings=...)``: all pairs of n systems, or each against a baseline; ``results.Comparison``
  records with test, adjusted p, interval of the difference, effect (difference / SE), share of
  items won, smallest difference that the items could show.
- ``ranking.ranked(comparisons of one field)``: significance clusters and ranges of ranks.
- ``shards.resample_shard(...)``: bootstraps over more items than fit in memory; shards add.
- ``resampling.Resampling``: every setting (draws, seed, confidence, unit, method, interval, test,
  correction), with the signatures of what they decide.
- ``correction``, ``power``: corrections for several tests; the smallest difference.
"""
