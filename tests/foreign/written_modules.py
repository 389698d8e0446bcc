"""``evaluate`` modules written to a folder where a test runs; nothing comes from the hub."""

from collections.abc import Iterator
from pathlib import Path

import pytest

HEAD = """
import datasets
import evaluate
{imports}
TEXT = datasets.Value("string")

class {name}(evaluate.Metric):
    def _info(self):
        return evaluate.MetricInfo(
            description="d", citation="c", inputs_description="i",
            features=datasets.Features({features}),
        )

    def _compute(self, {arguments}):
{body}
"""
PAIRED = '{"predictions": TEXT, "references": TEXT}'
SEVERAL = '{"predictions": TEXT, "references": [TEXT]}'
SHARES = """
        shares = [len(set(p.split()) & set(r.split())) for p, r in zip(predictions, references)]
"""


@pytest.fixture(scope="session")
def evaluate_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps what evaluate copies out of the home folder. One for the session: it imports the
    copies as one package, whose place Python remembers.
    """
    import evaluate

    folder = tmp_path_factory.getbasetemp() / "evaluate-cache"
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HF_MODULES_CACHE", "HF_METRICS_CACHE", "HF_EVALUATE_CACHE"):
            patch.setattr(evaluate.config, name, str(folder / name))
        yield


def write(
    folder: Path,
    name: str,
    body: str,
    *,
    features: str = PAIRED,
    arguments: str = "predictions, references",
    imports: str = "",
) -> Path:
    """Writes the module ``folder/name/name.py``, whose answer ``body`` returns."""
    home = folder / name
    home.mkdir(parents=True)
    lines = "\n".join(f"        {line.strip()}" for line in body.strip().splitlines())
    script = HEAD.format(
        name=name.capitalize(), features=features, arguments=arguments, body=lines, imports=imports
    )
    (home / f"{name}.py").write_text(script, encoding="utf-8")
    return home


SHARED = """
shared = [len(set(p.split()) & set(r.split())) for p, r in zip(predictions, references)]
return {"shared": sum(shared) / len(shared), "each": shared, "note": "text"}
"""
"""Words in common: a mean, and its list."""
TOTAL = """
shared = [len(set(p.split()) & set(r.split())) for p, r in zip(predictions, references)]
return {"total": float(sum(shared) ** 2), "precisions": [1.0, 2.0, 3.0, 4.0]}
"""
"""A number of the whole set alone."""
RANKED = """
lengths = [len(p) for p in predictions]
ranks = [sorted(lengths).index(n) / len(lengths) for n in lengths]
return {"rank": sum(ranks) / len(ranks), "ranks": ranks}
"""
"""Numbers by segment that depend on the other segments."""
LISTS = """
import numpy
shared = [len(set(p.split()) & set(r[0].split())) for p, r in zip(predictions, references)]
return {"f1": shared, "precision": numpy.array(shared) / 2, "hashcode": "abc"}
"""
"""Lists alone, as bert-score's module gives."""
BREAKS = """
found = [len(p.split()) for p in predictions]
whole = sum(found) / len(found) if len(found) in (3, 7) else 99.0
return {"words": whole, "each": found}
"""
"""A mean on three or seven segments only."""
