"""GTAP: the multi-regional table that its data base makes, linked by bilateral trade.

The data base is a set of arrays, one a CSV file named after its header: a header row, the labels of a cell, its number.
It has no multi-regional table. One is made as Peters, Andrew and Lennox (2011, Constructing an environmentally-extended
multi-regional input-output table using the GTAP database, Economic Systems Research 23, 131-152) do, with u a user (an
activity or a final demand category) of region s, M its imports of commodity i and t = M / (sum of M over users):

* Z, Y (i, r; s, u) = t(i, s, u) VXSB(i, r, s), in basic prices of the exporter, and VDFB, ... where r is s;
* transport m: a user pays for t(i, s, u) VTWR(m, i, r, s), which comes from every region as it supplies VST(m, r).

So every export and every transport service is given away whole, and each row sums to the region's output. Taxes, also
those on imports and exports, remain in the balance row of primary inputs. Activities and commodities are the same list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tanheng import labels
from tanheng.data import axes
from tanheng.data.archive import Archive, Entry
from tanheng.data.findings import graded, with_findings
from tanheng.data.readers.parts import gtap_header
from tanheng.data.readers.parts.gtap_header import Header
from tanheng.data.source import Source
from tanheng.errors import InputError, LabelError
from tanheng.labels.names import read_classification
from tanheng.systems.about import About
from tanheng.systems.finding import Finding, found
from tanheng.systems.table import Table

Array = NDArray[np.float64]

_NEW = "VDFB VMFB VDPB VMPB VDGB VMGB VDIB VMIB EVFB VXSB VMSB VST VTWR"
_OLD = "VDFM VIFM VDPM VIPM VDGM VIGM VFM VXMD VIMS VST VTWR"
_EXPORT = (
    "in R, with the package HARr (CC0): x <- HARr::read_har('basedata.har', toLowerCase = FALSE), then for each header "
    "h write.csv(as.data.frame.table(x[[h]], responseName = 'Value'), paste0(h, '.csv'), row.names = FALSE)"
)

SOURCE = Source(
    name="gtap",
    title={"en": "GTAP data base, as a multi-regional table", "zh": "GTAP 数据库（编制为多区域投入产出表）"},
    publisher="Global Trade Analysis Project, Purdue University",
    homepage="https://www.gtap.agecon.purdue.edu/databases/",
    citation="Aguiar, A., Chepeliev, M., Corong, E., van der Mensbrugghe, D. (2022), The GTAP Data Base: Version 11, "
    "Journal of Global Economic Analysis 7(2), 1-37; table made as in Peters, Andrew and Lennox (2011), Economic "
    "Systems Research 23, 131-152",
    licence="by subscription; free for versions that are two or more behind the newest",
    editions="10 and 11, headers of the standard model 7 (VDFB, VMFB, ...) and of 6 (VDFM, VIFM, ...)",
    files=tuple(f"{header}.csv" for header in (*_NEW.split(), "MDF", "MMF", "MDP", "MMP", "MDG", "MMG")),
    units={"en": "million USD; Mt CO2", "zh": "百万美元；百万吨 CO2"},
    price_basis={"en": "basic prices, current", "zh": "基本价格，现价"},
    holds={
        "en": "141 regions (GTAP 10) or 160 (GTAP 11), 65 sectors, 3 final demand categories, CO2 of fuels where its "
        "files are there; 2004, 2007, 2011, 2014, 2017",
        "zh": "141 个地区（GTAP 10）或 160 个（GTAP 11）、65 个部门、3 个最终需求类别，附排放文件时含燃料燃烧 CO2；"
        "2004、2007、2011、2014、2017 年",
    },
    get={
        "en": "order the data base from GTAP, then write each header of the HAR files basedata and emissions as a CSV "
        f"file named after it into a folder named after the year, such as GTAP-2017 ({_EXPORT}; ViewHAR of "
        "GEMPACK does it too); then run 'tanheng read gtap FOLDER'",
        "zh": "从 GTAP 订购数据库，把 HAR 文件 basedata 和 emissions 的每个标头各写为以其命名的 CSV 文件，"
        f"放入以年份命名的文件夹（如 GTAP-2017），R 语言做法：{_EXPORT}；"
        "GEMPACK 的 ViewHAR 等亦可；然后运行 tanheng read gtap 文件夹",
    },
    faults=(
        {
            "en": "GTAP publishes no multi-regional table: the origin of an import is the same for all its users here",
            "zh": "GTAP 不发布多区域表：此处假定同一进口品的来源结构对各使用者相同",
        },
        {
            "en": "HAR files are not read: the one Python package for them is no longer kept and under the GPL",
            "zh": "不读取 HAR 文件：唯一的 Python 包已无人维护，且采用 GPL 许可",
        },
        {
            "en": "CO2 is that of fuels burnt; taxes on final demand are not part of the table",
            "zh": "CO2 仅为燃料燃烧排放；对最终需求征收的税不在本表之内",
        },
        {
            "en": "national tables of GTAP are of older years, scaled to the base year",
            "zh": "GTAP 的国家表来自较早年份，经调整至基准年",
        },
    ),
    tested="made",
)

DEMAND = ("households", "government", "capital formation")
BALANCED = "taxes less subsidies (balance)"
NEAR = 1e-4  # of the whole: the data base is held in single precision, its identities hold to some 1e-6


@dataclass(frozen=True)
class _Base:
    """The data base in arrays over commodities i, users u (activities, then ``DEMAND``), regions r and s."""

    regions: list[str]
    sectors: list[str]
    factors: list[str]
    services: NDArray[np.intp]  # which sectors are transport services, m
    domestic: Array  # (i, u, s)
    imported: Array  # (i, u, s)
    exports: Array  # (i, r, s), basic prices of r
    arrivals: Array  # (i, s), basic prices of s
    paid: Array  # (m, i, s): transport of what s imports
    supplied: Array  # (m, r)
    primary: Array  # (f, a, r)


# -- the door ---------------------------------------------------------------------------------------------------------


def years(place: Archive) -> tuple[int, ...]:
    """The years of the folders that hold VDFB.csv or VDFM.csv; InputError where there is none, or no year."""
    return tuple(sorted(_folders(place)))


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of ``year`` made from the data base: Z, Y, V in million USD, F and F_Y in Mt CO2.

    Raises MissingError for a year or a header that is not there, InputError for a header whose cells are not all there
    and for a data base whose identities do not hold, LabelError where axes differ.
    """
    folders = _folders(place)
    axes.require_year(year, tuple(sorted(folders)), place.path)
    entries = folders[year]
    base, old = _base(entries, place), "VDFM" in entries
    notes = list(_checked(base, place))
    Z, Y = _linked(base)
    n, names = len(Z), [region.upper() for region in base.regions]
    stressors, F, F_Y = _co2(entries, base, old, place)
    factors = base.primary.transpose(0, 2, 1).reshape(len(base.factors), n)
    rest = Z.sum(axis=1) + Y.sum(axis=1) - Z.sum(axis=0) - factors.sum(axis=0)
    table = Table.from_arrays(
        Z,
        Y,
        F,
        F_Y=F_Y,
        V=np.vstack([factors, rest]),
        inputs=[*base.factors, BALANCED],
        regions=names,
        sectors=base.sectors,
        demand=DEMAND,
        stressors=stressors,
        about=_about(place, year, stressors, old, _classification(base.sectors)),
    )
    if changed := [f"{a} to {b}" for a, b in zip(base.regions, names, strict=True) if a != b]:
        notes.append(found("renamed", "note", "regions", count=len(changed), names=", ".join(changed[:5]) + ", ..."))
    if not stressors:
        notes.append(found("no-stressors", "warning", "F"))
    return with_findings(table, *notes)


