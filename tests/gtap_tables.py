"""A made data base of GTAP: two regions, two commodities (one a transport service), every header as CSV."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

REGIONS, SECTORS, SERVICES, FACTORS, FUELS = (
    ["chn", "usa"],
    ["gds", "wtp"],
    ["wtp"],
    ["Land", "Capital"],
    ["coa", "gas"],
)
FULL = {"COMM": SECTORS, "ACTS": SECTORS, "REG": REGIONS, "MARG": SERVICES, "ENDW": FACTORS, "FUEL": FUELS}
AXES = {
    "VDFB": "COMM ACTS REG", "VMFB": "COMM ACTS REG", "VDPB": "COMM REG", "VMPB": "COMM REG", "VDGB": "COMM REG",
    "VMGB": "COMM REG", "VDIB": "COMM REG", "VMIB": "COMM REG", "EVFB": "ENDW ACTS REG", "VXSB": "COMM REG REG",
    "VMSB": "COMM REG REG", "VST": "MARG REG", "VTWR": "MARG COMM REG REG", "MDF": "FUEL ACTS REG",
    "MMF": "FUEL ACTS REG", "MDP": "FUEL REG", "MMP": "FUEL REG", "MDG": "FUEL REG", "MMG": "FUEL REG",
}  # fmt: skip
OLD = {
    "VDFB": "VDFM", "VMFB": "VIFM", "VDPB": "VDPM", "VMPB": "VIPM", "VDGB": "VDGM", "VMGB": "VIGM", "EVFB": "VFM",
    "VXSB": "VXMD", "VMSB": "VIMS", "MMF": "MIF", "MMP": "MIP", "MMG": "MIG",
}  # fmt: skip


def base(seed: int = 0) -> dict[str, np.ndarray]:
    """A data base whose identities hold: imports by user and by origin, transport paid for and supplied."""
    rng = np.random.default_rng(seed)
    made = {name: rng.uniform(1, 9, [len(FULL[axis]) for axis in axes.split()]) for name, axes in AXES.items()}
    made["VXSB"][:, 0, 0] = made["VXSB"][:, 1, 1] = 0.0
    made["VTWR"][:, :, 0, 0] = made["VTWR"][:, :, 1, 1] = 0.0
    made["VST"] *= (made["VTWR"].sum(axis=(1, 2, 3)) / made["VST"].sum(axis=1))[:, None]
    made["VMSB"] = 1.1 * made["VXSB"] + made["VTWR"].sum(axis=0)  # a tenth of export tax and tariff
    users = made["VMFB"].sum(axis=1) + made["VMPB"] + made["VMGB"] + made["VMIB"]
    scale = made["VMSB"].sum(axis=1) / users  # (i, s)
    for name in ("VMPB", "VMGB", "VMIB"):
        made[name] *= scale
    made["VMFB"] *= scale[:, None]
    return made


def write(folder: Path, made: Mapping[str, np.ndarray], labels: Mapping[str, Sequence[str]] = FULL) -> Path:
    """Every header as CSV, a cell a line."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in made.items():
        axes = AXES[{new: old for old, new in OLD.items()}.get(name, name)].split()
        sets = [list(labels[axis]) + ["CGDS"] * (values.shape[at] - len(labels[axis])) for at, axis in enumerate(axes)]
        with (folder / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*axes, "Value"])
            for cell in itertools.product(*map(range, values.shape)):
                writer.writerow([*(one[i] for one, i in zip(sets, cell, strict=True)), repr(float(values[cell]))])
    return folder
