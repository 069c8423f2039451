"""The file doors: purchases as CSV and TOML, rates of a file and of the reference series."""

import numpy as np
import pytest

from tanheng.data import reference
from tanheng.data.purchases import read_purchases
from tanheng.data.rates import read_rates, usd_rates
from tanheng.data.store import open as open_store
from tanheng.errors import InputError, LabelError, MissingError, QuestionError, UnitError
from tanheng.systems.prices import Rates
from tanheng.systems.purchases import purchases

CSV = """product,unit,region,sector,weight,price,currency,year,basis,tax,trade_margin,trade_sector,buyer,source
steel,t,CHN,c12,0.6,4000,CNY,2009,purchasers,0.13,1/20,c19-22,DEU,survey
steel,,JPN,c12,0.4,,,,,,,,,
"glass, flat",m2,market:DEU,c11,,12.5,EUR,2009,basic,,,,,
"""
TOML = """
[defaults]
year = 2009
basis = "basic"
source = "survey"

[[purchase]]
product = "steel"
unit = "t"
suppliers = [{ region = "CHN", sector = "c12", weight = 0.6 }, { region = "JPN", sector = "c12", weight = 0.4 }]
price = 4000
currency = "CNY"
basis = "purchasers"
tax = 0.13
trade_margin = 0.05
trade_sector = "c19-22"
buyer = "DEU"

[[purchase]]
product = "glass, flat"
unit = "m2"
region = "market:DEU"
sector = "c11"
price = 12.5
currency = "EUR"
source = ""
"""


