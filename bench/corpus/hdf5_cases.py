"""HDF5: pixel types, filters, and the conventions of the programs that write it."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np

from case import SHAPE_ZYX, Case, ramp, stack, zyx_of

PIXEL_TYPES = "u1 i1 u2 i2 u4 i4 u8 i8 f2 f4 f8 >u2 >i4 >f4 >f2 >u8 >f8 bool".split()
AXISTAGS = "zyx xyz yxz tzyxc zyxc czyx txyzc tczyx xyzc".split()
TYPE_FLAGS = {"x": 2, "y": 2, "z": 2, "t": 8, "c": 1}


def dataset(name: str, data: np.ndarray, voxels: np.ndarray | None, fast=False, key="volume", attrs=None, more=None, **options) -> Case:
    extra = {k: options.pop(k) for k in ("voxel_size", "channel", "time", "image", "must_say") if k in options}

    def write(path: Path) -> None:
        with h5py.File(path, "w") as file:
            made = file.create_dataset(key, data=data, **options)
            for attribute, value in (attrs or {}).items():
                made.attrs[attribute] = value
            if more:
                more(file, made)

    return Case(f"{name}.h5", write, voxels, fast=fast, **extra)


def pixel_types() -> list[Case]:
    cases = []
    for kind in PIXEL_TYPES:
        data = ramp(kind)
        native = data.astype(data.dtype.newbyteorder("="))
        cases.append(dataset(f"h_type_{kind.replace('>', 'be_')}", data, native, fast=kind in ("i8", "f8", "bool")))
    cases.append(dataset("h_f8_beyond", ramp("f8") * 1e300, None, fast=True))
    cases.append(dataset("h_i8_beyond", ramp("i8") + (1 << 40), None))
    for kind in ("i8", ">i8"):
        cases.append(dataset(f"h_small_{kind.replace('>', 'be_')}", ramp("u2").astype(kind), ramp("u2").astype("i8")))
    cases.append(dataset("h_f8_fine", ramp("f8") / 7, (ramp("f8") / 7).astype("f4"), must_say=True))
    cases.append(dataset("h_f8_whole", ramp("f8") + 2.0**24 + 1, None))
    cases.append(dataset("h_u8_beyond", ramp("u8") + (1 << 33), None))
    cases.append(dataset("h_enum", (ramp() % 3).astype("u1"), (ramp() % 3).astype("u1"), dtype=h5py.enum_dtype({"no": 0, "cell": 1, "wall": 2}, basetype="u1")))
    cases.append(dataset("h_compound", np.zeros(SHAPE_ZYX, [("raw", "u2"), ("label", "u4")]), None))
    holes = ramp("f4")
    holes[1, 2, 3] = np.nan
    cases.append(dataset("h_nan", holes, np.nan_to_num(holes), must_say=True))
    cases.append(dataset("h_complex", ramp("f4").astype("c8"), None))
    cases.append(dataset("h_text", np.array([[[b"a", b"b"]] * 2] * 2), None))
    return cases


def filters() -> list[Case]:
    data = ramp()
    chunks = (4, 16, 16)
    cases = [
        dataset("h_chunked", data, data, chunks=chunks),
        dataset("h_gzip", data, data, chunks=chunks, compression="gzip"),
        dataset("h_gzip_shuffle", data, data, chunks=chunks, compression="gzip", shuffle=True),
        dataset("h_lzf", data, data, chunks=chunks, compression="lzf", fast=True),
        dataset("h_lzf_shuffle", data, data, chunks=chunks, compression="lzf", shuffle=True),
        dataset("h_fletcher", data, data, chunks=chunks, fletcher32=True),
        dataset("h_scaleoffset", data, data, chunks=chunks, scaleoffset=0),
    ]

    def plugin(name: str, filter_name: str, **options) -> Case:
        def write(path: Path) -> None:
            import hdf5plugin

            with h5py.File(path, "w") as file:
                file.create_dataset("volume", data=data, chunks=chunks, **getattr(hdf5plugin, filter_name)(**options))

        return Case(f"{name}.h5", write, data, fast=filter_name == "LZ4")

    for codec in ("blosclz", "lz4", "zlib", "zstd"):
        cases.append(plugin(f"h_blosc_{codec}", "Blosc", cname=codec))
    def packed(name: str, kind: str, wanted: np.ndarray | None = None, stored: np.ndarray | None = None, damage=None, **options) -> Case:
        """One dataset with any filters; `damage` changes the bytes of its second chunk."""
        voxels = ramp(kind) if stored is None else stored

        def write(path: Path) -> None:
            import hdf5plugin  # noqa: F401

            with h5py.File(path, "w") as file:
                made = file.create_dataset("volume", data=voxels, **({"chunks": chunks} | options))
                chunk = made.id.get_chunk_info(1)
            if damage:
                raw = bytearray(path.read_bytes())
                raw[chunk.byte_offset : chunk.byte_offset + chunk.size] = damage(bytes(raw[chunk.byte_offset : chunk.byte_offset + chunk.size]))
                path.write_bytes(raw)

        native = voxels.astype(voxels.dtype.newbyteorder("="))
        return Case(f"{name}.h5", write, None if damage or wanted is not None and wanted.size == 0 else native)

    import hdf5plugin

    ways = {
        "lzf": dict(compression="lzf"),
        "blosc": dict(hdf5plugin.Blosc(cname="lz4", shuffle=2)),
        "zstd": dict(hdf5plugin.Zstd()),
        "lz4": dict(hdf5plugin.LZ4(nbytes=512)),
        "bitshuffle_lz4": dict(hdf5plugin.Bitshuffle(cname="lz4")),
        "bitshuffle_zstd": dict(hdf5plugin.Bitshuffle(cname="zstd")),
        "bitshuffle_none": dict(hdf5plugin.Bitshuffle(cname="none")),
        "bitshuffle_small": dict(hdf5plugin.Bitshuffle(nelems=64)),
    }
    for name, way in ways.items():
        for kind in ("u1", "f4", ">u2", "i8"):
            stored = ramp("u2").astype("i8") if kind == "i8" else None
            cases.append(packed(f"h_{name}_{kind.replace('>', 'be_')}", kind, stored=stored, **way))
        cases.append(packed(f"h_{name}_odd", "u2", **(way | {"chunks": (3, 7, 5)})))
        cases.append(packed(f"h_{name}_fletcher_flipped", "u2", damage=lambda raw: raw[:20] + bytes([raw[20] ^ 255]) + raw[21:], **(way | {"fletcher32": True})))
        if name in ("lzf", "zstd", "lz4"):
            cases.append(packed(f"h_{name}_shuffle", "u2", **(way | {"shuffle": True})))
    noise = np.random.default_rng(5).integers(0, 1 << 16, SHAPE_ZYX).astype("u2")
    for name in ("lzf", "blosc", "lz4", "zstd"):
        cases.append(packed(f"h_{name}_noise", "u2", stored=noise, **ways[name]))
    nothing = np.zeros(0)
    cases.append(packed("h_blosc2", "u2", nothing, **hdf5plugin.Blosc2()))
    cases.append(packed("h_zfp", "f4", nothing, **hdf5plugin.Zfp(reversible=True)))
    cases += [plugin("h_zstd", "Zstd"), plugin("h_lz4", "LZ4"), plugin("h_bitshuffle", "Bitshuffle"), plugin("h_bzip2", "BZip2")]

    def flipped(path: Path) -> None:
        with h5py.File(path, "w") as file:
            made = file.create_dataset("volume", data=data, chunks=chunks, fletcher32=True)
            offset = made.id.get_chunk_info(1).byte_offset
        raw = bytearray(path.read_bytes())
        raw[offset + 10] ^= 0xFF
        path.write_bytes(raw)

    cases.append(Case("h_fletcher_flipped.h5", flipped, fast=True))

    def sparse(path: Path) -> None:
        with h5py.File(path, "w") as file:
            made = file.create_dataset("volume", shape=SHAPE_ZYX, dtype="u2", chunks=chunks, fillvalue=7)
            made[0:4, 0:16, 0:16] = data[0:4, 0:16, 0:16]

    hollow = np.full(SHAPE_ZYX, 7, "u2")
    hollow[0:4, 0:16, 0:16] = data[0:4, 0:16, 0:16]
    cases.append(Case("h_sparse.h5", sparse, hollow, fast=True))

    def sparse_lzf(path: Path) -> None:
        with h5py.File(path, "w") as file:
            made = file.create_dataset("volume", shape=SHAPE_ZYX, dtype="u2", chunks=chunks, fillvalue=7, compression="lzf")
            made[0:4, 0:16, 0:16] = data[0:4, 0:16, 0:16]

    cases.append(Case("h_sparse_lzf.h5", sparse_lzf, hollow))

    def mostly_empty(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("volume", shape=(16, 256, 256), dtype="u2", chunks=(4, 64, 64))[0, 0, 0] = 5

    single = np.zeros((16, 256, 256), "u2")
    single[0, 0, 0] = 5
    cases.append(Case("h_mostly_empty.h5", mostly_empty, single, must_say=True))

    def never_written(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("volume", shape=SHAPE_ZYX, dtype="u2")

    cases.append(Case("h_never_written.h5", never_written))

    def virtual(path: Path) -> None:
        other = path.with_name("h_virtual_part.h5")
        with h5py.File(other, "w") as file:
            file["part"] = data
        layout = h5py.VirtualLayout(shape=SHAPE_ZYX, dtype="u2")
        layout[:] = h5py.VirtualSource(str(other), "part", shape=SHAPE_ZYX)
        with h5py.File(path, "w") as file:
            file.create_virtual_dataset("volume", layout)
        other.unlink()

    cases.append(Case("h_virtual.h5", virtual, fast=True))

    def external(path: Path) -> None:
        raw = path.with_name("h_external.raw")
        raw.write_bytes(data.tobytes())
        with h5py.File(path, "w") as file:
            file.create_dataset("volume", shape=SHAPE_ZYX, dtype="u2", external=[(str(raw), 0, data.nbytes)])

    cases.append(Case("h_external.h5", external))

    def linked(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file["volume"] = h5py.ExternalLink("elsewhere.h5", "/volume")

    cases.append(Case("h_external_link.h5", linked))
    return cases


def axes() -> list[Case]:
    cases = []
    for order in AXISTAGS:
        data = stack(order.upper())
        tags = json.dumps({"axes": [{"key": key, "typeFlags": TYPE_FLAGS[key], "resolution": 0, "description": ""} for key in order]})
        cases.append(dataset(f"il_{order}", data, zyx_of(data, order.upper()), attrs={"axistags": tags}, fast=order == "xyz"))
        if "c" in order:
            cases.append(dataset(f"il_{order}_c2", data, zyx_of(data, order.upper(), channel=1), attrs={"axistags": tags}, channel=1))
        if "t" in order:
            cases.append(dataset(f"il_{order}_t2", data, zyx_of(data, order.upper(), time=1), attrs={"axistags": tags}, time=1))
    for order in ("tyx", "cyx", "yx"):
        data = stack(order.upper())
        tags = json.dumps({"axes": [{"key": key, "typeFlags": TYPE_FLAGS[key]} for key in order]})
        cases.append(dataset(f"il_{order}", data, None, attrs={"axistags": tags}))
    for order in ("zyx", "xyz", "yzx", "czyx", "zcyx"):
        data = stack(order.upper())

        def label(_file, made, order=order) -> None:
            for axis, name in enumerate(order):
                made.dims[axis].label = name

        cases.append(dataset(f"h_dims_{order}", data, zyx_of(data, order.upper()), more=label, fast=order == "yzx"))
        def scaled(file, made, order=order) -> None:
            for axis, name in enumerate(order):
                file[f"scale_{name}"] = np.arange(made.shape[axis]) * 0.5
                file[f"scale_{name}"].make_scale(name)
                made.dims[axis].attach_scale(file[f"scale_{name}"])

        cases.append(dataset(f"h_scales_{order}", data, zyx_of(data, order.upper()), more=scaled))

    def contradicting(_file, made) -> None:
        for axis, name in enumerate("zyx"):
            made.dims[axis].label = name

    tags = json.dumps({"axes": [{"key": key, "typeFlags": 2} for key in "xyz"]})
    cases.append(dataset("h_axes_contradict", stack("XYZ"), zyx_of(stack("XYZ"), "XYZ"), attrs={"axistags": tags}, more=contradicting, must_say=True))

    def worded(_file, made) -> None:
        for axis, name in enumerate(("frame", "depth", "row", "col")):
            made.dims[axis].label = name

    cases.append(dataset("h_dims_words", stack("TZYX"), zyx_of(stack("TZYX"), "TZYX", time=1), more=worded, time=1))
    for order in ("zyxc", "zcyx", "tczyx", "tzyxc"):
        for channel in (0, 1):
            data = stack(order.upper())
            cases.append(dataset(f"h_unnamed_{order}_{channel}", data, zyx_of(data, order.upper(), channel=channel), channel=channel, must_say=True))
    cases.append(dataset("h_6d", np.zeros((2, 2, 2, 7, 9, 8), "u2"), None))
    cases.append(dataset("h_singletons", ramp()[None, :, :, :, None], ramp(), must_say=True))
    cases.append(dataset("h_one_slice", ramp(shape=(1, 33, 29)), None))
    for name, attrs, size in (
        ("resolution_nm", {"resolution": (2000.0, 500.0, 250.0), "units": "nm"}, (2.0, 0.5, 0.25)),
        ("resolution_bare", {"resolution": (40.0, 4.0, 4.0)}, None),
        ("element_size_zero", {"element_size_um": (0.0, 0.5, 0.25)}, None),
        ("element_size_two", {"element_size_um": (0.5, 0.25)}, None),
    ):
        cases.append(dataset(f"h_{name}", ramp(), ramp(), attrs=attrs, voxel_size=size, must_say=size is None))
    for order in ("zyx", "xyz"):
        data = stack(order.upper())
        tags = json.dumps({"axes": [{"key": key, "typeFlags": 2} for key in order]})
        cases.append(dataset(f"h_sized_{order}", data, ramp() if order == "zyx" else zyx_of(data, "XYZ"), attrs={"axistags": tags, "element_size_um": (2.0, 0.5, 0.25)}, voxel_size=(2.0, 0.5, 0.25), must_say=order == "xyz"))
    cases.append(dataset("h_colours", ramp(shape=(33, 29, 3)), None))
    cases.append(dataset("h_two_slices", ramp(shape=(2, 33, 29)), ramp(shape=(2, 33, 29)), must_say=True))

    def sized_by_file(file, _made) -> None:
        file.attrs["element_size_um"] = (3.0, 0.5, 0.25)

    cases.append(dataset("h_sized_by_file", ramp(), ramp(), more=sized_by_file, voxel_size=(3.0, 0.5, 0.25)))
    cases.append(dataset("h_sized_twice", ramp(), ramp(), attrs={"element_size_um": (2.0, 0.5, 0.25)}, more=sized_by_file, must_say=True))
    unlabelled = stack("CZYX")
    cases.append(dataset("h_4d_channels_first", unlabelled, zyx_of(unlabelled, "CZYX"), must_say=True))
    cases.append(dataset("h_5d", stack("TCZYX"), zyx_of(stack("TCZYX"), "TCZYX"), must_say=True))
    cases.append(dataset("h_2d", ramp(shape=(33, 29)), None))
    cases.append(dataset("h_element_size", ramp(), ramp(), attrs={"element_size_um": (2.0, 0.5, 0.25)}, voxel_size=(2.0, 0.5, 0.25), fast=True))
    cases.append(dataset("h_element_size_absurd", ramp(), ramp(), attrs={"element_size_um": (2e9, 0.5, 0.25)}, must_say=True))
    return cases


def programs() -> list[Case]:
    data = ramp()

    def imaris(path: Path, channels: int = 1, times: int = 1, unit: str = "um", per_um: float = 1, sizes=(29, 33, 7), kind: str = "u2", options=None) -> None:
        text = lambda value: np.frombuffer(str(value).encode(), dtype="S1")
        with h5py.File(path, "w") as file:
            file.attrs["ImarisDataSet"] = text("ImarisDataSet")
            image = file.create_group("DataSetInfo/Image")
            for key, value in {"X": 29, "Y": 33, "Z": 7, "Unit": unit, "ExtMin0": -5 * per_um, "ExtMin1": 0, "ExtMin2": 0, "ExtMax0": (29 * 0.25 - 5) * per_um, "ExtMax1": 33 * 0.25 * per_um, "ExtMax2": 7 * 2.0 * per_um}.items():
                image.attrs[key] = text(value)
            for t in range(times):
                for c in range(channels):
                    padded = np.zeros((8, 64, 32), kind)
                    padded[:7, :33, :29] = (data + 100 * c + 1000 * t).astype(kind)
                    group = file.create_group(f"DataSet/ResolutionLevel 0/TimePoint {t}/Channel {c}")
                    for axis, size in zip("XYZ", sizes or ()):
                        group.attrs[f"ImageSize{axis}"] = text(size)
                    group.create_dataset("Data", data=padded, chunks=(8, 16, 16), **(options or {"compression": "gzip"}))
                    low = file.create_group(f"DataSet/ResolutionLevel 1/TimePoint {t}/Channel {c}")
                    low.create_dataset("Data", data=padded[::2, ::2, ::2])

    cases = [
        Case("imaris.h5", imaris, data, (2.0, 0.25, 0.25), fast=True),
        Case("imaris_c2t2.ims", lambda path: imaris(path, 2, 2), data + 1100, (2.0, 0.25, 0.25), channel=1, time=1),
    ]

    import hdf5plugin

    cases += [
        Case("imaris_nm.ims", lambda path: imaris(path, unit="nm", per_um=1000), data, (2.0, 0.25, 0.25)),
        Case("imaris_no_size.ims", lambda path: imaris(path, sizes=None), data, (2.0, 0.25, 0.25)),
        Case("imaris_too_large.ims", lambda path: imaris(path, sizes=(29, 65, 7))),
        Case("imaris_sizes_differ.ims", lambda path: imaris(path, sizes=(28, 33, 7)), np.ascontiguousarray(data[:, :, :28]), must_say=True),
        Case("imaris_u1.ims", lambda path: imaris(path, kind="u1"), data.astype("u1"), (2.0, 0.25, 0.25)),
        Case("imaris_f4.ims", lambda path: imaris(path, kind="f4"), data.astype("f4"), (2.0, 0.25, 0.25)),
        Case("imaris_lz4.ims", lambda path: imaris(path, options=dict(hdf5plugin.LZ4())), data, (2.0, 0.25, 0.25)),
    ]

    def many_setups(path: Path, kind: str = "i2", coarse_first: bool = False, without: str | None = None) -> None:
        """Voxels of set-up s at time t are the ramp + 10,000 s + 1,000 t."""
        with h5py.File(path, "w") as file:
            for setup in range(2):
                rows = [[2.0, 2, 1], [1.0, 1, 1]] if coarse_first else [[1.0, 1, 1], [2, 2, 1]]
                file[f"s{setup:02}/resolutions"] = np.array(rows)
                file[f"s{setup:02}/subdivisions"] = np.array([[16, 16, 4], [16, 16, 4]])
                for t in range(2):
                    if without == f"t{t:05}/s{setup:02}":
                        continue
                    voxels = data + np.uint16(10_000 * setup + 1000 * t)
                    fine = voxels.view("i2") if kind == "i2" else voxels.astype(kind)
                    for level, step in enumerate((2, 1) if coarse_first else (1, 2)):
                        file.create_dataset(f"t{t:05}/s{setup:02}/{level}/cells", data=fine[:, ::step, ::step], chunks=(4, 8, 8), compression="gzip")

    said = {"must_say": True}
    cases += [
        Case("bdv_s1t1.h5", many_setups, data + 11_000, image="set-up 1", time=1, **said),
        Case("bdv_coarse_first.h5", lambda path: many_setups(path, coarse_first=True), data, **said),
        Case("bdv_u2.h5", lambda path: many_setups(path, kind="u2"), data, **said),
        Case("bdv_u1.h5", lambda path: many_setups(path, kind="u1"), data.astype("u1"), **said),
        Case("bdv_time_missing.h5", lambda path: many_setups(path, without="t00000/s01"), data + 11_000, image="set-up 1", **said),
    ]

    def bdv(path: Path) -> None:
        bright = (ramp(first=30_000) + 20_000).astype("u2")
        with h5py.File(path, "w") as file:
            file["s00/resolutions"] = np.array([[1.0, 1, 1], [2, 2, 1]])
            file["s00/subdivisions"] = np.array([[16, 16, 4], [16, 16, 4]])
            file.create_dataset("t00000/s00/0/cells", data=bright.view("i2"), chunks=(4, 16, 16))
            file.create_dataset("t00000/s00/1/cells", data=bright[:, ::2, ::2].view("i2"))

    cases.append(Case("bdv.h5", bdv, (ramp(first=30_000) + 20_000).astype("u2"), must_say=True, fast=True))

    def coarse_first(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file["a_small"] = data[:, ::2, ::2]
            file["b_large"] = data

    cases.append(Case("h_two_sizes.h5", coarse_first, data, image="/b_large"))

    def pair(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file["raw"] = data
            file["label"] = (data // 1000).astype("u4")

    cases.append(Case("h_raw_label.h5", pair, data, image="/raw"))

    def circle(path: Path) -> None:
        with h5py.File(path, "w") as file:
            group = file.create_group("a")
            group["b"] = file["/"]
            group["again"] = group
            group["volume"] = data

    cases.append(Case("h_circle.h5", circle, data, fast=True))

    def cut(path: Path) -> None:
        with h5py.File(path, "w") as file:
            file.create_dataset("volume", data=data, chunks=(4, 16, 16), compression="gzip")
        path.write_bytes(path.read_bytes()[:-3000])

    cases.append(Case("h_cut.h5", cut))
    return cases


def cases() -> list[Case]:
    return pixel_types() + filters() + axes() + programs()
