"""Scenario files: what is read, and every mistake in one line that names the change and its line."""

from __future__ import annotations

from datetime import date

import pytest

from tanheng.data import scenario as files
from tanheng.data import store
from tanheng.errors import InputError, QuestionError
from tanheng.systems.scenarios import CarbonPrice, Intensity, Limit, TradeShare, apply

WHOLE = """
name = "several"
title = { en = "Several", zh = "若干变化" }
source = "a test"
assumptions = [{ en = "one", zh = "一" }]

[[change]]
kind = "intensity"
region = ["CHN", "group:oecd"]
sector = "c17"
stressor = "CO2"
factor = 0.8
from = 2005

[[change]]
kind = "trade-share"
region = "USA"
product = "c12"
shares = { CHN = 0.25, DEU = 0.75 }
use = "final"
from = 2005-07-01

[[change]]
kind = "carbon-price"
price = 50
unit = "USD per t"
stressor = "CO2"
[change.demand_elasticity]
c17 = -0.2

[[change]]
kind = "limit"
stressor = "NOx"
region = "CHN"
sector = "c11"
norm = "GB 4915"
subject = "kiln, existing"
volume = 3000
amount = 1e9
share = 0.6
at = 2015-07-01
"""


def read(tmp_path, text: str):
    path = tmp_path / "mine.toml"
    path.write_text(text, "utf-8")
    return files.open(path)


def test_what_a_file_says(tmp_path):
    one = read(tmp_path, WHOLE)
    assert (one.name, one.titled("zh"), one.source) == ("several", "若干变化", "a test")
    assert one.assumptions == ({"en": "one", "zh": "一"},)
    assert one.changes == (
        Intensity(
            where="mine.toml:7, change 1",
            region=("CHN", "group:oecd"),
            sector=("c17",),
            stressor=("CO2",),
            factor=0.8,
            start=2005,
        ),
        TradeShare(
            where="mine.toml:15, change 2",
            region=("USA",),
            product=("c12",),
            shares={"CHN": 0.25, "DEU": 0.75},
            use="final",
            start=date(2005, 7, 1),
        ),
        CarbonPrice(
            where="mine.toml:23, change 3",
            price=50,
            unit="USD per t",
            stressor="CO2",
            demand_elasticity={"c17": -0.2},
        ),
        Limit(
            where="mine.toml:31, change 4",
            stressor="NOx",
            region="CHN",
            sector="c11",
            norm="GB 4915",
            subject="kiln, existing",
            volume=3000,
            amount=1e9,
            share=0.6,
            at=date(2015, 7, 1),
        ),
    )


HEAD = '[[change]]\nkind = "intensity"\n'
TRADE = '[[change]]\nkind = "trade-share"\n'
WRONG = {
    "kind": (
        '[[change]]\nkind = "intensities"',
        "mine.toml:1, change 1: there is no kind of change 'intensities'; did",
    ),
    "no kind": ("[[change]]\nfactor = 1", "mine.toml:1, change 1: has no kind"),
    "key": (HEAD + "facter = 1", "change 1: key 'facter' is not known; did you mean factor"),
    "key of another": (HEAD + "factor = 1\nrate = 1", "key 'rate' is not known"),
    "top": ('titel = "x"', "key 'titel' is not known; did you mean title"),
    "second": (HEAD + "factor = 1\n\n" + HEAD + "factor = '1'", "mine.toml:5, change 2: factor is '1', not a number"),
    "both": (HEAD + "factor = 1\nvalue = 2", "mine.toml:1, change 1: factor and value are both given; keep one"),
    "shares": (TRADE + "shares = { CHN = 0.5, DEU = 0.4 }", "change 1: the shares sum to 0.9, not 1"),
    "share": (TRADE + "shares = { CHN = 'half' }", "change 1, shares: CHN is 'half', not a number"),
    "no shares": (TRADE + 'region = "USA"', "change 1: has no shares; add shares = ...: a trade-share needs it"),
    "empty": (HEAD + "factor = 1\nregion = []", "region is an empty list; leave region out for all"),
    "texts": (HEAD + "factor = 1\nregion = [1]", "region is .1., not a list of texts"),
    "from": (HEAD + "factor = 1\nfrom = '2005'", "from is '2005', not a date"),
    "title": ("title = 5", "title: is 5, not a table"),
    "one language": ('title = { en = "x" }', "title: has no zh"),
    "no list": ('[change]\nkind = "demand"', "write .*with two brackets"),
    "not TOML": ("[[change]\n", "is not TOML"),
}


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_are_one_clear_line(tmp_path, case):
    text, said = WRONG[case]
    with pytest.raises(InputError, match=said) as found:
        read(tmp_path, text)
    assert "\n" not in str(found.value)


def test_a_name_that_is_none_and_files_that_are_none(tmp_path):
    with pytest.raises(QuestionError, match="no scenario 'carbon-price'; did you mean carbon-price-annex-i"):
        files.open("carbon-price")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is not text in UTF-8"):
        files.open(tmp_path / "bytes.toml")


@pytest.mark.parametrize("name", files.names())
def test_the_embedded_illustrations_say_so_and_apply_to_the_world(name):
    one = files.open(name)
    assert one.name == name
    assert set(one.title) == {"en", "zh"}
    assert "not a forecast" in one.assumptions[0]["en"]
    assert "并非预测" in one.assumptions[0]["zh"]
    table = store.open("world")[2009]
    changed = apply(one, table)
    assert float(changed.F.sum()) != float(table.F.sum())
    balance = changed.x.values - changed.Z.values.sum(axis=(0, 1)) - changed.V.values.sum(axis=0)
    assert abs(balance[changed.has_output]).max() < 1e-6 * float(changed.x.sum())  # V is rounded to a millionth
