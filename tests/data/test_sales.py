"""Sales files: what they say, and what they get wrong."""

import pytest

from tanheng.data.sales import read_sales
from tanheng.errors import InputError, LabelError

FILE = """
[[sale]]
product = "cement@DEU"
quantity = 31.1e6
unit = "t"
buyers = [
  { region = "DEU", sector = "c18", share = 0.75 },
  { region = "DEU", demand = "households", share = 0.25 },
]
inputs = [{ region = "DEU", sector = "c17", amount = 250 }]
stressors = { CO2 = 17200 }
source = "an association"

[[sale]]
product = "clinker@DEU"
quantity = 1
unit = "t"
"""


def read(tmp_path, text):
    path = tmp_path / "sales.toml"
    path.write_text(text, encoding="utf-8")
    return read_sales(path)


def test_a_file_is_read(tmp_path):
    first, second = read(tmp_path, FILE)
    assert (first.product, first.quantity, first.unit) == ("cement@DEU", 31.1e6, "t")
    assert first.buyers == {("DEU", "c18"): 0.75, ("DEU", "households"): 0.25}
    assert first.inputs == {("DEU", "c17"): 250}
    assert first.stressors == {"CO2": 17200}
    assert first.where.endswith("sales.toml, sale 1")
    assert (second.buyers, second.inputs, second.stressors) == ({}, {}, {})


@pytest.mark.parametrize(
    ("old", "new", "error", "message"),
    [
        ('product = "cement@DEU"', "", InputError, "sale 1: has no product"),
        ("31.1e6", '"much"', InputError, "quantity is 'much', not a number"),
        ("quantity =", "amount =", InputError, "key 'amount' is not known"),
        ('sector = "c18", ', "", InputError, 'buyers 1: names nobody; write sector = "c18" or demand = "households"'),
        ('demand = "households"', 'sector = "c18"', LabelError, "buyers 2: DEU c18 is there twice; add up its shares"),
        ("17200", '"much"', InputError, "stressors: CO2 is 'much', not a number"),
        ("[[sale]]", "[sale]", InputError, "is not TOML|two brackets"),
        (FILE, "", InputError, "lists no sales"),
        (FILE, "[[sale", InputError, "is not TOML"),
    ],
)
def test_a_mistake_is_one_line_with_its_place(tmp_path, old, new, error, message):
    with pytest.raises(error, match=message) as caught:
        read(tmp_path, FILE.replace(old, new))
    assert "sales.toml" in str(caught.value)
    assert "\n" not in str(caught.value)
