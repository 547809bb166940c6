"""Which first rows of a table name its columns."""

from __future__ import annotations

import pytest

from pincite.ingest.readers.headers import Row, column_names, header_lines


def table(*lines: str) -> tuple[list[Row], list[int]]:
    """Rows of cells parted by commas, and the columns in use."""
    rows = [
        Row(number, {i: cell for i, cell in enumerate(line.split(","), 1) if cell})
        for number, line in enumerate(lines, 1)
    ]
    return rows, sorted({column for row in rows for column in row.cells})


@pytest.mark.parametrize(
    ("lines", "count"),
    [
        (["Item,Amount", "Rope,3", "Oar,4"], 1),
        (["Task,Owner,Status", "Roof,Ann,open", "Door,Bo,done"], 1),
        (["Region,Jan 24,Feb 24", "North,1,2", "South,4,5"], 1),
        (["Region,2024-01-01,2024-02-01", "North,1,2", "South,4,5"], 1),
        ([",2021,2022", "Sales,1.5,2.5", "Costs,1,2"], 1),
        (["Part,Length,Mass", "A,12 mm,3 kg", "B,15 mm,4 kg"], 1),
        ([",2023,,2024,", ",NOx,SO2,NOx,SO2", ",kg,kg,kg,kg", "Leith,1,2,3,4", "Ayr,1,2,3,4"], 3),
        (["Site,NOx,SO2", ",kg,kg", "Leith,1,2", "Ayr,3,4"], 2),
        (["Site,NOx,SO2", "Leith,n/a,n/a", "Ayr,3,4", "Cork,5,6"], 1),
        (["Gull,3,big", "Tern,2,small"], 0),
        (["Name,Ann", "Born,1980-01-01", "City,Leith", "Height,1.7"], 0),
        (["Name:,Ann", "City:,Leith"], 0),
        (["Most,May (84.3%)", "Least,June"], 0),
        (["2019,2020", "3,4"], 0),
        (["INCOME,,", "Fees,3,4", "Rent,5,6"], 0),
        (["Only,one"], 0),
    ],
)
def test_the_lines_of_a_header_are_told_from_rows(lines: list[str], count: int) -> None:
    assert header_lines(*table(*lines)) == count


def test_a_row_whose_label_holds_for_the_next_is_no_header() -> None:
    rows, columns = table("Leith,rope,red", "Leith,oar,blue", "Cork,sail,white")
    rows[0].merged[1] = (1, 2)
    assert header_lines(rows, columns) == 0


def test_a_name_over_several_columns_goes_into_each() -> None:
    rows, columns = table("Site,Emissions,,Remark", "Site,NOx,SO2,Remark", "Leith,1,2,a")
    rows[0].merged = {1: (1, 2), 2: (3, 1), 4: (4, 2)}
    assert header_lines(rows, columns) == 2
    names = ["Site", "Emissions NOx", "Emissions SO2", "Remark"]
    assert column_names(rows[:2], columns) == names