def _classification(sectors: Sequence[str]) -> str:
    """The classification whose labels these are, in whatever order; "" for another aggregation, even one as long."""
    names = ("gtap-65", "gtap-57")
    return next((name for name in names if set(sectors) == set(read_classification(name).labels)), "")


def _about(place: Archive, year: int, stressors: Sequence[str], old: bool, classification: str) -> About:
    return About(
        name=f"GTAP {year}",
        year=year,
        currency="million USD",
        units=dict.fromkeys(stressors, "Mt CO2"),
        price_basis="basic prices, current",
        source=SOURCE.citation,
        licence=SOURCE.licence,
        version=f"{place.path.name}, headers of model {'6' if old else '7'}",
        classification=classification,
    )


# -- files ------------------------------------------------------------------------------------------------------------


def _folders(place: Archive) -> dict[int, dict[str, Entry]]:
    """The CSV files of each year, by header: a year is the last one in the name of the folder (or of the zip file)."""
    held: dict[int, dict[str, Entry]] = {}
    for first in place.find("VDFB.csv", "VDFM.csv"):
        folder = first.name.rpartition("/")[0]
        said = re.findall(r"(?<!\d)(?:19|20)\d{2}(?!\d)", f"{place.path.name}/{folder}")
        if not said:
            hint = "name the folder after the year of the data base, such as GTAP-2017"
            raise InputError("the year of the data base is not known", where=first.where, hint=hint)
        if int(said[-1]) in held:
            hint = "name one folder a year, and keep one kind of headers (VDFB or VDFM) in it"
            raise InputError(f"two folders or kinds of headers hold {said[-1]}", where=first.where, hint=hint)
        beside = [entry for entry in place.find("*.csv") if entry.name.rpartition("/")[0] == folder]
        held[int(said[-1])] = {entry.base.rpartition(".")[0].upper(): entry for entry in beside}
    if not held:
        if place.find("*.har", "*.gsd"):
            hint = f"write its headers as CSV: {_EXPORT}"
            raise InputError("holds HAR files, which are not read", where=str(place.path), hint=hint)
        hint = "it is the first of the headers, written as CSV; 'tanheng sources gtap' says how"
        raise InputError("holds no VDFB.csv (nor VDFM.csv) of GTAP", where=str(place.path), hint=hint)
    return held


