"""Readers of physical trade: one module a format."""
