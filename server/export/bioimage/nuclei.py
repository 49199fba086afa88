"""Nuclei from a 3D volume with the model of this folder: what Karyoloop does around the network.

The network says of every voxel how likely it lies in a nucleus (`foreground`) and how deep (`distance`, 0 at the
surface, 1 in the middle). This file makes the image ready for it and finds the nuclei in what it says:

1. `prepare`: the image's 1st and 99.8th percentile become 0 and 1; voxels become cubes of the size that the model
   knows (a nucleus is so many of them wide); sizes grow to whole multiples of the pooling factor, mirrored.
2. The network, run by whatever you have: ONNX Runtime, bioimageio.core, TensorFlow.js.
3. `find_nuclei`: the maps go back to the voxels of your image; maxima of the smoothed distance, far enough apart,
   are seeds, and each floods the foreground downhill until it meets another (a seeded watershed). What is too small
   or too large for a nucleus goes, and holes are closed.

In ten lines:

    import numpy, onnxruntime, tifffile, nuclei

    image = tifffile.imread("volume.tif")                           # z, y, x
    session = onnxruntime.InferenceSession("weights.onnx")
    run = lambda tensor: session.run(None, {"image": numpy.asarray(tensor)})[0]
    labels = nuclei.segment(image, (2.0, 0.5, 0.5), run)            # voxel size z, y, x in micrometres
    tifffile.imwrite("labels.tif", numpy.asarray(labels))

Nothing beyond Python's standard library (3.8 or newer) is imported. Images are anything with the buffer protocol
(NumPy arrays, `array`, `memoryview`) or nested sequences; results are memoryviews with a shape, which `numpy.asarray`
takes as they are. Plain Python takes its time: ten to forty seconds for a million voxels. What it computes is, to the last
bit, what Karyoloop computes for one pass of the network.

What Karyoloop does beyond this, and this file does not:
- it predicts once for every symmetry of the grid (up to 8) and takes the mean of the maps: a little better outlines;
- it predicts large volumes in tiles; here the whole volume goes through the network at once, so cut a large one into
  overlapping blocks yourself;
- for models that look for the nuclei's size in each image (`diameter_from` in nuclei.json is "image") it measures the
  diameter; here you give it: `diameter_um`;
- it moves outlines outwards by `outline_um` of nuclei.json, where people drew farther out than the model.

This file is part of Karyoloop (Apache License 2.0); nuclei.json holds the numbers of this model.
"""

import heapq
import json
import math
import os
import sys
from array import array

LOW_PERCENTILE = 1.0
HIGH_PERCENTILE = 99.8


def load_model(folder=None):
    """The numbers of the model: thresholds, voxel size, pooling factor (nuclei.json beside this file)."""
    with open(os.path.join(folder or os.path.dirname(os.path.abspath(__file__)), "nuclei.json")) as file:
        return json.load(file)


def segment(image, voxel_size_um, run, diameter_um=None, model=None):
    """Labels `[z, y, x]` (uint32; 0 is background) of a raw image `[z, y, x]`.

    voxel_size_um: z, y, x. run: takes the tensor `[1, 1, z, y, x]`, gives the maps `[1, heads, z, y, x]` (or without
    the 1). diameter_um: of a usual nucleus of this image; default is that of the labels the model learned from.
    """
    model = model or load_model()
    prepared = prepare(image, voxel_size_um, diameter_um, model)
    maps = run(prepared["tensor"])
    return find_nuclei(maps, prepared, model)


