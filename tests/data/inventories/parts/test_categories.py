"""Categories of openLCA, ILCD and the US LCI as compartments."""

from __future__ import annotations

import pytest

from tanheng.data.inventories.parts.categories import compartment


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("air/low population density", "air/low population density"),
        ("Elementary flows/Emission to water/ground-, long-term", "water/ground-, long-term"),
        ("Elementary Flows/NETL Coal Elementary Flows/NETL Elementary Flows/Emission to air", "air"),
        ("Elementary flows/Resource/in ground", "resource/in ground"),
        ("Emissions/Emissions to water/Emissions to fresh water", "water/fresh water"),
        ("Emissions/Emissions to air/Emissions to air, unspecified (long-term)", "air/unspecified (long-term)"),
        ("Resources/Resources from ground/Non-renewable energy resources from ground",
         "resource/in ground/non-renewable energy resources from ground"),
        ("Land use/Land occupation", "resource/land/land occupation"),
        ("final-waste-flow/unspecified", "final-waste-flow"),
        ("", ""),
    ],
)  # fmt: skip
def test_the_medium_comes_first_in_all_of_them(path: str, expected: str) -> None:
    assert compartment(path.split("/")) == expected
