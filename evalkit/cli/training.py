"""``train detector`` and ``train rewriter``: the bundled models' recipes, on any data."""

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(
    help="Train a bundled model's recipe on your own data.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Recipe = Annotated[Path, typer.Option("--config", help="The recipe, a YAML file.")]
Data = Annotated[list[Path], typer.Option("--data", help="JSON Lines, plain or .gz; repeatable.")]
Output = Annotated[Path, typer.Option("--output", help="Folder for checkpoints and the model.")]


@app.command()
def detector(config: Recipe, data: Data, output: Output = Path("runs/train-detector")) -> None:
    """Train an error detector; a run that was stopped goes on where it was."""
    from evalkit.cli.progress import bars
    from evalkit.training import detector as recipe

    with bars() as progress:
        made = recipe.train(recipe.read_recipe(config), data, output, on_progress=progress)
    typer.echo(f"the detector is in {made}")


@app.command()
def rewriter(config: Recipe, data: Data, output: Output = Path("runs/train-rewriter")) -> None:
    """Train a summariser; a run that was stopped goes on where it was."""
    from evalkit.cli.progress import bars
    from evalkit.training import rewriter as recipe

    with bars() as progress:
        made = recipe.train(recipe.read_recipe(config), data, output, on_progress=progress)
    typer.echo(f"the rewriter is in {made}")
