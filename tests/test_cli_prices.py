"""The command ``hybrid prices``, on the worked example of docs/prices.md."""

from __future__ import annotations

import io
import json
from itertools import pairwise

import pandas as pd
import pytest
from test_cli import done, run

PRICES = """product,unit,region,sector,weight,price,currency,year,basis,tax,trade_margin,transport_margin,trade_sector,\
transport_sector,buyer,source
rebar,t,CHN,c12,,4500,CNY,2021,purchasers,0.13,0.06,0.04,c19-22,c23,CHN,"own invoices, 2021"
cells,kW,imports:DEU,c14,,250,USD,2015,fob,,,,,,,"customs, 2015"
"""
RATES = """year,value,currency,to,region,sector,source
2009,6.83,USD,CNY,,,central bank
2009,100,CNY,,CHN,,statistical office
2021,118,CNY,,CHN,,statistical office
"""
PER_TONNE = 1 / 1.18 / 6.83 / 1e6  # from yuan of 2021 to millions of dollars of 2009


@pytest.fixture
def files(tmp_path):
    paths = tmp_path / "prices.csv", tmp_path / "rates.csv"
    for path, text in zip(paths, (PRICES, RATES), strict=True):
        path.write_text(text, encoding="utf-8")
    return paths


def asked(files, *more):
    return done("hybrid", "prices", "world", files[0], "--year", "2009", "--rates", files[1], *more)


def test_rows_by_supplier(files):
    frame = pd.read_csv(io.StringIO(asked(files, "--format", "csv")))
    rebar = frame[frame["product"] == "rebar"]
    assert rebar["sector"].fillna("").tolist() == ["c12", "c19-22", "c23", ""]
    due = [share * 4500 * PER_TONNE for share in (0.77, 0.06, 0.04, 0.13)]
    assert rebar["value"].tolist() == pytest.approx(due, rel=1e-12)
    assert set(rebar["unit"]) == {"million USD/t"}
    cells = frame[frame["product"] == "cells"]
    assert "DEU" not in set(cells["region"])  # imports


def test_steps_chain_from_the_price_to_the_tables_money(files):
    rows = json.loads(asked(files, "--steps", "--format", "json"))["rows"]
    rebar = [row for row in rows if row["product"] == "rebar"]
    assert [row["step"] for row in rebar] == [
        "price-taxes", "price-margins", "price-deflated", "price-exchanged", "price-scaled"
    ]  # fmt: skip
    assert rebar[0]["before"] == 4500
    assert all(a["after"] == pytest.approx(b["before"], rel=1e-12) for a, b in pairwise(rebar))
    assert rebar[-1]["after"] == pytest.approx(0.77 * 4500 * PER_TONNE, rel=1e-12)


@pytest.mark.parametrize(("language", "word"), [("en", "Taxes less subsidies"), ("zh", "税减补贴")])
def test_for_people_in_whole_money(files, language, word):
    text = asked(files, "--lang", language, "--limit", "4")
    assert word in text
    assert "429.93" in text  # 0.77 * 4500 / 1.18 / 6.83
    assert "(--limit N, -o FILE)" in text


def test_what_stands_in_is_noted(files):
    result = run("hybrid", "prices", "world", files[0], "--year", "2009", "--rates", files[1])
    assert "prices.csv line 3, cells: a deflator of all regions stands in for TWN, ROW" in result.stderr


def test_without_rates_the_error_is_one_line(files):
    result = run("hybrid", "prices", "world", files[0], "--year", "2009")
    assert result.exit_code == 1
    assert "prices.csv line 2, rebar: there is no deflator of CNY prices from 2021 to 2009 for CHN c12" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    result = run("hybrid", "prices", "world", files[0], "--rates", files[1], "--deflators", "none")
    assert "there is no deflator of USD prices from 2015 to 2009" in result.stderr


def test_a_concordance_of_a_file_or_by_name(files, tmp_path):
    path = tmp_path / "own.csv"
    path.write_text("source,target,weight\nsteel,c12,1\nsolar,c14,0.5\nsolar,c13,0.5\n", encoding="utf-8")
    files[0].write_text(PRICES.replace(",c12,", ",steel,").replace(",c14,", ",solar,"), encoding="utf-8")
    frame = pd.read_csv(io.StringIO(asked(files, "--concordance", path, "--format", "csv")))
    assert set(frame["sector"].dropna()) == {"c12", "c13", "c14", "c19-22", "c23"}
    files[0].write_text(PRICES.replace(",c12,", ",c12,").replace("imports:DEU", "CHN"), encoding="utf-8")
    frame = pd.read_csv(io.StringIO(asked(files, "--concordance", "wiod-35-to-23", "--format", "csv")))
    assert set(frame["sector"].dropna()) == {"c12", "c14", "c19-22", "c23"}
