"""EMERGING's MATLAB 7.3 (HDF5) files, made at their layout: two economies, two sectors, three categories."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import savemat

Z = np.array([[1.0, 5, 2, 0], [0, 3, 0, 4], [5, 0, 6, 9], [0, 7, 0, 8]])  # suppliers by users, as in MATLAB
F = np.arange(24.0).reshape(4, 6) + 10  # suppliers by (economy, category)
X = Z.sum(axis=1) + F.sum(axis=1)
CO2 = np.arange(28.0).reshape(4, 7)  # sectors by fuels


def write(path: Path, *, inside: str = "", **changes: Any) -> Path:
    """A MATLAB 7.3 file as HDF5 shows it: 512 bytes of MATLAB's own, arrays turned, texts behind references."""
    h5py = pytest.importorskip("h5py", reason="EMERGING is HDF5: needs h5py")
    arrays = {"z": Z, "f": F, "va": (X - Z.sum(axis=0))[:, None], "X": X[:, None]} | changes
    lists = {
        "country_list": ["CHN", "USA"],
        "sector_list": ["01 Live animals", "99 Electricity"],
        "final_list": ["Household consumption", "Government consumption", "Gross capital formation"],
    }
    with h5py.File(path, "w", userblock_size=512) as file:
        group = file.create_group(inside) if inside else file
        for name, values in arrays.items():
            if values is not None:
                group.create_dataset(name, data=values.T)
        for name, texts in lists.items():
            cells = np.empty((1, len(texts)), dtype=h5py.ref_dtype)
            for at, text in enumerate(texts):
                codes = np.array([[ord(letter)] for letter in text], dtype=np.uint16)
                cells[0, at] = file.require_group("#refs#").create_dataset(f"{name}{at}", data=codes).ref
            group.create_dataset(name, data=cells, dtype=h5py.ref_dtype)
    return path


def folder_of(path: Path) -> Path:
    """A year with its CO2 by fuels."""
    path.mkdir(parents=True, exist_ok=True)
    write(path / "EMERGING_V2_2023_m.mat")
    savemat(path / "EMERGING_CO2_2023.mat", {"CO2": CO2})
    return path
