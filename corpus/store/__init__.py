"""Where the library is kept: one SQLite file, its tables, what is read and written."""
