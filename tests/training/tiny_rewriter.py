"""Articles with highlights, made on the spot, and the recipe of a rewriter that learns them."""

import itertools

from evalkit.training.rewriter_recipe import RewriterRecipe

SUBJECTS = ("The old pilot", "A young sailor", "The harbour master", "Her brother")
ACTS = ("painted the small boats", "has sold a wooden house", "is watching two heavy anchors")
TIMES = ("on Monday, the master said", "for a friend in the harbour", "with her brother")
ARTICLES = [
    {
        "article": f"{subject} {act} {time}. Nobody there knows why. The nets are also old.",
        "highlights": [f"{subject} also {act}.", "A harbour is old"],
    }
    for subject, act, time in itertools.product(SUBJECTS, ACTS, TIMES)
]
RECIPE = RewriterRecipe(
    seed=0, steps=6, batch=8, warmup=1, n_frozen=1, n_decoder=1, n_vocabulary=30,
    n_held_out=3, n_salience=20, checkpoint_every=2,
)  # fmt: skip
