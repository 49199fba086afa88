from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from .arrays import RemoteArray
from .errors import KaryoloopError
from .transport import Transport, segment
from .uploads import Progress, image_in, upload
from .versions import Version

Point = tuple[float, float, float]
Voxel = tuple[int, int, int]
T = TypeVar("T")


def connect(url: str | None = None, token: str | None = None) -> Server:
    """A server and a token for it, or what ``KARYOLOOP_URL`` and ``KARYOLOOP_TOKEN`` say."""
    address = url or os.environ.get("KARYOLOOP_URL")
    secret = token or os.environ.get("KARYOLOOP_TOKEN")
    if not address or not secret:
        raise ValueError("name a server and a token, or set KARYOLOOP_URL and KARYOLOOP_TOKEN")
    return Server(Transport(address, secret))


class Server:
    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def me(self) -> dict[str, Any]:
        """Whose token this is, and what it opens."""
        found: dict[str, Any] = self._transport.get("/api/v1/me")
        return found

    def projects(self) -> list[Project]:
        return [Project(self._transport, one) for one in self._transport.get("/api/v1/projects")]

    def project(self, name_or_id: str) -> Project:
        return _one(self.projects(), name_or_id, "project")

    def volume(self, volume_id: str) -> Volume:
        return Volume(self._transport, self._transport.get(f"/api/v1/volumes/{segment(volume_id)}"))


class Project:
    def __init__(self, transport: Transport, said: dict[str, Any]) -> None:
        self._transport = transport
        self.id = str(said["id"])
        self.name = str(said["name"])
        self.role = str(said["role"])
        self._path = f"/api/v1/projects/{self.id}"

    def __repr__(self) -> str:
        return f"Project({self.name!r}, role={self.role!r})"

    def volumes(self) -> list[Volume]:
        return [Volume(self._transport, one) for one in self._transport.get(f"{self._path}/volumes")]

    def volume(self, name_or_id: str) -> Volume:
        return _one(self.volumes(), name_or_id, "volume")

    def upload_volume(
        self,
        name: str,
        source: ArrayLike | str | os.PathLike[str],
        *,
        specimen: str,
        voxel_size_zyx: Sequence[float] | None = None,
        image: str | None = None,
        channel: int = 0,
        progress: Progress | None = None,
        wait: bool = True,
    ) -> Volume:
        """Brings an array (z, y, x) or a file as a new volume. An array needs ``voxel_size_zyx`` in micrometres."""
        upload_id, path = _bring(self._transport, self.id, source, image, progress)
        made = self._transport.send(
            "POST",
            f"{self._path}/volumes",
            {
                "name": name,
                "specimen": specimen,
                "voxelSizeZyx": None if voxel_size_zyx is None else [float(size) for size in voxel_size_zyx],
                "image": {"uploadId": upload_id, "image": path, "channel": channel},
            },
        )
        volume = Server(self._transport).volume(made["volumeId"])
        return volume.wait() if wait else volume

    def training(self) -> Training:
        said = self._transport.get(f"{self._path}/training")
        return Training([TrainingJob(**_snake(one, TrainingJob)) for one in said["jobs"]], list(said["missing"]))

    def train(self, start: Literal["current", "product", "nothing"] = "current") -> str:
        """Freezes the labels and queues a training; returns the id of its job."""
        return str(self._transport.send("POST", f"{self._path}/training", {"from": start})["jobId"])

    def cancel_training(self, job_id: str) -> None:
        self._transport.send("DELETE", f"{self._path}/training/{segment(job_id)}")

    def versions(self) -> list[Version]:
        return [Version(self._transport, self.id, one) for one in self._transport.get(f"{self._path}/versions")]

    def freeze(self, licence: str | None = None, *, wait: bool = True) -> Version:
        """Freezes the project as a new version. ``licence``: an SPDX id; None: that of the project."""
        body = {} if licence is None else {"licence": licence}
        version_id = self._transport.send("POST", f"{self._path}/versions", body)["id"]
        version = Version(self._transport, self.id, self._transport.get(f"{self._path}/versions/{version_id}"))
        return version.wait() if wait else version


@dataclass(frozen=True)
class TrainingJob:
    id: str
    kind: Literal["train", "predict"]
    state: Literal["queued", "leased", "done", "failed", "cancelled"]
    progress: float
    phase: str


@dataclass(frozen=True)
class Training:
    """Trainings and predictions, newest first, and in words what the next training needs first."""

    jobs: list[TrainingJob]
    missing: list[str]


@dataclass(frozen=True)
class Nucleus:
    label: int
    status: Literal["proposed", "accepted", "corrected", "rejected", "unfinished"]
    class_: str | None
    voxels: int
    centroid_zyx: Point
    min_zyx: Voxel
    max_zyx: Voxel
    origin: str | None
    uncertainty: float | None
    by: str | None
    changed_at: str | None


@dataclass(frozen=True)
class Question:
    """A proposal that the server asks about; held for this program for a while."""

    label_value: int
    kind: Literal["nucleus", "candidate"]
    min_zyx: Voxel
    max_zyx: Voxel
    centroid_zyx: Point
    voxels: int
    uncertainty: float | None
    reason: str

    @property
    def box(self) -> tuple[slice, slice, slice]:
        """For slicing: ``volume.image[question.box]``."""
        z, y, x = (slice(low, high) for low, high in zip(self.min_zyx, self.max_zyx))
        return z, y, x


