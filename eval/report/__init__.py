"""A run for people: tables, pages, comparisons, floors."""
