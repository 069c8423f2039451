"""WIOD 2013 at the publisher's layout: the workbook of a year, and CO2 by energy carriers."""

from wiod_tables import made, rows_of, workbook

REGIONS, SECTORS = ("AUS", "ROM", "RoW"), ("c1", "c2", "c17")
CODES = ("secAtB", "secC", "secE", "secQ")


def table_file(folder, name="wiot09_row_apr12.xlsx", change=None, year=2009, **more):
    rows = rows_of(made(REGIONS, SECTORS), year, 2013, **more)
    if change:
        change(rows)
    return workbook(folder / name, {f"WIOT_{year}": rows})


def carriers(values, year="2009", total=None):
    """A sheet of CO2 by two carriers: ``values`` by code (three sectors, then households), None for an empty cell."""
    rows = [["", "", "HCOAL", "NATGAS", "TOTAL"]]
    for code, (coal, gas) in zip((*CODES[:3], "FC_HH"), values, strict=True):
        given = [cell for cell in (coal, gas) if cell is not None]
        rows.append(
            ["name", code, "" if coal is None else coal, "" if gas is None else gas, sum(given) if given else ""]
        )
    rows.insert(4, ["name", "secQ", "", "", ""])
    sums = [sum(row[at] for row in rows[1:4] if row[at] != "") for at in (2, 3, 4)]
    rows.insert(5, ["Total", "secTOT", *sums] if total is None else ["Total", "secTOT", *total])
    return {year: rows}


PLAIN = ((10, 5), (None, 7), (30, None), (4, 6))


def folder_of(path):
    """A year with its CO2."""
    table_file(path)
    for code in ("AUS", "ROU", "ROW"):
        workbook(path / "CO2_may12" / f"{code}_CO2_May12.xlsx", carriers(PLAIN))
    return path
