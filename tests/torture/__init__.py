"""Damage on purpose: kills, turned bits, full disks, bad files, odd questions, crowds.

``python -m tests.torture`` does all of it in full and prints a table; ``make torture`` makes
``docs/reliability.md`` of it. Each part has a short form, which `test_torture.py` runs with all
other tests.
"""
