"""The classifications: official counts, names in both languages, and the labels of the publishers' files."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tanheng.errors import LabelError, QuestionError
from tanheng.labels import LANGUAGES, classifications, sector_name
from tanheng.labels.names import read_classification, standard_codes

# The official numbers of items, from the publishers.
COUNTS = {
    "adb-35": 35,
    "ceads-30": 30,
    "ceads-42-2012": 42,
    "ceads-42-2017": 42,
    "cpa-2.1": 88,
    "eora-26": 26,
    "exiobase-ixi-163": 163,
    "exiobase-pxp-200": 200,
    "figaro-64": 64,
    "figaro-64-products": 64,
    "gloria-120": 120,
    "gtap-57": 57,
    "gtap-65": 65,
    "hs": 96,  # chapters 1 to 97, of which 77 is reserved
    "isic-3": 60,
    "isic-4": 88,
    "isic-4-sections": 21,
    "nace-1.1": 62,
    "nace-2": 88,
    "oecd-2016": 34,
    "oecd-2018": 36,
    "oecd-2021": 45,
    "oecd-2023": 45,
    "oecd-2025": 50,
    "wiod-2016": 56,
    "wiod-23": 23,
    "wiod-35": 35,
}


def _chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


def _column(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [row[name] for row in csv.DictReader(file, delimiter="\t")]


def test_each_has_as_many_labels_as_its_publisher_says() -> None:
    assert {name: len(read_classification(name).labels) for name in classifications()} == COUNTS


@pytest.mark.parametrize("name", sorted(COUNTS))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sector_has_full_and_short_names_unlike_any_other(name: str, language: str) -> None:
    one = read_classification(name)
    assert _chinese(one.title["zh"])
    assert not _chinese(one.title["en"] + one.source)
    for short in (False, True):
        names = [sector_name(label, language, name, short=short) for label in one.labels]
        assert all(text == text.strip() and text for text in names)
        assert len(set(names)) == len(names)
        assert all(_chinese(text) == (language == "zh") for text in names)


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_short_names_are_short(name: str) -> None:
    for label, names in read_classification(name).sectors.items():
        assert len(names["zh_short"]) <= 8, label  # what fits beside a bar of a chart
        assert len(names["en_short"]) <= 34, label
        assert len(names["zh_short"]) <= len(names["zh"]), label


@pytest.mark.parametrize(
    ("name", "label", "en", "zh"),
    [
        ("isic-4", "35", "Electricity, gas, steam and air conditioning supply", "电力、燃气、蒸汽和空调供应业"),
        ("isic-3", "37", "Recycling", "废弃资源回收加工业"),
        ("nace-2", "C21", "Manufacture of basic pharmaceutical products and pharmaceutical preparations", "医药制造业"),
        ("cpa-2.1", "CPA_B06", "Crude petroleum and natural gas", "原油和天然气"),
        ("hs", "72", "Iron and steel", "钢铁"),
        ("wiod-2016", "R_S", "Arts, entertainment, recreation and other service activities", "文体娱乐和其他服务业"),
        ("oecd-2018", "41T43", "Construction", "建筑业"),
        ("oecd-2025", "C24A", "Manufacture of basic iron and steel", "黑色金属冶炼和压延加工业"),
        ("figaro-64", "L", "Real estate activities", "房地产业"),
        ("eora-26", "Hotels and Restraurants", "Hotels and restaurants", "住宿和餐饮业"),
        ("exiobase-ixi-163", "Production of electricity by wind", "Production of electricity by wind", "风力发电"),
        ("exiobase-pxp-200", "Coking Coal", "Coking Coal", "炼焦煤"),
        ("gtap-65", "pdr", "Paddy rice", "稻谷"),
        ("ceads-42-2017", "22", "Other manufactured products and waste materials", "其他制造产品和废品废料"),
        ("ceads-42-2012", "23", "Waste materials", "废品废料"),
    ],
)
def test_names_are_the_official_ones(name: str, label: str, en: str, zh: str) -> None:
    assert sector_name(label, "en", name) == en
    assert sector_name(label, "zh", name) == zh


def test_divisions_are_numbered_as_the_united_nations_number_them() -> None:
    gaps = {"isic-4": {4, 34, 40, 44, 48, 54, 57, 67, 76, 83, 89}}
    gaps["isic-3"] = {
        3,
        4,
        6,
        7,
        8,
        9,
        38,
        39,
        42,
        43,
        44,
        46,
        47,
        48,
        49,
        53,
        54,
        56,
        57,
        58,
        59,
        68,
        69,
        76,
        77,
        78,
        79,
    }
    gaps["isic-3"] |= {81, 82, 83, 84, 86, 87, 88, 89, 94, 96, 97, 98}
    gaps["hs"] = {77, 98, 99}
    for name, missing in gaps.items():
        assert [int(label) for label in read_classification(name).labels] == sorted(set(range(1, 100)) - missing)
    divisions = read_classification("isic-4").labels
    assert tuple(label[1:] for label in read_classification("nace-2").labels) == divisions
    assert tuple(label[-2:] for label in read_classification("cpa-2.1").labels) == divisions


@pytest.mark.parametrize(("name", "file"), [("exiobase-ixi-163", "ixi_sectors"), ("exiobase-pxp-200", "sectors")])
def test_exiobase_labels_and_codes_are_the_publishers(name: str, file: str, shared: Path) -> None:
    path, one = shared / "formats" / "exiobase_classification" / f"{file}.tsv", read_classification(name)
    assert list(one.labels) == _column(path, "ExioName")
    assert [names["code"] for names in one.sectors.values()] == _column(path, "ExioCode")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("oecd-2016", "ICIO2016_2003.csv"),
        ("oecd-2018", "ICIO2018_2010.CSV"),
        ("oecd-2025", "oecd_icio_coefficients_sample.csv"),
    ],
)
def test_oecd_labels_are_those_of_the_files(name: str, file: str, shared: Path) -> None:
    with (shared / "formats" / "oecd_icio" / file).open(encoding="utf-8", newline="") as opened:
        heads = next(csv.reader(opened))
    first = heads[1].partition("_")[0]
    cut = [head.partition("_")[2] for head in heads if head.startswith(f"{first}_")]
    whole = 50 if name == "oecd-2025" else 8  # the older samples are cut down to their first eight industries
    assert tuple(cut[:whole]) == read_classification(name).labels[:whole]


def test_standard_codes_find_the_publishers_spelling() -> None:
    assert standard_codes(["raising of Swine / pigs", "Growing crops n.e.c"], "gloria-120") == [
        "Raising of swine/pigs",
        "Growing crops n.e.c.",
    ]
    with pytest.raises(LabelError, match=r"gloria-120: sector Growing wheats is not known; did you mean Growing wheat"):
        standard_codes(["Growing wheats"], "gloria-120")


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_spelling_apart_no_two_labels_are_alike(name: str) -> None:
    labels = read_classification(name).labels
    assert tuple(standard_codes(labels, name)) == labels


def test_an_unknown_classification_names_the_nearest() -> None:
    with pytest.raises(QuestionError, match="classification isic4 is not known; did you mean isic-4"):
        read_classification("isic4")
