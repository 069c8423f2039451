"""Every reader alike: what it declares, other sources' files, and its own files harmed as people's files are."""

from __future__ import annotations

import ast
import os
import random
import shutil
import string
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pytest
from data import harms
from data.layouts import LAYOUTS, Layout, named
from test_cli import run

from tanheng.data import archive, checks, findings, reader, store
from tanheng.data.readers import ceads
from tanheng.errors import MissingError, QuestionError, TanhengError
from tanheng.labels import LANGUAGES
from tanheng.systems.supply_use import SupplyUse
from tanheng.systems.table import Table

NAMES = [one.SOURCE.name for one in reader.READERS]
ROOT = Path(__file__).parents[2]
CODE = ROOT / "src" / "tanheng" / "data"


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Layout], Path]:
    """Every layout's sample, made once; nobody changes it."""
    made: dict[str, Path] = {}

    def sample(layout: Layout) -> Path:
        if layout.name not in made:
            made[layout.name] = layout.made(tmp_path_factory.mktemp("layout"))
        return made[layout.name]

    return sample


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TANHENG_HOME", str(tmp_path / "home"))


# -- what a reader declares -------------------------------------------------------------------------------------------


def test_names_are_unique_and_each_has_a_sample():
    assert len(set(NAMES)) == len(NAMES)
    assert {layout.reader for layout in LAYOUTS} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_source_is_whole(name):
    source = reader.find(name).SOURCE
    assert all((source.publisher, source.homepage, source.citation, source.licence, source.editions, source.files))
    command = {"world": "", "exiobase-hybrid": "supply_use(archive.open("}.get(name, f"tanheng read {name}")
    assert all(command in source.get[language] for language in LANGUAGES)  # what to do with the files once there
    assert all(len(set(choices)) == len(choices) > 1 for choices in source.options.values())


def _calls() -> Iterator[tuple[str, str, set[str] | None]]:
    """Every message that a reader may say: file, key, and what fills it (None where it is filled by **)."""
    for path in sorted((CODE / "readers").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "found":
                first = node.args[0]
                keys = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                filled = None if any(one.arg is None for one in node.keywords) else {one.arg for one in node.keywords}
                yield from ((path.name, key.value, filled) for key in keys if isinstance(key, ast.Constant))


def test_every_message_of_a_reader_is_there_in_both_languages_and_is_filled():
    calls = list(_calls())
    assert len({key for _, key, _ in calls}) > 25
    for file, key, filled in calls:
        assert key in findings.messages(), f"{file}: {key}"
        for language in LANGUAGES:
            what, hint = findings.messages()[key][language]
            holes = {name for _, name, _, _ in string.Formatter().parse(what) if name}
            assert filled is None or holes <= filled, f"{file}: {key} in {language} lacks {holes - filled}"
            assert "{" not in hint, f"{key}: hints are not filled"


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)
def test_a_sample_is_read_stored_and_its_findings_said(layout, samples):
    place = samples(layout)
    table = layout.read(place)
    if layout.reader != "world":  # which comes with tanheng, as a folder
        zipped = harms.zipped(place, f"top/{layout.folder}")  # beside the sample
        assert _same(_numbers(layout.read(zipped)), _numbers(table))
    if isinstance(table, SupplyUse):
        return
    stored = store.add(reader.find(layout.reader), place, name="mine", years=[layout.year])[layout.year]
    assert stored.hash == table.hash
    for finding in (*table.findings, *stored.findings):
        for language in LANGUAGES:
            said = " ".join(findings.said(finding, language))
            assert "\n" not in said
            assert "{" not in said
            assert len(said) < 800


def test_only_the_hybrid_tables_have_no_symmetric_table(samples):
    layout = named("exiobase-hybrid")
    with pytest.raises(TanhengError, match="supply_use reads it"):
        reader.read(layout.reader, samples(layout))


# -- options ----------------------------------------------------------------------------------------------------------

CHOICES = [(name, *pair) for name in NAMES for pair in reader.find(name).SOURCE.options.items()]


@pytest.mark.parametrize(("name", "key", "choices"), CHOICES, ids=lambda one: one if isinstance(one, str) else "")
def test_the_first_choice_is_the_usual_one_and_all_are_accepted(name, key, choices, samples):
    layout = next(one for one in LAYOUTS if one.reader == name)
    place = samples(layout)
    usual = reader.read(name, place, layout.year)
    for choice in choices:
        chosen = _outcome(lambda choice=choice: reader.read(name, place, layout.year, **{key: choice}))
        if isinstance(chosen, TanhengError):  # another system, price or kind, which the sample does not hold
            assert choice != choices[0] or isinstance(chosen, MissingError)
            _require_good(chosen, place, f"{key}={choice}")
        else:
            assert choice != choices[0] or chosen.hash == usual.hash


