"""The models behind scorers and generators, as the manifest names them."""

from collections.abc import Sequence

from evalkit.models.devices import resolve
from evalkit.models.ledger import Used
from evalkit.models.loading import chosen_dtype
from evalkit.results import ModelInfo

__all__ = ["models_of"]


def models_of(name: str, made: object, used: Sequence[Used]) -> dict[str, ModelInfo]:
    """What was found while ``made`` was made, by ``name``; several are numbered.

    The dtype and device are the options of ``made``, ``auto`` resolved.

    Raises:
        ConfigError: the device is unknown, or not there.
    """
    device, dtype = (_option(made, option) for option in ("device", "dtype"))
    if device == "auto":
        device = str(resolve(device))
    if dtype == "auto":
        dtype = chosen_dtype(dtype, device or "cpu")
    return {
        name if at == 1 else f"{name} ({at})": ModelInfo(
            model=each.name,
            version=each.version,
            dtype=dtype,
            device=device,
            pickled=each.pickled,
            remote_code=each.remote_code,
        )
        for at, each in enumerate(used, 1)
    }


def _option(made: object, name: str) -> str:
    found = getattr(made, name, "")
    return found if isinstance(found, str) else ""
