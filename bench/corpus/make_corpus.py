"""Writes the import corpus: `make_corpus.py FOLDER [--fast]`. Needs numpy, tifffile and h5py; what else it finds, it uses."""

import sys
from pathlib import Path

from case import make


def collect() -> list:
    found = []
    for module in ("tiff_cases", "hdf5_cases", "zarr_cases", "n5_cases", "other_cases"):
        try:
            found += __import__(module).cases()
        except ImportError as error:
            print(f"{module} left out: {error}")
    return found


make(collect(), Path(sys.argv[1]), "--fast" in sys.argv)
