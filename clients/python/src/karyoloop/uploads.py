from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .arrays import npy_header
from .transport import Transport

Progress = Callable[[float], None]
_SAMPLE_BYTES = 1 << 20


def upload(transport: Transport, project_id: str, source: ArrayLike | str | os.PathLike[str], progress: Progress | None) -> str:
    """Brings a file or an array to the server, in pieces; one that broke off goes on. Returns the id of the upload."""
    if isinstance(source, (str, os.PathLike)):
        return _upload_file(transport, project_id, Path(source), Path(source).name, progress)
    array = np.ascontiguousarray(source)
    if array.ndim != 3:
        raise ValueError(f"a volume has the axes z, y, x; this array has {array.ndim}")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "volume.npy"
        with file.open("wb") as out:
            out.write(npy_header(array))
            for plane in array:
                out.write(plane.tobytes())
        return _upload_file(transport, project_id, file, file.name, progress)


def image_in(transport: Transport, project_id: str, upload_id: str, shape: tuple[int, ...] | None) -> str:
    """The image of an upload: the only one, or the one of this shape (an array of NumPy does not say its axes)."""
    found = transport.get(f"/api/v1/projects/{project_id}/uploads/{upload_id}")
    images: list[dict[str, Any]] = found["images"]
    fitting = [one for one in images if shape is None or tuple(one["shapeZyx"]) == tuple(shape)]
    if len(images) == 1 or len(fitting) == 1:
        return str((fitting or images)[0]["path"])
    if shape is not None and fitting:
        return str(fitting[0]["path"])
    names = ", ".join(repr(one["path"]) for one in images)
    raise ValueError(f"the file holds {len(images)} images: name one of {names} as image=…")


def _upload_file(transport: Transport, project_id: str, file: Path, name: str, progress: Progress | None) -> str:
    size = file.stat().st_size
    path = f"/api/v1/projects/{project_id}/uploads"
    begun = transport.send("POST", path, {"fileName": name, "sizeBytes": size, "fingerprint": _fingerprint(file, name, size)})
    upload_id, received = str(begun["uploadId"]), int(begun["receivedBytes"])
    with file.open("rb") as content:
        while received < size:
            content.seek(received)
            piece = content.read(int(begun["pieceBytes"]))
            answer = transport.content("PUT", f"{path}/{upload_id}", piece, query={"offset": received})
            received = int(json.loads(answer)["receivedBytes"])
            if progress:
                progress(received / size)
    return upload_id


def _fingerprint(file: Path, name: str, size: int) -> str:
    digest = hashlib.sha256(f"{name} {size} {file.stat().st_mtime_ns}".encode())
    with file.open("rb") as content:
        digest.update(content.read(_SAMPLE_BYTES))
        content.seek(max(0, size - _SAMPLE_BYTES))
        digest.update(content.read(_SAMPLE_BYTES))
    return digest.hexdigest()
