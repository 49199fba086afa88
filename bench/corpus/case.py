"""One generated file of the import corpus, and what is right about it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

import numpy as np

#: Unequal on purpose; the corpus of the suite is smaller.
SHAPE_ZYX = tuple(int(size) for size in os.environ.get("CORPUS_SHAPE", "7,33,29").split(","))


def ramp(dtype="uint16", shape=SHAPE_ZYX, first: int = 0) -> np.ndarray:
    """Every voxel of a small volume is different from its neighbours on every axis."""
    kind = np.dtype(dtype)
    values = np.arange(first, first + int(np.prod(shape)), dtype=np.int64).reshape(shape)
    if kind == np.bool_:
        return (values * 2654435761 >> 7 & 1).astype(bool)
    if kind.kind == "f":
        return (values / 8).astype(kind)
    low = np.iinfo(kind).min // 2 if kind.kind == "i" else 0
    span = int(min(np.iinfo(kind).max, 60_000)) - low
    return (values % span + low).astype(kind)


def stack(axes: str, dtype="uint16", **sizes: int) -> np.ndarray:
    """A ramp with any axes in any order; T, C and S have the sizes given."""
    size = dict(zip("ZYX", SHAPE_ZYX)) | {"T": 2, "C": 2, "S": 3, "I": 5, "Q": 5} | sizes
    return ramp(dtype, tuple(size[axis] for axis in axes))


def zyx_of(data: np.ndarray, axes: str, channel: int = 0, time: int = 0) -> np.ndarray:
    """The volume that a person means by channel and time, whatever the order of the axes."""
    picked = data
    left = axes
    for axis, index in (("T", time), ("C", channel), ("S", channel)):
        if axis in left:
            picked = np.take(picked, index, axis=left.index(axis))
            left = left.replace(axis, "")
    return np.ascontiguousarray(np.transpose(picked, [left.index(axis) for axis in "ZYX"]))


@dataclass
class Case:
    """`write(path)` makes the file; its extension is part of `file`."""

    file: str
    write: Callable[[Path], None]
    #: Right voxels, z, y, x; None where only a refusal, a note or a question is right.
    voxels: np.ndarray | None = None
    #: µm; None where the file does not say it (then nothing may be made up).
    voxel_size: tuple[float, float, float] | None = None
    channel: int = 0
    time: int = 0
    #: Of several images in the file; None: the first, or the only one.
    image: str | None = None
    #: Even with these voxels something must be said or asked.
    must_say: bool = False
    #: Right labels of the file called `<name>_labels`.
    labels: np.ndarray | None = None
    #: In the short form of the corpus.
    fast: bool = False
    more: dict = field(default_factory=dict)


def cut(raw: bytes) -> bytes:
    """A copy that was interrupted."""
    return raw[: len(raw) * 17 // 20]


def make(cases: list[Case], folder: Path, only_fast: bool, names: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    skipped = []
    for case in cases:
        if (only_fast and not case.fast) or not re.search(names, case.file):
            continue
        path = folder / case.file
        name = case.file.split(".")[0]
        try:
            case.write(path)
        except Exception as error:  # a writer that cannot: said, not hidden
            skipped.append({"file": case.file, "why": f"{type(error).__name__}: {error}"})
            continue
        if case.voxels is not None:
            np.save(folder / f"{name}.expected.npy", case.voxels)
        if case.labels is not None:
            np.save(folder / f"{name.removesuffix('_image')}_labels.expected.npy", case.labels)
        rows.append(
            {
                "file": case.file,
                "voxels": None if case.voxels is None else f"{name}.expected.npy",
                "voxelSizeZyx": case.voxel_size,
                "channel": case.channel,
                "time": case.time,
                "image": case.image,
                "mustSay": case.must_say,
            }
        )
    (folder / "corpus.json").write_text(json.dumps({"cases": rows, "skipped": skipped}, indent=1))
    print(f"{len(rows)} files, {len(skipped)} skipped")