def write(folder, text, name="prices.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_csv_file(tmp_path):
    steel, glass = read_purchases(write(tmp_path, CSV))
    assert steel.shares == {("CHN", "c12"): 0.6, ("JPN", "c12"): 0.4}
    told = (steel.price, steel.currency, steel.year, steel.basis, steel.tax, steel.trade_margin, steel.trade_sector)
    assert told == (4000, "CNY", 2009, "purchasers", 0.13, 0.05, "c19-22")
    assert (steel.buyer, steel.source, steel.where) == ("DEU", "survey", f"{tmp_path / 'prices.csv'} line 2")
    assert (glass.product, glass.unit, glass.shares) == ("glass, flat", "m2", {("market:DEU", "c11"): 1.0})
    assert (glass.price, glass.currency, glass.tax) == (12.5, "EUR", 0.0)


def test_toml_says_the_same_as_csv(tmp_path):
    # `where` tells the two apart, and is not compared
    assert read_purchases(write(tmp_path, TOML, "prices.toml")) == read_purchases(write(tmp_path, CSV))


def test_a_file_of_a_spreadsheet_program(tmp_path):
    text = "\ufeff" + CSV.replace("\n", "\r\n").replace("product,unit", "Product, Unit") + ",,,,,,,,,,,,,\r\n"
    assert read_purchases(write(tmp_path, text)) == read_purchases(write(tmp_path, CSV, "plain.csv"))


LINE = "steel,t,CHN,c12,,4000,CNY,2009,basic,,,,,"


@pytest.mark.parametrize(
    ("lines", "error", "line", "said"),
    [
        (["steel,t,CHN,c12,,4000,CNY,2009,basic,,,,,", "steel,,CHN,c13,,,,,,,,,,"], InputError, 2,
         "steel goes to CHN c12 and CHN c13 without weights; give each a weight"),
        (["steel,t,CHN,c12,0.5,4000,CNY,2009,basic,,,,,", "steel,,CHN,c13,,,,,,,,,,"], InputError, 3,
         "steel goes to CHN c12 and CHN c13 without weights"),
        ([LINE, "steel,kWh,JPN,c12,,,,,,,,,,"], UnitError, 3, "unit of steel is kWh here and t in"),
        ([LINE, "steel,,JPN,c12,,4100,,,,,,,,"], InputError, 3, "price of steel is 4100.0 here and 4000.0 in"),
        ([LINE, LINE], LabelError, 3, "steel has the supplier CHN c12 twice"),
        (["steel,t,CHN,,,4000,CNY,2009,basic,,,,,"], MissingError, 2, "sector is empty"),
        ([",t,CHN,c12,,4000,CNY,2009,basic,,,,,"], MissingError, 2, "product is empty"),
        (["steel,t,CHN,c12,,,CNY,2009,basic,,,,,"], MissingError, 2, "price of steel is missing"),
        (["steel,t,CHN,c12,,4000,CNY,,basic,,,,,"], MissingError, 2, "year of steel is missing"),
        (["steel,t,CHN,c12,,4000,CNY,2009,,,,,,"], MissingError, 2, "basis of steel is missing"),
        (["steel,t,CHN,c12,,4.000 CNY,CNY,2009,basic,,,,,"], InputError, 2, "price is '4.000 CNY', not a number"),
        (["steel,t,CHN,c12,60%,4000,CNY,2009,basic,,,,,"], InputError, 2, "weight is '60%', not a number; write it as"),
        (["steel,t,CHN,c12,1/0,4000,CNY,2009,basic,,,,,"], InputError, 2, "weight is '1/0', not a number"),
        (["steel,t,CHN,c12,,4000,CNY,09,basic,,,,,"], InputError, 2, "the year is '09'"),
        (["steel,t,CHN,c12,,4,000,CNY,2009,basic,,,,,"], InputError, 2, "has 15 cells, the header has 14"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be(tmp_path, lines, error, line, said):
    head = CSV.splitlines()[0]
    with pytest.raises(error) as caught:
        read_purchases(write(tmp_path, "\n".join([head, *lines]) + "\n"))
    assert said in str(caught.value)
    assert f"prices.csv line {line}: " in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "name", "error", "said"),
    [
        ("", "a.csv", InputError, "has no column product"),
        (CSV.splitlines()[0], "a.csv", InputError, "lists no purchases; columns are product"),
        ("product,unit,sector\n", "a.csv", InputError, "a.csv line 1: has no column region"),
        ("produkt,region,sector\n", "a.csv", InputError, "column 'produkt' is not known; did you mean product?"),
        ("product,region,sector,sector\n", "a.csv", InputError, "column 'sector' is there twice"),
        ("[[purchase]\n", "a.toml", InputError, "a.toml line 1: is not TOML"),
        ("[[purchases]]\n", "a.toml", InputError, "key 'purchases' is not known; did you mean purchase?"),
        ("[defaults]\nyaer = 2009\n", "a.toml", InputError, "a.toml, defaults: key 'yaer' is not known"),
        ("[[purchase]]\nproduct = 'x'\n", "a.toml", InputError, "purchase 1: names no supplier, or in two ways"),
        (TOML.replace('price = 12.5', 'price = "12"'), "a.toml", InputError, "purchase 2: price is '12', not a number"),
        (TOML.replace("year = 2009", "year = 9"), "a.toml", InputError, "defaults: the year is '9'"),
        (TOML.replace("year = 2009", ""), "a.toml", MissingError, "purchase 1: year of steel is missing"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be(tmp_path, text, name, error, said):
    with pytest.raises(error) as caught:
        read_purchases(write(tmp_path, text, name))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_weights_that_do_not_sum_to_one_are_said_with_their_line(tmp_path):
    table = open_store("world")[2009]
    listing = read_purchases(write(tmp_path, CSV.replace(",0.4,", ",0.3,")))
    with pytest.raises(InputError, match=r"prices\.csv line 2, steel: the shares sum to 0\.9, not 1"):
        purchases(listing, table)


# -- rates ------------------------------------------------------------------------------------------------------------

RATES = """year,value,currency,to,region,sector,source
2009,6.4,USD,CNY,,,IMF
2021,125,CNY,,CHN,c12,NBS
2009,100,CNY,,CHN,c12,NBS
"""


def test_rates_of_a_file(tmp_path):
    rates = read_rates(write(tmp_path, RATES, "rates.csv"))
    assert rates.convert(2009, "CNY", "USD").value == 1 / 6.4
    assert rates.deflate((2021, 2009), "CNY", "CHN", "c12").value == 0.8
    with pytest.raises(MissingError, match="rates have no year of it"):
        rates.deflate((2021, 2009), "CNY", "DEU", "c12")


@pytest.mark.parametrize(
    ("line", "error", "said"),
    [
        ("2009,0,USD,CNY,,,IMF", InputError, "line 5: the value is '0'; write a number above 0"),
        ("2009,many,USD,CNY,,,IMF", InputError, "line 5: the value is 'many'"),
        ("2009,7,USD,CNY,CHN,,IMF", InputError, "line 5: is an exchange rate of a region or sector"),
        ("2009,,USD,CNY,,,IMF", MissingError, "line 5: value is empty"),
        ("2009,6.4,USD,CNY,,,IMF", LabelError, "the exchange rate of USD to CNY in 2009 is there twice"),
        ("2010,6.4,usd,CNY,,,IMF", UnitError, "unit 'usd' is not known"),
    ],
)
def test_rates_that_cannot_be(tmp_path, line, error, said):
    with pytest.raises(error) as caught:
        read_rates(write(tmp_path, RATES + line + "\n", "rates.csv"))
    assert said in str(caught.value)
    assert "rates.csv" in str(caught.value)


def test_deflators_in_usd_are_the_quotient_of_current_and_constant_gdp():
    gdp = [reference.series(f"gdp_{prices}").sel(region="CHN") for prices in ("current", "constant")]
    quotient = [float(gdp[0].sel(year=year) / gdp[1].sel(year=year)) for year in (2021, 2009)]
    found = usd_rates(["CHN", "DEU"]).deflate((2021, 2009), "USD", "CHN", "c12")
    assert found.value == pytest.approx(quotient[1] / quotient[0], rel=1e-12)
    assert "mixes price and exchange rate change" in found.source
    assert not found.stands_in


def test_the_two_reference_series_agree_where_both_are_known():
    """GDP in current over constant USD, and the UN's own deflator, are two computations of one thing."""
    regions = ["CHN", "DEU", "USA", "JPN", "IND", "KOR", "RUS", "FRA", "GBR"]
    gdp, un = usd_rates(regions), usd_rates(regions, series="un", world=False)
    for region in regions:
        pair = [rates.deflate((2009, 2016), "USD", region, "").value for rates in (gdp, un)]
        assert pair[0] == pytest.approx(pair[1], rel=0.02)  # vintages of GDP differ by about a percent


def test_a_region_without_gdp_has_that_of_the_world_and_this_is_said():
    rates = usd_rates(["TWN", "CHN"])
    found = rates.deflate((2021, 2009), "USD", "TWN", "c12")
    assert found.stands_in
    ends = [usd_rates(["CHN", "USA", "DEU"]).deflate((2021, 2009), "USD", r, "").value for r in ("CHN", "USA", "DEU")]
    assert min(ends) < found.value < max(ends)  # an average of countries
    with pytest.raises(MissingError, match="no deflator of USD prices from 2021 to 2009 for TWN"):
        usd_rates(["TWN", "CHN"], world=False).deflate((2021, 2009), "USD", "TWN", "c12")


def test_codes_of_two_letters_and_unknown_series():
    assert usd_rates(["CN"]).deflate((2021, 2009), "USD", "CN", "") == usd_rates(["CHN"]).deflate(
        (2021, 2009), "USD", "CHN", ""
    )
    with pytest.raises(QuestionError, match=r"there are no deflators 'GDP'; did you mean gdp\?"):
        usd_rates(["CHN"], series="GDP")


def test_a_year_outside_the_series_is_missing():
    with pytest.raises(MissingError, match="from 2025 to 2009 for CHN c12; rates have 1990 to 2022"):
        usd_rates(["CHN"]).deflate((2025, 2009), "USD", "CHN", "c12")


def test_a_file_on_the_embedded_world(tmp_path):
    """The whole way: a file, declared and embedded rates, the world of 2009."""
    table = open_store("world")[2009]
    text = """product,unit,region,sector,weight,price,currency,year,basis
steel,t,CHN,c12,0.5,500,USD,2021,basic
steel,t,DEU,c12,0.5,,,,
copper,t,CHN,c12,,35,thousand CNY,2009,basic
"""
    listing = read_purchases(write(tmp_path, text))
    rates = read_rates(write(tmp_path, RATES, "rates.csv")).completed(usd_rates(table.regions))
    made = purchases(listing, table, rates)
    by = {r: usd_rates([r]).deflate((2021, 2009), "USD", r, "").value for r in ("CHN", "DEU")}
    column = made.money.toarray()
    rows = {r: table.regions.index(r) * len(table.sectors) + table.sectors.index("c12") for r in by}
    assert column[rows["CHN"], 0] == pytest.approx(250e-6 * by["CHN"], rel=1e-12)
    assert column[rows["DEU"], 0] == pytest.approx(250e-6 * by["DEU"], rel=1e-12)
    assert column[rows["CHN"], 1] == pytest.approx(35_000 / 6.4 / 1e6, rel=1e-12)
    assert np.count_nonzero(column) == 3
    assert isinstance(rates, Rates)
