"""Countries by the names and numbers that statistics write."""

from __future__ import annotations

import iso3166
import pytest

from tanheng.labels.countries import country_by_number, country_code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("CHN", "CHN"), ("CN", "CHN"), ("EL", "GRC"), ("UK", "GBR"), ("Viet Nam", "VNM"), ("Vietnam", "VNM"),
        ("cote d'ivoire", "CIV"), ("Côte d’Ivoire", "CIV"), ("Virgin Islands (U.S.)", "VIR"), ("Congo (DRC)", "COD"),
        ("Congo", "COG"), ("Korea, Rep.", "KOR"), ("Türkiye", "TUR"), ("Turkey", "TUR"), ("Macau", "MAC"),
        ("德国", "DEU"), ("韩国", "KOR"), ("刚果（金）", "COD"), ("中国台湾", "TWN"), ("Niger", "NER"),
        ("Nigeria", "NGA"), ("Guinea", "GIN"), ("Guinea-Bissau", "GNB"), ("Dominica", "DMA"),
        ("Dominican Rep.", "DOM"), ("Kosovo", "XKX"),
    ],
)  # fmt: skip
def test_a_country_by_its_name(name: str, code: str) -> None:
    assert country_code(name) == code


@pytest.mark.parametrize("name", ["World", "Asia", "EU", "OECD", "Other Africa", "ROW", "WLD", "", "Areas, nes"])
def test_what_is_no_country_is_none(name: str) -> None:
    assert country_code(name) is None


def test_every_country_of_iso_3166_is_found_by_code_name_and_number() -> None:
    for country in iso3166.countries_by_alpha3.values():
        assert country_code(country.alpha3) == country_code(country.name) == country.alpha3
        assert country_by_number(country.numeric) == country.alpha3


def test_numbers_of_comtrade() -> None:
    """They are of customs territories: 842 are the United States with Puerto Rico, 251 is France with Monaco."""
    numbers = {"842": "USA", "251": "FRA", "699": "IND", "757": "CHE", "579": "NOR", "490": "S19", "156.0": "CHN"}
    assert {number: country_by_number(number) for number in numbers} == numbers
    assert country_by_number("0") is None
