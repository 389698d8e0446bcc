#!/usr/bin/env python3
"""A metric of your own, in an environment of your own: copy this file and change the upper half.

It needs nothing but Python 3.8 (and whatever your metric needs)::

    evalkit score --hypotheses out.txt --references ref.txt --allow-code \
        --metrics "process(command=[/path/to/python,my_metric.py])"

The lower half speaks evalkit's protocol, version 1; ``evalkit.foreign.protocol`` is its page.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator

# ------------------------------------------------------------------------------ your metric

HELLO = {
    "name": "shared-words",
    "fields": [{"unit": "0-1", "higher_is_better": True, "low": 0, "high": 1}],
    "needs": ["references"],
    "signature": {"version": "1"},
}


def score(items: list[dict]) -> Iterator[dict]:  # type: ignore[type-arg]
    """An answer for each item: its scores (in the order of the fields), or a reason for none."""
    for item in items:
        words = set(item["hypothesis"].split())
        known = set(" ".join(item["references"]).split())
        if known:
            yield {"id": item["id"], "scores": [len(words & known) / len(known)]}
        else:
            yield {"id": item["id"], "reason": "the references have no words"}


# ------------------------------------------------------------------------------ the protocol


def main() -> None:
    """Answers requests until evalkit says bye, or is gone."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
    os.dup2(2, 1)  # whatever a library prints goes to standard error, not between the answers
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if request["type"] == "bye":
            break
        if request["type"] == "hello":
            answer = dict(HELLO, type="hello", protocol=1)
        else:
            items = list(score(request["items"]))
            answer = {"type": "measured", "id": request["id"], "items": items}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