def prepare(image, voxel_size_um, diameter_um=None, model=None):
    """The tensor for the network, and what is needed to come back to the image's own voxels."""
    model = model or load_model()
    values, shape = _read(image, 3)
    own = (shape, tuple(float(size) for size in voxel_size_um))
    low, high = intensity_window(values)
    scale = 1.0 / (high - low)
    values = array("f", [min(1.0, max(0.0, (value - low) * scale)) for value in values])
    seen, diameter = own, None
    canonical = model["canonical"]
    if canonical:
        diameter = diameter_um or canonical["diameter_um"]
        seen = _cubic_space(own, diameter / canonical["voxels_per_diameter"])
        values = _resample(values, own, seen)
    padded = tuple(-(-size // step) * step for size, step in zip(seen[0], model["size_step_zyx"]))
    values = _pad_mirrored(values, seen[0], padded)
    return {"tensor": _shaped(values, (1, 1) + padded), "own": own, "seen": seen, "diameter_um": diameter}


def find_nuclei(maps, prepared, model=None):
    """Labels `[z, y, x]` on the image's own voxels, from the maps of the prepared tensor."""
    model = model or load_model()
    values, shape = _read(maps, None)
    heads, padded = shape[-4], shape[-3:]
    size = padded[0] * padded[1] * padded[2]
    seen = {}
    for index, name in enumerate(model["heads"][:heads]):
        seen[name] = _crop(values[index * size:(index + 1) * size], padded, prepared["seen"][0])
    if "boundary" not in seen:
        seen["boundary"] = _boundary_of(seen["foreground"], seen["distance"])
    if model["canonical"]:
        seen = {name: _resample(one, prepared["seen"], prepared["own"]) for name, one in seen.items()}
    thresholds = dict(model["thresholds"])
    if prepared["diameter_um"]:
        factor = prepared["diameter_um"] / model["canonical"]["diameter_um"]
        thresholds["min_separation_um"] *= factor
        thresholds["min_volume_um3"] *= factor ** 3
        thresholds["max_volume_um3"] *= factor ** 3
    shape, voxel_size_um = prepared["own"]
    return watershed_nuclei(seen["foreground"], seen["distance"], seen["boundary"], shape, voxel_size_um, thresholds)


def watershed_nuclei(foreground, distance, boundary, shape, voxel_size_um, thresholds):
    """The seeded watershed by itself: probabilities `[z, y, x]` (boundary may be None) -> labels."""
    foreground, distance = _read(foreground, None)[0], _read(distance, None)[0]
    boundary = _boundary_of(foreground, distance) if boundary is None else _read(boundary, None)[0]
    heights = _smooth(distance, shape, voxel_size_um, min(voxel_size_um[1:]))
    least = thresholds["foreground"]
    mask = bytearray(1 if value > least else 0 for value in foreground)
    seeds = _find_seeds(heights, mask, shape, voxel_size_um, thresholds["seed"], thresholds["min_separation_um"])
    wall = thresholds["wall"]
    landscape = array("f", [wall * b - h for b, h in zip(boundary, heights)])
    labels = _flood(landscape, seeds, mask, shape)
    _remove_implausible(labels, voxel_size_um, thresholds["min_volume_um3"], thresholds["max_volume_um3"])
    _fill_holes(labels, shape)
    return _shaped(labels, shape)


def _boundary_of(foreground, distance):
    """Without a map of its own the rim is where there is foreground but hardly any distance."""
    return array("f", [f * max(0.0, 1.0 - 2.0 * d) for f, d in zip(foreground, distance)])


# --- Intensities -----------------------------------------------------------------------------------------------------


def intensity_window(values):
    """Intensities that become 0 and 1: percentiles 1 and 99.8 of the whole volume.

    Where nuclei are rarer than 0.2 % of the volume the upper percentile is noise; then the upper end is what the
    brightest few dozen voxels reach, and well above the noise in any case.
    """
    every = -(-len(values) // 4_000_000) or 1
    ordered = sorted(values[::every])
    low = _value_at(ordered, LOW_PERCENTILE / 100)
    high = _value_at(ordered, HIGH_PERCENTILE / 100)
    quarter = _value_at(ordered, 0.25)
    sigma = (quarter - low) / (2.3263 - 0.6745)
    background = quarter + 0.6745 * sigma
    if high <= background + 4.5 * sigma:
        last = len(values) - 1
        smooth = sorted(
            sorted((values[max(0, i - 1)], values[i], values[min(last, i + 1)]))[1] for i in range(0, len(values), every)
        )
        rare = max(2e-5, 50 / len(values))
        high = max(background + 8 * sigma, _value_at(smooth, max(0.0, 1 - rare)))
    return low, high if high > low else low + 1


def _value_at(ordered, share):
    return ordered[math.floor(share * (len(ordered) - 1) + 0.5)]


# --- Grids -----------------------------------------------------------------------------------------------------------


def _cubic_space(own, side_um):
    """Cubes over the same piece of space; bounded, so that thick slices do not fill the memory."""
    shape, size_um = own
    voxels = shape[0] * shape[1] * shape[2]
    bound = max(16_000_000, 4 * voxels)

    def space_of(factor):
        sizes = tuple(min(one, side_um * factor) if one > side_um else side_um for one in size_um)
        counts = tuple(max(1, math.ceil(n * one / new - 1e-6)) for n, one, new in zip(shape, size_um, sizes))
        return counts, sizes

    factor = 1.0
    space = space_of(factor)
    while space[0][0] * space[0][1] * space[0][2] > bound and factor < max(size_um) / side_um:
        factor *= 1.1
        space = space_of(factor)
    return space


def _resample(values, old, new):
    """Linear between the voxels' centres; the weighted mean of all that a voxel covers where the new grid is coarser."""
    shape = list(old[0])
    for axis in sorted(range(3), key=lambda a: new[0][a] / old[0][a]):
        if old[0][axis] == new[0][axis] and abs(new[1][axis] / old[1][axis] - 1) < 1e-9:
            continue
        taps = _linear_taps(old[0][axis], new[0][axis], new[1][axis] / old[1][axis])
        values = _resample_axis(values, shape, axis, taps)
        shape[axis] = new[0][axis]
    return values


def _linear_taps(size, count, scale):
    """For each new place: pairs of an old place and its weight."""
    half_width = max(1.0, scale)
    reach = math.ceil(2 * half_width) + 1
    places = []
    for i in range(count):
        middle = min(size - 1, max(0, (i + 0.5) * scale - 0.5))
        first = math.ceil(middle - half_width)
        shares = [max(0.0, 1 - abs(first + k - middle) / half_width) for k in range(reach)]
        total = sum(shares)
        weights = array("f", shares)
        weights = array("f", [weight / total for weight in weights])
        places.append([(min(size - 1, max(0, first + k)), w) for k, w in enumerate(weights) if w != 0])
    return places


def _resample_axis(values, shape, axis, taps):
    result = array("f")
    if axis == 2:
        width = shape[2]
        reach = max(len(places) for places in taps)
        index = [[places[min(k, len(places) - 1)][0] for places in taps] for k in range(reach)]
        weight = [[places[k][1] if k < len(places) else 0.0 for places in taps] for k in range(reach)]
        for start in range(0, len(values), width):
            row = values[start:start + width]
            line = array("f", bytes(4 * len(taps)))
            for places, weights in zip(index, weight):
                line = array("f", [sum_ + w * row[i] for sum_, w, i in zip(line, weights, places)])
            result.extend(line)
        return result
    inner = shape[2] if axis == 1 else shape[1] * shape[2]
    block = shape[axis] * inner
    for start in range(0, len(values), block):
        for places in taps:
            line = array("f", bytes(4 * inner))
            for place, weight in places:
                row = values[start + place * inner:start + (place + 1) * inner]
                line = array("f", [sum_ + weight * value for sum_, value in zip(line, row)])
            result.extend(line)
    return result


def _pad_mirrored(values, shape, padded):
    """... 2 1 | 0 1 2 ... n-1 | n-2 ... at the far ends."""
    if tuple(shape) == tuple(padded):
        return values
    zs, ys, xs = ([_mirror(i, size) for i in range(whole)] for size, whole in zip(shape, padded))
    result = array("f")
    for z in zs:
        for y in ys:
            start = (z * shape[1] + y) * shape[2]
            row = values[start:start + shape[2]]
            result.extend(row[x] for x in xs)
    return result


def _mirror(index, size):
    if size == 1:
        return 0
    folded = index % (2 * (size - 1))
    return folded if folded < size else 2 * (size - 1) - folded


def _crop(values, padded, shape):
    if tuple(shape) == tuple(padded):
        return values
    result = array("f")
    for z in range(shape[0]):
        for y in range(shape[1]):
            start = (z * padded[1] + y) * padded[2]
            result.extend(values[start:start + shape[2]])
    return result


# --- Watershed -------------------------------------------------------------------------------------------------------


def _smooth(values, shape, voxel_size_um, sigma_um):
    """Gaussian of a width in micrometres; values beyond the border repeat the border's."""
    for axis in range(3):
        sigma = sigma_um / voxel_size_um[axis]
        radius = 0 if sigma < 0.2 else math.ceil(3 * sigma)
        if radius == 0:
            continue
        half = [math.exp((-i * i) / (2 * sigma * sigma)) for i in range(radius + 1)]
        total = 0.0
        for i, weight in enumerate(half):
            total += weight if i == 0 else 2 * weight
        values = _smooth_axis(values, shape, axis, [weight / total for weight in half])
    return values


def _smooth_axis(values, shape, axis, kernel):
    size = shape[axis]
    inner = (shape[1] * shape[2], shape[2], 1)[axis]
    result = array("f")
    if inner == 1:
        reach = len(kernel) - 1
        for start in range(0, len(values), size):
            row = list(values[start:start + size])
            wide = [row[0]] * reach + row + [row[-1]] * reach
            line = [kernel[0] * value for value in row]
            for k in range(1, reach + 1):
                weight = kernel[k]
                line = [s + weight * (a + b) for s, a, b in zip(line, wide[reach - k:], wide[reach + k:])]
            result.extend(line)
        return result
    for start in range(0, len(values), size * inner):
        rows = [values[start + i * inner:start + (i + 1) * inner] for i in range(size)]
        for i in range(size):
            line = [kernel[0] * value for value in rows[i]]
            for k in range(1, len(kernel)):
                weight = kernel[k]
                before, after = rows[max(0, i - k)], rows[min(size - 1, i + k)]
                line = [s + weight * (a + b) for s, a, b in zip(line, before, after)]
            result.extend(line)
    return result


def _find_seeds(heights, mask, shape, voxel_size_um, least, separation_um):
    """Voxels that no neighbour exceeds and that reach `least`, from the highest down, none too near to one before."""
    depth, rows, columns = shape
    plane = rows * columns
    peaks = []
    for at, value in enumerate(heights):
        if value < least or not mask[at]:
            continue
        z, rest = divmod(at, plane)
        y, x = divmod(rest, columns)
        x_from, x_to = max(0, x - 1), min(columns, x + 2)
        if all(
            max(heights[row + x_from:row + x_to]) <= value
            for row in (
                nz * plane + ny * columns
                for nz in range(max(0, z - 1), min(depth, z + 2))
                for ny in range(max(0, y - 1), min(rows, y + 2))
            )
        ):
            peaks.append((-value, at, z, y, x))
    peaks.sort()
    cell_size = [max(1, math.ceil(separation_um / size)) for size in voxel_size_um]
    cells, seeds = {}, []
    for _, at, z, y, x in peaks:
        cell = (z // cell_size[0], y // cell_size[1], x // cell_size[2])
        near = (
            other
            for dz in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for dx in (-1, 0, 1)
            for other in cells.get((cell[0] + dz, cell[1] + dy, cell[2] + dx), ())
        )
        if any(
            math.sqrt(sum(((a - b) * size) ** 2 for a, b, size in zip((z, y, x), other, voxel_size_um))) < separation_um
            for other in near
        ):
            continue
        cells.setdefault(cell, []).append((z, y, x))
        seeds.append(at)
    return seeds


def _flood(landscape, seeds, mask, shape):
    """Every seed floods the mask from low to high through faces; a voxel belongs to the flood that comes first."""
    depth, rows, columns = shape
    plane = rows * columns
    labels = array("I", bytes(array("I").itemsize * len(mask)))
    for label, at in enumerate(seeds, 1):
        labels[at] = label
    heap, age = [], 0
    for at in sorted(seeds):
        heap.append((landscape[at], age, at))
        age += 1
    heapq.heapify(heap)
    while heap:
        _, _, at = heapq.heappop(heap)
        label = labels[at]
        z, rest = divmod(at, plane)
        y, x = divmod(rest, columns)
        for there, other in (
            (z > 0, at - plane),
            (y > 0, at - columns),
            (x > 0, at - 1),
            (x + 1 < columns, at + 1),
            (y + 1 < rows, at + columns),
            (z + 1 < depth, at + plane),
        ):
            if there and mask[other] and not labels[other]:
                labels[other] = label
                heapq.heappush(heap, (landscape[other], age, other))
                age += 1
    return labels


def _remove_implausible(labels, voxel_size_um, least_um3, most_um3):
    voxel_um3 = voxel_size_um[0] * voxel_size_um[1] * voxel_size_um[2]
    counts = {}
    for label in labels:
        if label:
            counts[label] = counts.get(label, 0) + 1
    gone = {label for label, n in counts.items() if not least_um3 <= n * voxel_um3 <= most_um3}
    if gone:
        for at, label in enumerate(labels):
            if label in gone:
                labels[at] = 0


def _fill_holes(labels, shape):
    """Background that one nucleus encloses, in its slice or in 3D, becomes that nucleus."""
    for label, (low, high) in sorted(_boxes(labels, shape).items()):
        depth, height, width = (b - a for a, b in zip(low, high))
        starts = [
            ((z + low[0]) * shape[1] + y + low[1]) * shape[2] + low[2] for z in range(depth) for y in range(height)
        ]
        outside = [labels[start + x] != label for start in starts for x in range(width)]
        size = height * width
        holes = []
        for z in range(depth):
            holes.extend(z * size + at for at in _enclosed(outside[z * size:(z + 1) * size], (1, height, width)))
        holes.extend(_enclosed(outside, (depth, height, width)))
        for hole in holes:
            row, x = divmod(hole, width)
            if labels[starts[row] + x] == 0:
                labels[starts[row] + x] = label


def _boxes(labels, shape):
    boxes = {}
    at = 0
    for z in range(shape[0]):
        for y in range(shape[1]):
            row = labels[at:at + shape[2]]
            at += shape[2]
            for x, label in enumerate(row):
                if not label:
                    continue
                box = boxes.get(label)
                if box is None:
                    boxes[label] = ([z, y, x], [z + 1, y + 1, x + 1])
                    continue
                low, high = box
                high[0] = z + 1
                low[1], high[1] = min(low[1], y), max(high[1], y + 1)
                low[2], high[2] = min(low[2], x), max(high[2], x + 1)
    return boxes


def _enclosed(outside, shape):
    """Places of `outside` that no way through faces leads from to the border of the box (on axes longer than 1)."""
    depth, height, width = shape
    plane = height * width
    left = bytearray(outside)
    ways = [
        at
        for at, is_outside in enumerate(outside)
        if is_outside
        and (
            (depth > 1 and at // plane in (0, depth - 1))
            or at // width % height in (0, height - 1)
            or at % width in (0, width - 1)
        )
    ]
    for at in ways:
        left[at] = 0
    while ways:
        at = ways.pop()
        z, rest = divmod(at, plane)
        y, x = divmod(rest, width)
        for there, other in (
            (z > 0, at - plane),
            (y > 0, at - width),
            (x > 0, at - 1),
            (x + 1 < width, at + 1),
            (y + 1 < height, at + width),
            (z + 1 < depth, at + plane),
        ):
            if there and left[other]:
                left[other] = 0
                ways.append(other)
    return [at for at, is_left in enumerate(left) if is_left]


# --- Arrays ----------------------------------------------------------------------------------------------------------


def _read(values, dimensions):
    """Flat 32-bit floats in C order, and the shape."""
    try:
        view = memoryview(values)
    except TypeError:
        shape, flat = [], [values]
        while hasattr(flat[0], "__len__"):
            shape.append(len(flat[0]))
            if any(len(one) != shape[-1] for one in flat):
                raise ValueError("the rows of the image are not equally long") from None
            flat = [inner for one in flat for inner in one]
        flat, shape = array("f", flat), tuple(shape)
    else:
        code = view.format.lstrip("<>=@!|")
        flat, shape = array(code), tuple(view.shape)
        if flat.itemsize != view.itemsize:
            raise ValueError("values of the type %s cannot be read: convert them to 32-bit floats" % view.format)
        flat.frombytes(view.tobytes())
        if view.format[0] in (">!" if sys.byteorder == "little" else "<"):
            flat.byteswap()
        if code != "f":
            flat = array("f", flat)
    if dimensions is not None and len(shape) != dimensions:
        raise ValueError("an image of %d axes is needed (z, y, x), this one has %d" % (dimensions, len(shape)))
    if not flat:
        raise ValueError("the image is empty")
    return flat, shape


def _shaped(values, shape):
    return memoryview(values).cast("B").cast(values.typecode, list(shape))
