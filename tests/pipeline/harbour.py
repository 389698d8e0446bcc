"""A small evaluation, written to a folder: two documents, references, and a config."""

from pathlib import Path

TEXTS = {
    "ferry": (
        "The harbour ferry stopped on Monday after a storm broke its rudder.\n\n"
        "Captain Ines Duarte said that the repair would take two weeks. The the town council "
        "hired three small boats for commuters .\n\n"
        "Tickets bought in May stay valid until June 30."
    ),
    "library": (
        "A library in Northfield lends garden tools since April. Members can keep a spade for a "
        "week.\n\n"
        "“We wanted people to share,” said Omar Hale, who runs it. Some 140 tools were lent in "
        "the first month, and only two came back broken."
    ),
}
SHORT = {
    "ferry": (
        "A storm broke the ferry's rudder on Monday, and the repair takes two weeks.",
        "The harbour ferry will be out of service for two weeks; small boats replace it.",
    ),
    "library": (
        "A library in Northfield has lent 140 garden tools in a month.",
        "Northfield's library lends spades and other tools, and nearly all came back whole.",
    ),
}
CONFIG = """
name: harbour
corpus: {path: texts}
references: refs
fluency: {scorers: [mechanics]}
summaries:
  systems:
    - {kind: lead, length: short}
    - {name: two, kind: file, path: two.jsonl, length: short}
  metrics: [rouge1, bleu, faithfulness]
post_edit: {metrics: [ter]}
statistics: {draws: 200, seed: 3}
"""


def write_harbour(folder: Path, config: str = CONFIG) -> Path:
    """Writes the corpus, the references and the config into ``folder``; returns the config."""
    (folder / "texts").mkdir(parents=True)
    for name, text in TEXTS.items():
        (folder / "texts" / f"{name}.txt").write_text(text, encoding="utf-8")
        own = folder / "refs" / name
        own.mkdir(parents=True)
        for version, summary in zip("ab", SHORT[name], strict=True):
            (own / f"summary.short.{version}.txt").write_text(summary + "\n", encoding="utf-8")
        edited = text.replace("The the", "The").replace("commuters .", "commuters.")
        edited = edited.replace("lends garden tools since", "has lent garden tools since")
        (own / "post-edit.txt").write_text(edited, encoding="utf-8")
    lines = [f'{{"id": "{name}", "text": "{SHORT[name][0]}"}}' for name in reversed(TEXTS)]
    (folder / "two.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = folder / "harbour.yaml"
    path.write_text(config, encoding="utf-8")
    return path
