"""Zipped N5, written byte by byte after https://github.com/saalfeldlab/n5#file-system-specification."""

from __future__ import annotations

import itertools
import json
import struct
import zipfile
from pathlib import Path

import numcodecs
import numpy as np

from case import Case, ramp, stack, zyx_of

TYPES = {"u1": "uint8", "i1": "int8", "u2": "uint16", "i2": "int16", "u4": "uint32", "i4": "int32", "u8": "uint64", "i8": "int64", "f4": "float32", "f8": "float64"}
PACKINGS = {
    "raw": ({"type": "raw"}, lambda raw: raw),
    "gzip": ({"type": "gzip", "level": 5}, lambda raw: bytes(numcodecs.GZip().encode(raw))),
    "zlib": ({"type": "gzip", "useZlib": True, "level": 5}, lambda raw: bytes(numcodecs.Zlib().encode(raw))),
    "bzip2": ({"type": "bzip2"}, lambda raw: bytes(numcodecs.BZ2().encode(raw))),
    "zstd": ({"type": "zstd", "level": 3}, lambda raw: bytes(numcodecs.Zstd().encode(raw))),
    "blosc": ({"type": "blosc", "cname": "lz4"}, lambda raw: bytes(numcodecs.Blosc(cname="lz4").encode(raw))),
    "lz4": ({"type": "lz4"}, lambda raw: b"LZ4Block" + raw),
}


def put(zip_file: zipfile.ZipFile, folder: str, data: np.ndarray, packing="raw", block=16, damage=None, skip=(), **attributes) -> None:
    """`data` slowest axis first; N5 counts the other way round."""
    said, pack = PACKINGS[packing]
    size = tuple(min(block, length) for length in data.shape)
    meta = {"dimensions": data.shape[::-1], "blockSize": size[::-1], "dataType": TYPES[data.dtype.str[1:]], "compression": said}
    zip_file.writestr(f"{folder}/attributes.json", json.dumps(meta | attributes))
    for place in itertools.product(*(range(-(-length // step)) for length, step in zip(data.shape, size))):
        if place in skip:
            continue
        part = data[tuple(slice(at * step, (at + 1) * step) for at, step in zip(place, size))]
        raw = struct.pack(">HH", 0, data.ndim) + struct.pack(f">{data.ndim}I", *part.shape[::-1]) + pack(part.astype(part.dtype.newbyteorder(">")).tobytes())
        zip_file.writestr(f"{folder}/{'/'.join(map(str, place[::-1]))}", damage(raw) if damage and not any(place) else raw)


def n5(name: str, data: np.ndarray, voxels, voxel_size=None, extra=None, **options) -> Case:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zip_file:
            zip_file.writestr("a.n5/attributes.json", json.dumps({"n5": "2.5.1"}))
            put(zip_file, "a.n5/volume", data, **options)

    return Case(f"n5_{name}.zip", write, voxels, voxel_size, fast=name in ("gzip", "half_raw"), **(extra or {}))


def pyramid(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zip_file:
        put(zip_file, "a.n5/setup0/timepoint0/s1", ramp()[:, ::2, ::2])
        put(zip_file, "a.n5/setup0/timepoint0/s0", ramp())


def cases() -> list[Case]:
    data = ramp()
    made = [n5(f"type_{kind}", ramp("u2").astype(kind) if kind == "i8" else ramp(kind), ramp("u2").astype(kind) if kind == "i8" else ramp(kind)) for kind in TYPES]
    for packing in PACKINGS:
        made.append(n5(packing, data, data, packing=packing))
        made.append(n5(f"half_{packing}", data, None, packing=packing, damage=lambda raw: raw[: len(raw) // 2]))
        made.append(n5(f"empty_{packing}", data, None, packing=packing, damage=lambda raw: b""))
    hollow = data.copy()
    hollow[0:7, 0:16, 0:16] = 0
    made.append(n5("missing_block", data, hollow, skip=((0, 0, 0),), extra={"must_say": True}))
    for axes in ("czyx", "tczyx"):
        array = stack(axes.upper())
        made.append(n5(f"axes_{axes}", array, zyx_of(array, axes.upper(), channel=1), axes=list(axes[::-1]), extra={"channel": 1}))
    made.append(n5("unnamed_czyx", stack("CZYX"), zyx_of(stack("CZYX"), "CZYX", channel=1), extra={"channel": 1, "must_say": True}))
    made.append(n5("resolution", data, data, (2.0, 0.5, 0.25), resolution=[250.0, 500.0, 2000.0], units=["nm"] * 3))
    made.append(n5("pixel_resolution", data, data, (2.0, 0.5, 0.25), pixelResolution={"dimensions": [0.25, 0.5, 2.0], "unit": "um"}))
    made.append(Case("n5_pyramid.zip", pyramid, data))
    return made
