"""Zipped OME-Zarr of every version, whole and damaged. Chunks are written here byte by byte: the writer is the format's text."""

from __future__ import annotations

import itertools
import json
import zipfile
from pathlib import Path

import numcodecs
import numpy as np

from case import SHAPE_ZYX, Case, ramp, stack, zyx_of

PIXEL_TYPES = "u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 bool".split()
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


def write_v2(path: Path, data: np.ndarray, *, codec="none", version="0.4", axes="zyx", scale=(2.0, 0.5, 0.25), unit="micrometer", separator="/", chunk=None, fill=0, order="C", skip=(), damage=None, more=None, attrs=None, filters=(), root="a.zarr/", compression=zipfile.ZIP_STORED) -> None:
    chunk = chunk or tuple(min(size, 16) for size in data.shape)
    compressor = CODECS_2[codec]
    meta = {"zarr_format": 2, "shape": data.shape, "chunks": chunk, "dtype": data.dtype.str, "compressor": compressor.get_config() if compressor else None, "fill_value": fill, "order": order, "filters": [one.get_config() for one in filters] or None, "dimension_separator": separator}
    with zipfile.ZipFile(path, "w", compression) as zip_file:
        zip_file.writestr(f"{root}.zgroup", json.dumps({"zarr_format": 2}))
        zip_file.writestr(f"{root}.zattrs", json.dumps({"multiscales": [multiscales(version, axes, scale, unit)]} | (attrs or {})))
        zip_file.writestr(f"{root}0/.zarray", json.dumps(meta))
        for place, part in chunks_of(data, chunk, 0 if fill is None or isinstance(fill, str) else fill):
            if place in skip:
                continue
            for one in filters:
                part = np.frombuffer(bytes(one.encode(part)), one.encode(part).dtype) if hasattr(one.encode(part), "dtype") else one.encode(part)
            if filters:
                part = np.asarray(part)
            raw = np.asfortranarray(part).tobytes("F") if order == "F" else part.tobytes()
            packed = bytes(compressor.encode(raw)) if compressor else raw
            if damage and place == (0,) * len(chunk):
                packed = damage(packed)
            zip_file.writestr(f"{root}0/{separator.join(map(str, place))}", packed)
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
DTYPES_3 = {"u1": "uint8", "u2": "uint16", "u4": "uint32", "u8": "uint64", "i1": "int8", "i2": "int16", "i4": "int32", "i8": "int64", "f2": "float16", "f4": "float32", "f8": "float64", "b1": "bool"}


def write_v3(path: Path, data: np.ndarray, *, codec="gzip", axes="zyx", scale=(2.0, 0.5, 0.25), shard=None, index_at="end", damage=None, skip=(), fill=0, names=None, endian="little", transpose=None, key=("default", "/"), empty_inner=False, index_sum=True, said=None) -> None:
    chunk = tuple(min(size, 16) for size in data.shape)
    little = [{"name": "bytes", "configuration": {"endian": "little"}}]
    codecs = [{"name": "bytes", "configuration": {"endian": endian}}] + CODECS_3[codec]
    if transpose:
        codecs = [{"name": "transpose", "configuration": {"order": transpose}}] + codecs

    def pack(part: np.ndarray) -> bytes:
        if transpose:
            part = np.ascontiguousarray(part.transpose(transpose))
        return pack_v3(part.astype(part.dtype.newbyteorder(">")) if endian == "big" else part, codec)

    grid = chunk
    if shard:
        grid = tuple(step * shard for step in chunk)
        index_codecs = little + ([{"name": "crc32c"}] if index_sum else [])
        codecs = [{"name": "sharding_indexed", "configuration": {"chunk_shape": chunk, "codecs": codecs, "index_codecs": index_codecs, "index_location": index_at}}]
    array = {"zarr_format": 3, "node_type": "array", "shape": data.shape, "data_type": DTYPES_3[data.dtype.str[1:]], "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": grid}}, "chunk_key_encoding": {"name": key[0], "configuration": {"separator": key[1]}}, "codecs": codecs, "fill_value": fill, "attributes": {}, "dimension_names": list(names or axes)}
    group = {"zarr_format": 3, "node_type": "group", "attributes": {"ome": {"version": "0.5", "multiscales": [said or multiscales("0.5", axes, scale)]}}}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zip_file:
        zip_file.writestr("a.zarr/zarr.json", json.dumps(group))
        zip_file.writestr("a.zarr/0/zarr.json", json.dumps(array))
        for place, part in chunks_of(data, grid, 0 if isinstance(fill, str) else fill):
            if place in skip:
                continue
            if shard:
                packed, index = b"", []
                inner = [pack(piece) for _, piece in chunks_of(part, chunk, fill)]
                start = 16 * len(inner) + 4 * index_sum if index_at == "start" else 0
                for i, piece in enumerate(inner):
                    if empty_inner and i == 0:
                        index += [2**64 - 1, 2**64 - 1]
                        continue
                    index += [start + len(packed), len(piece)]
                    packed += piece
                table = np.array(index, "<u8").tobytes()
                table += crc32c(table) if index_sum else b""
                packed = table + packed if index_at == "start" else packed + table
            else:
                packed = pack(part)
            if damage and place == (0,) * len(chunk):
                packed = damage(packed)
            zip_file.writestr("a.zarr/0/" + ("c" + key[1] if key[0] == "default" else "") + key[1].join(map(str, place)), packed)


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
        made.append(v2(f"z2_type_{kind}", ramp(kind), ramp(kind), fast=kind in ("i8", "u8")))
        made.append(v3(f"z3_type_{kind}", ramp(kind), ramp(kind)))
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
    made += more_cases(data, hollow)
    made.append(Case("z_levels_reversed.zip", coarse_to_fine, data, None, fast=True))
    made.append(Case("z_plate.zip", plate, data, None))
    made.append(Case("z_truncated.zip", truncated, fast=True))
    return made


