"""Writes the import corpus: `make_corpus.py FOLDER [--fast] [--names PATTERN] [--converted]`. Needs numpy, tifffile and h5py; what else it finds, it uses."""

import sys
from pathlib import Path

from case import make


MODULES = ("tiff_cases", "hdf5_cases", "zarr_cases", "n5_cases", "other_cases")


def collect() -> list:
    found = []
    for module in ("converted_cases",) if "--converted" in sys.argv else MODULES:
        try:
            found += __import__(module).cases()
        except (ImportError, IndexError, ValueError) as error:  # no such library, or cases that need the whole shape
            print(f"{module} left out: {error}")
    return found


names = sys.argv[sys.argv.index("--names") + 1] if "--names" in sys.argv else "."
make(collect(), Path(sys.argv[1]), "--fast" in sys.argv, names)
