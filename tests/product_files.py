"""A small product file for tests: two regions, a chain, a treatment, a credit, a route; and ways to change it."""

from pathlib import Path

FILE = """
id = "widget"
title = { en = "Widgets", zh = "小部件" }
unit = "piece"
reference = "widget"
world = "makers:widget"
source = "made up"
licence = "none"
years = [2019, 2021]

[life]
transport = "ship"
use = "use"
disposal = "disposal"

[precursors.part]
title = "Parts"
unit = "kg"
process = "part"

[groups]
file = "groups.csv"

[tables.grid]
file = "grid.csv"
unit = "kg/kWh"
source = "made up"
licence = "none"
missing_year = "nearest"
missing_region = ["group", "W"]

[tables.makers]
file = "makers.csv"

[tables.route]
file = "route.csv"
missing_region = ["A"]
missing_to_region = ["group"]

[[process]]
id = "electricity"
title = { en = "Electricity", zh = "电力" }
unit = "kWh"
regions = "grid"

[[process.exchange]]
emission = "CO2e"
times = ["grid"]

[[process]]
id = "part"
title = "Parts"
unit = "kg"
regions = "makers:part"

[[process.exchange]]
input = "electricity"
amount = 2
uncertainty = { kind = "lognormal", gsd = 1.2 }

[[process.exchange]]
emission = "CO2"
amount = 1000
unit = "g"

[[process]]
id = "widget"
title = "Widgets"
unit = "piece"
regions = "makers:widget"

[[process.exchange]]
input = "part"
amount = 3
from = "makers:part"

[[process.exchange]]
input = "electricity"
amount = 4

[[process]]
id = "ship"
title = "Freight"
unit = "piece"
pairs = "route"
location = "sea"

[[process.exchange]]
emission = "CO2e"
amount = 0.01
times = ["route"]

[[process]]
id = "use"
title = "Use"
unit = "piece"
regions = ["A", "B", "D"]

[[process.exchange]]
avoided = "electricity"
amount = 20

[[process.exchange]]
input = "electricity"
amount = 1

[[process]]
id = "disposal"
title = "Disposal"
unit = "piece"
regions = ["A", "B"]

[[process.exchange]]
waste = "dump"
amount = 5

[[process]]
id = "dump"
title = "Dump"
unit = "kg"
treats = true
regions = ["A", "B"]

[[process.exchange]]
emission = "CO2e"
amount = 0.1

[[process.exchange]]
avoided = "part"
amount = 0.02
from = "makers:part"
"""
TABLES = {
    "grid.csv": "region,year,value\nA,2019,0.5\nB,2019,1\nW,2019,0.8\nA,2020,0.4\nB,2020,1\nW,2020,0.7\n",
    "makers.csv": "key,region,value\npart,A,0.25\npart,B,0.75\nwidget,A,0.6\nwidget,B,0.4\n",
    "route.csv": "region,to_region,value\nA,A,0\nA,B,100\nA,east,300\n",
    "groups.csv": "region,group\nA,west\nB,west\nD,east\nE,east\n",
}


def write(folder: Path, *changes: tuple[str, str], **tables: str) -> Path:
    """The product in ``folder``, each (old, new) of ``changes`` made in the file, tables (without .csv) replaced."""
    text = FILE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    (folder / "product.toml").write_text(text, encoding="utf-8")
    for name, content in {**TABLES, **{f"{name}.csv": content for name, content in tables.items()}}.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder
