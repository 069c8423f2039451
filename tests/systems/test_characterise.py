"""Impacts by named sets of warming potentials."""

import numpy as np
import pytest
from tables import kitzes, random_table

from tanheng import accounts
from tanheng.errors import LabelError, NormError, QuestionError, UnitError
from tanheng.systems.characterise import characterise
from tanheng.systems.table import Table


def gases(units=("kt", "t", "kg")) -> Table:
    table = random_table(3, R=2, K=3)
    names = ["CO2", "methane", "N2O"]
    arrays = {"Z": table.Z.values, "Y": table.Y.values, "F": np.ones_like(table.F.values)}
    about = vars(table.about) | {"units": dict(zip(names, units, strict=True))}
    shape = {"regions": table.regions, "sectors": table.sectors, "demand": table.demand}
    return Table.from_arrays(**arrays, **shape, stressors=names, about=about)


def test_ar6_by_hand():
    """1 kt CO2, 1 t CH4 (29.8) and 1 kg N2O (273): 1 + 0.0298 + 0.000273 kt CO2e (IPCC AR6, table 7.15)."""
    table = characterise(gases(), "gwp100-ar6", {"CO2": "CO2", "methane": "CH4 fossil", "N2O": "N2O"})
    assert table.F.sel(stressor="GHG").values == pytest.approx(1.030073, rel=1e-15)
    assert table.about.units["GHG"] == "kt CO2e"
    assert "gwp100-ar6 (CO2 as CO2, methane as CH4 fossil, N2O as N2O)" in table.about.version


def test_what_is_named_as_in_the_set_is_taken():
    table = characterise(gases(), "gwp100-ar5")
    assert table.F.sel(stressor="GHG").values == pytest.approx(1 + 265e-6, rel=1e-15)


def test_the_account_of_the_impact_is_that_of_its_gases():
    table = characterise(gases(), "gwp100-ar6", {"methane": "CH4 non-fossil"})
    account = accounts.consumption(table)
    assert account.sel(stressor="GHG").values == pytest.approx(
        0.027 * account.sel(stressor="methane").values, rel=1e-12
    )


@pytest.mark.parametrize(
    ("call", "kind", "said"),
    [
        (lambda: characterise(gases(), "gwp100-ar7"), NormError, "gwp100-ar"),
        (lambda: characterise(gases(), "oecd"), QuestionError, "oecd is no set of warming potentials.*gwp100-ar6"),
        (
            lambda: characterise(gases(), "gwp100-ar6", {"methane": "CH4"}),
            QuestionError,
            "has no 'CH4'",
        ),
        (lambda: characterise(gases(), "gwp100-ar6", {"CH4": "CH4 fossil"}), LabelError, "stressor CH4 is not known"),
        (lambda: characterise(gases(), "gwp100-ar6", name="CO2"), LabelError, "has a stressor 'CO2' already"),
        (lambda: characterise(gases(("TJ", "t", "kg")), "gwp100-ar6"), UnitError, "TJ is no mass"),
        (lambda: characterise(gases(), "gwp100-ar6", {}), QuestionError, "no stressor of the table is named as in"),
    ],
)
def test_mistakes(call, kind, said):
    with pytest.raises(kind, match=said):
        call()


def test_kitzes_has_its_co2():
    assert characterise(kitzes(), "gwp100-ar6").F.sel(stressor="GHG").values.ravel().tolist() == [
        0.008,
        0.004,
    ]  # t to kt
