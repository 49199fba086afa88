"""The peer of the import: tifffile and zarr-python as their users would write it, slab by slab.

Reads one JSON object from stdin: {"tiff": FILE, "out": FOLDER, "chunk": 64, "levels": [{"shapeZyx", "factorZyx"}, ...]}, and
writes a Zarr v3 array with gzip 1 for each level, each level the mean of the one before. Prints one object with the user and
system time, the wall time and the peak memory of this process. Needs tifffile, zarr and numpy.
"""
import json
import resource
import sys
import time

import numpy
import tifffile
import zarr
from zarr.codecs import BytesCodec, GzipCodec


def create(out, index, shape, chunk):
    return zarr.create_array(
        f"{out}/{index}",
        shape=shape,
        chunks=(chunk,) * 3,
        dtype="uint16",
        serializer=BytesCodec(endian="little"),
        compressors=GzipCodec(level=1),
        zarr_format=3,
        fill_value=0,
    )


def halve(slab, step):
    """The mean of each step's cell; voxels beyond the last whole cell repeat the edge."""
    for axis, factor in enumerate(step):
        if factor == 1:
            continue
        if slab.shape[axis] % 2:
            slab = numpy.concatenate([slab, slab.take([-1], axis)], axis)
        pair = [slice(None)] * 3
        pair[axis] = slice(0, None, 2)
        first = slab[tuple(pair)].astype(numpy.uint32)
        pair[axis] = slice(1, None, 2)
        slab = ((first + slab[tuple(pair)] + 1) // 2).astype(numpy.uint16)
    return slab


def main():
    given = json.load(sys.stdin)
    chunk, levels = given["chunk"], given["levels"]
    began = time.perf_counter()
    arrays = [create(given["out"], i, tuple(level["shapeZyx"]), chunk) for i, level in enumerate(levels)]
    source = tifffile.memmap(given["tiff"], mode="r")
    depth = levels[0]["shapeZyx"][0]
    for z in range(0, depth, chunk):
        arrays[0][z : z + chunk] = source[z : z + chunk]
    for i in range(1, len(levels)):
        step = [a // b for a, b in zip(levels[i]["factorZyx"], levels[i - 1]["factorZyx"])]
        height = levels[i]["shapeZyx"][0]
        for z in range(0, height, chunk):
            finer = arrays[i - 1][z * step[0] : (z + chunk) * step[0]]
            arrays[i][z : z + chunk] = halve(finer, step)[: height - z]
    seconds = time.perf_counter() - began
    usage = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps(
            {
                "cpuSeconds": usage.ru_utime + usage.ru_stime,
                "seconds": seconds,
                "peakBytes": usage.ru_maxrss * 1024,
            }
        )
    )


main()
