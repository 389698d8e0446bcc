"""Which device a model runs on. Leaves out several devices at once and reduced precision."""

from typing import TYPE_CHECKING

from evalkit.errors import ConfigError

if TYPE_CHECKING:
    import torch

__all__ = ["release_card", "resolve", "seed_torch", "use_threads"]


def resolve(device: str) -> "torch.device":
    """The torch device of that name; ``"auto"`` takes the first accelerator, else the CPU.

    Raises:
        ConfigError: torch knows no such device, or this machine has none.
    """
    import torch

    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        found = torch.device(device)
    except RuntimeError as error:
        raise ConfigError(
            f"no device {device!r}: use cpu, cuda, cuda:0 … or auto ({error})"
        ) from error
    if found.type == "cuda" and not torch.cuda.is_available():
        raise ConfigError(f"device {device!r} was asked for, but torch sees no GPU: use cpu")
    return found


def use_threads(n: int) -> None:
    """How many threads torch computes with on the CPU."""
    import torch

    torch.set_num_threads(n)


def seed_torch(seed: int) -> None:
    """Seeds torch's own random numbers."""
    import torch

    torch.manual_seed(seed)


def release_card() -> None:
    """Gives memory that nobody holds back to the graphics card."""
    import gc

    import torch

    gc.collect()
    torch.cuda.empty_cache()
