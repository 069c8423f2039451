"""Files of data quality: read, refused with the line, and the one of the embedded world."""

from __future__ import annotations

import pytest
from tables import random_table

import tanheng as th
from tanheng.data import quality
from tanheng.errors import InputError
from tanheng.systems.quality import Pedigree

GOOD = """name = "mine"
tables = ["test"]

[[rules]]
basis = "sector"
source = "statistics"
pedigree = [1, 2, 3, 4, 5]

  [[rules]]
basis = "proxy"
regions = "r1"
years = [1995, 2009]
source = "an estimate"
judgement = true
note = { en = "one", zh = "一" }
pedigree = { reliability = 5, completeness = 4, temporal = 3, geographical = 2, technological = 1 }
"""


def written(tmp_path, text: str):
    path = tmp_path / "quality.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read(tmp_path):
    rules = quality.read(written(tmp_path, GOOD))
    first, second = rules.rules
    assert (rules.name, rules.tables) == ("mine", ("test",))
    assert (first.basis, first.pedigree, first.regions, first.judgement) == (
        "sector",
        Pedigree(1, 2, 3, 4, 5),
        (),
        False,
    )
    assert (second.regions, second.years, second.judgement) == (("r1",), (1995, 2009), True)
    assert second.pedigree == Pedigree(5, 4, 3, 2, 1)
    assert second.note == {"en": "one", "zh": "一"}
    assert second.where.endswith("quality.toml, line 9 (rule 2)")


BAD = {
    'basis = "sectoral"': (r"line 4 \(rule 1\): there is no basis 'sectoral'; did you mean sector\?"),
    "": "rule 1.: has no basis",
    'basis = "sector"\npedigree = [1, 2, 3]': "line 4 .rule 1.: 3 scores are given, not five",
    'basis = "sector"\npedigree = [1, 2, 3, 4, 6]': "technological is 6",
    'basis = "sector"\npedigree = "good"': "pedigree is 'good'; write pedigree",
    'basis = "sector"\nyears = 1995': "years is 1995; write years",
    'basis = "sector"\nyears = [2009, 1995]': "before it begins",
    'basis = "sector"\nregion = "r1"': "key 'region' is not known; did you mean regions",
    'basis = "sector"\nregions = [1]': "not a list of texts",
    'basis = "sector"\ncomponents = "directly"': "did you mean direct",
    'basis = "sector"\nnote = 5': "note",
}


@pytest.mark.parametrize("lines", BAD)
def test_what_is_wrong_is_said_in_one_line_with_the_rule(tmp_path, lines):
    path = written(tmp_path, f'name = "x"\n\n# a comment\n[[rules]]\nsource = "s"\n{lines}\n')
    with pytest.raises(InputError, match=BAD[lines]) as error:
        quality.read(path)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "has no rules"),
        ("rules = 3", "not a list of tables"),
        ("x = [", "is not TOML"),
        ('[[rules]]\nbasis = "proxy"', "source"),
    ],
)
def test_a_file_that_is_none(tmp_path, text, what):
    with pytest.raises(InputError, match=what):
        quality.read(written(tmp_path, text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        quality.read(tmp_path / "none.toml")


def test_every_cell_of_the_embedded_world_is_graded_in_every_year():
    world = th.open("world")
    table = world[2009]
    rules = quality.known(table)
    assert rules is not None
    for year in (1995, 2006, 2007, 2009):
        dated = world[year]
        graded = rules.grades(dated)
        assert (graded.industry > 0).all()
        assert (graded.direct > 0).all()
    named = {region for rule in rules.rules for region in rule.regions}
    assert named == set(table.regions)
    assert all(rule.judgement and rule.source for rule in rules.rules)


def test_no_rules_are_taken_for_a_table_that_they_do_not_fit():
    assert quality.known(random_table(1)) is None
    table = th.open("world")[2009]
    assert quality.known(table.replace(about={**_about(table), "name": "another"})) is None
    joined = random_table(2).replace(about={**_about(random_table(2)), "name": table.about.name})
    assert quality.known(joined) is None  # the name is the same, the regions are not


def _about(table) -> dict:
    return {key: value for key, value in vars(table.about).items()}
