"""The whole walk of a program through the package `karyoloop`, against a server with one empty project. Asserts all of it."""

import io
import os
import sys
import tempfile
import zipfile

import numpy as np

import karyoloop

server = karyoloop.connect()
me = server.me()
assert me["token"]["scope"] == "manage", me
project = server.project("Walk")
assert project.role == "owner" and project.volumes() == []

random = np.random.default_rng(7)
SHAPE = (5, 70, 66)
image = random.integers(0, 4000, SHAPE, dtype=np.uint16)
volume = project.upload_volume("embryo 1", image, specimen="embryo", voxel_size_zyx=(2, 0.5, 0.4))
assert volume.state == "ready" and volume.shape_zyx == SHAPE and volume.voxel_size_zyx == (2, 0.5, 0.4), volume
assert np.array_equal(volume.image[:], image)

# Slices are those of NumPy, read from the chunks that they meet.
for _ in range(20):
    cut = tuple(slice(*sorted(random.integers(-size, size, 2).tolist())) for size in SHAPE)
    assert np.array_equal(volume.image[cut], image[cut]), cut
assert np.array_equal(volume.image[2], image[2]) and volume.image[-1, 69, 65] == image[-1, 69, 65]
assert np.array_equal(volume.image[..., ::3], image[..., ::3]) and np.asarray(volume.image).dtype == np.uint16

labels = np.zeros(SHAPE, np.uint32)
labels[1:4, 10:20, 10:22] = 3
labels[1:3, 60:68, 30:40] = 7
volume.upload_labels(labels, mode="accepted")
assert np.array_equal(volume.labels[:], labels)
nuclei = {one.label: one for one in volume.nuclei()}
assert {label: one.voxels for label, one in nuclei.items()} == {3: 360, 7: 160}, nuclei
assert nuclei[3].status == "accepted" and nuclei[3].min_zyx == (1, 10, 10) and nuclei[3].max_zyx == (4, 20, 22)
known = volume.known[:]
assert (known[labels > 0] == 2).all() and (known[labels == 0] != 2).all() and (known == 1).any() and (known == 0).any()

proposed = np.zeros(SHAPE, np.uint16)
proposed[1:4, 35:45, 10:20] = 1
proposed[1:4, 25:33, 45:55] = 2
volume.upload_labels(proposed)
assert np.array_equal(volume.proposals[:] > 0, proposed > 0)
question = volume.next_question()
assert question is not None and (volume.proposals[question.box] == question.label_value).sum() == question.voxels
taken = volume.proposals[:] == question.label_value
volume.decide(question.label_value, "accepted")
assert np.array_equal(volume.labels[:], np.where(taken, question.label_value, labels))
other = volume.next_question()
assert other is not None and other.label_value != question.label_value
volume.decide(other.label_value, "rejected")
assert volume.next_question() is None and not (volume.proposals[:] > 0).any()
try:
    volume.decide(other.label_value, "accepted")
    raise AssertionError("a proposal is decided once")
except karyoloop.KaryoloopError as error:
    assert error.status == 422 and error.tag == "proposal-not-open" and error.hint

training = project.training()
assert isinstance(training.missing, list)

before = volume.labels[:]
version = project.freeze("CC-BY-4.0")
assert version.version == 1 and version.licence == "CC-BY-4.0", version
(frozen,) = version.volumes
assert np.array_equal(frozen.image[:], image) and np.array_equal(frozen.labels[:], before)
assert (frozen.known[:][before > 0] == 2).all()
with tempfile.TemporaryDirectory() as folder:
    path = version.download(os.path.join(folder, "data.zip"))
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        assert archive.testzip() is None and any(name.endswith("dataset.json") for name in archive.namelist())

done = ["numpy"]
try:
    import zarr  # noqa: F401

    assert np.array_equal(volume.labels.zarr()[:], before) and np.array_equal(frozen.labels.zarr()[1:3, 60:], before[1:3, 60:])
    done.append("zarr")
except ImportError:
    pass
try:
    import dask.array  # noqa: F401

    assert np.array_equal(volume.image.dask()[1:4, 5:].compute(), image[1:4, 5:])
    done.append("dask")
except ImportError:
    pass
try:
    import torch  # noqa: F401

    patches = version.dataset(patch_zyx=(4, 32, 32))
    assert len(patches) > 0 and (patches[0]["known"] > 0).any() and patches[0]["image"].shape == (1, 4, 32, 32)
    done.append("torch")
except ImportError:
    pass

from karyoloop.napari import get_reader  # noqa: E402

address = os.environ["KARYOLOOP_URL"].replace("http://", "karyoloop+http://") + f"/volumes/{volume.id}"
assert get_reader("/a/file.tif") is None
(shown, shape, kind), (shown_labels, _, labels_kind), *_ = get_reader(address)(address)
assert np.array_equal(np.asarray(shown), image) and shape["scale"] == (2, 0.5, 0.4) and (kind, labels_kind) == ("image", "labels")
assert np.array_equal(np.asarray(shown_labels), before)
print("walked with", ", ".join(done))
sys.exit(0)