# -- the data base ----------------------------------------------------------------------------------------------------


def _base(entries: Mapping[str, Entry], place: Archive) -> _Base:
    """The data base, from the headers of model 7 or 6; raises as ``_header``, and LabelError where axes differ."""
    old = "VDFM" in entries
    names = dict(
        zip(_NEW.split(), [*_OLD.split()[:6], "", "", *_OLD.split()[6:]] if old else _NEW.split(), strict=True)
    )
    trade = gtap_header.read(entries, names["VXSB"], 3, place)
    sectors, regions = trade.axes[0], trade.axes[1]
    services = gtap_header.read(entries, "VST", 2, place)
    margins = services.axes[0]
    paid = gtap_header.read(entries, "VTWR", 4, place).on(margins, sectors, regions, regions).sum(axis=2)
    factors = gtap_header.read(entries, names["EVFB"], 3, place)
    return _Base(
        regions=regions,
        sectors=sectors,
        factors=factors.axes[0],
        services=labels.positions(margins, sectors, what="service", where=services.entry.where),
        domestic=_users(entries, place, names, "D", sectors, regions),
        imported=_users(entries, place, names, "M", sectors, regions),
        exports=trade.on(sectors, regions, regions),
        arrivals=gtap_header.read(entries, names["VMSB"], 3, place).on(sectors, regions, regions).sum(axis=1),
        paid=paid,
        supplied=services.on(margins, regions),
        primary=_without_capital(factors, sectors).on(factors.axes[0], sectors, regions),
    )


def _users(
    entries: Mapping[str, Entry],
    place: Archive,
    names: Mapping[str, str],
    origin: str,
    sectors: Sequence[str],
    regions: Sequence[str],
) -> Array:
    """Purchases (i, u, s) of activities and then of final demand; model 6 has investment as the activity CGDS."""
    firms = gtap_header.read(entries, names[f"V{origin}FB"], 3, place)
    parts = [_without_capital(firms, sectors).on(sectors, sectors, regions)]
    for category in "PG" if not names["VDIB"] else "PGI":
        part = gtap_header.read(entries, names[f"V{origin}{category}B"], 2, place).on(sectors, regions)
        parts.append(part[:, None, :])
    if not names["VDIB"]:
        parts.append(firms.on(sectors, firms.axes[1], regions)[:, [_capital(firms, sectors)]])
    return np.concatenate(parts, axis=1)


def _capital(firms: Header, sectors: Sequence[str]) -> int:
    """The place of investment (CGDS) among the activities of model 6; LabelError where it is not."""
    extra = [at for at, name in enumerate(firms.axes[1]) if name not in sectors]
    if [firms.axes[1][at].casefold() for at in extra] != ["cgds"]:
        hint = "in headers of model 6, investment is the activity CGDS"
        raise LabelError("there is no activity CGDS", where=firms.entry.where, hint=hint)
    return extra[0]


def _without_capital(header: Header, sectors: Sequence[str]) -> Header:
    """The header without the activity CGDS that model 6 has beside the sectors."""
    keep = [at for at, name in enumerate(header.axes[1]) if name in sectors or name.casefold() != "cgds"]
    first, second, third = header.axes
    return Header(header.entry, (first, [second[at] for at in keep], third), header.values[:, keep])


# -- the table --------------------------------------------------------------------------------------------------------


