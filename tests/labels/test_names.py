"""Names in English and Chinese."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import tanheng.labels
from tanheng.errors import LabelError, QuestionError
from tanheng.labels import demand_name, region_name, sector_name, term

DATA = Path(tanheng.labels.__file__).parent / "data"
WIOD_REGIONS = """
    AUS AUT BEL BGR BRA CAN CHN CYP CZE DEU DNK ESP EST FIN FRA GBR GRC HUN IDN IND IRL ITA JPN KOR LTU LUX LVA MEX
    MLT NLD POL PRT ROU RUS SVK SVN SWE TUR TWN USA ROW
"""


def _chinese(text: str) -> bool:
    return any("\u4e00" <= sign <= "\u9fff" for sign in text)


@pytest.mark.parametrize(
    ("code", "en", "zh"),
    [
        ("CHN", "China", "中国"),
        ("USA", "United States", "美国"),
        ("GBR", "United Kingdom", "英国"),
        ("KOR", "South Korea", "韩国"),
        ("CZE", "Czechia", "捷克"),
        ("TUR", "Türkiye", "土耳其"),
        ("RUS", "Russia", "俄罗斯"),
        ("TWN", "Taiwan", "中国台湾"),
        ("HKG", "Hong Kong", "中国香港"),
        ("MAC", "Macao", "中国澳门"),
        ("ROW", "Rest of world", "世界其他地区"),
        ("WORLD", "World", "世界"),
        ("BRA", "Brazil", "巴西"),
        ("XEU", "Rest of Europe", "欧洲其他地区"),
        ("SDS", "South Sudan", "南苏丹"),
    ],
)
def test_region_names(code: str, en: str, zh: str) -> None:
    assert region_name(code, "en") == en
    assert region_name(code, "zh") == zh


def test_all_41_wiod_regions_have_a_chinese_name_of_their_own() -> None:
    names = [region_name(code, "zh") for code in WIOD_REGIONS.split()]
    assert len(set(names)) == len(names) == 41
    assert all(_chinese(name) for name in names)


def test_a_label_of_a_users_table_is_its_own_name() -> None:
    assert region_name("BJ", "zh") == "BJ"
    assert sector_name("steel", "zh") == "steel"
    assert demand_name("tourism", "zh") == "tourism"


def test_sector_names_are_those_of_wiod() -> None:
    assert sector_name("c11", "en", "wiod-35") == "Other Non-Metallic Mineral"
    assert sector_name("c11", "zh", "wiod-35") == "非金属矿物制品业"
    assert sector_name("c1", "zh", "wiod-23") == "农林牧渔业"


def test_demand_categories_and_terms_have_both_languages() -> None:
    for code in ("households", "non-profit", "government", "capital formation", "inventories"):
        assert _chinese(demand_name(code, "zh"))
        assert demand_name(code, "en") != code
    for code, names in tomllib.loads((DATA / "demand.toml").read_text("utf-8")).items():
        assert _chinese(names["zh"]), code
        assert not _chinese(names["en"]), code
    for key in tomllib.loads((DATA / "terms.toml").read_text("utf-8")):
        assert term(key, "zh") != term(key, "en")
        assert not _chinese(term(key, "en"))


def test_every_account_of_the_design_has_a_term() -> None:
    accounts = "production consumption income flows eebt shared technology-adjusted value-chain export-terms"
    for account in [*accounts.split(), "export-intensity", "linkages", "extraction", "residual", "direct"]:
        assert term(account, "en")


def test_an_unknown_language_word_classification_or_code() -> None:
    for call in (
        lambda: region_name("CHN", "fr"),
        lambda: sector_name("c1", "fr"),
        lambda: demand_name("exports", "fr"),
        lambda: term("flows", "fr"),
    ):
        with pytest.raises(QuestionError, match="language fr is not known; choose en or zh"):
            call()
    with pytest.raises(QuestionError, match="did you mean consumption"):
        term("consumtion", "en")
    with pytest.raises(QuestionError, match="did you mean wiod-35"):
        sector_name("c1", "en", "wiod-36")
    with pytest.raises(LabelError, match="wiod-35: sector c36 is not known"):
        sector_name("c36", "en", "wiod-35")
