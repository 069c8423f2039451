"""Split files: those embedded, and what is wrong with one."""

import pytest

from tanheng.data import splits, store
from tanheng.errors import InputError, LabelError, MissingError, QuestionError

PLAIN = """
id = "mine"
sector = "c12"
[[product]]
name = "steel"
unit = "t"
[[product.quantity]]
regions = { CHN = 10, UKR = 3, ZAF = 2 }
unit = "Mt"
year = 2009
range = [0.9, 1.2]
[[product.price]]
value = 600
unit = "USD/t"
year = 2009
"""


def test_regions_that_the_table_lacks_are_its_rest_of_the_world(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(PLAIN)
    file = splits.open(path)
    assert (file.id, file.sector, file.cap, file.title["zh"]) == ("mine", "c12", None, "mine")
    (product,) = file.fitted(store.open("world")[2009])
    assert {region: one.value for region, one in product.quantity.items()} == {"CHN": 10, "ROW": 5}
    assert product.quantity["ROW"].ends == pytest.approx((4.5, 6))


def test_makers_shares_are_those_of_the_embedded_product():
    """PV_ICE's 63.9521 % of 10 GW in China, and the makers that the world does not name together in the rest."""
    (product,) = splits.open("photovoltaics").fitted(store.open("world")[2009])
    values = {region: one.value for region, one in product.quantity.items()}
    assert values["CHN"] == pytest.approx(6.39521)
    assert sum(values.values()) == pytest.approx(10, abs=1e-5)  # shares are rounded to six places
    others = {"CHE": 0.002175, "PHL": 0.010877, "SLV": 0.001088, "THA": 0.003046, "VNM": 0.000363, "ZAF": 0.010442}
    assert values["ROW"] == pytest.approx(10 * (0.013851 + sum(others.values())), abs=1e-5)  # 0.013851: no maker named


@pytest.mark.parametrize("name", splits.names())
def test_every_figure_has_a_source_and_the_words_are_in_both_languages(name):
    file = splits.open(name)
    assert set(file.title) == set(file.note) == {"en", "zh"}
    for product in file.products:
        given = [product.quantity, product.price, *product.factors.values()]
        assert all(one.source for figures in given for one in figures.values())


@pytest.mark.parametrize(
    ("old", "new", "error", "says"),
    [
        ('unit = "t"\n', "", InputError, "product steel: has no unit"),
        ("regions = {", "shares = {", InputError, "has no value"),
        ("range = [0.9, 1.2]", "range = 3", InputError, "range is 3"),
        ("range = [0.9, 1.2]", "ranges = 3", InputError, "key 'ranges' is not known; did you mean range"),
        ('unit = "USD/t"\n', 'unit = "USD/t"\nbasis = "base"\n', InputError, "did you mean basic?"),
        ("[[product.quantity]]", "[[product.factor]]", InputError, "key 'regions' is not known"),
        ('sector = "c12"', 'sector = "c12"\n[title]\nfr = "a"\n[a]', InputError, "key 'a' is not known"),
        ("value = 600", "value = 600\nlow = 700", InputError, "600 is not between 700 and 600"),
        ("CHN = 10", "CN = 10, CHN = 10", LabelError, "CHN and another are region CHN"),
        ("value = 600", 'region = ["CHN", 3]\nvalue = 600', InputError, "not a list of texts"),
    ],
)  # fmt: skip
def test_refusals(tmp_path, old, new, error, says):
    path = tmp_path / "mine.toml"
    assert old in PLAIN
    path.write_text(PLAIN.replace(old, new, 1))
    with pytest.raises(error) as caught:
        splits.open(path).fitted(store.open("world")[2009])
    assert says in str(caught.value)
    assert "mine.toml" in str(caught.value)


def test_quantities_of_another_year_are_refused():
    with pytest.raises(MissingError, match="the quantities of steel are of 2009, the table of 2005; ask for 2009"):
        splits.open("steel").fitted(store.open("world")[2005])


def test_an_unknown_name_is_refused_with_the_nearest():
    with pytest.raises(QuestionError, match="there is no split 'stel'; did you mean steel"):
        splits.open("stel")
