"""Formats by their signature, label images, and names that mean something."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import tifffile

from case import SHAPE_ZYX, Case, cut, ramp, stack, zyx_of

#: First bytes of what people drop although it is no volume that can be read here: each has its own words.
SIGNATURES = {
    "czi": b"ZISRAWFILE" + bytes(600),
    "lif": bytes([0x70, 0, 0, 0]) + bytes(600),
    "nd2": bytes([0xDA, 0xCE, 0xBE, 0x0A]) + bytes(600),
    "oib": bytes([0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) + bytes(600),
    "mat": b"MATLAB 5.0 MAT-file, Platform: GLNXA64" + bytes(600),
    "npy": b"\x93NUMPY\x01\x00" + bytes(600),
    "dcm": bytes(128) + b"DICM" + bytes(600),
    "pdf": b"%PDF-1.7\n" + bytes(600),
    "jpg": b"\xff\xd8\xff\xe0" + bytes(600),
    "gif": b"GIF89a" + bytes(600),
    "avi": b"RIFF" + bytes(4) + b"AVI " + bytes(600),
    "csv": b"label,x,y,z\n1,2,3,4\n" * 40,
    "7z": b"7z\xbc\xaf\x27\x1c" + bytes(600),
    "rar": b"Rar!\x1a\x07\x01\x00" + bytes(600),
    "oir": b"OLYMPUSRAWFORMAT" + bytes(600),
    "mrc": bytes(208) + b"MAP " + bytes(900),
    "mp4": bytes([0, 0, 0, 24]) + b"ftypisom" + bytes(600),
    "png": b"\x89PNG\r\n\x1a\n" + bytes(600),
    "tar": bytes(257) + b"ustar" + bytes(800),
    "vsi": b"II*\0" + bytes(600),
    "ims": bytes([0, 0x4C, 0xA1, 0x0C]) + bytes(600),
    "mat73": b"MATLAB 7.3 MAT-file, Platform: GLNXA64" + bytes(600),
    "html": b"<!doctype html><html><body>Sign in</body></html>" * 20,
}


def signatures() -> list[Case]:
    made = [Case(f"other_{kind}.{kind}", lambda path, raw=raw: path.write_bytes(raw), fast=kind in ("czi", "npy")) for kind, raw in SIGNATURES.items()]
    made += [Case(f"renamed_{kind}.tif", lambda path, raw=raw: path.write_bytes(raw)) for kind, raw in SIGNATURES.items() if kind in ("czi", "mat", "html", "npy")]
    made.append(Case("empty.tif", lambda path: path.write_bytes(b"")))
    return made


def nifti() -> list[Case]:
    def write(path: Path, data=None, zooms=(0.25, 0.5, 2.0), unit="micron", slope=None, affine=None, second=False, big=False, axes="ZYX", change=None) -> None:
        import nibabel

        data = ramp() if data is None else data
        kind = nibabel.Nifti2Image if second else nibabel.Nifti1Image
        header = kind.header_class(endianness=">" if big else "<")
        header.set_data_dtype(data.dtype.newbyteorder(">" if big else "<"))
        image = kind(np.transpose(data), np.diag([*zooms, 1.0]) if affine is None else affine, header)
        image.header.set_xyzt_units(unit)
        if slope is not None:
            image.header.set_slope_inter(*slope)
        nibabel.save(image, path)
        if change is not None:
            path.write_bytes(change(path.read_bytes()))

    size = (2.0, 0.5, 0.25)
    made = [
        Case("n_u2.nii", write, ramp(), size, fast=True),
        Case("n_u2.nii.gz", write, ramp(), size, fast=True),
        Case("n_second.nii", lambda path: write(path, second=True), ramp(), size),
        Case("n_second_big.nii.gz", lambda path: write(path, second=True, big=True), ramp(), size),
        Case("n_big.nii", lambda path: write(path, big=True), ramp(), size),
        Case("n_mm.nii", lambda path: write(path, zooms=(0.25e-3, 0.5e-3, 2e-3), unit="mm"), ramp(), size),
        Case("n_m.nii", lambda path: write(path, zooms=(0.25e-6, 0.5e-6, 2e-6), unit="meter"), ramp(), size),
        Case("n_nounit.nii", lambda path: write(path, unit="unknown"), ramp(), None, must_say=True),
        Case("n_mm_absurd.nii", lambda path: write(path, unit="mm"), ramp(), None, must_say=True),
        Case("n_cut.nii", lambda path: write(path, change=cut)),
        Case("n_cut.nii.gz", lambda path: write(path, change=cut)),
        Case("n_longer.nii", lambda path: write(path, change=lambda raw: raw + bytes(900)), ramp(), size, must_say=True),
        Case("n_4d.nii", lambda path: write(path, stack("TZYX"), axes="TZYX"), zyx_of(stack("TZYX"), "TZYX", time=1), size, time=1),
        Case("n_4d.nii.gz", lambda path: write(path, stack("TZYX"), axes="TZYX"), zyx_of(stack("TZYX"), "TZYX", time=1), size, time=1),
        Case("n_5d.nii", lambda path: write(path, stack("CTZYX"), axes="CTZYX"), zyx_of(stack("CTZYX"), "CTZYX", 1, 1), size, channel=1, time=1),
        Case("n_time_no_z.nii", lambda path: write(path, stack("TZYX", Z=1, T=6), axes="TZYX")),
        Case("n_2d.nii", lambda path: write(path, ramp(shape=(33, 29)))),
        Case("n_pixdim_differs.nii", lambda path: write(path, change=lambda raw: raw[:80] + np.array([1, 1, 1], "<f4").tobytes() + raw[92:]), ramp(), None, must_say=True),
        Case("n_mirrored.nii", lambda path: write(path, affine=np.diag([-0.25, 0.5, 2.0, 1])), ramp(), size, must_say=True),
        Case("n_turned.nii", lambda path: write(path, affine=np.array([[0, 0.5, 0, 0], [0.25, 0, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1.0]])), ramp(), size, must_say=True),
        Case("n_pair.hdr", lambda path: (write(path.with_suffix(".nii")), path.write_bytes(path.with_suffix(".nii").read_bytes()[:344] + b"ni1\0"), path.with_suffix(".nii").unlink())),
        Case("n_complex.nii", lambda path: write(path, ramp("c8") if False else ramp("f4").astype("c8"))),
    ]
    for kind in ("u1", "i1", "i2", "i4", "u4", "f4", "f8", "i8", "u8"):
        right = ramp(kind) if kind != "i8" else None
        made.append(Case(f"n_type_{kind}.nii", lambda path, kind=kind: write(path, ramp(kind)), right, size, fast=kind == "u4", must_say=kind == "f8"))
    scaled = (ramp("i2").astype("f8") * 0.5 + 10).astype("f4")

    def with_slope(path: Path) -> None:
        write(path, ramp("i2"))
        raw = bytearray(path.read_bytes())
        raw[112:120] = np.array([0.5, 10], "<f4").tobytes()
        path.write_bytes(raw)

    made.append(Case("n_slope.nii", with_slope, scaled, size, must_say=True, fast=True))

    def by_itk(path: Path) -> None:
        import SimpleITK

        image = SimpleITK.GetImageFromArray(ramp())
        image.SetSpacing((0.00025, 0.0005, 0.002))
        SimpleITK.WriteImage(image, str(path))

    made.append(Case("n_by_itk.nii", by_itk, ramp(), size))
    made.append(Case("n_by_itk.nii.gz", by_itk, ramp(), size))
    return made


def nrrd_and_mha() -> list[Case]:
    def nrrd(path: Path, data=None, encoding="gzip", change=None, drop=(), **header) -> None:
        import nrrd as writer

        said = {"encoding": encoding, "space directions": np.diag([0.25, 0.5, 2.0]), "space units": ["um", "um", "um"], "space dimension": 3} | header
        writer.write(str(path), np.transpose(ramp() if data is None else data), {key.replace("_", " "): value for key, value in said.items() if key not in drop})
        if change is not None:
            path.write_bytes(change(path.read_bytes()))

    plain = ("space directions", "space units", "space dimension")
    size = (2.0, 0.5, 0.25)
    nan = float("nan")
    made = [
        Case("r_gzip.nrrd", nrrd, ramp(), size, fast=True),
        Case("r_raw.nrrd", lambda path: nrrd(path, encoding="raw"), ramp(), size),
        Case("r_ascii.nrrd", lambda path: nrrd(path, encoding="ascii"), ramp(), size),
        Case("r_ascii_f4.nrrd", lambda path: nrrd(path, ramp("f4"), encoding="ascii"), ramp("f4"), size),
        Case("r_bzip2.nrrd", lambda path: nrrd(path, encoding="bzip2")),
        Case("r_big.nrrd", lambda path: nrrd(path, ramp(">u2"), encoding="raw"), ramp(), size),
        Case("r_spacings.nrrd", lambda path: nrrd(path, drop=plain, spacings=[0.25, 0.5, 2.0], units=["um", "um", "um"]), ramp(), size),
        Case("r_spacings_nounit.nrrd", lambda path: nrrd(path, drop=plain, spacings=[0.25, 0.5, 2.0]), ramp(), None, must_say=True),
        Case("r_nounit.nrrd", lambda path: nrrd(path, drop=("space units",)), ramp(), None, must_say=True),
        Case("r_mm.nrrd", lambda path: nrrd(path, **{"space directions": np.diag([0.25e-3, 0.5e-3, 2e-3]), "space units": ["mm"] * 3}), ramp(), size),
        Case("r_nothing.nrrd", lambda path: nrrd(path, drop=plain), ramp(), None, must_say=True),
        Case("r_channels.nrrd", lambda path: nrrd(path, stack("ZYXC"), kinds=["vector", "domain", "domain", "domain"], **{"space directions": [[nan] * 3, [0.25, 0, 0], [0, 0.5, 0], [0, 0, 2.0]]}), zyx_of(stack("ZYXC"), "ZYXC", 1), size, channel=1, fast=True),
        Case("r_time.nrrd", lambda path: nrrd(path, stack("TZYX"), drop=plain, kinds=["domain", "domain", "domain", "time"], spacings=[0.25, 0.5, 2.0, 1], units=["um", "um", "um", "s"]), zyx_of(stack("TZYX"), "TZYX", time=1), size, time=1),
        Case("r_labels_zyx.nrrd", lambda path: nrrd(path, stack("XYZ"), drop=plain, labels=["z", "y", "x"]), zyx_of(stack("XYZ"), "XYZ"), None),
        Case("r_colours_2d.nrrd", lambda path: nrrd(path, stack("YXS", "u1"), drop=plain, kinds=["RGB-color", "domain", "domain"])),
        Case("r_turned.nrrd", lambda path: nrrd(path, **{"space directions": [[0, 0, 0.25], [0, 0.5, 0], [2.0, 0, 0]]}), ramp(), size, must_say=True),
        Case("r_cut.nrrd", lambda path: nrrd(path, encoding="raw", change=cut)),
        Case("r_cut_gzip.nrrd", lambda path: nrrd(path, change=cut)),
        Case("r_longer.nrrd", lambda path: nrrd(path, encoding="raw", change=lambda raw: raw + bytes(800)), ramp(), size, must_say=True),
        Case("r_unasked_4d.nrrd", lambda path: nrrd(path, stack("CZYX"), drop=plain, encoding="raw"), zyx_of(stack("CZYX"), "CZYX"), None, must_say=True),
    ]

    def detached(path: Path) -> None:
        import nrrd as writer

        writer.write(str(path), np.transpose(ramp()), {"encoding": "raw"}, detached_header=True)
        path.with_suffix(".raw").unlink(missing_ok=True)

    def detached_zip(path: Path, encoding: str) -> None:
        import nrrd as writer

        header = path.with_suffix(".nhdr")
        said = {"encoding": encoding, "space directions": np.diag([0.25, 0.5, 2.0]), "space units": ["um", "um", "um"], "space dimension": 3}
        writer.write(str(header), np.transpose(ramp()), said, detached_header=True)
        raw = path.with_suffix(".raw.gz" if encoding == "gzip" else ".raw")
        with zipfile.ZipFile(path, "w") as packed:
            packed.write(header, f"b/{header.name}")
            packed.write(raw, f"b/{raw.name}")
        header.unlink()
        raw.unlink()

    made.append(Case("r_detached.nhdr", detached))
    made.append(Case("r_detached_raw.zip", lambda path: detached_zip(path, "raw"), ramp(), size))
    made.append(Case("r_detached_gzip.zip", lambda path: detached_zip(path, "gzip"), ramp(), size))
    for kind in ("u1", "i1", "i2", "i4", "u4", "f4", "f8", "u8"):
        made.append(Case(f"r_type_{kind}.nrrd", lambda path, kind=kind: nrrd(path, ramp(kind)), ramp(kind), size, must_say=kind == "f8"))

    def by_itk(path: Path, data=None, compressed=False, vector=False, direction=None) -> None:
        import SimpleITK

        image = SimpleITK.GetImageFromArray(ramp() if data is None else data, isVector=vector)
        image.SetSpacing((0.25, 0.5, 2.0) + (1.0,) * (image.GetDimension() - 3))
        if direction is not None:
            image.SetDirection(direction)
        SimpleITK.WriteImage(image, str(path), compressed)

    def zipped(path: Path, compression=zipfile.ZIP_DEFLATED, without=False, compressed=False) -> None:
        header = path.with_suffix(".mhd")
        by_itk(header, compressed=compressed)
        raw = path.with_suffix(".zraw" if compressed else ".raw")
        with zipfile.ZipFile(path, "w", compression) as packed:
            packed.write(header, f"a/{header.name}")
            if not without:
                packed.write(raw, f"a/{raw.name}")
        header.unlink()
        raw.unlink()

    colours = stack("ZYXS", "u1")
    made += [
        Case("r_by_itk.nrrd", by_itk, ramp(), None),
        Case("m_raw.mha", by_itk, ramp(), None, fast=True),
        Case("m_zlib.mha", lambda path: by_itk(path, compressed=True), ramp(), None, fast=True),
        Case("m_vector.mha", lambda path: by_itk(path, colours, vector=True), zyx_of(colours, "ZYXS", 1), None, channel=1),
        Case("m_vector_zlib.mha", lambda path: by_itk(path, colours, True, True), zyx_of(colours, "ZYXS", 2), None, channel=2),
        Case("m_4d.mha", lambda path: by_itk(path, stack("TZYX")), zyx_of(stack("TZYX"), "TZYX", time=1), None, time=1, must_say=True),
        Case("m_2d.mha", lambda path: by_itk_plane(path)),
        Case("m_turned.mha", lambda path: by_itk(path, direction=(0, 1, 0, 1, 0, 0, 0, 0, 1)), ramp(), None, must_say=True),
        Case("m_cut.mha", lambda path: (by_itk(path), path.write_bytes(cut(path.read_bytes())))),
        Case("m_cut_zlib.mha", lambda path: (by_itk(path, compressed=True), path.write_bytes(cut(path.read_bytes())))),
        Case("m_flipped_zlib.mha", lambda path: (by_itk(path, compressed=True), path.write_bytes(path.read_bytes()[:-2] + b"\0\0"))),
        Case("m_big.mha", lambda path: path.write_bytes(meta_header("MET_USHORT", BinaryDataByteOrderMSB="True") + ramp(">u2").tobytes()), ramp(), None),
        Case("m_ascii.mha", lambda path: path.write_bytes(meta_header("MET_USHORT", BinaryData="False") + " ".join(map(str, ramp().ravel())).encode()), ramp(), None),
        Case("m_end.mha", lambda path: path.write_bytes(meta_header("MET_USHORT", HeaderSize="-1") + bytes(77) + ramp().tobytes()), ramp(), None),
        Case("m_unit.mha", lambda path: path.write_bytes(meta_header("MET_USHORT", DistanceUnits="um") + ramp().tobytes()), ramp(), size),
        Case("m_alone.mhd", lambda path: (by_itk(path), path.with_suffix(".raw").unlink())),
        Case("m_pair.zip", zipped, ramp(), None, fast=True),
        Case("m_pair_stored.zip", lambda path: zipped(path, zipfile.ZIP_STORED), ramp(), None),
        Case("m_pair_zlib.zip", lambda path: zipped(path, compressed=True), ramp(), None),
        Case("m_pair_without.zip", lambda path: zipped(path, without=True)),
    ]
    for kind in ("u1", "i1", "i2", "i4", "u4", "f4", "f8", "u8"):
        made.append(Case(f"m_type_{kind}.mha", lambda path, kind=kind: by_itk(path, ramp(kind)), ramp(kind), None, must_say=kind == "f8"))
    return made


def by_itk_plane(path: Path) -> None:
    import SimpleITK

    SimpleITK.WriteImage(SimpleITK.GetImageFromArray(ramp(shape=(33, 29))), str(path))


def meta_header(kind: str, **more: str) -> bytes:
    said = {"ObjectType": "Image", "NDims": "3", "BinaryData": "True", "DimSize": " ".join(map(str, SHAPE_ZYX[::-1])), "ElementSpacing": "0.25 0.5 2"} | more
    return "".join(f"{key} = {value}\n" for key, value in said.items()).encode() + f"ElementType = {kind}\nElementDataFile = LOCAL\n".encode()


def numpy_files() -> list[Case]:
    def save(data: np.ndarray, **options):
        return lambda path: np.save(path, data, **options)

    def archive(path: Path, **arrays) -> None:
        np.savez_compressed(path, **arrays)

    made = [
        Case("np_zyx.npy", save(ramp()), ramp(), must_say=True, fast=True),
        Case("np_xyz.npy", save(stack("XYZ")), zyx_of(stack("XYZ"), "XYZ"), image="x, y, z", must_say=True),
        Case("np_yxz.npy", save(stack("YXZ")), zyx_of(stack("YXZ"), "YXZ"), image="y, x, z", must_say=True),
        Case("np_fortran.npy", save(np.asfortranarray(ramp())), ramp(), must_say=True),
        Case("np_fortran_czyx.npy", save(np.asfortranarray(stack("CZYX"))), zyx_of(stack("CZYX"), "CZYX", 1), channel=1, must_say=True),
        Case("np_big.npy", save(ramp(">u2")), ramp(), must_say=True),
        Case("np_zcyx.npy", save(stack("ZCYX")), zyx_of(stack("ZCYX"), "ZCYX", 1), image="z, c, y, x", channel=1, must_say=True),
        Case("np_tzcyx.npy", save(stack("TZCYX")), zyx_of(stack("TZCYX"), "TZCYX", 1, 1), image="t, z, c, y, x", channel=1, time=1, must_say=True),
        Case("np_2d.npy", save(ramp(shape=(33, 29)))),
        Case("np_complex.npy", save(ramp("f4").astype("c8"))),
        Case("np_object.npy", save(np.array([[[1, "a"]]], dtype=object), allow_pickle=True)),
        Case("np_fields.npy", save(np.zeros((7, 33, 29), [("a", "u2"), ("b", "u1")]))),
        Case("np_cut.npy", lambda path: (np.save(path, ramp()), path.write_bytes(cut(path.read_bytes())))),
        Case("np_longer.npy", lambda path: (np.save(path, ramp()), path.write_bytes(path.read_bytes() + bytes(300))), ramp(), must_say=True),
        Case("np_one.npz", lambda path: archive(path, volume=ramp()), ramp(), must_say=True, fast=True),
        Case("np_two.npz", lambda path: archive(path, image=ramp(), labels=ramp("u1")), ramp(), image="image: z, y, x", must_say=True),
    ]
    for kind in ("u1", "i1", "i2", "i4", "u4", "f2", "f4", "f8", "u8", "bool"):
        made.append(Case(f"np_type_{kind}.npy", save(ramp(kind)), ramp(kind), must_say=True))
    return made


def slices() -> list[Case]:
    """A zip of PNG or TIFF slices, by Pillow and tifffile."""

    def png(plane: np.ndarray, **options) -> bytes:
        from PIL import Image

        out = io.BytesIO()
        Image.fromarray(plane).save(out, "png", **options)
        return out.getvalue()

    def tif(plane: np.ndarray, **options) -> bytes:
        out = io.BytesIO()
        tifffile.imwrite(out, plane, metadata=None, **({"photometric": "minisblack"} | options))
        return out.getvalue()

    def packed(entries: dict[str, bytes], compression=zipfile.ZIP_STORED):
        def write(path: Path) -> None:
            with zipfile.ZipFile(path, "w", compression) as file:
                for name, raw in entries.items():
                    file.writestr(name, raw)

        return write

    data, narrow, colours = ramp(), ramp("u1"), stack("ZYXS", "u1")
    numbers = range(len(data))

    def palette(plane: np.ndarray) -> bytes:
        from PIL import Image

        image = Image.fromarray(plane % 16, mode="P")
        image.putpalette([value for i in range(256) for value in (i, 255 - i, i // 2)])
        out = io.BytesIO()
        image.save(out, "png")
        return out.getvalue()

    def series(make, planes, name="s_{:03d}.png", order=None, more=None):
        listed = {name.format(i): make(planes[i]) for i in (order or numbers)}
        return packed(listed | (more or {}))

    alpha = np.concatenate([colours, np.full((*colours.shape[:3], 1), 200, "u1")], axis=3)
    hyper = stack("TZCYX")
    grid = {f"a_t{t}_z{z:02d}_c{c}.tif": tif(hyper[t, z, c]) for t in range(2) for z in numbers for c in range(2)}
    made = [
        Case("s_u2.zip", series(png, data), data, fast=True, must_say=True),
        Case("s_u1.zip", series(png, narrow), narrow),
        Case("s_bool.zip", series(lambda plane: png(plane), ramp("bool")), ramp("bool")),
        Case("s_unpadded.zip", packed({f"s{i + 6}.png": png(data[i]) for i in reversed(numbers)}), data, fast=True),
        Case("s_folder.zip", packed({f"my embryo/s_{i}.png": png(data[i]) for i in numbers}, zipfile.ZIP_DEFLATED), data),
        Case("s_mac.zip", series(png, data, more={"__MACOSX/._s_000.png": b"\0\5\x16\7", ".DS_Store": b"x"}), data),
        Case("s_rgb.zip", series(png, colours), zyx_of(colours, "ZYXS", 1), channel=1),
        Case("s_rgba.zip", series(png, alpha), alpha[..., 3], channel=3, must_say=True),
        Case("s_palette.zip", series(palette, narrow), narrow % 16, must_say=True),
        Case("s_palette_green.zip", series(palette, narrow), 255 - narrow % 16, channel=2, must_say=True),
        Case("s_gap.zip", packed({f"s_{i + (i > 3)}.png": png(data[i]) for i in numbers}), data, must_say=True, fast=True),
        Case("s_step.zip", packed({f"s_{i * 5}.png": png(data[i]) for i in numbers}), data),
        Case("s_twice.zip", packed({f"s_{i}.png": png(data[i]) for i in numbers} | {"s_01.png": png(data[1])})),
        Case("s_other_size.zip", series(png, data, more={"s_999.png": png(ramp(shape=(20, SHAPE_ZYX[2])))})),
        Case("s_other_kind.zip", series(png, data, more={"s_999.png": png(narrow[0])})),
        Case("s_two_folders.zip", packed({f"images/s_{i}.png": png(data[i]) for i in numbers} | {f"masks/s_{i}.png": png(narrow[i]) for i in numbers}), data, image="images/s_*"),
        Case("s_two_embryos.zip", packed({f"e{e}_{i}.png": png(data[i] + e) for i in numbers for e in (1, 2)}), data + 2, image="e2_*"),
        Case("s_tif.zip", series(tif, data, "s_{:03d}.tif"), data, fast=True),
        Case("s_tif_float.zip", series(tif, ramp("f4"), "s_{:03d}.tif"), ramp("f4")),
        Case("s_tif_packed.zip", series(lambda plane: tif(plane, compression="zlib", predictor=True), data, "s_{:03d}.tif"), data),
        Case("s_tif_grid.zip", packed(grid), hyper[1, :, 1], channel=1, time=1),
        Case("s_tif_hole.zip", packed({name: raw for name, raw in grid.items() if name != "a_t1_z03_c0.tif"})),
        Case("s_tif_stacks.zip", packed({f"stack_{i}.tif": tif(data) for i in range(3)})),
        Case("s_tif_one.zip", packed({"stack.tif": tif(data)})),
        Case("s_damaged.zip", series(png, data, more={"s_003.png": png(data[3])[:-40] + bytes(40)})),
        Case("s_interlaced.zip", packed({f"s_{i}.png": interlaced(png(narrow[i])) for i in numbers})),
        Case("s_nothing.zip", packed({"readme.txt": b"hello", "a.docx": b"x"})),
        Case("s_word.docx", packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})),
        Case("s_empty.zip", packed({})),
    ]
    return made


def interlaced(raw: bytes) -> bytes:
    """Says that it is interlaced, with the right checksum; the rows are not."""
    head = raw[12:28] + b"\1"
    return raw[:12] + head + struct.pack(">I", zlib.crc32(head)) + raw[33:]


def labels() -> list[Case]:
    """Pairs: `<name>_image` and `<name>_labels`."""
    truth = np.zeros(SHAPE_ZYX, "u2")
    truth[1:3, 4:12, 4:12] = 1
    truth[3:6, 18:28, 10:22] = 2
    truth[0:2, 25:30, 2:8] = 3
    image = ramp()
    plain = {"photometric": "minisblack", "metadata": None}
    made = []

    def pair(name: str, write_labels, right: np.ndarray | None, must_say=False, fast=False, options=None) -> None:
        def write(path: Path) -> None:
            tifffile.imwrite(path, image, **(options or plain))
            write_labels(path.with_name(f"{name}_labels.tif"))

        made.append(Case(f"{name}_image.tif", write, image, labels=right, must_say=must_say, fast=fast))

    def save(data, **options):
        return lambda path: tifffile.imwrite(path, data, **(plain | options))

    for kind in ("u1", "u2", "u4", "i4", "i8", "u8", "f4", "f8", "i2"):
        pair(f"l_{kind}", save(truth.astype(kind)), truth.astype("u4"), fast=kind in ("i8", "f8"))
    pair("l_bool", save(truth > 0), None, must_say=True, fast=True)
    pair("l_mask255", save(((truth > 0) * 255).astype("u1")), None, must_say=True, fast=True)
    colours = np.zeros((*SHAPE_ZYX, 3), "u1")
    for label, colour in ((1, (255, 0, 0)), (2, (0, 255, 0)), (3, (0, 0, 255))):
        colours[truth == label] = colour
    pair("l_colours", lambda path: tifffile.imwrite(path, colours, photometric="rgb", metadata=None), None, fast=True)
    pair("l_fraction", save(truth.astype("f4") / 2), None)
    pair("l_negative", save(truth.astype("i4") - 1), None)
    pair("l_beyond", save(truth.astype("u8") << 40), None)
    second = np.stack([image, truth], axis=1)
    pair("l_second_channel", lambda path: tifffile.imwrite(path, second, imagej=True, metadata={"axes": "ZCYX"}), None, must_say=True)
    sized = {"imagej": True, "resolution": (4.0, 4.0), "metadata": {"axes": "ZYX", "spacing": 2.0, "unit": "um"}}
    other = {"imagej": True, "resolution": (2.0, 2.0), "metadata": {"axes": "ZYX", "spacing": 1.0, "unit": "um"}}
    pair("l_other_size", lambda path: tifffile.imwrite(path, truth, **other), truth.astype("u4"), must_say=True, options=sized)
    pair("l_other_shape", save(truth[:, :-1]), None)
    reused = truth.copy()
    reused[5, 0:3, 24:28] = 1
    pair("l_reused_ids", save(reused), None, must_say=True)
    return made


def text_files() -> list[Case]:
    packed = gzip.compress(b"not a volume")
    return [Case("packed.tif.gz", lambda path: path.write_bytes(packed)), Case("._mac.tif", lambda path: path.write_bytes(b"\x00\x05\x16\x07" + bytes(200)))]


def cases() -> list[Case]:
    small = SHAPE_ZYX[0] < 7  # label images have nuclei at places of the whole shape
    return signatures() + nifti() + nrrd_and_mha() + numpy_files() + slices() + ([] if small else labels()) + text_files()
