"""Readers of inventories, one module a format; ``tanheng.data.inventory`` is their door."""
