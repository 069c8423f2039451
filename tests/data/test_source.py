"""What a source declares is whole: both languages, addresses, names and hashes of their form."""

from __future__ import annotations

from typing import Any

import pytest

from tanheng.data.source import Download, Source

BOTH = {"en": "money", "zh": "货币"}


def make(**changes: Any) -> Source:
    fields = {
        "name": "tiny",
        "title": BOTH,
        "publisher": "Us",
        "homepage": "https://publisher.example/tiny",
        "citation": "Us (2020)",
        "licence": "CC BY 4.0",
        "editions": "1",
        "files": ("*.csv",),
        "units": BOTH,
        "price_basis": BOTH,
        "holds": BOTH,
        "get": BOTH,
        "faults": (BOTH,),
        "tested": "made",
    }
    return Source(**fields | changes)


def test_both_languages_are_enough() -> None:
    assert make().title["zh"] == "货币"


@pytest.mark.parametrize("field", ["title", "units", "price_basis", "holds", "get"])
@pytest.mark.parametrize("text", [{"en": "money"}, {"en": "money", "zh": ""}, BOTH | {"fr": "argent"}])
def test_every_text_is_in_both_languages(field: str, text: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=f"tiny: {field} must be said in en and zh"):
        make(**{field: text})


def test_so_is_every_fault() -> None:
    with pytest.raises(ValueError, match="faults"):
        make(faults=(BOTH, {"zh": "货币"}))


def test_two_downloads_do_not_share_a_name() -> None:
    one, other = (Download(f"https://publisher.example/{n}", "a.zip", (n,)) for n in (1995, 1996))
    with pytest.raises(ValueError, match=r"several downloads are named a\.zip"):
        make(downloads=(one, other))


@pytest.mark.parametrize("name", ["", ".", "..", ".a", "a/b", "a\\b", "/a", "c:a", "a\n", " a"])
def test_a_name_stays_in_its_folder(name: str) -> None:
    with pytest.raises(ValueError, match="is not of the form"):
        Download("https://publisher.example/a", name, ())


@pytest.mark.parametrize("url", ["", "a", "ftp://publisher.example/a", "doi:10.5281/zenodo.1", "doi:10.1000/1/a"])
def test_an_address_is_of_the_web_or_of_zenodo(url: str) -> None:
    with pytest.raises(ValueError, match="is not of the form"):
        Download(url, "a", ())


@pytest.mark.parametrize("digest", ["d" * 32, "md5:" + "d" * 31, "MD5:" + "D" * 32, "sha1:" + "d" * 40])
def test_a_hash_names_its_kind(digest: str) -> None:
    with pytest.raises(ValueError, match="is not of the form"):
        Download("https://publisher.example/a", "a", (), hash=digest)


@pytest.mark.parametrize("digest", ["", "md5:" + "d" * 32, "sha256:" + "0" * 64])
def test_what_may_be_declared(digest: str) -> None:
    assert Download("doi:10.5281/zenodo.3583070/IOT 1995.zip", "IOT_1995_ixi.zip", (1995,), 1, digest).hash == digest
