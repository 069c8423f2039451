"""The embedded concordances: covered both ways, honest about their weights, and linked so that any two tables meet."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np
import pytest

from tanheng.errors import QuestionError
from tanheng.labels import LANGUAGES, Concordance, classifications
from tanheng.labels.catalogue import FOLDER, concordances, described, route
from tanheng.labels.names import read_classification

NAMES = [one.name for one in concordances()]

# Which divisions of ISIC Rev. 3.1 and Rev. 4 share a class: the correspondence table of the United Nations.
OFFICIAL = """
01: 01 02 03 11 81 94; 02: 01 02; 05: 03; 10: 05 08 09 19; 11: 06 09; 12: 07 09; 13: 07 09; 14: 08 09; 15: 10 11 20 35;
16: 12; 17: 13 14 17 32 33; 18: 13 14 15 32; 19: 15 16 22 32; 20: 16 32 33; 21: 17 18 22; 22: 17 18 32 58 59;
23: 19 20 21 24 38; 24: 10 19 20 21 26 28 32 38; 25: 22 26 27 28 32 33; 26: 13 23 32 33; 27: 24; 28: 01 18 25 28 32 33;
29: 25 27 28 30 32 33; 30: 26 28 33; 31: 25 26 27 28 29 30 33; 32: 26 27 28 33 95; 33: 26 27 28 32 33; 34: 13 28 29 33;
35: 28 30 31 33; 36: 13 15 16 17 20 22 25 26 28 29 30 31 32 33 95; 37: 38; 40: 35; 41: 36; 45: 09 33 39 41 42 43;
50: 45 47 52; 51: 46; 52: 33 47 80 95; 55: 55 56; 60: 49 52; 61: 50; 62: 51; 63: 33 52 74 79; 64: 53 61 82;
65: 64 66 77 94; 66: 65 66; 67: 64 66; 70: 42 68 81; 71: 77; 72: 33 58 59 60 62 63 95; 73: 72;
74: 09 63 69 70 71 73 74 78 80 81 82 85; 75: 68 71 79 84 88 91; 80: 85; 85: 75 85 86 87 88; 90: 37 38 39 81; 91: 94;
92: 49 59 60 63 74 78 79 85 90 91 92 93; 93: 85 96; 95: 97; 96: 98; 97: 98; 99: 99
"""


def _official() -> set[tuple[str, str]]:
    pairs = (part.split(":") for part in OFFICIAL.replace("\n", " ").split(";"))
    links = {(old.strip(), new) for old, many in pairs for new in many.split()}
    return {("95" if old in ("96", "97") else old, new) for old, new in links}  # one division, 95, in Rev. 3


def _links(name: str) -> dict[tuple[str, str], float]:
    c = Concordance.embedded(name)
    return {(c.source[s], c.target[t]): float(c.weights[s, t]) for s, t in np.argwhere(c.weights > 0)}


def test_every_file_is_in_the_index_and_the_other_way_round() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.csv")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_both_ends_are_exactly_the_classifications(name: str) -> None:
    about, c = described(name), Concordance.embedded(name)
    assert c.source == read_classification(about.source).labels
    labels = read_classification(about.target).labels
    assert c.target == tuple(label for label in labels if label not in about.unreached)
    assert set(about.unreached) < set(labels)


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_what_the_index_calls_them(name: str) -> None:
    about, c = described(name), Concordance.embedded(name)
    whole = bool(np.all((c.weights == 0) | (c.weights == 1)))
    assert whole == about.exact
    if about.weights == "recoded":
        assert len(c.source) == len(c.target)
    assert about.exact or about.note  # an estimate says what to mind
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as file:
        assert ("weight" in next(csv.reader(file))) != about.exact


@pytest.mark.parametrize("name", NAMES)
def test_each_is_described_in_both_languages(name: str) -> None:
    about = described(name)
    assert about.origin
    assert len({about.title(language) for language in LANGUAGES}) == 2
    assert len({about.weighting(language) for language in LANGUAGES}) == 2
    assert set(about.note) in (set(), set(LANGUAGES))


def test_isic_links_are_those_of_the_united_nations() -> None:
    official = _official()
    assert set(_links("isic-3-to-isic-4")) <= official
    assert {(old, new) for new, old in _links("isic-4-to-isic-3")} <= official


def test_isic_3_divisions_go_where_wiod_says_its_industries_come_from() -> None:
    # The NACE codes that WIOD writes beside its industries: divisions, or sections (letters) named here by divisions.
    sections = {"AtB": "01t05", "C": "10t14", "E": "40t41", "F": "45", "H": "55", "J": "65t67", "L": "75", "M": "80"}
    sections |= {"N": "85", "O": "90t93", "P": "95"}
    links = {old: new for old, new in _links("isic-3-to-wiod-35") if old != "99"}
    for label, names in read_classification("wiod-35").sectors.items():
        first, _, last = sections.get(names["nace"], names["nace"]).partition("t")
        assert {old for old, new in links.items() if new == label} == {
            old for old in links if int(first) <= int(old) <= int(last or first)
        }


def test_exiobase_industries_go_to_the_division_in_their_name() -> None:
    named = {pair: re.search(r"\((\d\d)\)$", pair[0]) for pair in _links("exiobase-ixi-163-to-nace-1.1")}
    checked = {pair: found for pair, found in named.items() if found}
    assert len(checked) > 40
    assert all(pair[1] == found[1] for pair, found in checked.items())


def test_exiobase_products_go_to_the_industry_that_makes_them() -> None:
    links = dict(_links("exiobase-pxp-200-to-exiobase-ixi-163").keys())
    assert links["Paddy rice"] == "Cultivation of paddy rice"
    assert links["Anthracite"] == links["Peat"] == "Mining of coal and lignite; extraction of peat (10)"
    assert links["Motor Gasoline"] == links["Petroleum Coke"] == "Petroleum Refinery"
    assert links["Electricity by wind"] == "Production of electricity by wind"
    assert links["Biogas"] == "Manufacture of gas; distribution of gaseous fuels through mains"
    assert links["Charcoal"] == "Chemicals nec"


def test_chapters_of_the_harmonized_system_count_headings() -> None:
    links = _links("hs-to-isic-4")
    # Chapter 4 has ten headings; eggs in shell, honey and other edible animal products come from farms.
    assert links["04", "01"] == 3 / 10
    assert links["04", "10"] == 7 / 10
    assert links["52", "01"] == 1 / 12  # raw cotton, 5201, of the twelve headings of cotton
    assert links["72", "24"] == 28 / 29  # all but scrap, 7204
    assert links["89", "38"] == 1 / 8  # ships for breaking up, 8908
    assert _links("hs-to-wiod-35")["72", "c12"] == 28 / 29


@pytest.mark.parametrize(
    ("name", "source", "target"),
    [
        ("oecd-2016-to-wiod-35", "C27MET", "c12"),
        ("oecd-2018-to-wiod-35", "20T21", "c9"),
        ("oecd-2021-to-oecd-2018", "94T96", "90T96"),
        ("oecd-2023-to-oecd-2021", "J62_63", "62T63"),
        ("oecd-2025-to-oecd-2023", "C302T309", "C30"),
        ("wiod-2016-to-wiod-35", "L68", "c29"),
        ("figaro-64-to-wiod-2016", "Q87_88", "Q"),
        ("figaro-64-to-isic-4", "L", "68"),
        ("gloria-120-to-isic-4", "Basic gold", "24"),
        ("gtap-65-to-wiod-35", "pdr", "c1"),
        ("gtap-57-to-wiod-35", "omn", "c2"),
        ("ceads-42-2017-to-wiod-35", "24", "c17"),
        ("ceads-42-2012-to-wiod-35", "25", "c17"),
        ("ceads-30-to-wiod-35", "22", "c17"),
        ("ceads-42-2012-to-ceads-30", "25", "22"),
    ],
)
def test_whole_sectors_go_where_their_names_say(name: str, source: str, target: str) -> None:
    assert _links(name)[source, target] == 1


def test_output_shares_are_those_of_the_world_in_2011(shared: Path) -> None:
    with np.load(shared / "wiod2013" / "wiot_2011.npz", allow_pickle=True) as table:
        output = dict(zip(read_classification("wiod-35").labels, table["x"].reshape(-1, 35).sum(axis=0), strict=True))
    for name in ("eora-26-to-wiod-35", "oecd-2016-to-wiod-35"):
        c = Concordance.embedded(name)
        for row in c.weights:
            split = np.flatnonzero(row)
            world = np.array([output[c.target[t]] for t in split])
            # three decimals; the largest takes what rounding leaves, at most half a thousandth for each of the others
            assert np.allclose(row[split], world / world.sum(), rtol=0, atol=0.0005 * len(split))


@pytest.mark.parametrize(
    "name", [name for name in classifications() if name not in ("wiod-35", "wiod-23", "isic-4-sections")]
)
def test_any_two_tables_meet_in_the_35_industries_of_wiod(name: str) -> None:
    c = Concordance.between(name, "wiod-35")
    assert c.source == read_classification(name).labels
    assert np.allclose(c.weights.sum(axis=1), 1, rtol=0, atol=1e-12)  # as Concordance demands of declared weights
    assert Concordance.between(name, "wiod-23").weights.shape[0] == len(c.source)


def test_a_route_takes_exact_steps_before_short_ones() -> None:
    # By way of isic-4 two steps would be estimated, by way of WIOD 2016 one.
    assert [one.name for one in route("figaro-64", "wiod-35")] == ["figaro-64-to-wiod-2016", "wiod-2016-to-wiod-35"]
    assert [one.name for one in route("hs", "wiod-35")] == ["hs-to-wiod-35"]
    assert all(one.exact for one in route("exiobase-pxp-200", "wiod-23"))
    assert route("isic-4", "isic-4") == ()


def test_where_no_way_leads_the_way_out_is_named() -> None:
    with pytest.raises(QuestionError) as caught:
        route("wiod-35", "isic-4")
    said = "no concordance leads from wiod-35 to isic-4; wiod-35 leads to wiod-23; the other way a split needs shares"
    assert said in str(caught.value)
    with pytest.raises(QuestionError, match="isic-4 and isic-4 are one classification"):
        Concordance.between("isic-4", "isic-4")
    with pytest.raises(QuestionError, match="classification isic-5 is not known"):
        Concordance.between("isic-4", "isic-5")
    with pytest.raises(QuestionError, match="did you mean wiod-35-to-23"):
        described("wiod-35-23")
    with pytest.raises(QuestionError, match="language fr is not known"):
        described("wiod-35-to-23").title("fr")
