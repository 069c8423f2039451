"""EXIOBASE 1: the year 2000, 43 countries and a rest of the world."""

from __future__ import annotations

from tanheng.data import axes
from tanheng.data.archive import Archive
from tanheng.data.readers.parts import exiobase_mriot
from tanheng.data.readers.parts.exiobase_mriot import Release
from tanheng.data.source import Source
from tanheng.systems.table import Table

SOURCE = Source(
    name="exiobase1",
    title={
        "en": "EXIOBASE 1: 43 countries and a rest of the world, 129 sectors, 2000",
        "zh": "EXIOBASE 1：43 个国家和世界其他地区，129 个部门，2000 年",
    },
    publisher="EXIOBASE consortium (project EXIOPOL)",
    homepage="https://www.exiobase.eu",
    citation="Tukker et al. (2013), EXIOPOL: development and illustrative analyses of a detailed global MR EE SUT/IOT, "
    "Economic Systems Research 25, 50-70, doi:10.1080/09535314.2012.761952",
    licence="the publisher's terms, agreed to at registration",
    editions="pxp_ita_44_regions_coeff_txt, ixi_fpa_44_regions_coeff_txt, and the same with emissions by source (src)",
    files=("mrIot.txt", "mrFinalDemand.txt", "mrFactorInputs.txt", "mrEmissions.txt", "mrFDEmissions.txt"),
    units={"en": "million EUR; kg and others, as the files say", "zh": "百万欧元；千克等，以文件所示为准"},
    price_basis={"en": "basic prices, current", "zh": "基本价格，现价"},
    holds={
        "en": "43 countries and a rest of the world, 129 industries (ixi) or products (pxp), 7 final demand "
        "categories, primary inputs, emissions to air and water, materials, land, the year 2000",
        "zh": "43 个国家和世界其他地区，129 个行业（ixi）或产品（pxp），7 个最终需求类别，初始投入，"
        "大气和水体排放、物质、土地，2000 年",
    },
    get={
        "en": "register at exiobase.eu, download pxp_ita_44_regions_coeff_txt or ixi_fpa_44_regions_coeff_txt (Data "
        "download, EXIOBASE 1), leave the zip file as it is and run 'tanheng read exiobase1 FILE'",
        "zh": "在 exiobase.eu 注册，下载 pxp_ita_44_regions_coeff_txt 或 ixi_fpa_44_regions_coeff_txt"
        "（Data download，EXIOBASE 1），不必解压，运行 tanheng read exiobase1 文件",
    },
    faults=(
        {
            "en": "superseded: EXIOBASE 3 gives the year 2000 with newer data",
            "zh": "已被取代：EXIOBASE 3 的 2000 年数据更新",
        },
        {
            "en": "direct emissions of final demand are given per unit of it though their unit says kg; they are "
            "judged by their size (option direct)",
            "zh": "最终需求的直接排放实为单位需求的系数，单位却标为千克；读入时按数量级判断（选项 direct）",
        },
    ),
    tested="real",
    options={"system": ("ixi", "pxp"), "direct": ("judged", "flows", "coefficients")},
)
RELEASE = Release(1, "EXIOBASE 1", 2000, "EXIOBASE 1 (Tukker et al. 2013)", SOURCE.licence)


def years(place: Archive) -> tuple[int, ...]:
    """The year 2000; raises InputError when ``place`` holds no table of EXIOBASE 1."""
    exiobase_mriot.tables(place, RELEASE)
    return (RELEASE.year,)


def read(place: Archive, year: int, **options: str) -> Table:
    """The table of 2000: Z, Y, V in million EUR, emissions, materials and resources in the units of the files.

    Options: ``system`` (ixi where both are there), ``direct`` (what final demand causes itself: flows, coefficients, or
    judged by size where the unit does not tell). Raises MissingError, InputError naming file and line, UnitError.
    """
    axes.require_year(year, years(place), place.path)
    return exiobase_mriot.read(place, RELEASE, options)
