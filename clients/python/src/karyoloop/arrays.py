from __future__ import annotations

import gzip
import json
import operator
import struct
from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import KaryoloopError
from .transport import Transport

Zyx = tuple[int, int, int]


class RemoteArray:
    """An array on the server, z, y, x: read by its chunks when it is sliced or becomes a NumPy array.

    What a slice reads is as it is on the server in that moment; nothing is kept.
    """

    def __init__(self, transport: Transport, path: str, level: int = 0) -> None:
        self._transport = transport
        self._path = path
        self._level = f"{path}/{level}"
        metadata = _metadata(transport, f"{self._level}/zarr.json")
        self.shape: Zyx = tuple(metadata["shape"])
        self.chunks: Zyx = tuple(metadata["chunk_grid"]["configuration"]["chunk_shape"])
        self.dtype: np.dtype[Any] = np.dtype(metadata["data_type"])
        self.ndim = 3

    @property
    def address(self) -> str:
        """Of the OME-Zarr, for programs that take one (with the header ``Authorization: Bearer <token>``)."""
        return self._transport.url + self._path

    def scales(self) -> list[tuple[float, float, float]]:
        """Size of a voxel of each level in micrometres."""
        group = _metadata(self._transport, f"{self._path}/zarr.json")
        datasets = group["attributes"]["ome"]["multiscales"][0]["datasets"]
        return [tuple(one["coordinateTransformations"][0]["scale"]) for one in datasets]

    def __repr__(self) -> str:
        return f"RemoteArray({self._path}, shape={self.shape}, dtype={self.dtype})"

    def __len__(self) -> int:
        return self.shape[0]

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        whole = self[:]
        return whole if dtype is None else whole.astype(dtype, copy=False)

    def __getitem__(self, index: Any) -> NDArray[Any]:
        slices, dropped = _slices(index, self.shape)
        starts = [one.start for one in slices]
        stops = [one.stop for one in slices]
        out = np.zeros([stop - start for start, stop in zip(starts, stops)], self.dtype)
        if out.size:
            for _ in self._transport.pool.map(lambda chunk: self._fill(out, starts, chunk), self._chunks_in(starts, stops)):
                pass
        stepped = out[tuple(slice(None, None, one.step) for one in slices)]
        return stepped[tuple(0 if axis in dropped else slice(None) for axis in range(3))]

    def _chunks_in(self, starts: list[int], stops: list[int]) -> Iterator[Zyx]:
        ranges = (
            range(start // size, (stop - 1) // size + 1) for start, stop, size in zip(starts, stops, self.chunks)
        )
        return iter(product(*ranges))  # type: ignore[arg-type]

    def _fill(self, out: NDArray[Any], starts: list[int], chunk: Zyx) -> None:
        packed = self._transport.part(f"{self._level}/c/" + "/".join(map(str, chunk)))
        if packed is None:
            return
        voxels = np.frombuffer(gzip.decompress(packed), self.dtype.newbyteorder("<")).reshape(self.chunks)
        target, source = [], []
        for axis in range(3):
            first = chunk[axis] * self.chunks[axis]
            begin = max(first, starts[axis])
            end = min(first + self.chunks[axis], starts[axis] + out.shape[axis])
            target.append(slice(begin - starts[axis], end - starts[axis]))
            source.append(slice(begin - first, end - first))
        out[tuple(target)] = voxels[tuple(source)]

    def dask(self) -> Any:
        """The same as a dask array, a block for each chunk. Needs ``karyoloop[dask]``."""
        import dask.array

        return dask.array.from_array(self, chunks=self.chunks, asarray=False, fancy=False, inline_array=False)

    def zarr(self) -> Any:
        """The same as a ``zarr.Array``, read only. Needs ``karyoloop[zarr]``."""
        import zarr

        from .zarr_store import ServerStore

        return zarr.open_array(ServerStore(self._transport, self._level), mode="r", zarr_format=3)


def _metadata(transport: Transport, path: str) -> Any:
    content = transport.part(path)
    if content is None:
        raise KaryoloopError(404, {"tag": "no-array", "what": "There is no such array.", "where": path})
    return json.loads(content)


def _slices(index: Any, shape: Zyx) -> tuple[list[slice], set[int]]:
    given = list(index) if isinstance(index, tuple) else [index]
    if Ellipsis in given:
        at = given.index(Ellipsis)
        given[at : at + 1] = [slice(None)] * (3 - len(given) + 1)
    given += [slice(None)] * (3 - len(given))
    if len(given) > 3:
        raise IndexError("the array has three axes")
    slices: list[slice] = []
    dropped: set[int] = set()
    for axis, (one, size) in enumerate(zip(given, shape)):
        if isinstance(one, slice):
            start, stop, step = one.indices(size)
            if step < 1:
                raise IndexError("steps go forward")
            slices.append(slice(start, max(start, stop), step))
            continue
        at = operator.index(one)
        if not -size <= at < size:
            raise IndexError(f"{at} is outside of axis {axis} with {size} voxels")
        slices.append(slice(at % size, at % size + 1, 1))
        dropped.add(axis)
    return slices, dropped


def npy_header(array: NDArray[Any]) -> bytes:
    """What stands before the values in a file of ``numpy.save``, for an array in C order."""
    text = f"{{'descr': '{np.lib.format.dtype_to_descr(array.dtype)}', 'fortran_order': False, 'shape': {array.shape}, }}"
    padded = text + " " * (63 - (10 + len(text)) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(padded)) + padded.encode("latin1")
