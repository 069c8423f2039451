"""Where a number comes from: the hash of what it was computed from, and the version that computed it (convention 8)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import metadata

import numpy as np
from blake3 import blake3
from numpy.typing import NDArray


@cache
def version() -> str:
    """The version of tanheng that is running.

    >>> version()[0].isdigit()
    True
    """
    return metadata.version("tanheng")


def digest(texts: Iterable[str], arrays: Iterable[NDArray[np.float64]]) -> str:
    """A BLAKE3 hash over texts and arrays, 64 hexadecimal digits.

    Arrays of any shape, values as little-endian float64, by increasing index whatever their order in memory. It reads
    once and on all cores; SHA-256 would take a tenth of the time of all accounts of a large table.

    >>> digest(["a"], [np.zeros(3)]) == digest(["a"], [np.zeros(3)])
    True
    >>> digest(["a"], [np.zeros(3)]) == digest(["b"], [np.zeros(3)])
    False
    """
    hasher = blake3(max_threads=blake3.AUTO)
    for text in texts:
        hasher.update(f"{len(text)}:{text}".encode())
    for array in arrays:
        hasher.update(str(array.shape).encode())
        whole = array.flags.c_contiguous or array.ndim < 2
        for part in [array] if whole else array:  # a part at a time is copied, never a whole Z
            hasher.update(np.ascontiguousarray(part, dtype="<f8").reshape(-1).view(np.uint8).data)
    return hasher.hexdigest()
