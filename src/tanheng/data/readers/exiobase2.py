"""EXIOBASE 2: the year 2007, 43 countries and 5 rests of continents."""

from __future__ import annotations

from tanheng.data import axes
from tanheng.data.archive import Archive
from tanheng.data.readers.parts import exiobase_mriot
from tanheng.data.readers.parts.exiobase_mriot import Release
from tanheng.data.source import Source
from tanheng.systems.table import Table

SOURCE = Source(
    name="exiobase2",
    title={
        "en": "EXIOBASE 2: 48 regions, 163 industries or 200 products, 2007",
        "zh": "EXIOBASE 2：48 个地区，163 个行业或 200 种产品，2007 年",
    },
    publisher="EXIOBASE consortium (project CREEA)",
    homepage="https://www.exiobase.eu",
    citation="Wood et al. (2015), Global sustainability accounting: developing EXIOBASE for multi-regional footprint "
    "analysis, Sustainability 7, 138-163, doi:10.3390/su7010138",
    licence="the publisher's terms, agreed to at registration",
    editions="2.2.0 to 2.2.2: coefficients or transactions, product by product or industry by industry",
    files=(
        "mrIot_version2*.txt",
        "mrFinalDemand_version2*.txt",
        "mrFactorInputs_version2*.txt",
        "mrEmissions_version2*.txt",
        "mrFDEmissions_version2*.txt",
        "mrMaterials_version2*.txt",
        "mrFDMaterials_version2*.txt",
        "mrResources_version2*.txt",
    ),
    units={
        "en": "million EUR; kg, kt, Mm3, km2, as the files say",
        "zh": "百万欧元；千克、千吨、百万立方米、平方千米，以文件所示为准",
    },
    price_basis={"en": "basic prices, current", "zh": "基本价格，现价"},
    holds={
        "en": "43 countries and 5 rests of continents, 163 industries (ixi) or 200 products (pxp), 7 final demand "
        "categories, primary inputs, emissions, materials, water, land, the year 2007",
        "zh": "43 个国家和 5 个“其他”大洲地区，163 个行业（ixi）或 200 种产品（pxp），7 个最终需求类别，"
        "初始投入，排放、物质、水、土地，2007 年",
    },
    get={
        "en": "register at exiobase.eu, download mrIOT_PxP_ita_coefficient_version2.2.2.zip or "
        "mrIOT_IxI_fpa_coefficient_version2.2.2.zip (Data download, EXIOBASE 2), leave it as it is and run "
        "'tanheng read exiobase2 FILE'",
        "zh": "在 exiobase.eu 注册，下载 mrIOT_PxP_ita_coefficient_version2.2.2.zip 或 "
        "mrIOT_IxI_fpa_coefficient_version2.2.2.zip（Data download，EXIOBASE 2），不必解压，"
        "运行 tanheng read exiobase2 文件",
    },
    faults=(
        {
            "en": "superseded: EXIOBASE 3 gives the year 2007 with newer data",
            "zh": "已被取代：EXIOBASE 3 的 2007 年数据更新",
        },
        {
            "en": "some emissions are missing that one would expect, such as the methane of cattle",
            "zh": "缺少某些应有的排放，如养牛业的甲烷",
        },
        {
            "en": "every substance has a row for air and one for water, many of them empty",
            "zh": "每种物质都有大气和水体两行，其中许多为空",
        },
        {
            "en": "direct emissions of final demand are given per unit of it though their unit says kg; they are "
            "judged by their size (option direct)",
            "zh": "最终需求的直接排放实为单位需求的系数，单位却标为千克；读入时按数量级判断（选项 direct）",
        },
        {
            "en": "the characterisation factors that come with it (characterisation*.xlsx) are not read",
            "zh": "随附的特征化因子（characterisation*.xlsx）不读入",
        },
    ),
    tested="real",
    options={"system": ("ixi", "pxp"), "direct": ("judged", "flows", "coefficients")},
)
RELEASE = Release(2, "EXIOBASE 2", 2007, "EXIOBASE 2 (Wood et al. 2015)", SOURCE.licence)


def years(place: Archive) -> tuple[int, ...]:
    """The year 2007; raises InputError when ``place`` holds no table of EXIOBASE 2."""
    exiobase_mriot.tables(place, RELEASE)
    return (RELEASE.year,)


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of 2007: Z, Y, V in million EUR, emissions, materials and resources in the units of the files.

    Options: ``system`` (ixi where both are there), ``direct`` (what final demand causes itself: flows, coefficients, or
    judged by size where the unit does not tell). Raises MissingError, InputError naming file and line, UnitError.
    """
    axes.require_year(year, years(place), place.path)
    return exiobase_mriot.read(place, RELEASE, options)
