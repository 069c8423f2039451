"""The catalogue of products: what is embedded, with a source to every table, and how others are opened."""

import tomllib

import numpy as np
import pandas as pd
import product_files
import pytest

from tanheng.data import products
from tanheng.data.inventories.product_file import EMBEDDED
from tanheng.errors import InputError, QuestionError
from tanheng.systems.assembly import assemble


def test_what_is_embedded():
    assert products.names() == ("cement", "photovoltaics", "steel")


@pytest.mark.parametrize("name", products.names())
def test_every_embedded_product_says_what_it_is_in_both_languages_and_where_each_table_is_from(name):
    product = products.open(name)
    assert product.id == name
    for text in (product.title, product.note):
        assert text["en"].isascii()
        assert not text["zh"].isascii()
    assert product.source
    assert product.licence
    for table, (source, licence) in product.sources.items():
        assert source, table
        assert licence, table


@pytest.mark.parametrize("name", [name for name in products.names() if not products.open(name).has_factors])
def test_every_embedded_inventory_reads_in_its_first_and_last_year_and_leaves_no_input_without_a_maker(name):
    product = products.open(name)
    for year in product.years:
        system = assemble(product.inventory(year))
        assert system.unlinked == ()
        assert (system.multipliers[:, [system.find(f"{product.reference}@CHN")]].sum(axis=0) > 0).all()


def test_embedded_tables_are_all_declared_with_a_source():
    known = tomllib.loads((EMBEDDED / "tables.toml").read_text(encoding="utf-8"))
    assert {own["file"] for own in known.values()} == {path.name for path in EMBEDDED.glob("*.csv")}
    for name, own in known.items():
        assert {"file", "title", "unit", "source", "licence"} <= set(own), name


def test_a_product_file_of_ones_own_is_opened_by_its_path(tmp_path):
    product = products.open(product_files.write(tmp_path))
    assert (product.id, product.unit, product.reference) == ("widget", "piece", "widget")
    assert product.life == {"transport": ("ship",), "use": ("use",), "disposal": ("disposal",)}
    assert product.precursors == {"widget": ("part",)}
    assert product.years == (2019, 2021)
    assert len(product.inventory(2019).processes) == len(product.laid_out(2019).inventory.processes)


def test_a_product_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(QuestionError, match="no product 'photovoltaic'; did you mean photovoltaics"):
        products.open("photovoltaic")


def test_factors_and_trade_come_from_the_files_beside_it(tmp_path):
    (tmp_path / "product.toml").write_text(
        'id = "brick"\ntitle = "Bricks"\nunit = "t"\nsource = "made up"\nlicence = "none"\n'
        '[factors]\nfile = "f.csv"\n[trade]\nfile = "t.csv"\nsource = "customs"\n'
    )
    (tmp_path / "f.csv").write_text("product,origin,stage,value,unit\nbrick,NAM,production,200,t\n")
    (tmp_path / "t.csv").write_text("year,product,origin,destination,quantity,unit\n2021,brick,NAM,NA,3,t\n")
    product = products.open(tmp_path)
    assert product.factors.frame.loc[0, ["origin", "value"]].tolist() == ["NAM", 200.0]
    assert product.trade.frame.loc[0, "destination"] == "NA"  # Namibia's code is no missing value
    assert product.trade.about.source == "customs"
    with pytest.raises(QuestionError, match="has factors in place of processes"):
        product.inventory()


def test_what_a_product_does_not_have_is_said(tmp_path):
    product = products.open(product_files.write(tmp_path))
    with pytest.raises(QuestionError, match="product_factors"):
        product.factors  # noqa: B018  # it is computed when it is asked for
    with pytest.raises(QuestionError, match="comes without trade"):
        product.trade  # noqa: B018


def test_a_trade_file_that_is_no_csv_file_is_one_line(tmp_path):
    product_files.write(tmp_path, ("[life]", '[trade]\nfile = "trade.csv"\n\n[life]'), trade="")
    with pytest.raises(InputError, match=r"trade.csv: is no CSV file"):
        products.open(tmp_path).trade  # noqa: B018


# -- the photovoltaic case --------------------------------------------------------------------------------------------


def test_trade_in_photovoltaics_is_that_of_the_source():
    trade = products.open("photovoltaics").trade
    frame = trade.frame
    modules = frame[frame["product"] == "photovoltaics"].groupby("year")["quantity"].sum()
    assert modules[2021] == pytest.approx(105_334.52, abs=0.01)  # MW as published; two decimals are kept
    assert trade.years == tuple(range(2017, 2026))
    assert set(frame.loc[frame["product"] != "photovoltaics", "year"]) == {2022, 2023, 2024, 2025}
    assert set(trade.units.values()) == {"MW"}


def test_trade_is_the_sum_of_countries_in_the_source(shared):
    rows = pd.read_csv(shared / "pv/mart_solar_exports_full_release_monthly.csv")
    world = rows[rows["Area"] == "World"]
    world = world.groupby([world["Date"].str[:4].astype(int), "Commodity type"])["Capacity (MW)"].sum()
    frame = products.open("photovoltaics").trade.frame
    names = {"photovoltaics": "Panels", "cell": "Cells", "wafer": "Wafers"}
    for (year, product), mw in frame.groupby(["year", "product"])["quantity"].sum().items():
        # the source rounds every month and region to 0.01 MW: 12 months of some 200 countries make 24 MW at the most
        assert mw == pytest.approx(world[year, names[product]], abs=1.0), (year, product)


def test_modules_weigh_in_pv_ice_what_they_weigh_at_the_customs():
    """Two sources that know nothing of each other: masses per area and efficiency, and kilograms declared."""
    product = products.open("photovoltaics")
    technology = product.file.tables["technology"].values["module mass"]["", ""]
    frame = product.trade.frame
    own = frame[frame["product"] == "photovoltaics"].groupby("year")[["mass_kg", "quantity"]].sum()
    customs = own["mass_kg"] / own["quantity"]  # kg per MW, t per 1,000 kW
    for year in (2019, 2020, 2021, 2022):
        mine = technology[year] * 1e6
        assert mine == pytest.approx(customs[year], rel=0.1)  # glass and frames differ by make


def test_every_destination_has_a_group_and_so_sunshine_and_a_route():
    product = products.open("photovoltaics")
    groups = product.file.groups
    assert set(product.trade.frame["destination"]) <= set(groups)
    yields = {region for region, _ in product.file.tables["yield"].values[""]}
    routes = {to for _, to in product.file.tables["distance"].values["sea"]}
    assert set(groups.values()) <= yields
    assert set(groups.values()) <= routes


def test_shares_of_makers_and_of_the_chain_add_up():
    tables = products.open("photovoltaics").file.tables
    for name in ("makers", "chain"):
        for key, places in tables[name].values.items():
            sums: dict[tuple[str, int], float] = {}
            for (_, user), years in places.items():
                for year, share in years.items():
                    sums[user, year] = sums.get((user, year), 0.0) + share
            # seven decimals each: some 30 makers round off 3e-6 at the most
            np.testing.assert_allclose(list(sums.values()), 1.0, atol=3e-6, err_msg=key)
