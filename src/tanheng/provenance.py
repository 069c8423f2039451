"""Where a number comes from: the hash of what it was computed from, and the version that computed it (convention 8)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import metadata

import numpy as np
from numpy.typing import NDArray

_CHUNK = 1 << 20  # 1 MiB: large enough to drown the calls, small enough to share between cores


@cache
def version() -> str:
    """The version of tanheng that is running.

    >>> version()[0].isdigit()
    True
    """
    return metadata.version("tanheng")


def digest(texts: Iterable[str], arrays: Iterable[NDArray[np.float64]]) -> str:
    """A SHA-256 over texts and arrays, 64 hexadecimal digits.

    Arrays are read once, in 1 MiB pieces hashed side by side; the result is the hash of the pieces' hashes, so it does
    not depend on how many cores there are. Arrays of any shape; values as little-endian float64.

    >>> digest(["a"], [np.zeros(3)]) == digest(["a"], [np.zeros(3)])
    True
    >>> digest(["a"], [np.zeros(3)]) == digest(["b"], [np.zeros(3)])
    False
    """
    total = hashlib.sha256()
    for text in texts:
        total.update(hashlib.sha256(text.encode()).digest())
    with ThreadPoolExecutor(2) as pool:
        for array in arrays:
            flat = np.ascontiguousarray(array, dtype="<f8").reshape(-1).view(np.uint8).data
            pieces = (flat[start : start + _CHUNK] for start in range(0, len(flat), _CHUNK))
            total.update(str(array.shape).encode())
            for piece in pool.map(lambda part: hashlib.sha256(part).digest(), pieces):
                total.update(piece)
    return total.hexdigest()
