from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from .arrays import RemoteArray
from .errors import KaryoloopError
from .transport import Transport

Format = Literal["ome-zarr", "ome-tiff", "imagej", "model", "bioimageio"]


class FrozenVolume:
    """A volume of a version: what it says never changes."""

    def __init__(self, transport: Transport, said: dict[str, Any]) -> None:
        self._transport = transport
        self.name = str(said["name"])
        self.specimen = str(said["specimen"])
        self.split: Literal["train", "test"] = said["split"]
        self.nuclei = int(said["nuclei"])
        self._address = str(said["address"])

    def __repr__(self) -> str:
        return f"FrozenVolume({self.name!r}, split={self.split!r}, nuclei={self.nuclei})"

    @property
    def image(self) -> RemoteArray:
        return RemoteArray(self._transport, self._address)

    @property
    def labels(self) -> RemoteArray:
        """Accepted and corrected nuclei, uint32."""
        return RemoteArray(self._transport, f"{self._address}/labels/nuclei")

    @property
    def known(self) -> RemoteArray:
        """0: unknown, 1: background, 2: a nucleus."""
        return RemoteArray(self._transport, f"{self._address}/labels/known")


class Version:
    """A frozen version of a project."""

    def __init__(self, transport: Transport, project_id: str, said: dict[str, Any]) -> None:
        self._transport = transport
        self.id = str(said["id"])
        self._path = f"/api/v1/projects/{project_id}/versions/{self.id}"
        self._read(said)

    def _read(self, said: dict[str, Any]) -> None:
        self.version = int(said["version"])
        self.state: Literal["freezing", "ready", "failed"] = said["state"]
        self.licence: str | None = said["licence"]
        self.problem: dict[str, Any] | None = said["problem"]
        self.volumes = [FrozenVolume(self._transport, one) for one in said["volumes"] or []]

    def __repr__(self) -> str:
        return f"Version({self.version}, {self.state}, volumes={len(self.volumes)})"

    def wait(self, timeout: float = 3600) -> Version:
        """Until it is frozen; a failed one is an error with the server's words."""
        until = time.monotonic() + timeout
        while self.state == "freezing":
            if time.monotonic() > until:
                raise TimeoutError(f"version {self.version} is not ready after {timeout} seconds")
            time.sleep(0.5)
            self._read(self._transport.get(self._path))
        if self.state == "failed":
            raise KaryoloopError(422, self.problem or {})
        return self

    def download(self, path: str | os.PathLike[str], formats: Sequence[Format] = ("ome-zarr",)) -> Path:
        """The version as one zip. The file is there when it is whole, or not at all."""
        target = Path(path)
        part = target.with_name(target.name + ".part")
        response = self._transport.stream(f"{self._path}/zip", [("format", one) for one in formats])
        try:
            expected = response.length
            with part.open("wb") as out:
                while piece := response.read(1 << 20):
                    out.write(piece)
            if expected is not None and part.stat().st_size != expected:
                raise ConnectionError(f"{part.stat().st_size} of {expected} bytes came")
            part.replace(target)
        finally:
            response.close()
            part.unlink(missing_ok=True)
        return target

    def dataset(self, split: Literal["train", "test"] | None = None, **options: Any) -> Any:
        """Patches for PyTorch. Needs ``karyoloop[torch]``; see :class:`karyoloop.torch.VersionDataset`."""
        from .torch import VersionDataset

        return VersionDataset(self, split, **options)
