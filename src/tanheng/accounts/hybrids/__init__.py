"""Accounts of hybrid systems: what the detail of processes and the completeness of tables give together."""