def more_cases(data: np.ndarray, hollow: np.ndarray) -> list[Case]:
    made = []
    for kind in (">i8", ">f8", ">f2"):
        plain = ramp("u2").astype(kind)
        made.append(v2(f"z2_big_{kind[1:]}", plain, plain.astype(kind[1:])))
    for kind in ("i8", "u8"):
        made.append(v3(f"z3_small_{kind}", ramp("u2").astype(kind), ramp("u2").astype(kind)))
    made.append(v2("z2_u8_beyond", ramp("u8") + np.uint64(1 << 40), None, None))
    made.append(v2("z2_f8_beyond", ramp("f8") * 1e300, None, None))
    made.append(v3("z3_f8_fine", ramp("f8") / 7, (ramp("f8") / 7).astype("f4"), extra={"must_say": True}))
    first = (slice(0, 7), slice(0, 16), slice(0, 16))

    def filled(kind: str, value) -> np.ndarray:
        wanted = ramp(kind)
        wanted[first] = value
        return wanted

    missing = {"skip": ((0, 0, 0),), "extra": {"must_say": True}}
    for kind, fill in (("i8", -3), ("u8", 3), ("bool", True), ("f2", 1.5), ("f8", 0.25), ("f4", "Infinity"), ("f2", "NaN")):
        voxels = filled("u2", 0).astype(kind) if kind == "i8" else ramp(kind)
        voxels[first] = float(fill) if isinstance(fill, str) else fill
        stored = ramp("u2").astype(kind) if kind == "i8" else ramp(kind)
        name = f"{kind}_{str(fill).replace('.', '').replace('-', 'm')}"
        # NaN may be background: the voxels are those with it, or it is told.
        made.append(v2(f"z2_fill_{name}", stored, voxels, fill=fill, **missing))
        made.append(v3(f"z3_fill_{name}", stored, voxels, fill=fill, **missing))
    made.append(v2("z2_fill_null", ramp(), filled("u2", 0), fill=None, **missing))
    made.append(v2("z2_fill_null_i8", ramp("u2").astype("i8"), filled("u2", 0).astype("i8"), fill=None, **missing))
    made.append(v3("z3_fill_hex", ramp("f4"), filled("f4", 1.5), fill="0x3fc00000", **missing))

    for name, filters, voxels in (
        ("delta", [numcodecs.Delta("<u2")], data),
        ("delta_f4", [numcodecs.Delta("<f4")], ramp("f4")),
        ("shuffle", [numcodecs.Shuffle(2)], data),
        ("crc32", [numcodecs.CRC32()], data),
        ("adler32", [numcodecs.Adler32()], data),
        ("fletcher32", [numcodecs.Fletcher32()], data),
        ("lzma", [numcodecs.LZMA()], data),
        ("fixedscaleoffset", [numcodecs.FixedScaleOffset(offset=0, scale=8, dtype="<f4", astype="<i4")], ramp("f4")),
        ("quantize", [numcodecs.Quantize(3, "<f4")], ramp("f4")),
        ("packbits", [numcodecs.PackBits()], ramp("bool")),
    ):
        made.append(v2(f"z2_filter_{name}", voxels, voxels, filters=filters))
    flipped = dict(damage=flip(40))
    for codec in ("gzip", "zlib"):
        made.append(v2(f"z2_{codec}_flipped", data, None, None, codec=codec, **flipped))
    made.append(v2("z2_crc32_flipped", data, None, None, filters=[numcodecs.CRC32()], **flipped))
    made.append(v3("z3_gzip_flipped", data, None, None, codec="gzip", **flipped))
    for at in ("start", "end"):
        made.append(v3(f"z3_shard_{at}_crc_flipped", data, None, None, codec="crc32c", shard=2, index_at=at, damage=flip(400)))
        made.append(v3(f"z3_shard_{at}_cut", data, None, None, shard=2, index_at=at, damage=lambda packed: packed[: len(packed) // 2]))
        made.append(v3(f"z3_shard_{at}_empty", data, None, None, shard=2, index_at=at, damage=lambda _packed: b""))
        made.append(v3(f"z3_shard_{at}_hole", data, None, (2.0, 0.5, 0.25), shard=2, index_at=at, fill=0, empty_inner=True))
        made[-1].voxels = hole_of(data)
        made.append(v3(f"z3_shard_{at}_no_sum", data, data, shard=2, index_at=at, index_sum=False))
        made.append(v3(f"z3_shard_{at}_i8", ramp("u2").astype("i8"), ramp("u2").astype("i8"), shard=2, index_at=at))
    made.append(v3("z3_big_endian", data, data, endian="big"))
    for order in ([2, 1, 0], [1, 0, 2]):
        made.append(v3(f"z3_transpose_{''.join(map(str, order))}", data, data, transpose=order))
    for key in (("default", "."), ("v2", "."), ("v2", "/")):
        made.append(v3(f"z3_key_{key[0]}_{'dot' if key[1] == '.' else 'slash'}", data, data, key=key))
    made.append(v3("z3_names_contradict", data, None, None, names="xyz"))
    made.append(v2("z2_axes_too_few", stack("CZYX"), None, None, axes="zyx"))
    for axes in ("zcyx", "czxy", "tzyxc", "pzyx"):
        array = stack(axes.upper(), P=2)
        picked = zyx_of(array[1], "ZYX") if axes == "pzyx" else zyx_of(array, axes.upper(), channel=1 if "c" in axes else 0)
        scale = tuple({"z": 2.0, "y": 0.5, "x": 0.25}.get(axis, 1.0) for axis in axes)
        said = multiscales("0.4", axes.replace("p", "c"), scale)
        said["axes"][axes.find("p")]["name"] = "position" if "p" in axes else said["axes"][axes.find("p")]["name"]
        made.append(v2(f"z2_axes_{axes}", array, picked, axes=axes.replace("p", "c"), scale=scale, attrs={"multiscales": [said]}, extra={"channel": 1 if set(axes) & set("cp") else 0}))
    words = multiscales("0.4", "zyx", (2.0, 0.5, 0.25))
    for axis, name in zip(words["axes"], ("axial", "vertical", "horizontal")):
        axis["name"] = name
    made.append(v2("z2_axes_words", data, data, attrs={"multiscales": [words]}))
    long = stack("TYX", T=7)
    made.append(v2("z2_tyx_long", long, long, None, axes="tyx", scale=(1, 0.5, 0.25), extra={"must_say": True}))
    outer = multiscales("0.4", "zyx", (1.0, 0.5, 0.25)) | {"coordinateTransformations": [{"type": "scale", "scale": [2.0, 1.0, 1.0]}]}
    made.append(v2("z2_scale_twice", data, data, attrs={"multiscales": [outer]}))
    mixed = multiscales("0.4", "zyx", (2000.0, 0.5, 0.25))
    mixed["axes"][0]["unit"] = "nanometer"
    made.append(v2("z2_unit_mixed", data, data, attrs={"multiscales": [mixed]}))
    partly = multiscales("0.4", "zyx", (2.0, 0.5, 0.25))
    del partly["axes"][0]["unit"]
    made.append(v2("z2_unit_partly", data, data, None, attrs={"multiscales": [partly]}, extra={"must_say": True}))
    made.append(v2("z2_root", data, data, root=""))
    made.append(v2("z2_deflated", data, data, compression=zipfile.ZIP_DEFLATED))
    made.append(v2("z2_zip_bz2", data, None, None, compression=zipfile.ZIP_BZIP2))
    absent = multiscales("0.4", "zyx", (2.0, 1.0, 0.5))
    absent["datasets"].insert(0, {"path": "finest", "coordinateTransformations": [{"type": "scale", "scale": [2.0, 0.5, 0.25]}]})
    made.append(v2("z2_finest_missing", data[:, ::2, ::2], None, None, attrs={"multiscales": [absent]}))
    absent = multiscales("0.4", "zyx", (2.0, 1.0, 0.5))
    absent["datasets"].append({"path": "finest", "coordinateTransformations": [{"type": "scale", "scale": [2.0, 0.5, 0.25]}]})
    made.append(v2("z2_finest_missing_last", data[:, ::2, ::2], None, None, attrs={"multiscales": [absent]}))
    coarse = multiscales("0.4", "zyx", (2.0, 0.5, 0.25))
    coarse["datasets"].append({"path": "1", "coordinateTransformations": [{"type": "scale", "scale": [2.0, 1.0, 0.5]}]})
    made.append(v2("z2_coarse_missing", data, data, attrs={"multiscales": [coarse]}))
    newer = multiscales("0.6", "zyx", (2.0, 0.5, 0.25))
    made.append(v2("z2_version_06", data, data, attrs={"multiscales": [newer]}, extra={"must_say": True}))
    both = [multiscales("0.4", "zyx", (2.0, 0.5, 0.25))] * 2
    made.append(v2("z2_two_multiscales", data, data, attrs={"multiscales": both}, extra={"must_say": True}))
    made.append(Case("z_series.zip", series, data + 500, (2.0, 0.5, 0.25), image="s.zarr/1/0", must_say=True))
    made.append(Case("z_series_first.zip", series, data, (2.0, 0.5, 0.25), must_say=True))
    made.append(Case("z_plate_fields.zip", lambda path: series(path, ("B/2/0", "B/10/0")), data, (2.0, 0.5, 0.25), must_say=True))
    made.append(Case("z_with_labels.zip", lambda path: series(path, ("", "labels/nuclei")), data, (2.0, 0.5, 0.25)))
    made.append(Case("z_bare_array.zip", bare_array, data, must_say=True))
    return made


def hole_of(data: np.ndarray) -> np.ndarray:
    """The first inner chunk of every shard of 2 × 2 × 2 is its fill value, 0."""
    voxels = data.copy()
    chunk = tuple(min(size, 16) for size in data.shape)
    for start in itertools.product(*(range(0, size, 2 * step) for size, step in zip(data.shape, chunk))):
        voxels[tuple(slice(at, at + step) for at, step in zip(start, chunk))] = 0
    return voxels


def write_plain(zip_file: zipfile.ZipFile, folder: str, array: np.ndarray) -> None:
    meta = {"zarr_format": 2, "shape": array.shape, "chunks": array.shape, "dtype": array.dtype.str, "compressor": None, "fill_value": 0, "order": "C", "filters": None, "dimension_separator": "/"}
    zip_file.writestr(f"{folder}/.zarray", json.dumps(meta))
    zip_file.writestr(f"{folder}/0/0/0", np.ascontiguousarray(array).tobytes())


def series(path: Path, folders=("0", "1")) -> None:
    """Images in folders of one zip, as bioformats2raw, plates and label groups have them; the second is 500 brighter."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zip_file:
        zip_file.writestr("s.zarr/.zgroup", json.dumps({"zarr_format": 2}))
        if "" not in folders:
            zip_file.writestr("s.zarr/.zattrs", json.dumps({"bioformats2raw.layout": 3}))
        for i, folder in reversed(list(enumerate(folders))):
            group = f"s.zarr/{folder}".rstrip("/")
            labels = {"image-label": {"version": "0.4"}} if "labels" in folder else {}
            if folder:
                zip_file.writestr(f"{group}/.zgroup", json.dumps({"zarr_format": 2}))
            zip_file.writestr(f"{group}/.zattrs", json.dumps({"multiscales": [multiscales("0.4", "zyx", (2.0, 0.5, 0.25))]} | labels))
            write_plain(zip_file, f"{group}/0", ramp() + np.uint16(500 * i))


def bare_array(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as zip_file:
        write_plain(zip_file, "volume.zarr", ramp())


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
