"""TIFF: pixel types, compressions, layouts, and everything that says axes and sizes."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import tifffile

from case import SHAPE_ZYX, Case, cut, ramp, stack, zyx_of

PIXEL_TYPES = "uint8 int8 uint16 int16 uint32 int32 uint64 int64 float16 float32 float64 bool".split()
LOSSLESS = "zlib adobe_deflate deflate lzw packbits zstd lzma lerc jpeg2000 png jpegxl".split()
SHAPED = "ZYX ZCYX CZYX TZYX ZTYX TCZYX TZCYX CTZYX CZYXS ZYXS TZYXS XYZ".split()
OME_ORDERS = "TCZYX TZCYX CTZYX CZTYX ZTCYX ZCTYX".split()


def tiff(name: str, data: np.ndarray, voxels: np.ndarray | None, fast=False, **options) -> Case:
    voxel_size = options.pop("voxel_size", None)
    extra = {key: options.pop(key) for key in ("channel", "time", "image", "must_say") if key in options}
    extension = options.pop("extension", "tif")
    return Case(
        f"{name}.{extension}",
        lambda path: tifffile.imwrite(path, data, **options),
        voxels,
        voxel_size,
        fast=fast,
        **extra,
    )


def pixel_types() -> list[Case]:
    cases = []
    for kind in PIXEL_TYPES:
        data = ramp(kind)
        cases.append(tiff(f"t_type_{kind}", data, data, photometric="minisblack", metadata=None, fast=kind in ("int64", "bool")))
        if kind != "bool":
            cases.append(
                tiff(f"t_big_{kind}", data, data, photometric="minisblack", metadata=None, bigtiff=True, byteorder=">")
            )
    huge = ramp("float64") * 1e300
    cases.append(tiff("t_float64_beyond", huge, None, photometric="minisblack", metadata=None, fast=True))
    fine = ramp("float64") + 1e-12
    cases.append(tiff("t_float64_fine", fine, fine.astype("float32"), photometric="minisblack", metadata=None, must_say=True))
    beyond = ramp("int64") + (1 << 40)
    cases.append(tiff("t_int64_beyond", beyond, None, photometric="minisblack", metadata=None))
    holes = ramp("float32")
    holes[3, 4, 5] = np.nan
    holes[4, 4, 5] = np.inf
    mended = np.nan_to_num(holes, nan=0, posinf=0, neginf=0)
    cases.append(tiff("t_nan", holes, mended, photometric="minisblack", metadata=None, must_say=True, fast=True))
    return cases


def packed_bits() -> list[Case]:
    """Samples of 2 to 14 bits, written bit by bit: cameras and masks have them."""
    cases = []
    for bits in (2, 4, 10, 12, 14):
        for fill in (1, 2):
            data = (ramp("int64") % (1 << bits)).astype("uint8" if bits <= 8 else "uint16")

            def write(path: Path, data=data, bits=bits, fill=fill) -> None:
                planes = []
                for plane in data:
                    rows = []
                    for row in plane:
                        text = "".join(format(int(value), f"0{bits}b") for value in row)
                        text = text.ljust(-(-len(text) // 8) * 8, "0")
                        pieces = [text[at : at + 8] for at in range(0, len(text), 8)]
                        rows.append(bytes(int(piece[::-1] if fill == 2 else piece, 2) for piece in pieces))
                    planes.append(b"".join(rows))
                write_plain(path, planes, data.shape[1:], bits, fill)

            cases.append(Case(f"t_bits_{bits}_fill{fill}.tif", write, data, fast=bits == 12))
    return cases


def write_plain(path: Path, planes: list[bytes], shape_yx: tuple[int, int], bits: int, fill: int) -> None:
    """Pages of one strip each, whatever their bits."""
    body = bytearray(b"II*\0\0\0\0\0")
    link = 4
    for plane in planes:
        at = len(body)
        body += plane + b"\0" * (len(plane) % 2)
        struct.pack_into("<I", body, link, len(body))
        entries = [(256, shape_yx[1]), (257, shape_yx[0]), (258, bits), (259, 1), (262, 1), (266, fill), (273, at), (277, 1), (278, shape_yx[0]), (279, len(plane))]
        body += struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in entries)
        link = len(body)
        body += bytes(4)
    path.write_bytes(body)


def compressions() -> list[Case]:
    cases = []
    for compression in LOSSLESS:
        kind = "uint8" if compression == "png" else "uint16"
        data = ramp(kind)
        options = {"compression": compression, "photometric": "minisblack", "metadata": None}
        if compression in ("zlib", "lzw", "zstd"):
            cases.append(tiff(f"t_{compression}_predictor", data, data, predictor=True, **options))
            cases.append(tiff(f"t_{compression}_tiles", data, data, tile=(16, 32), **options))
            cases.append(tiff(f"t_{compression}_float", ramp("float32"), ramp("float32"), predictor=3 if compression != "lzw" else None, **options))
        cases.append(tiff(f"t_{compression}", data, data, fast=compression == "zstd", **options))
        if compression in ("lerc", "jpeg2000", "png"):
            colours = stack("ZYXS", "uint8")
            cases.append(tiff(f"t_{compression}_tiles", ramp("uint8"), ramp("uint8"), tile=(16, 32), **options))
            cases.append(tiff(f"t_{compression}_rgb", colours, zyx_of(colours, "ZYXS", 2), channel=2, compression=compression, photometric="rgb", metadata=None))
            if compression == "png":  # the encoders of the others take such bytes for little-endian ones
                cases.append(tiff(f"t_{compression}_big_endian", data, data, byteorder=">", **options))
    for kind in ("float32", "float64", "int16", "int8", "uint32"):
        cases.append(tiff(f"t_lerc_{kind}", ramp(kind), ramp(kind), compression="lerc", photometric="minisblack", metadata=None, must_say=kind == "float64"))
    for packed in ("deflate", "zstd"):
        cases.append(tiff(f"t_lerc_{packed}", ramp(), ramp(), compression="lerc", compressionargs={"compression": packed}, photometric="minisblack", metadata=None))
    return cases


def layouts() -> list[Case]:
    data = ramp()
    plain = {"photometric": "minisblack", "metadata": None}
    cases = [
        tiff("t_tiles", data, data, tile=(16, 16), **plain),
        tiff("t_strips", data, data, rowsperstrip=5, **plain),
        tiff("t_big_endian", data, data, byteorder=">", **plain, fast=True),
        tiff("t_palette", ramp("uint8"), ramp("uint8"), photometric="palette", colormap=np.arange(768, dtype="u2").reshape(3, 256), metadata=None, must_say=True),
        tiff("t_int64_small", (ramp("int32") // 4).astype("int64"), ramp("int32") // 4, photometric="minisblack", metadata=None, fast=True),
        tiff("t_min_is_white", data, data, photometric="miniswhite", metadata=None, must_say=True),
        tiff("t_planar", stack("ZSYX", "uint8"), zyx_of(stack("ZSYX", "uint8"), "ZSYX"), photometric="rgb", planarconfig="separate", metadata=None),
        tiff("t_rgb", stack("ZYXS", "uint8"), zyx_of(stack("ZYXS", "uint8"), "ZYXS"), photometric="rgb", metadata=None),
    ]

    def two_series(path: Path) -> None:
        with tifffile.TiffWriter(path) as writer:
            writer.write(ramp(), photometric="minisblack")
            writer.write(ramp(first=5000) // 2000, photometric="minisblack")

    cases.append(Case("t_two_series.tif", two_series, ramp(), fast=True))

    def sizes_differ(path: Path) -> None:
        with tifffile.TiffWriter(path) as writer:
            writer.write(ramp(), photometric="minisblack")
            writer.write(ramp(shape=(5, 20, 41)), photometric="minisblack")

    cases.append(Case("t_two_sizes.tif", sizes_differ, ramp()))

    def sparse(path: Path) -> None:
        tifffile.imwrite(path, ramp("uint16", (SHAPE_ZYX[0], 32, 32)), tile=(16, 16), photometric="minisblack", metadata=None, compression="zlib")
        with tifffile.TiffFile(path, mode="r+b") as file:
            page = file.pages[2]
            for tag in ("TileOffsets", "TileByteCounts"):
                values = list(page.tags[tag].value)
                values[1] = 0
                page.tags[tag].overwrite(values)

    hollow = ramp("uint16", (SHAPE_ZYX[0], 32, 32)).copy()
    hollow[2, 0:16, 16:32] = 0
    cases.append(Case("t_sparse_tile.tif", sparse, hollow))

    def cut_off(path: Path) -> None:
        tifffile.imwrite(path, data, **plain)
        path.write_bytes(cut(path.read_bytes()))

    cases.append(Case("t_cut.tif", cut_off))

    def pyramid(path: Path) -> None:
        with tifffile.TiffWriter(path) as writer:
            writer.write(data, subifds=1, photometric="minisblack", tile=(16, 16))
            writer.write(data[:, ::2, ::2], subfiletype=1, photometric="minisblack", tile=(16, 16))

    cases.append(Case("t_pyramid.tif", pyramid, data))
    return cases


def shaped() -> list[Case]:
    cases = []
    for axes in SHAPED:
        kind = "uint8" if "S" in axes else "uint16"
        data = stack(axes, kind)
        options = {"metadata": {"axes": axes}, "photometric": "rgb" if "S" in axes else "minisblack"}
        cases.append(tiff(f"t_shaped_{axes.lower()}", data, zyx_of(data, axes), fast=axes == "ZCYX", **options))
        if "C" in axes and "S" not in axes:
            cases.append(tiff(f"t_shaped_{axes.lower()}_c2", data, zyx_of(data, axes, channel=1), channel=1, **options))
        if "T" in axes:
            cases.append(tiff(f"t_shaped_{axes.lower()}_t2", data, zyx_of(data, axes, time=1), time=1, **options))
    for axes in ("TYX", "QYX", "IYX", "CYX", "TCYX", "YX", "QTYX"):
        data = stack(axes)
        cases.append(tiff(f"t_shaped_{axes.lower()}", data, None, metadata={"axes": axes}, photometric="minisblack", fast=axes == "TYX"))
    return cases


def imagej() -> list[Case]:
    cases = []
    unit_of = {"um": 1.0, "\\u00B5m": 1.0, "micron": 1.0, "nm": 1e-3, "mm": 1e3}
    data = ramp()
    for unit, factor in unit_of.items():
        cases.append(
            tiff(
                f"ij_unit_{unit.strip(chr(92))}",
                data,
                data,
                imagej=True,
                resolution=(4 * factor, 4 * factor),
                metadata={"axes": "ZYX", "spacing": 2.0 / factor, "unit": unit},
                voxel_size=(2.0, 0.25, 0.25),
                fast=unit == "nm",
            )
        )
    for resolution_unit in (1, 2, 3):
        cases.append(
            tiff(
                f"ij_resolutionunit_{resolution_unit}",
                data,
                data,
                imagej=True,
                resolution=(4.0, 5.0),
                resolutionunit=resolution_unit,
                metadata={"axes": "ZYX", "spacing": 2.0, "unit": "um"},
                voxel_size=(2.0, 0.2, 0.25),
            )
        )
    for unit in ("pixel", "inch", "furlong"):
        cases.append(tiff(f"ij_unit_{unit}", data, data, imagej=True, resolution=(4.0, 4.0), metadata={"axes": "ZYX", "spacing": 2.0, "unit": unit}))
    for axes in ("ZCYX", "TZYX", "TZCYX", "ZYXS", "TZCYXS"):
        kind = "uint8" if "S" in axes else "uint16"
        hyper = stack(axes, kind)
        cases.append(tiff(f"ij_{axes.lower()}", hyper, zyx_of(hyper, axes), imagej=True, metadata={"axes": axes}))
    for axes in ("TYX", "CYX"):
        cases.append(tiff(f"ij_{axes.lower()}", stack(axes, T=6, C=6), None, imagej=True, metadata={"axes": axes}))
    for spacing in (None, -2.0, 0.0, 1e9, 1e-9):
        said = {"axes": "ZYX", "unit": "um"} | ({} if spacing is None else {"spacing": spacing})
        size = (2.0, 0.25, 0.25) if spacing == -2.0 else None
        cases.append(tiff(f"ij_spacing_{spacing}".replace(".", "_").replace("-", "m"), data, data, imagej=True, resolution=(4.0, 4.0), metadata=said, voxel_size=size, must_say=spacing in (1e9, 1e-9)))
    for order in ("zct", "ztc", "czt", "ctz", "tzc", "tcz"):
        axes = order[::-1].upper() + "YX"
        hyper = stack(axes)
        text = f"ImageJ=1.54f\nimages={4 * SHAPE_ZYX[0]}\nchannels=2\nslices={SHAPE_ZYX[0]}\nframes=2\nhyperstack=true\norder={order}\n"
        cases.append(
            tiff(f"ij_order_{order}", hyper.reshape(-1, *SHAPE_ZYX[1:]), zyx_of(hyper, axes, channel=1, time=1), metadata=None, description=text, photometric="minisblack", channel=1, time=1, fast=order == "zct")
        )
    return cases


def ome() -> list[Case]:
    cases = []
    for axes in OME_ORDERS:
        data = stack(axes)
        options = {"ome": True, "photometric": "minisblack", "extension": "ome.tif"}
        said = {"axes": axes, "PhysicalSizeX": 0.25, "PhysicalSizeY": 0.25, "PhysicalSizeZ": 2.0}
        cases.append(tiff(f"ome_{axes.lower()}", data, zyx_of(data, axes), metadata=said, voxel_size=(2.0, 0.25, 0.25), **options))
        cases.append(tiff(f"ome_{axes.lower()}_last", data, zyx_of(data, axes, 1, 1), metadata=said, voxel_size=(2.0, 0.25, 0.25), channel=1, time=1, **options))
    data = ramp()
    for unit, factor in {"nm": 1e3, "mm": 1e-3, "µm": 1.0, "Å": 1e4, "m": 1e-6, "cm": 1e-4, "in": 1 / 25400}.items():
        said = {"axes": "ZYX"} | {f"PhysicalSize{axis}": size * factor for axis, size in (("X", 0.25), ("Y", 0.5), ("Z", 2.0))} | {f"PhysicalSize{axis}Unit": unit for axis in "XYZ"}
        cases.append(tiff(f"ome_unit_{unit.encode('ascii', 'ignore').decode() or 'angstrom'}{'u' if unit == 'µm' else ''}", data, data, ome=True, metadata=said, photometric="minisblack", voxel_size=(2.0, 0.5, 0.25), extension="ome.tif"))
    for unit in ("pixel", "reference frame"):
        said = {"axes": "ZYX"} | {f"PhysicalSize{axis}": 0.25 for axis in "XYZ"} | {f"PhysicalSize{axis}Unit": unit for axis in "XYZ"}
        cases.append(tiff(f"ome_unit_{unit.split()[0]}", data, data, ome=True, metadata=said, photometric="minisblack", extension="ome.tif"))
    for size_z, must_say, right in ((5, True, data[:5]), (9, False, None)):

        def rewrite(path: Path, size_z=size_z) -> None:
            tifffile.imwrite(path, data, ome=True, metadata={"axes": "ZYX"}, photometric="minisblack")
            raw = path.read_bytes().replace(b'SizeZ="7"', f'SizeZ="{size_z}"'.encode()).replace(b'PlaneCount="7"', f'PlaneCount="{size_z}"'.encode())
            path.write_bytes(raw)

        cases.append(Case(f"ome_sizez_{size_z}.ome.tif", rewrite, right, must_say=must_say, fast=True))

    def several(path: Path) -> None:
        with tifffile.TiffWriter(path, ome=True) as writer:
            writer.write(data, photometric="minisblack", metadata={"axes": "ZYX", "Name": "first"})
            writer.write(ramp(first=7000), photometric="minisblack", metadata={"axes": "ZYX", "Name": "second"})

    cases.append(Case("ome_several.ome.tif", several, data))

    def companion(path: Path) -> None:
        tifffile.imwrite(path, data, ome=True, metadata={"axes": "ZYX"}, photometric="minisblack")
        raw = path.read_bytes()
        start, end = raw.index(b"<?xml"), raw.index(b"</OME>") + 6
        short = b'<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><BinaryOnly MetadataFile="a.companion.ome" UUID="urn:uuid:1"/></OME>'
        path.write_bytes(raw[:start] + short.ljust(end - start) + raw[end:])

    cases.append(Case("ome_binary_only.ome.tif", companion))
    return cases


def makers() -> list[Case]:
    """Headers of microscopes that put their own tags beside the pixels."""
    data = ramp()

    def lsm(path: Path, times: int) -> None:
        body = struct.pack("<Iiiiiiiii", 0x0400494C, 512, *SHAPE_ZYX[::-1], 1, times, 2, 0) + struct.pack("<iiddd", 0, 0, 0.25e-6, 0.25e-6, 2e-6)
        tifffile.imwrite(path, np.concatenate([data] * times), photometric="minisblack", metadata=None, extratags=[(34412, 1, 512, body.ljust(512, b"\0"), True)])

    cases = [Case("lsm_t2.lsm", lambda path: lsm(path, 2), data, fast=True), Case("lsm_t1.lsm", lambda path: lsm(path, 1), data)]
    summary = '{"Summary":{"Slices":%d,"Channels":2,"Frames":1,"z-step_um":2.0,"PixelSize_um":0.25,"SlicesFirst":false},"SliceIndex":0,"ChannelIndex":0}' % SHAPE_ZYX[0]
    for axes in ("ZCYX", "CZYX"):
        hyper = stack(axes)
        text = summary.replace('"SlicesFirst":false', f'"SlicesFirst":{"true" if axes == "CZYX" else "false"}')
        cases.append(
            tiff(f"mm_{axes.lower()}", hyper.reshape(-1, *SHAPE_ZYX[1:]), zyx_of(hyper, axes, channel=1), metadata=None, photometric="minisblack", extratags=[(51123, 2, None, text, False)], channel=1)
        )
    cases.append(Case("stk_uic.stk", lambda path: tifffile.imwrite(path, data[0], metadata=None, extratags=[(33629, 4, 7, (1,) * 7, True)])))
    return cases


def cases() -> list[Case]:
    return pixel_types() + packed_bits() + compressions() + layouts() + shaped() + imagej() + ome() + makers()
