"""BACI, on files made at the layout of CEPII."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from tanheng.data.trade import read_trade
from tanheng.errors import InputError

CODES = (
    "country_code,country_name,country_iso2,country_iso3\n"
    '156,China,CN,CHN\n410,Korea,KR,KOR\n490,"Other Asia, nes",,S19\n'
)
Y2021 = "t,i,j,k,v,q\n2021,156,410,720839,      12.500,      20.250\n2021,156,490,10121,       3.000,           NA\n"
Y2022 = "t,i,j,k,v,q\n2022,410,156,720839,1,2\n"


def folder(tmp_path: Path, codes: bytes = CODES.encode()) -> Path:
    (tmp_path / "BACI_HS17_Y2021_V202501.csv").write_text(Y2021)
    (tmp_path / "BACI_HS17_Y2022_V202501.csv").write_text(Y2022)
    (tmp_path / "country_codes_V202501.csv").write_bytes(codes)
    return tmp_path


def test_a_folder_of_years(tmp_path: Path) -> None:
    flows = read_trade(folder(tmp_path))
    assert flows.years == (2021, 2022)
    assert flows.products == ("720839", "010121")  # codes have six digits
    first = flows.frame.iloc[0]
    assert first[["origin", "destination", "quantity", "unit", "value", "currency"]].tolist() == [
        "CHN", "KOR", 20.25, "t", 12.5, "thousand USD",
    ]  # fmt: skip
    assert np.isnan(flows.frame["quantity"].iloc[1])
    assert flows.about.version == "HS17 V202501"
    assert {finding.check for finding in flows.findings} == {"trade-no-weight", "trade-other-asia"}
    flows.only(2022).require_settled()  # one flow a pair: nothing to reconcile


def test_a_zip_file_and_the_years_and_products_wanted(tmp_path: Path) -> None:
    inside = folder(tmp_path)
    path = tmp_path / "BACI_HS17_V202501.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for file in inside.glob("*.csv"):
            packed.write(file, file.name)
    assert len(read_trade(path).frame) == 3
    assert read_trade(path, years=2022).years == (2022,)
    assert read_trade(path, products="01").products == ("010121",)
    assert read_trade(path, products="720839", years=[2021, 2022]).years == (2021, 2022)


def test_one_file_alone_has_countries_by_number(tmp_path: Path) -> None:
    path = tmp_path / "BACI_HS17_Y2021_V202501.csv"
    path.write_text("t,i,j,k,v,q\n2021,842,251,720839,1,2\n2021,699,757,720839,1,2\n2021,999,8,720839,1,2\n")
    flows = read_trade(path)
    assert flows.frame[["origin", "destination"]].values.tolist() == [["USA", "FRA"], ["IND", "CHE"], ["999", "ALB"]]
    assert [finding.values["names"] for finding in flows.findings] == ["999"]


def test_names_in_another_encoding_do_not_matter(tmp_path: Path) -> None:
    codes = CODES.replace("Korea", "Côrea").encode("latin-1")
    assert read_trade(folder(tmp_path, codes)).frame["destination"].iloc[0] == "KOR"


def test_broken_files_are_one_line_each(tmp_path: Path) -> None:
    path = tmp_path / "BACI_HS17_Y2021_V202501.csv"
    path.write_text("t,i,j,k,v,q\n2021,156,410,720839,1,2\n2021,156,410,720839,1,two\n")
    with pytest.raises(InputError, match=r"Y2021_V202501.csv line 3: 'two' is not a number"):
        read_trade(path)
    path.write_text("t,i,j,k,v,q\n2021,156,410\n")
    with pytest.raises(InputError, match=r"line 2: has 3 cells where the header has 6"):
        read_trade(path)
    path.write_text("t,i,j,k,v,q\n")
    with pytest.raises(InputError, match=r"has no lines; download it again"):
        read_trade(path)
    with pytest.raises(InputError, match="is no list of countries"):
        read_trade(folder(tmp_path, b"code,name\n1,x\n"))
    with pytest.raises(InputError, match="holds no file of BACI"):
        read_trade(tmp_path / "country_codes_V202501.csv", "baci")
