"""The embedded files: every claim runs, in words of both languages, and says what its data say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

import tanheng.claims as package
from tanheng.claims import VERDICTS, Datasets, Verdict, check, names, read_claims, verdict_frame
from tanheng.claims.messages import _texts

Found = Mapping[tuple[str, str, str], Verdict]
CODE = Path(package.__file__).parent


@pytest.fixture(scope="module")
def found() -> Found:
    datasets = Datasets()
    verdicts = [one for name in names() for one in check(read_claims(name), datasets=datasets)]
    return {(one.file, one.claim.id, one.dataset): one for one in verdicts}


def test_every_claim_has_a_verdict_of_every_dataset_it_names(found):
    asked = {(name, one.id, dataset) for name in names() for one in read_claims(name).claims
             for dataset in (one.datasets or ("",))}  # fmt: skip
    assert set(found) == asked
    for one in found.values():
        assert one.verdict in VERDICTS
        assert all(one.reasons.values())
        assert (one.computed is None) == (one.verdict == "not checkable")
    frame = verdict_frame(found.values())
    assert frame.loc[frame["verdict"] != "not checkable", ["file", "claim", "dataset"]].notna().all(axis=None)
    known = frame["dataset"].isin(["gcb", "world", "reference", "norms", "product-cases"]) & frame["computed"].notna()
    assert (frame.loc[known, "source"] != "").all()


def test_the_gaps_of_the_report_are_not_those_of_the_global_carbon_budget(found):
    """China 0.135 Gt in 1990 and 0.783 Gt in 2019, against 0.70 and 1.80: a factor of two and more, which is said."""
    for name, ratio in (("china-gap-1990", 0.135 / 0.70), ("china-gap-2019", 0.783 / 1.80)):
        one = found["cas-2024", name, "gcb"]
        assert one.verdict == "differs"
        assert one.ratio == pytest.approx(ratio, abs=0.002)  # of numbers of three digits
        assert "a factor of two and more" in one.reasons["en"]
        assert "一倍以上" in one.reasons["zh"]
        assert found["cas-2024", name, "world"].verdict == "not checkable"


def test_the_side_of_the_gap_holds_with_every_list_and_dataset(found):
    sides = [one for one in found.values() if one.claim.measure == "gap-sign"]
    assert len(sides) == 10
    for one in sides:
        assert one.computed is not None
        assert len(one.computed.there) == (30 if one.dataset == "gcb" else 15)
        assert one.verdict == ("reproduced" if one.dataset == "gcb" else "consistent"), one.claim.id


def test_products(found):
    """Steel by the world's average; 0.25 Gt over 105.33 GW would be 2.37 t for each kilowatt, which the note says."""
    steel = found["cas-2024", "china-steel-2021", "product-cases"]
    assert steel.verdict == "reproduced"
    assert "0.100 to 0.182 Gt over 4 sets" in steel.reasons["en"]
    modules = found["cas-2024", "china-photovoltaics-2021", "product-cases"]
    assert modules.verdict == "differs"
    assert modules.computed is not None
    assert round(modules.computed.value, 3) == 0.053
    assert f"{0.25e9 / 105.33e6:.2f} t per kW" in modules.reasons["en"]
    assert f"每千瓦 {0.25e9 / 105.33e6:.2f} 吨" in modules.reasons["zh"]
    assert "105.3 GW" in modules.reasons["en"]


def test_export_intensity_is_told_for_the_years_that_are_there(found):
    one = found["cas-2024", "china-export-intensity", "world"]
    assert one.verdict == "not checkable"
    assert "From 1995 to 2009" in one.reasons["en"]
    assert "1995—2009 年为" in one.reasons["zh"]


def test_standards(found):
    for name, rest in (("national-arithmetic", 525), ("local-arithmetic", 103)):
        one = found["environmental-norms", name, "arithmetic"]
        assert (one.verdict, one.computed and one.computed.value) == ("consistent", rest)
    assert found["environmental-norms", "electricity-up", "reference"].verdict == "reproduced"  # 52.18
    assert found["environmental-norms", "cement-limits", "norms"].verdict == "consistent"  # SO2 stayed at 200
    without = [one for one in found.values() if one.file == "environmental-norms" and not one.dataset]
    assert len(without) == 8
    assert {one.verdict for one in without} == {"not checkable"}


def test_what_was_printed_moves_no_computed_number(found):
    """The same claims with other numbers printed: all that is computed is the same."""
    from dataclasses import replace

    file = read_claims("global-targets")
    other = [replace(one, printed=type(one.printed).read("999")) for one in file.claims if one.printed is not None]
    again = check(replace(file, claims=tuple(other)))
    for one in again:
        before = found["global-targets", one.claim.id, one.dataset]
        assert one.computed == before.computed
        assert one.verdict in ("differs", "not checkable")


# -- words ------------------------------------------------------------------------------------------------------------


def texts() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every text in two languages of the messages and the files."""
    yield from ((f"messages: {key}", text) for key, text in _texts().items())
    for name in names():
        file = read_claims(name)
        whole: list[tuple[str, Any]] = [
            ("title", file.title),
            ("why", file.why),
            ("note", file.note),
            ("source", file.source),
        ]
        for one in file.claims:
            whole += [(f"{one.id}.{key}", getattr(one, key)) for key in ("title", "statement", "missing", "note")]
        yield from ((f"{name}: {key}", text) for key, text in whole if text)


@pytest.mark.parametrize(("key", "text"), list(texts()))
def test_chinese_is_chinese_and_says_as_much(key, text):
    assert set(text) == {"en", "zh"}
    bare = re.sub(r"{[^}]*}", "", text["zh"])
    assert not re.search(r"[a-z]{2,} [a-z]{2,}", bare)
    assert not re.search(r"[一-鿿][,;:?!]", bare), "full-width punctuation goes with Chinese characters"
    if key not in ("messages: a range", "messages: dataset.gcb"):
        assert re.search("[\u4e00-\u9fff]", bare) or key.startswith("global-targets: source")
    blanks = [
        sorted({name for _, name, _, _ in Formatter().parse(text[language]) if name}) for language in ("en", "zh")
    ]
    assert blanks[0] == blanks[1]


@pytest.mark.parametrize("name", names())
def test_statements_hold_the_number_that_was_printed(name):
    """In English as it was printed; in Chinese too, or in 亿吨, which are tenths of Gt."""
    for one in read_claims(name).claims:
        if one.printed is None:
            continue
        for end in one.printed.text.lstrip("-").split(" to "):
            assert end in one.statement["en"], one.id
            tenths = f"{10 * float(end):.1f}".removesuffix(".0") if one.unit == "Gt" else ""
            assert end.replace(",", "") in one.statement["zh"] or f"{tenths}" in one.statement["zh"], one.id


def test_every_message_that_code_names_is_there_and_named():
    said = set()
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.add(node.value)
    keys = {key for key in _texts() if not key.startswith(("dataset.", "unit."))}
    assert keys <= said
