"""Scenarios: changes as data, applied to a table in the open."""

from tanheng.systems.scenarios.applying import apply, fixed
from tanheng.systems.scenarios.changes import (
    KINDS,
    CarbonPrice,
    Change,
    Demand,
    Intensity,
    Limit,
    Mix,
    Scenario,
    Tariff,
    Technology,
    TradeShare,
)

__all__ = [
    "KINDS",
    "CarbonPrice",
    "Change",
    "Demand",
    "Intensity",
    "Limit",
    "Mix",
    "Scenario",
    "Tariff",
    "Technology",
    "TradeShare",
    "apply",
    "fixed",
]
