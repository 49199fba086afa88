"""Volumes, labels, questions, trainings and frozen versions of a Karyoloop server, as NumPy arrays.

All lists of three are z, y, x; sizes of voxels are in micrometres.
"""

from .arrays import RemoteArray
from .errors import KaryoloopError
from .project import Nucleus, Project, Question, Server, Training, TrainingJob, Volume, connect
from .versions import FrozenVolume, Version

__all__ = [
    "FrozenVolume",
    "KaryoloopError",
    "Nucleus",
    "Project",
    "Question",
    "RemoteArray",
    "Server",
    "Training",
    "TrainingJob",
    "Version",
    "Volume",
    "connect",
]
