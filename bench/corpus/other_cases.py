"""Formats by their signature, label images, and names that mean something."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import tifffile

from case import SHAPE_ZYX, Case, ramp

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
    "html": b"<!doctype html><html><body>Sign in</body></html>" * 20,
}


def signatures() -> list[Case]:
    made = [Case(f"other_{kind}.{kind}", lambda path, raw=raw: path.write_bytes(raw), fast=kind in ("czi", "npy")) for kind, raw in SIGNATURES.items()]
    made += [Case(f"renamed_{kind}.tif", lambda path, raw=raw: path.write_bytes(raw)) for kind, raw in SIGNATURES.items() if kind in ("czi", "mat", "html", "npy")]
    made.append(Case("empty.tif", lambda path: path.write_bytes(b"")))
    return made


def nifti() -> list[Case]:
    def write(path: Path, kind="u2", zooms=(0.25, 0.5, 2.0), unit="micron", slope=None, affine=None) -> None:
        import nibabel

        data = np.transpose(ramp(kind), (2, 1, 0))
        image = nibabel.Nifti1Image(data, affine if affine is not None else np.diag([*zooms, 1.0]))
        image.header.set_xyzt_units(unit)
        if slope is not None:
            image.header.set_slope_inter(*slope)
        nibabel.save(image, path)

    made = [
        Case("n_u2.nii", write, ramp(), (2.0, 0.5, 0.25), fast=True),
        Case("n_u2.nii.gz", write, ramp(), (2.0, 0.5, 0.25)),
        Case("n_f4.nii", lambda path: write(path, "f4"), ramp("f4"), (2.0, 0.5, 0.25)),
        Case("n_i2.nii", lambda path: write(path, "i2"), ramp("i2"), (2.0, 0.5, 0.25)),
        Case("n_mm.nii", lambda path: write(path, zooms=(0.25e-3, 0.5e-3, 2e-3), unit="mm"), ramp(), (2.0, 0.5, 0.25)),
    ]
    return made


def nrrd_and_mha() -> list[Case]:
    def nrrd(path: Path, encoding="gzip", **header) -> None:
        import nrrd as writer

        said = {"encoding": encoding, "space directions": np.diag([0.25, 0.5, 2.0]), "space units": ["um", "um", "um"], "space dimension": 3}
        writer.write(str(path), np.transpose(ramp(), (2, 1, 0)), said | header)

    def mha(path: Path, compressed: bool) -> None:
        import SimpleITK

        image = SimpleITK.GetImageFromArray(ramp())
        image.SetSpacing((0.25, 0.5, 2.0))
        SimpleITK.WriteImage(image, str(path), compressed)

    return [
        Case("r_gzip.nrrd", nrrd, ramp(), (2.0, 0.5, 0.25), fast=True),
        Case("r_raw.nrrd", lambda path: nrrd(path, "raw"), ramp(), (2.0, 0.5, 0.25)),
        Case("m_raw.mha", lambda path: mha(path, False), ramp(), None, fast=True),
        Case("m_zlib.mha", lambda path: mha(path, True), ramp(), None),
    ]


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
    return signatures() + nifti() + nrrd_and_mha() + labels() + text_files()
