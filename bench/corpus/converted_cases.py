"""Files that only Bio-Formats reads, by the writers of others: CZI by Zeiss' libCZI (pylibCZIrw), MRC by mrcfile; ICS 2 byte by byte."""

from __future__ import annotations

import gzip
from pathlib import Path

import mrcfile
import numpy as np
from pylibCZIrw import czi as libczi

from case import Case, cut, ramp, stack

#: z, y, x in µm.
SIZE = (1.25, 0.325, 0.26)


def write_czi(path: Path, planes, names: dict[int, str] | None = None, size=SIZE, options: str | None = None) -> None:
    """`planes`: (Z, C, T, scene, (y, x) of its corner, pixels)."""
    with libczi.create_czi(str(path), exist_ok=True, compression_options=options) as out:
        for z, c, t, scene, (y, x), pixels in planes:
            out.write(np.ascontiguousarray(pixels)[..., None], plane={"Z": z, "C": c, "T": t}, scene=scene, location=(x, y))
        # libCZI takes metres.
        scales = {f"scale_{axis}": um * 1e-6 for axis, um in zip("zyx", size)} if size else {}
        out.write_metadata("made", channel_names=names, **scales)


def czi(name: str, data: np.ndarray, options: str | None = None, size=SIZE, damage=None) -> Case:
    def write(path: Path) -> None:
        write_czi(path, [(z, 0, 0, 0, (0, 0), plane) for z, plane in enumerate(data)], size=size, options=options)
        if damage:
            path.write_bytes(damage(path.read_bytes()))

    return Case(f"czi_{name}.czi", write, None if damage else data, size)


def czi_channels(channel: int) -> Case:
    data = stack("CZYX")

    def write(path: Path) -> None:
        planes = [(z, c, 0, 0, (0, 0), data[c, z]) for c in range(2) for z in range(data.shape[1])]
        write_czi(path, planes, names={0: "DAPI", 1: "mCherry"})

    return Case(f"czi_channels_{channel}.czi", write, data[channel], SIZE, channel=channel)


def czi_times(time: int) -> Case:
    data = stack("TZYX", T=3)

    def write(path: Path) -> None:
        write_czi(path, [(z, 0, t, 0, (0, 0), data[t, z]) for t in range(3) for z in range(data.shape[1])])

    return Case(f"czi_times_{time}.czi", write, data[time], SIZE, time=time)


def czi_scenes(scene: int, image: str) -> Case:
    data = [ramp(first=1), ramp(first=20_000)[:, :-4, :-3]]

    def write(path: Path) -> None:
        planes = [(z, 0, 0, s, (0, 400 * s), plane) for s in range(2) for z, plane in enumerate(data[s])]
        write_czi(path, planes)

    return Case(f"czi_scenes_{scene}.czi", write, data[scene], SIZE, image=image)


def czi_tiles() -> Case:
    data = ramp()
    half = data.shape[2] // 2

    def write(path: Path) -> None:
        planes = []
        for z, plane in enumerate(data):
            planes += [(z, 0, 0, 0, (0, 0), plane[:, :half]), (z, 0, 0, 0, (0, half), plane[:, half:])]
        write_czi(path, planes)

    return Case("czi_tiles.czi", write, data, SIZE)


def flip(raw: bytes) -> bytes:
    """One bit in the pixels of the last third."""
    at = len(raw) * 2 // 3
    return raw[:at] + bytes([raw[at] ^ 16]) + raw[at + 1 :]


def mrc(name: str, data: np.ndarray, angstrom=(400, 120, 90), damage=None) -> Case:
    def write(path: Path) -> None:
        with mrcfile.new(path, overwrite=True) as out:
            out.set_data(data)
            out.set_volume()
            out.voxel_size = angstrom[::-1]
        if damage:
            path.write_bytes(damage(path.read_bytes()))

    # Rows of MRC count from the bottom (https://www.ccpem.ac.uk/mrc_format/mrc2014.php), those of an image from the top.
    return Case(f"mrc_{name}.mrc", write, None if damage else data[:, ::-1], tuple(a * 1e-4 for a in angstrom))


def ics(name: str, data: np.ndarray, packing="uncompressed", damage=None) -> Case:
    """ICS 2 holds header and pixels in one file (Dean et al. 1990, and libics)."""
    bits = data.dtype.itemsize * 8
    z, y, x = data.shape
    header = "\n".join(
        [
            "\t",
            "ics_version\t2.0",
            f"filename\t{name}",
            "layout\tparameters\t4",
            "layout\torder\tbits\tx\ty\tz",
            f"layout\tsizes\t{bits}\t{x}\t{y}\t{z}",
            "layout\tcoordinates\tvideo",
            f"layout\tsignificant_bits\t{bits}",
            "representation\tbyte_order\t" + "\t".join(str(i + 1) for i in range(data.dtype.itemsize)),
            f"representation\tformat\t{'real' if data.dtype.kind == 'f' else 'integer'}",
            f"representation\tsign\t{'unsigned' if data.dtype.kind == 'u' else 'signed'}",
            f"representation\tcompression\t{packing}",
            f"parameter\tscale\t1.000000\t{SIZE[2]}\t{SIZE[1]}\t{SIZE[0]}",
            "parameter\tunits\tbits\tmicrometers\tmicrometers\tmicrometers",
            "end",
            "",
        ]
    ).encode()
    pixels = data.tobytes()

    def write(path: Path) -> None:
        raw = header + (gzip.compress(pixels) if packing == "gzip" else pixels)
        path.write_bytes(damage(raw) if damage else raw)

    return Case(f"ics_{name}.ics", write, None if damage else data, SIZE)


def cases() -> list[Case]:
    return [
        czi("u8", ramp("uint8")),
        czi("u16", ramp("uint16")),
        czi("f32", ramp("float32")),
        czi("zstd0", ramp("uint16"), "zstd0:ExplicitLevel=3"),
        czi("zstd1", ramp("uint16"), "zstd1:ExplicitLevel=2;PreProcess=HiLoByteUnpack"),
        czi("u8_zstd1", ramp("uint8"), "zstd1:ExplicitLevel=2"),
        czi("no_scale", ramp("uint16"), size=None),
        czi("cut", ramp("uint16"), damage=cut),
        czi("half", ramp("uint16"), damage=lambda raw: raw[: len(raw) // 2]),
        czi("zstd_cut", ramp("uint16"), "zstd1:ExplicitLevel=2", damage=cut),
        *(czi_channels(channel) for channel in range(2)),
        *(czi_times(time) for time in range(3)),
        czi_scenes(0, "0"),
        czi_scenes(1, "1"),
        czi_tiles(),
        mrc("u8_as_i8", ramp("int8")),
        mrc("i16", ramp("int16")),
        mrc("u16", ramp("uint16")),
        mrc("f32", ramp("float32")),
        mrc("cut", ramp("uint16"), damage=cut),
        ics("u8", ramp("uint8")),
        ics("u16", ramp("uint16")),
        ics("i16", ramp("int16")),
        ics("f32", ramp("float32")),
        ics("gzip", ramp("uint16"), "gzip"),
        ics("cut", ramp("uint16"), damage=cut),
        ics("gzip_cut", ramp("uint16"), "gzip", damage=cut),
    ]
