"""Opens a volume with its labels in napari: ``napari karyoloop://karyoloop.example.org/volumes/<id>``.

The token comes from ``KARYOLOOP_TOKEN``. ``karyoloop+http://`` is for a server without TLS, such as one on this computer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .project import connect

_ADDRESS = re.compile(r"^karyoloop(\+http)?:/+([^/]+)/volumes/([0-9a-f-]{36})/?$")

Layer = tuple[Any, dict[str, Any], str]


def get_reader(path: str | list[str]) -> Callable[[str | list[str]], list[Layer]] | None:
    """A reader for an address of a volume; None for anything else."""
    return read_volume if isinstance(path, str) and _ADDRESS.match(path) else None


def read_volume(path: str | list[str]) -> list[Layer]:
    match = _ADDRESS.match(path) if isinstance(path, str) else None
    if match is None:
        raise ValueError(f"{path!r} is no address such as karyoloop://karyoloop.example.org/volumes/<id>")
    plain, host, volume_id = match.groups()
    volume = connect(f"{'http' if plain else 'https'}://{host}").volume(volume_id)
    shown = {"scale": volume.voxel_size_zyx, "units": ("um", "um", "um")}
    return [
        (_lazily(volume.image), {**shown, "name": volume.name}, "image"),
        (_lazily(volume.labels), {**shown, "name": f"{volume.name} labels"}, "labels"),
        (_lazily(volume.proposals), {**shown, "name": f"{volume.name} proposals", "visible": False}, "labels"),
    ]


def _lazily(array: Any) -> Any:
    """Chunk by chunk where dask is there, else as a whole."""
    try:
        return array.dask()
    except ImportError:
        return array[:]