def _outcome(read: Callable[[], Table | SupplyUse]) -> Table | SupplyUse | TanhengError:
    try:
        return read()
    except TanhengError as error:
        return error


@pytest.mark.parametrize("name", NAMES)
def test_unknown_options_and_choices_are_refused(name, samples):
    layout = next(one for one in LAYOUTS if one.reader == name)
    place, one = samples(layout), reader.find(name)
    with pytest.raises(QuestionError, match=rf"{name} has no option 'colour'"):
        reader.read(name, place, layout.year, colour="red")
    with pytest.raises(QuestionError, match=rf"{name} has no option 'colour'"):
        store.add(one, place, name="mine", options={"colour": "red"})
    said = run("read", name, place, "--option", "colour=red")
    assert said.exit_code != 0
    assert "has no option 'colour'" in said.output
    for key in one.SOURCE.options:
        with pytest.raises(QuestionError, match=rf"'redd' is no choice of option {key} of {name}"):
            reader.read(name, place, layout.year, **{key: "redd"})
    assert store.names() == ("world",)  # nothing was stored


# -- the files of other sources ---------------------------------------------------------------------------------------


def _truly_the_same(layout: Layout, name: str) -> bool:
    """A folder of EXIOBASE 3 is a folder of pymrio, which was made after it."""
    return layout.reader == "exiobase3" and name == "pymrio"


def _read_all(one: reader.Reader, place: Path) -> None:
    for year in one.years(archive.open(place)):
        one.read(archive.open(place), year)


@pytest.mark.parametrize("name", NAMES)
def test_other_sources_are_refused(name, samples):
    """By ``years``, or where the files could be this source's by their names, by ``read``; and nothing is stored."""
    one = reader.find(name)
    for layout in LAYOUTS:
        if layout.reader == name or _truly_the_same(layout, name):
            continue
        place = samples(layout)
        with pytest.raises(TanhengError) as caught:
            _read_all(one, place)
        _require_good(caught.value, place, layout.name)
        with pytest.raises(TanhengError):
            store.add(one, place, name="mine")
    assert store.names() == ("world",)


def test_folders_of_exiobase_3_are_folders_of_pymrio(samples):
    for layout in LAYOUTS:
        if _truly_the_same(layout, "pymrio"):
            there, other = layout.read(samples(layout)), reader.read("pymrio", samples(layout))
            np.testing.assert_allclose(other.Z.values, there.Z.values, rtol=1e-13)  # A times x: some roundings


def test_public_files_of_other_sources_are_refused(shared):
    folders = {
        "eora26": "eora26", "exiobase1": "exiobase1", "exiobase2": "exiobase2", "exiobase3": "exiobase3",
        "gloria": "gloria", "oecd_icio": "oecd", "pymrio_folder/mrio_data": "pymrio", "wiod2013": "wiod2013",
    }  # fmt: skip
    for folder, own in folders.items():
        for one in reader.READERS:
            if one.SOURCE.name in (own, "pymrio" if own == "exiobase3" else own):
                continue
            place = shared / "formats" / folder
            with pytest.raises(TanhengError) as caught:
                _read_all(one, place)
            _require_good(caught.value, place, folder)


def _require_good(error: TanhengError, place: Path, of: str) -> None:
    """One line, not long, that names a file or the place, and what is expected."""
    said = str(error)
    assert "\n" not in said, of
    assert len(said) < 800, of
    assert error.hint, f"{of}: {said}"
    assert place.name in said or any(stem in said for stem in _stems(place)), f"{of}: {said}"


def _stems(place: Path) -> set[str]:
    return {path.stem for path in place.rglob("*") if path.is_file()}


def test_workbooks_of_other_sources_hold_no_year_of_ceads(samples):
    for name in ("wiod2013", "wiod2016", "adb", "exiobase-hybrid"):
        with pytest.raises(TanhengError, match="holds no workbook of an inter-provincial table"):
            ceads.years(archive.open(samples(named(name))))


# -- harmed files -----------------------------------------------------------------------------------------------------

