"""GTAP, on a made data base: two regions, two commodities (one a transport service), every header as CSV."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gtap_tables import AXES, FULL, OLD, base, write
from hypothesis import given, settings
from hypothesis import strategies as st

from tanheng.accounts import consumption, production
from tanheng.data import archive
from tanheng.data.readers import gtap
from tanheng.errors import InputError, LabelError, MissingError
from tanheng.labels.names import read_classification
from tanheng.systems.table import Table


def read(folder: Path) -> Table:
    return gtap.read(archive.open(folder), 2017)


def test_a_cell_by_hand(tmp_path: Path) -> None:
    made = base()
    table = read(write(tmp_path / "GTAP-2017", made))
    assert gtap.years(archive.open(tmp_path / "GTAP-2017")) == (2017,)
    assert table.regions == ("CHN", "USA")
    assert table.demand == gtap.DEMAND
    share = made["VMFB"][0, 1, 1] / made["VMSB"][0, :, 1].sum()  # of the goods that the USA imports, for its transport
    traded = share * made["VXSB"][0, 0, 1]
    assert table.Z.sel(region="CHN", sector="gds", to_region="USA", to_sector="wtp").item() == pytest.approx(traded)
    at_home = table.Z.sel(region="USA", sector="gds", to_region="USA", to_sector="wtp").item()
    assert at_home == pytest.approx(made["VDFB"][0, 1, 1])
    services = made["VMFB"][1, 1, 1] / made["VMSB"][1, :, 1].sum()
    paid = share * made["VTWR"][0, 0, 0, 1] + services * made["VTWR"][0, 1, 0, 1]
    shipped = services * made["VXSB"][1, 0, 1] + paid * made["VST"][0, 0] / made["VST"].sum()
    cell = table.Z.sel(region="CHN", sector="wtp", to_region="USA", to_sector="wtp").item()
    assert cell == pytest.approx(shipped)


@settings(max_examples=15)
@given(st.integers(0, 1000))
def test_every_total_of_the_source_is_kept(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    made = base(seed)
    table = read(write(tmp_path_factory.mktemp("base") / "2017", made))
    sold = made["VDFB"].sum(axis=1) + made["VDPB"] + made["VDGB"] + made["VDIB"] + made["VXSB"].sum(axis=2)
    sold[1] += made["VST"][0]
    np.testing.assert_allclose(table.x.values.T, sold, rtol=1e-12)  # sums of a dozen numbers
    assert table.V is not None
    inputs = table.Z.values.sum(axis=(0, 1)) + table.V.values.sum(axis=0)
    np.testing.assert_allclose(inputs, table.x.values, rtol=1e-12)
    np.testing.assert_array_equal(table.V.sel(input="Land").values, made["EVFB"][0].T)
    given_away = sum(made[name].sum() for name in ("VMFB", "VMPB", "VMGB", "VMIB"))
    taxes = 0.1 * made["VXSB"].sum()  # all that importers pay beyond basic prices and transport
    foreign = made["VXSB"].sum() + made["VST"].sum()
    assert given_away == pytest.approx(foreign + taxes, rel=1e-12)


def test_co2_is_summed_over_fuels_and_origins_and_conserved(tmp_path: Path) -> None:
    made = base()
    table = read(write(tmp_path / "2017", made))
    emitted = sum(made[name].sum() for name in ("MDF", "MMF", "MDP", "MMP", "MDG", "MMG"))
    cell = (made["MDF"] + made["MMF"])[:, 0, 1].sum()
    assert table.F.sel(stressor="CO2", region="USA", sector="gds").item() == pytest.approx(cell)
    assert table.F_Y is not None
    households = table.F_Y.sel(stressor="CO2", to_region="CHN", demand="households").item()
    assert households == pytest.approx((made["MDP"] + made["MMP"])[:, 0].sum())
    for account in (production, consumption):
        assert account(table, by="region").sum().item() == pytest.approx(emitted, rel=1e-9)  # convention 7


def test_headers_of_model_6_make_the_same_table(tmp_path: Path) -> None:
    """There investment is the activity CGDS of VDFM, VIFM, MDF and MIF."""
    made = base()
    new = read(write(tmp_path / "new" / "GTAP-2017", made))
    old = {OLD.get(name, name): values for name, values in made.items() if name not in ("VDIB", "VMIB")}
    old["VDFM"] = np.concatenate([made["VDFB"], made["VDIB"][:, None]], axis=1)
    old["VIFM"] = np.concatenate([made["VMFB"], made["VMIB"][:, None]], axis=1)
    old["MDF"] = np.concatenate([made["MDF"], np.ones((2, 1, 2))], axis=1)
    table = read(write(tmp_path / "old" / "GTAP10_2017", old))
    np.testing.assert_array_equal(table.Z.values, new.Z.values)
    np.testing.assert_array_equal(table.Y.values, new.Y.values)
    np.testing.assert_array_equal(table.F.values, new.F.values)
    assert table.F_Y is not None
    assert table.F_Y.sel(stressor="CO2", to_region="USA", demand="capital formation").item() == 2.0  # one a fuel


@pytest.mark.parametrize(("change", "due"), [(str, "gtap-65"), (str.upper, ""), ("{}x".format, "")])
def test_sixty_five_sectors_are_named_by_gtap_only_where_they_are_its_own(
    tmp_path: Path, change: Any, due: str
) -> None:
    """A classification that lacks the table's labels would raise wherever a sector is named."""
    sectors = [change(code) for code in read_classification("gtap-65").labels]
    labels = FULL | {"COMM": sectors, "ACTS": sectors, "REG": ["chn"], "MARG": sectors[-1:], "ENDW": ["Land"]}
    shapes = {name: [len(labels[axis]) for axis in axes.split()] for name, axes in AXES.items() if name[0] != "M"}
    made = {name: np.ones(shape) for name, shape in shapes.items()}
    users = made["VMFB"].sum(axis=1) + made["VMPB"] + made["VMGB"] + made["VMIB"]
    made |= {"VMSB": users[:, None], "VST": made["VTWR"].sum(axis=(1, 2, 3))[:, None]}
    table = read(write(tmp_path / "2017", made, labels))
    assert table.sectors == tuple(sectors)
    assert table.about.classification == due


