"""Patches of a frozen version for PyTorch. Needs ``karyoloop[torch]``."""

from __future__ import annotations

from itertools import product
from typing import Any, Literal

import numpy as np
import torch
from torch.utils.data import Dataset

from .versions import FrozenVolume, Version


class VersionDataset(Dataset[Any]):  # type: ignore[misc]
    """Patches on a grid that hold something known.

    An item has ``image`` (float32, 1 × z × y × x, 0 to 1 between the percentiles 1 and 99.8 of its volume), ``labels`` (int64) and
    ``known`` (uint8; 0: unknown, 1: background, 2: nucleus). A loss counts where ``known`` is not 0, and nowhere else.
    Volumes are read once and kept in memory.
    """

    def __init__(
        self,
        version: Version,
        split: Literal["train", "test"] | None = None,
        patch_zyx: tuple[int, int, int] = (16, 64, 64),
    ) -> None:
        self.patch_zyx = patch_zyx
        self._volumes = [_Loaded(one) for one in version.volumes if split is None or one.split == split]
        self._places = [
            (at, corner)
            for at, volume in enumerate(self._volumes)
            for corner in _corners(volume.known.shape, patch_zyx)
            if volume.cut(volume.known, corner, patch_zyx).any()
        ]

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, index: int) -> dict[str, Any]:
        at, corner = self._places[index]
        volume = self._volumes[at]
        cut = {name: volume.cut(getattr(volume, name), corner, self.patch_zyx) for name in ("image", "labels", "known")}
        return {
            "image": torch.from_numpy(cut["image"][None]),
            "labels": torch.from_numpy(cut["labels"].astype(np.int64)),
            "known": torch.from_numpy(cut["known"]),
        }


class _Loaded:
    def __init__(self, frozen: FrozenVolume) -> None:
        image = frozen.image[:].astype(np.float32)
        low, high = np.percentile(image, [1, 99.8])
        self.image = np.clip((image - low) / max(high - low, 1e-6), 0, 1).astype(np.float32)
        self.labels = frozen.labels[:]
        self.known = frozen.known[:]

    @staticmethod
    def cut(array: Any, corner: tuple[int, ...], size: tuple[int, int, int]) -> Any:
        """A patch; what lies beyond a small volume is 0, and unknown."""
        found = array[tuple(slice(low, low + length) for low, length in zip(corner, size))]
        return np.pad(found, [(0, length - have) for length, have in zip(size, found.shape)])


def _corners(shape: tuple[int, ...], size: tuple[int, int, int]) -> list[tuple[int, ...]]:
    starts = []
    for whole, length in zip(shape, size):
        last = max(0, whole - length)
        starts.append(sorted({*range(0, last, length), last}))
    return list(product(*starts))
