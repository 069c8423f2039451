"""CEADs' workbooks, made at their layout: two provinces, in English with codes or in Chinese without."""

from __future__ import annotations

import numpy as np

from tanheng.data.readers.parts.ceads_co2 import known

FINAL = [
    ("FU101", "Rural household consumption"),
    ("FU102", "Urban household consumption"),
    ("FU103", "Government consumption"),
    ("FU201", "Fixed capital formation"),
    ("FU202", "Changes in inventories"),
]
CHINESE = ["农村居民消费", "城镇居民消费", "政府消费", "固定资本形成总额", "存货增加"]
INPUTS = [
    ("IM", "Import", 0.2),
    ("TII", "Total Intermediate Input", 0.0),
    ("VA001", "Compensation of employees", 0.4),
    ("VA002", "Net taxes on production", 0.1),
    ("VA003", "Depreciation on the fixed capital", 0.1),
    ("VA004", "Operating surplus", 0.2),
    ("TVA", "Total Value Added", 0.0),
]
SMALL = ["Agriculture", "Manufacturing"]
FULL = [f"sector {at}" for at in range(1, 24)] + ["Production and supply of electricity and heat"]
FULL += [f"sector {at}" for at in range(25, 43)]
OLDER = [*FULL[:23], "Repair", FULL[23], *FULL[25:]]


def numbers(sectors: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Z, final use by province, exports, errors, output: whole numbers in 10,000 yuan."""
    n = 2 * len(sectors)
    Z = np.arange(n * n, dtype=float).reshape(n, n) % 7 + 1
    final = np.arange(n * 10, dtype=float).reshape(n, 10) % 900 + 30
    exports, errors = np.arange(n) * 10.0, np.arange(n) - 1.0
    return Z, final, exports, errors, Z.sum(axis=1) + final.sum(axis=1) + exports + errors


def english(sectors: list[str] = SMALL, co2: bool = True) -> list[list[object]]:
    """The sheet of a year in English, as from 2018 on."""
    Z, final, exports, errors, x = numbers(sectors)
    n, s = len(x), len(sectors)
    once = ["Beijing", *[""] * (s - 1), "Tianjin", *[""] * (s - 1)]
    uses = ["Beijing", *[""] * 4, "Tianjin", *[""] * 4]
    tail = [("EX", "Export"), ("TFU", "Total Final Use"), ("ERR", "Errors"), ("GO", "Gross Output"), ("", "a check")]
    rows: list[list[object]] = [
        ["Multi-regional input-output table of China"],
        ["", "", "", *once, "", *uses, *[""] * 5],
        ["", "", "", *sectors * 2, "Total intermediate use", *[b for _, b in FINAL] * 2, *[b for _, b in tail]],
        ["", "", "", *[at % s + 1 for at in range(n)], "TIU", *[a for a, _ in FINAL] * 2, *[a for a, _ in tail]],
    ]
    for at in range(n):
        row = [once[at], (sectors * 2)[at], at % s + 1, *Z[at], Z[at].sum(), *final[at]]
        rows.append([*row, exports[at], final[at].sum() + exports[at], errors[at], x[at], 0.0])
    rest = x - Z.sum(axis=0)
    for code, name, part in INPUTS:
        rows.append(["", name, code, *(part * rest)])
    rows.append(["", "Total Input", "TI", *x])
    if co2:
        rows += [[], ["", "CO2 (Mt)", "", *(np.arange(n) + 0.5)]]
    return rows


def chinese(sectors: list[str] = SMALL) -> list[list[object]]:
    """The same in Chinese: every province named above every column, two header rows, no codes."""
    rows: list[list[object]] = []
    names = {"Beijing": "北京", "Tianjin": "天津", "Export": "出口", "Errors": "误差", "Gross Output": "总产出"}
    names |= {"Total intermediate use": "中间使用合计", "Total Final Use": "最终使用合计", "Total Input": "总投入"}
    names |= {"Import": "进口", "Compensation of employees": "劳动者报酬", "Net taxes on production": "生产税净额"}
    names |= {"Depreciation on the fixed capital": "固定资产折旧", "Operating surplus": "营业盈余"}
    names |= {"Total Intermediate Input": "中间投入合计", "Total Value Added": "增加值合计"}
    names |= dict(zip([name for _, name in FINAL], CHINESE, strict=True))
    for at, row in enumerate(english(sectors, co2=False)):
        if at == 3:
            continue
        said = [names.get(str(cell), cell) for cell in row]
        rows.append([*said[:2], *said[3:]])
    s = len(sectors)
    for at in range(2 * s):
        rows[3 + at][0] = rows[1][2 + at] = "北京市" if at < s else "天津市"
    return rows


def inventory(scale: float = 1.0) -> list[list[object]]:
    """A province's inventory: energy carriers, then the total; a row of units, the total, sectors, households."""
    sectors = list(known()["inventory"])
    rows: list[list[object]] = [["", "Raw Coal", "Process", "Total"], ["", "Mt CO2", "Mt CO2", "Mt CO2"]]
    values = scale * (np.arange(len(sectors) + 2) + 1.0)
    rows.append(["Total Consumption", 0.0, 0.0, values.sum()])
    for name, value in zip([*sectors, "Urban", "Rural"], values, strict=True):
        rows.append([f"{name}   ", 0.0, 0.0, value])
    return rows