class Volume:
    def __init__(self, transport: Transport, said: dict[str, Any]) -> None:
        self._transport = transport
        self.id = str(said["id"])
        self.project_id = str(said["projectId"])
        self._path = f"/api/v1/volumes/{self.id}"
        self._read(said)

    def _read(self, said: dict[str, Any]) -> None:
        self.name = str(said["name"])
        self.specimen = str(said["specimen"])
        self.state: Literal["importing", "ready", "failed", "deleting"] = said["state"]
        self.shape_zyx: Voxel = tuple(said["shapeZyx"])
        self.voxel_size_zyx: Point = tuple(said["voxelSizeZyx"])
        self.last_import: dict[str, Any] | None = said["import"]

    def __repr__(self) -> str:
        return f"Volume({self.name!r}, {self.state}, shape_zyx={self.shape_zyx})"

    @property
    def image(self) -> RemoteArray:
        return self._array("image")

    @property
    def labels(self) -> RemoteArray:
        """As they are now, uint32; merged nuclei have one value."""
        return self._array("labels")

    @property
    def known(self) -> RemoteArray:
        """0: unknown, 1: background, 2: a nucleus. Unlabelled is not background."""
        return self._array("known")

    @property
    def proposals(self) -> RemoteArray:
        """Nuclei that a model proposes and nobody has judged."""
        return self._array("proposals")

    def _array(self, name: str, level: int = 0) -> RemoteArray:
        return RemoteArray(self._transport, f"{self._path}/{name}.ome.zarr", level)

    def nuclei(self) -> Iterator[Nucleus]:
        """By label, as they are now."""
        after = 0
        while True:
            page = self._transport.get(f"{self._path}/nuclei", after=after, limit=1000)
            for one in page["nuclei"]:
                yield Nucleus(**_snake(one, Nucleus))
            if page["next"] is None:
                return
            after = page["next"]

    def upload_labels(
        self,
        source: ArrayLike | str | os.PathLike[str],
        *,
        mode: Literal["proposals", "accepted"] = "proposals",
        complete: bool = False,
        image: str | None = None,
        progress: Progress | None = None,
        wait: bool = True,
    ) -> Volume:
        """Adds labels of this volume's shape, as proposals to be judged or as accepted ones. What is labelled stays."""
        upload_id, path = _bring(self._transport, self.project_id, source, image, progress, self.shape_zyx)
        body = {"uploadId": upload_id, "image": path, "mode": mode, "complete": complete}
        self._transport.send("POST", f"{self._path}/labels", body)
        return self.refresh().wait() if wait else self.refresh()

    def refresh(self) -> Volume:
        self._read(self._transport.get(self._path))
        return self

    def wait(self, timeout: float = 3600) -> Volume:
        """Until its import is over; a failed one is an error with the server's words."""
        until = time.monotonic() + timeout
        while True:
            running = self.last_import is not None and self.last_import["state"] in ("queued", "running")
            if self.last_import is not None and self.last_import["state"] == "failed":
                raise KaryoloopError(422, self.last_import["problem"] or {})
            if self.state == "ready" and not running:
                return self
            if time.monotonic() > until:
                raise TimeoutError(f"{self.name} is not imported after {timeout} seconds")
            time.sleep(0.5)
            self.refresh()

    def next_question(self, skipped: Sequence[int] = (), holder: str | None = None) -> Question | None:
        """The most uncertain proposal that nobody looks at; None where the queue is empty. ``holder``: one of several that ask at once."""
        body = {"skipped": list(skipped)} | ({} if holder is None else {"holder": holder})
        question = self._transport.send("POST", f"{self._path}/queue/next", body)["question"]
        return None if question is None else Question(**_snake(question, Question))

    def decide(self, label: int, kind: Literal["accepted", "rejected", "skipped"], holder: str | None = None) -> None:
        """Decides a proposal as this token's person; ``accepted`` copies it into the labels, over background only."""
        body = {"labelValue": label, "kind": kind} | ({} if holder is None else {"holder": holder})
        self._transport.send("POST", f"{self._path}/queue/decisions", body)


def _bring(
    transport: Transport,
    project_id: str,
    source: ArrayLike | str | os.PathLike[str],
    image: str | None,
    progress: Progress | None,
    shape: Sequence[int] | None = None,
) -> tuple[str, str]:
    is_file = isinstance(source, (str, os.PathLike))
    if not is_file:
        source = np.asarray(source)
        shape = source.shape
    upload_id = upload(transport, project_id, source, progress)
    return upload_id, image if image is not None else image_in(transport, project_id, upload_id, None if shape is None else tuple(shape))


def _one(found: Sequence[T], name_or_id: str, kind: str) -> T:
    fitting = [one for one in found if name_or_id in (getattr(one, "id"), getattr(one, "name"))]
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(repr(getattr(one, "name")) for one in found) or "none"
    raise KeyError(f"no {kind} {name_or_id!r}; there are: {names}" if not fitting else f"several are called {name_or_id!r}: use the id")


def _snake(said: dict[str, Any], of: type) -> dict[str, Any]:
    """Fields of a dataclass from JSON: `minZyx` is `min_zyx`, `class` is `class_`. What a newer server says besides is left out."""
    renamed = {"".join("_" + c.lower() if c.isupper() else c for c in name): value for name, value in said.items()}
    if "class" in renamed:
        renamed["class_"] = renamed.pop("class")
    wanted = getattr(of, "__dataclass_fields__")
    return {name: tuple(value) if isinstance(value, list) else value for name, value in renamed.items() if name in wanted}