def _checked(base: _Base, place: Archive) -> tuple[Finding, ...]:
    """What was made, and by how much the data base's own identities fail; InputError where they do not hold."""
    used, shipped = base.imported.sum(axis=1), base.exports.sum(axis=1)
    pairs = {
        "imports by user and by origin": (used, base.arrivals),
        "transport services paid for and supplied": (base.paid.sum(axis=(1, 2)), base.supplied.sum(axis=1)),
    }
    linked = found("gtap-linked", "note", "Z, Y", total=float(shipped.sum()), transport=float(base.supplied.sum()))
    notes = [linked, found("balance-row", "note", "V", name=BALANCED)]
    for what, (one, other) in pairs.items():
        gap, whole = float(np.abs(one - other).sum()), float(np.abs(other).sum())
        if gap > NEAR * whole:
            hint = "are all headers (V*B.csv, VTWR.csv, VST.csv) of the same data base and year, in basic prices?"
            raise InputError(f"{what} differ by {gap:.6g} million USD", where=str(place.path), hint=hint)
        if gap > 0:
            notes.append(found("gtap-identity", graded(gap / whole), "Z, Y", gap / whole, what=what, gap=gap))
    _require_users(base, (used == 0) & (shipped != 0), place)
    return tuple(notes)


def _require_users(base: _Base, lost: NDArray[np.bool_], place: Archive) -> None:
    """Raise InputError for exports (i, s) that nobody there buys, and for a transport service that nobody pays for."""
    if lost.any():
        i, s = np.argwhere(lost)[0]
        what = f"exports of {base.sectors[i]} to {base.regions[s]} have no user there"
        raise InputError(what, where=str(place.path), hint="look at the imports of that region by user")
    unpaid = (base.paid.sum(axis=(1, 2)) == 0) & (base.supplied.sum(axis=1) != 0)
    if unpaid.any():
        what = f"nobody pays for the transport service {base.sectors[base.services[int(unpaid.argmax())]]}"
        raise InputError(what, where=str(place.path), hint="VTWR and VST are of the same data base")


def _linked(base: _Base) -> tuple[Array, Array]:
    """Z (n, n) and Y (n, R*D): imports to users by share, transport services too (see the module)."""
    S, R, D = len(base.sectors), len(base.regions), len(DEMAND)
    total = base.imported.sum(axis=1, keepdims=True)
    share = np.divide(base.imported, total, out=np.zeros_like(base.imported), where=total != 0)  # t (i, u, s)
    by_user = np.ascontiguousarray(share.transpose(0, 2, 1))  # (i, s, u)
    Z, Y = np.empty((R, S, R, S)), np.empty((R, S, R, D))
    for r in range(R):
        traded = base.exports[:, r, :, None]
        np.multiply(traded, by_user[..., :S], out=Z[r])
        np.multiply(traded, by_user[..., S:], out=Y[r])
        Z[r, :, r] += base.domestic[:, :S, r]
        Y[r, :, r] += base.domestic[:, S:, r]
    pool = np.einsum("isu,mis->msu", by_user, base.paid)
    whole = base.paid.sum(axis=(1, 2))
    per_paid = np.divide(base.supplied, whole[:, None], out=np.zeros_like(base.supplied), where=whole[:, None] != 0)
    for m, sector in enumerate(base.services):
        for r in range(R):
            Z[r, sector] += per_paid[m, r] * pool[m, :, :S]
            Y[r, sector] += per_paid[m, r] * pool[m, :, S:]
    return Z.reshape(R * S, R * S), Y.reshape(R * S, R * D)


# -- CO2 --------------------------------------------------------------------------------------------------------------


def _co2(entries: Mapping[str, Entry], base: _Base, old: bool, place: Archive) -> tuple[list[str], Array, Array | None]:
    """CO2 of fuels: F (1, n) and F_Y (1, R*D) in Mt, summed over fuels and over domestic and imported ones."""
    S, R = len(base.sectors), len(base.regions)
    if "MDF" not in entries:
        return [], np.zeros((0, R * S)), None
    second = "I" if old else "M"
    F, F_Y = np.zeros((S, R)), np.zeros((R, len(DEMAND)))
    for origin in ("D", second):
        firms = gtap_header.read(entries, f"M{origin}F", 3, place)
        by_activity = firms.on(*firms.axes[:2], base.regions).sum(axis=0)
        F += _without_capital(firms, base.sectors).on(firms.axes[0], base.sectors, base.regions).sum(axis=0)
        if old and len(firms.axes[1]) > S:
            F_Y[:, 2] += by_activity[_capital(firms, base.sectors)]
        for at, category in enumerate("PGI"):
            name = f"M{origin}{category}"
            if category == "I" and name not in entries:
                continue  # emissions of investment are not in every edition
            final = gtap_header.read(entries, name, 2, place)
            gtap_header.require_same(final, firms)
            F_Y[:, at] += final.on(final.axes[0], base.regions).sum(axis=0)
    return ["CO2"], F.T.reshape(1, -1), F_Y.reshape(1, -1)
