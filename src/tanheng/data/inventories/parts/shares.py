"""Shares of co-products that a source gives: kept where they are the parts of one whole, else said and left out."""

from __future__ import annotations

from collections.abc import Mapping

from tanheng.data.inventories.parts.notes import Notes
from tanheng.systems.allocation import ROUNDED

GIVEN = "given"  # the method of shares that the source states


def are_whole(shares: Mapping[str, float], whole: float = 1.0) -> bool:
    """Whether shares are none of them negative and add up to ``whole``, but for the rounding of what is printed."""
    return abs(sum(shares.values()) / whole - 1) <= ROUNDED and min(shares.values()) >= 0


def given(shares: Mapping[str, float], name: str, notes: Notes) -> dict[str, dict[str, float]]:
    """``Process.allocation`` of shares in percent or as parts of 1; {} for one product.

    Shares that are negative, or add up to neither 100 nor 1 but for rounding, are noted at ``name`` and left out.

    >>> given({"rice": 95.8, "straw": 4.2}, "farm", Notes())
    {'given': {'rice': 0.958, 'straw': 0.042}}
    """
    if len(shares) < 2:
        return {}
    whole = next((one for one in (100.0, 1.0) if are_whole(shares, one)), None)
    if whole is None:
        notes.add("shares-unsound", name, "warning")
        return {}
    return {GIVEN: {flow: share / whole for flow, share in shares.items()}}