# What no reader can see, with the reason. Everything else is an error, a harmless change, or said in a finding.
UNSEEN = {
    ("plain *", "[FV]*", "lose"): "F_Y and V may be there or not",
    ("figaro *", "CO2*", "drop_row"): "the file lists only what is not zero",
    ("gtap", "EVFB.csv", "truncate"): "a factor that is wholly gone: nothing else lists the factors",
    # where a label alone says whose a number is, two labels that changed places move two numbers
    ("figaro *", "*", "swap_labels"): "a line a cell",
    ("gtap", "*", "swap_labels"): "a line a cell",
    ("oecd 2023", "DF_MAIN.csv", "swap_labels"): "a line a cell",
    ("ceads inventories", "Emission*", "swap_labels"): "a line a sector, found by its name",
    ("wiod20*", "*CO2*", "swap_labels"): "a line a sector, found by its code",
    ("adb", "*Emissions*", "swap_labels"): "a column a sector, found by its code",
    ("gloria*", "*ReadMe*", "swap_labels"): "the labels stand there alone: which is whose unit, nothing else says",
    ("gloria*", "*ReadMe*", "rename_label"): "an account of a kind of its own is read by its name beside the totals",
    ("exiobase-hybrid", "*_extensions.xlsx", "swap_labels"): "a column an activity, found by its name",
    ("oecd *", "*20*.csv", "swap_labels"): "a column a use, found by its name: rows have no such label",
}
SEEN_BY_CHECKS = ("value-added-balance", "unit-unlike")  # run whenever a table is stored


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)
def test_a_harmed_file_is_an_error_or_said_or_harmless(layout, samples, tmp_path):
    """Each harm to two of the sample's files."""
    place = samples(layout)
    files = [path.relative_to(place) for path in sorted(place.rglob("*")) if path.is_file()]
    for harm in (*harms.IN_CELLS, *harms.IN_BYTES):
        rng = random.Random(f"{layout.name} {harm.__name__}")
        for file in rng.sample(files, min(2, len(files))):
            _harmed(layout, place, file, harm, 0, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda one: one.name)
def test_every_harm_to_every_file(layout, samples, tmp_path):
    place = samples(layout)
    for file in [path.relative_to(place) for path in sorted(place.rglob("*")) if path.is_file()]:
        for harm in (*harms.IN_CELLS, *harms.IN_BYTES):
            for seed in range(1 if harm in harms.IN_BYTES[2:] else 5):
                _harmed(layout, place, file, harm, seed, tmp_path)


def _harmed(layout: Layout, place: Path, file: Path, harm: Callable[..., None], seed: int, into: Path) -> None:
    case = f"{layout.name}, {file}, {harm.__name__} {seed}"
    copy = into / "harmed" / place.name
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(place, copy)
    before = (copy / file).read_bytes()
    rng = random.Random(case)
    try:
        if harm in harms.IN_CELLS:
            harms.in_cells(copy / file, harm, rng)
        else:
            harm(copy / file, rng)
    except harms.NoHarm:
        return None
    table = _outcome(lambda: layout.read(copy))
    if isinstance(table, TanhengError):
        return _require_good(table, place, case)
    if harm is harms.truncate and _only_a_last_number(before, (copy / file).read_bytes()):
        return None
    sound = layout.read(place)
    assert _same(_numbers(sound), _numbers(table)) or _said(sound, table) or _unseen(layout, file, harm), case
    return None


def _only_a_last_number(before: bytes, after: bytes) -> bool:
    """Whether all that is gone are digits of the last number, and blanks: no format says how many there were."""
    gone = before[len(after) :].strip()
    return not before.startswith(b"PK") and all(letter in b"0123456789.e-+" for letter in gone)


def _numbers(table: Table | SupplyUse) -> dict[str, np.ndarray]:
    """The numbers by name; of V what it holds in all, for a row of zeros more or less is none."""
    names = ("Z", "Y", "F", "F_Y", "V", "supply", "use")
    arrays = {name: getattr(table, name, None) for name in names}
    held = {name: array.values for name, array in arrays.items() if array is not None}
    return held | ({"V": held["V"].sum(axis=0)} if "V" in held else {})


def _same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> bool:
    """Rewritten numbers differ by the last of the 16 digits that a workbook holds."""
    if one.keys() != other.keys() or any(one[name].shape != other[name].shape for name in one):
        return False
    return all(np.allclose(one[name], other[name], rtol=1e-13, atol=1e-12) for name in one)


def _said(sound: Table | SupplyUse, table: Table | SupplyUse) -> bool:
    """Whether a finding says what the sound table's do not: the reader's, or the checks' of a table to be stored."""
    if isinstance(sound, SupplyUse) or isinstance(table, SupplyUse):
        return False
    if {(one.check, one.what) for one in table.findings} - {(one.check, one.what) for one in sound.findings}:
        return True
    known, new = ({one.what for one in checks.complete(each) if one.check in SEEN_BY_CHECKS} for each in (sound, table))
    return bool(new - known)


def _unseen(layout: Layout, file: Path, harm: Callable[..., None]) -> bool:
    given = (layout.name, os.path.basename(file), harm.__name__)
    return any(all(map(fnmatchcase, given, patterns)) for patterns in UNSEEN)


def test_a_zip_file_that_breaks_off_is_refused(samples, tmp_path):
    layout = named("exiobase3 3.8.2")
    content = harms.zipped(samples(layout), "top").read_bytes()
    for at in range(1, 20):
        broken = tmp_path / "IOT_2011_pxp.zip"
        broken.write_bytes(content[: at * len(content) // 20])
        with pytest.raises(TanhengError, match=r"IOT_2011_pxp\.zip"):
            layout.read(broken)
