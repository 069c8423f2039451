"""An independent check: the same accounts by the common peer package, pymrio, on the same table."""

import numpy as np
import pandas as pd
import pytest
from tables import random_table

from build_world import full_table
from tanheng import accounts
from tanheng.data import store
from tanheng.systems.table import Table

pymrio = pytest.importorskip("pymrio", reason="pymrio is a test-only dependency (make test installs it)")

AGREE = 1e-9  # of the largest account: both solve the same system in double precision


def peer_of(table: Table):
    """The table as a pymrio system, calculated."""
    n = table.x.size
    rows = pd.MultiIndex.from_product([table.regions, table.sectors], names=["region", "sector"])
    uses = pd.MultiIndex.from_product([table.regions, table.demand], names=["region", "category"])
    stressors = pd.Index(table.stressors, name="stressor")
    Y = pd.DataFrame(table.Y.values.reshape(n, -1), rows, uses)
    peer = pymrio.IOSystem(Z=pd.DataFrame(table.Z.values.reshape(n, n), rows, rows), Y=Y)
    peer.air = pymrio.Extension(
        "air",
        F=pd.DataFrame(table.F.values.reshape(-1, n), stressors, rows),
        F_Y=pd.DataFrame(table.F_Y.values.reshape(len(stressors), -1), stressors, uses),
    )
    return peer.calc_all()


def require_agreement(table: Table) -> None:
    air = peer_of(table).air
    R = len(table.regions)
    consumption = accounts.consumption(table, "region,component")
    residual = consumption.sel(component="residual") if "residual" in consumption.indexes["component"] else 0
    ours = (consumption.sum("component") - residual).values  # the peer drops emissions of sectors without output
    largest = np.abs(air.D_cba_reg.values).max()
    # D_cba_reg is by consuming region, direct emissions included
    assert np.abs(ours - air.D_cba_reg.values).max() <= AGREE * largest
    by_product = accounts.consumption(table, "region,sector").sel(sector=list(table.sectors))
    gap = by_product.values - residual_by_product(table) - air.D_cba.values.reshape(-1, R, len(table.sectors))
    assert np.abs(gap).max() <= AGREE * largest
    flow = accounts.flows(table)
    own = flow.values[:, np.arange(R), np.arange(R)]
    assert np.abs(flow.sum("to_region").values - own - air.D_exp_reg.values).max() <= AGREE * largest
    assert np.abs(flow.sum("region").values - own - air.D_imp_reg.values).max() <= AGREE * largest


def residual_by_product(table: Table) -> np.ndarray:
    return table.stranded.values


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_random_tables(seed):
    require_agreement(random_table(seed, R=5, S=6, D=3, K=3, signed=True))


def test_the_embedded_world():
    require_agreement(store.open("world")[2007])


@pytest.mark.parametrize("year", [1995, 2009])
def test_full_wiod(shared, year):
    require_agreement(full_table(shared, year))
