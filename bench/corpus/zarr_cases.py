"""Zipped OME-Zarr of every version, whole and damaged. Chunks are written here byte by byte: the writer is the format's text."""

from __future__ import annotations

import itertools
import json
import zipfile
from pathlib import Path

import numcodecs
import numpy as np

from case import SHAPE_ZYX, Case, ramp, stack, zyx_of

PIXEL_TYPES = "u1 i1 u2 i2 u4 i4 u8 i8 f4 f8".split()
CODECS_2 = {
    "none": None,
    "zlib": numcodecs.Zlib(),
    "gzip": numcodecs.GZip(),
    "bz2": numcodecs.BZ2(),
    "lz4": numcodecs.LZ4(),
    "zstd": numcodecs.Zstd(),
    **{f"blosc_{name}": numcodecs.Blosc(cname=name) for name in ("lz4", "lz4hc", "blosclz", "zlib", "zstd")},
    "blosc_bitshuffle": numcodecs.Blosc(cname="zstd", shuffle=2),
}
UNITS = {"nanometer": 1e3, "millimeter": 1e-3, "micrometer": 1.0, "angstrom": 1e4, "meter": 1e-6}


def chunks_of(data: np.ndarray, chunk: tuple[int, ...], fill=0):
    """Every chunk, padded to its full shape, with its place in the grid."""
    grid = [range(-(-size // step)) for size, step in zip(data.shape, chunk)]
    for place in itertools.product(*grid):
        part = np.full(chunk, fill, data.dtype)
        region = tuple(slice(i * step, min((i + 1) * step, size)) for i, step, size in zip(place, chunk, data.shape))
        inside = data[region]
        part[tuple(slice(0, size) for size in inside.shape)] = inside
        yield place, part


def multiscales(version: str, axes: str, scale, unit="micrometer", **more) -> dict:
    kinds = {"z": "space", "y": "space", "x": "space", "c": "channel", "t": "time"}
    said: dict = {"version": version, "datasets": [{"path": "0"}]}
    if version in ("0.1", "0.2"):
        pass
    elif version == "0.3":
        said["axes"] = list(axes)
    else:
        said["axes"] = [{"name": axis, "type": kinds[axis], **({"unit": unit} if kinds[axis] == "space" and unit else {})} for axis in axes]
        if scale is not None:
            said["datasets"][0]["coordinateTransformations"] = [{"type": "scale", "scale": list(scale)}]
    return said | more


def write_v2(path: Path, data: np.ndarray, *, codec="none", version="0.4", axes="zyx", scale=(2.0, 0.5, 0.25), unit="micrometer", separator="/", chunk=None, fill=0, order="C", skip=(), damage=None, more=None, attrs=None) -> None:
    chunk = chunk or tuple(min(size, 16) for size in data.shape)
    compressor = CODECS_2[codec]
    meta = {"zarr_format": 2, "shape": data.shape, "chunks": chunk, "dtype": data.dtype.str, "compressor": compressor.get_config() if compressor else None, "fill_value": fill, "order": order, "filters": None, "dimension_separator": separator}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zip_file:
        zip_file.writestr("a.zarr/.zgroup", json.dumps({"zarr_format": 2}))
        zip_file.writestr("a.zarr/.zattrs", json.dumps({"multiscales": [multiscales(version, axes, scale, unit)]} | (attrs or {})))
        zip_file.writestr("a.zarr/0/.zarray", json.dumps(meta))
        for place, part in chunks_of(data, chunk, fill or 0):
            if place in skip:
                continue
            raw = np.asfortranarray(part).tobytes("F") if order == "F" else part.tobytes()
            packed = bytes(compressor.encode(raw)) if compressor else raw
            if damage and place == (0,) * len(chunk):
                packed = damage(packed)
            zip_file.writestr(f"a.zarr/0/{separator.join(map(str, place))}", packed)
        if more:
            more(zip_file)


def crc32c(data: bytes) -> bytes:
    return bytes(numcodecs.checksum32.CRC32C(location="end").encode(data))[-4:]


def pack_v3(part: np.ndarray, codec: str) -> bytes:
    raw = part.tobytes()
    if codec == "gzip":
        return bytes(numcodecs.GZip().encode(raw))
    if codec == "zstd":
        return bytes(numcodecs.Zstd().encode(raw))
    if codec == "blosc":
        return bytes(numcodecs.Blosc(cname="zstd").encode(np.frombuffer(raw, part.dtype)))
    if codec == "crc32c":
        return raw + crc32c(raw)
    return raw


CODECS_3 = {
    "bytes": [],
    "gzip": [{"name": "gzip", "configuration": {"level": 5}}],
    "zstd": [{"name": "zstd", "configuration": {"level": 1, "checksum": False}}],
    "blosc": [{"name": "blosc", "configuration": {"typesize": 2, "cname": "zstd", "clevel": 5, "shuffle": "shuffle", "blocksize": 0}}],
    "crc32c": [{"name": "crc32c"}],
}
DTYPES_3 = {"u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64", "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64", "f4": "float32", "f8": "float64"}


def write_v3(path: Path, data: np.ndarray, *, codec="gzip", axes="zyx", scale=(2.0, 0.5, 0.25), shard=None, index_at="end", damage=None, skip=(), fill=0) -> None:
    chunk = tuple(min(size, 16) for size in data.shape)
    little = [{"name": "bytes", "configuration": {"endian": "little"}}]
    codecs = little + CODECS_3[codec]
    grid = chunk
    if shard:
        grid = tuple(step * shard for step in chunk)
        index_codecs = little + [{"name": "crc32c"}]
        codecs = [{"name": "sharding_indexed", "configuration": {"chunk_shape": chunk, "codecs": codecs, "index_codecs": index_codecs, "index_location": index_at}}]
    array = {"zarr_format": 3, "node_type": "array", "shape": data.shape, "data_type": DTYPES_3[data.dtype.str[1:]], "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": grid}}, "chunk_key_encoding": {"name": "default", "configuration": {"separator": "/"}}, "codecs": codecs, "fill_value": fill, "attributes": {}, "dimension_names": list(axes)}
    group = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": {"version": "0.5", "multiscales": [multiscales("0.5", axes, scale)]}}}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zip_file:
        zip_file.writestr("a.zarr/zarr.json", json.dumps(group))
        zip_file.writestr("a.zarr/0/zarr.json", json.dumps(array))
        for place, part in chunks_of(data, grid, fill):
            if place in skip:
                continue
            if shard:
                packed, index = b"", []
                inner = [pack_v3(piece, codec) for _, piece in chunks_of(part, chunk, fill)]
                start = 16 * len(inner) + 4 if index_at == "start" else 0
                for piece in inner:
                    index += [start + len(packed), len(piece)]
                    packed += piece
                table = np.array(index, "<u8").tobytes()
                table += crc32c(table)
                packed = table + packed if index_at == "start" else packed + table
            else:
                packed = pack_v3(part, codec)
            if damage and place == (0,) * len(chunk):
                packed = damage(packed)
            zip_file.writestr("a.zarr/0/c/" + "/".join(map(str, place)), packed)


def v2(name: str, data: np.ndarray, voxels, voxel_size=(2.0, 0.5, 0.25), fast=False, extra=None, **options) -> Case:
    return Case(f"{name}.zip", lambda path: write_v2(path, data, **options), voxels, voxel_size, fast=fast, **(extra or {}))


def v3(name: str, data: np.ndarray, voxels, voxel_size=(2.0, 0.5, 0.25), fast=False, extra=None, **options) -> Case:
    return Case(f"{name}.zip", lambda path: write_v3(path, data, **options), voxels, voxel_size, fast=fast, **(extra or {}))


def flip(at: int):
    return lambda packed: packed[:at] + bytes([packed[at] ^ 0xFF]) + packed[at + 1 :]


def cases() -> list[Case]:
    data = ramp()
    made = []
    for kind in PIXEL_TYPES:
        made.append(v2(f"z2_type_{kind}", ramp(f"<{kind}"), ramp(kind), fast=kind in ("i8", "u8")))
        made.append(v3(f"z3_type_{kind}", ramp(f"<{kind}"), ramp(kind)))
    for kind in (">u2", ">f4", ">i4"):
        made.append(v2(f"z2_big_{kind[1:]}", ramp(kind), ramp(kind).astype(kind[1:])))
    for codec in CODECS_2:
        made.append(v2(f"z2_{codec}", data, data, codec=codec))
        made.append(v2(f"z2_{codec}_half", data, None, None, codec=codec, damage=lambda packed: packed[: len(packed) // 2], fast=codec in ("none", "blosc_lz4")))
        made.append(v2(f"z2_{codec}_empty", data, None, None, codec=codec, damage=lambda _packed: b"", fast=codec == "none"))
    for codec in CODECS_3:
        made.append(v3(f"z3_{codec}", data, data, codec=codec))
        made.append(v3(f"z3_{codec}_half", data, None, None, codec=codec, damage=lambda packed: packed[: len(packed) // 2]))
        for index_at in ("start", "end"):
            made.append(v3(f"z3_{codec}_shard_{index_at}", data, data, codec=codec, shard=2, index_at=index_at, fast=index_at == "start"))
    made.append(v3("z3_crc32c_flipped", data, None, None, codec="crc32c", damage=flip(40), fast=True))
    made.append(v3("z3_shard_index_flipped", data, None, None, shard=2, damage=lambda packed: flip(len(packed) - 10)(packed)))
    made.append(v2("z2_long_chunk", data, None, None, damage=lambda packed: packed + b"\0" * 64))
    for version in ("0.1", "0.2", "0.3"):
        for separator in (".", "/"):
            axes = "tczyx" if version != "0.3" else "zyx"
            array = stack("TCZYX", T=1, C=2) if axes == "tczyx" else data
            made.append(v2(f"z_ngff_{version.replace('.', '')}_{'dot' if separator == '.' else 'slash'}", array, zyx_of(array, axes.upper()), None, version=version, axes=axes, separator=separator, fast=separator == "/"))
    for axes in ("czyx", "tzyx", "tczyx", "zyx"):
        array = stack(axes.upper())
        scale = tuple({"z": 2.0, "y": 0.5, "x": 0.25}.get(axis, 1.0) for axis in axes)
        for channel, time in {(0, 0), (1 if "c" in axes else 0, 1 if "t" in axes else 0)}:
            made.append(v2(f"z2_axes_{axes}_{channel}{time}", array, zyx_of(array, axes.upper(), channel, time), axes=axes, scale=scale, extra={"channel": channel, "time": time}))
            made.append(v3(f"z3_axes_{axes}_{channel}{time}", array, zyx_of(array, axes.upper(), channel, time), axes=axes, scale=scale, extra={"channel": channel, "time": time}))
    for axes in ("xyz", "yxz"):
        array = stack(axes.upper())
        made.append(v2(f"z2_axes_{axes}", array, zyx_of(array, axes.upper()), axes=axes, scale=tuple({"z": 2.0, "y": 0.5, "x": 0.25}[axis] for axis in axes)))
    made.append(v2("z2_yx", ramp(shape=(33, 29)), None, None, axes="yx", scale=(1, 1)))
    made.append(v2("z2_tyx", stack("TYX"), None, None, axes="tyx", scale=(1, 1, 1)))
    for unit, factor in UNITS.items():
        made.append(v2(f"z2_unit_{unit}", data, data, unit=unit, scale=(2.0 * factor, 0.5 * factor, 0.25 * factor)))
    made.append(v2("z2_unit_none", data, data, None, unit=None, extra={"must_say": False}))
    made.append(v2("z2_unit_odd", data, data, None, unit="furlong"))
    made.append(v2("z2_scale_missing", data, data, None, scale=None))
    made.append(v2("z2_scale_absurd", data, data, None, scale=(2.5e4, 2.5e-7, 1), extra={"must_say": True}))
    made.append(v2("z2_scale_negative", data, data, None, scale=(-2.0, 0.5, 0.25)))
    made.append(v2("z2_fortran", data, data, order="F"))
    hollow = data.copy()
    hollow[0:7, 0:16, 0:16] = 9
    made.append(v2("z2_missing_chunk", data, hollow, fill=9, skip=((0, 0, 0),), fast=True))
    made.append(v3("z3_missing_chunk", data, hollow, fill=9, skip=((0, 0, 0),)))
    made.append(Case("z_levels_reversed.zip", coarse_to_fine, data, None, fast=True))
    made.append(Case("z_plate.zip", plate, data, None))
    made.append(Case("z_truncated.zip", truncated, fast=True))
    return made


def coarse_to_fine(path: Path) -> None:
    """Two levels, named from coarse to fine: the finest is the one with the most voxels."""
    fine, coarse = ramp(), ramp()[:, ::2, ::2]
    said = multiscales("0.4", "zyx", None)
    said["datasets"] = [
        {"path": "0", "coordinateTransformations": [{"type": "scale", "scale": [2.0, 1.0, 0.5]}]},
        {"path": "1", "coordinateTransformations": [{"type": "scale", "scale": [2.0, 0.5, 0.25]}]},
    ]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zip_file:
        zip_file.writestr("a.zarr/.zgroup", json.dumps({"zarr_format": 2}))
        zip_file.writestr("a.zarr/.zattrs", json.dumps({"multiscales": [said]}))
        for level, array in (("0", coarse), ("1", fine)):
            meta = {"zarr_format": 2, "shape": array.shape, "chunks": array.shape, "dtype": "<u2", "compressor": None, "fill_value": 0, "order": "C", "filters": None, "dimension_separator": "/"}
            zip_file.writestr(f"a.zarr/{level}/.zarray", json.dumps(meta))
            zip_file.writestr(f"a.zarr/{level}/0/0/0", np.ascontiguousarray(array).tobytes())


def plate(path: Path) -> None:
    """A plate of one well with one field."""
    data = ramp()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zip_file:
        for folder, attrs in {
            "p.zarr": {"plate": {"version": "0.4", "columns": [{"name": "1"}], "rows": [{"name": "A"}], "wells": [{"path": "A/1", "rowIndex": 0, "columnIndex": 0}]}},
            "p.zarr/A/1": {"well": {"version": "0.4", "images": [{"path": "0"}]}},
            "p.zarr/A/1/0": {"multiscales": [multiscales("0.4", "zyx", (2.0, 0.5, 0.25))]},
        }.items():
            zip_file.writestr(f"{folder}/.zgroup", json.dumps({"zarr_format": 2}))
            zip_file.writestr(f"{folder}/.zattrs", json.dumps(attrs))
        meta = {"zarr_format": 2, "shape": data.shape, "chunks": data.shape, "dtype": "<u2", "compressor": None, "fill_value": 0, "order": "C", "filters": None, "dimension_separator": "/"}
        zip_file.writestr("p.zarr/A/1/0/0/.zarray", json.dumps(meta))
        zip_file.writestr("p.zarr/A/1/0/0/0/0/0", data.tobytes())


def truncated(path: Path) -> None:
    write_v2(path, ramp())
    path.write_bytes(path.read_bytes()[:-400])