def test_what_was_assumed_is_said(tmp_path: Path) -> None:
    made = base()
    for name in ("MDF", "MMF", "MDP", "MMP", "MDG", "MMG"):
        del made[name]
    table = read(write(tmp_path / "2017", made))
    assert table.stressors == ()
    checks = {finding.check: finding for finding in table.findings}
    assert set(checks) - {"gtap-identity"} == {"gtap-linked", "balance-row", "renamed", "no-stressors"}
    assert checks["gtap-linked"].values["transport"] == pytest.approx(made["VST"].sum())
    gap = checks["gtap-identity"].size if "gtap-identity" in checks else 0.0
    assert gap < 1e-12  # rounding


def test_the_order_of_labels_and_of_cells_changes_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path / "2017", base())
    before = read(folder)
    lines = (folder / "VDFB.csv").read_text().splitlines()
    (folder / "VDFB.csv").write_text("\n".join([lines[0], *reversed(lines[1:])]))
    assert read(folder).hash == before.hash


def test_a_zip_reads_as_the_folder(tmp_path: Path) -> None:
    folder = write(tmp_path / "GTAP-2017", base())
    packed = tmp_path / "GTAP-2017.zip"
    with zipfile.ZipFile(packed, "w") as zipped:
        for path in folder.glob("*.csv"):
            zipped.write(path, path.name)
    one, other = (gtap.read(archive.open(place), 2017) for place in (packed, folder))
    np.testing.assert_array_equal(one.Z.values, other.Z.values)
    assert gtap.years(archive.open(packed)) == (2017,)


def test_broken_headers_are_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "2017", base())
    whole = (folder / "VTWR.csv").read_text()
    (folder / "VTWR.csv").write_text("\n".join(whole.splitlines()[:-1]))
    with pytest.raises(InputError, match=r"VTWR.csv: cell wtp wtp usa usa is missing"):
        read(folder)
    (folder / "VTWR.csv").write_text(whole.rstrip()[: -len(",usa,0.0")])
    with pytest.raises(InputError, match=r"VTWR.csv line 9: row wtp wtp usa has 3 cells"):
        read(folder)
    (folder / "VTWR.csv").write_text(whole + "wtp,wtp,usa,usa,1\n")
    with pytest.raises(InputError, match=r"cell wtp wtp usa usa occurs 2 times"):
        read(folder)
    (folder / "VTWR.csv").write_text(whole.replace("usa", "can"))
    with pytest.raises(LabelError, match=r"can is not known"):
        read(folder)
    (folder / "VTWR.csv").unlink()
    with pytest.raises(MissingError, match=r"VTWR.csv is missing"):
        read(folder)


def test_headers_of_another_data_base_are_refused(tmp_path: Path) -> None:
    made = base()
    made["VMSB"] = 2 * made["VMSB"]
    with pytest.raises(InputError, match="imports by user and by origin differ"):
        read(write(tmp_path / "2017", made))
    made = base()
    made["VST"] *= 1.1
    with pytest.raises(InputError, match="transport services paid for and supplied differ"):
        read(write(tmp_path / "again" / "2017", made))


def test_other_places_say_what_is_looked_for(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"holds no VDFB.csv"):
        gtap.years(archive.open(tmp_path))
    (tmp_path / "basedata.har").write_bytes(b"")
    with pytest.raises(InputError, match=r"HAR files, which are not read; write its headers as CSV: in R"):
        gtap.years(archive.open(tmp_path))
    write(tmp_path / "base", base())
    with pytest.raises(InputError, match="the year of the data base is not known"):
        gtap.years(archive.open(tmp_path / "base"))
