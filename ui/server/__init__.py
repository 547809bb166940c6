"""One server for people and programs: who may come in, what is mounted where, how it runs."""
