"""The run folder: a manifest, parts that are computed once, and the reports.

::

    runs/NAME/
      manifest.json      what was run, on what, by which versions; written first and last
      parts/STAGE/KEY.jsonl   rows that a stage computed; KEY is a hash of all that decides them
      parts/outputs/KEY.jsonl a journal: a system's outputs, each added the moment it is there
      items.arrow        every item with its scores, for large runs (evalkit.store.items)
      report.json        the finished run (evalkit.results.Report)
      report.html, report.md

Parts are written whole (a temporary file, then a rename) and never changed; journals only grow.
So a run that was killed goes on where it stopped, without asking again for what was answered, and
a new metric measures outputs that are there already.
"""
