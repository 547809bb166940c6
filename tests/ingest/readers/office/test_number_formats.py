"""Number formats: what a cell shows, held against what spreadsheet programs show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.ingest.readers.office.number_formats import BUILT_IN, display, display_text, general

DAY = 45354  # 2024-03-03, a Sunday


@pytest.mark.parametrize(
    ("value", "code", "shown"),
    [
        (7.5, '0.0"%"', "7.5%"),
        (45, "0\\%", "45%"),
        (0.075, "0.0%", "7.5%"),
        (42, "00000", "00042"),
        (1234.5, '#,##0.00 "kg"', "1,234.50 kg"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1234, "$#,##0", "$1,234"),
        (-1234, "$#,##0", "-$1,234"),
        (1.25, "[h]:mm", "30:00"),
        (0.05243055555555556, "[mm]:ss", "75:30"),
        (1234567, "#,##0,", "1,235"),
        (12345678, '0.0,,"M"', "12.3M"),
        (1234567, "0.0,", "1234.6"),
        (-5, "#,##0;[Red](#,##0)", "(5)"),
        (0, '0;-0;"zero";@', "zero"),
        (1500, '[>=1000]0.0,"k";0', "1.5k"),
        (-5, '[>=1000]0.0,"k";0', "-5"),
        (1.75, "# ?/?", "1 3/4"),
        (0.5, "# ?/?", "1/2"),
        (3, "# ?/?", "3"),
        (0, "# ?/?", "0"),
        (1.75, "?/?", "7/4"),
        (1.3, "# ?/8", "1 2/8"),
        (0.3333333, "# ??/??", "1/3"),
        (12345, "0.00E+00", "1.23E+04"),
        (0.00012, "0.0E-0", "1.2E-4"),
        (123456, "##0.0E+0", "123.5E+3"),
        (1234567, "##0.0E+0", "1.2E+6"),
        (9999, "0.0E+0", "1.0E+4"),
        (0.30000000000000004, "General", "0.3"),
        (1234.5, '_-* #,##0.00 "€"_-', "1,234.50 €"),
        (0, '_(* #,##0.00_);_(* (#,##0.00);_(* "-"??_);_(@_)', "-"),
        (1234.5, '_("$"* #,##0.00_)', "$1,234.50"),
        (DAY, "dd.mm.yyyy", "03.03.2024"),
        (DAY, "m/d/yyyy", "3/3/2024"),
        (DAY, "d mmm yy", "3 Mar 24"),
        (DAY + 0.5, "yyyy-mm-dd h:mm", "2024-03-03 12:00"),
        (DAY, "[$-407]d. mmmm yyyy", "3. März 2024"),
        (DAY, "[$-409]d\\-mmm\\-yy;@", "3-Mar-24"),
        (DAY, "dddd, d mmmm yyyy", "Sunday, 3 March 2024"),
        (0.75, "h:mm AM/PM", "6:00 PM"),
        (0.0, "h:mm AM/PM", "12:00 AM"),
        (0.5208333, "hh:mm", "12:30"),
        (0.0005266203703703703, "mm:ss.0", "00:45.5"),
        (1.5, "0", "2"),
        (2.5, "0", "3"),
        (-0.3, "0", "0"),
        (1.005, "0.00", "1.01"),
        (0.5, "#.##", ".5"),
        (5, "#.##", "5."),
        (123456789, "000-00-0000", "123-45-6789"),
        (5551234567, "(000) 000-0000", "(555) 123-4567"),
        (1234567.891, "#,##0.###", "1,234,567.891"),
        (5, "#,##0.???", "5."),
        (12, "#,###", "12"),
        (0, "#", ""),
        (5, ";;;", ""),
        (5, "@", "5"),
        (5, '"n/a"', "n/a"),
        (-5, '"down";"up"', "up"),
        (5, '0" items"', "5 items"),
        (1234, "# ##0", "1 234"),
        (1234567, "#\\ ##0", "1234 567"),
        (1, "\\1\\.0#", "1.01"),
        (0.5, "0%", "50%"),
        (12.3456, '0.00"°C"', "12.35°C"),
        (60, "yyyy-mm-dd", "1900-02-29"),
        (1, "yyyy-mm-dd", "1900-01-01"),
        (0, "d/m/yy;@", "0/1/00"),
        (-1, "dd.mm.yyyy", "-1"),
        (1000000000.0, "dd.mm.yyyy", "1000000000"),
        (1234.5, "#,##0.00;[Red]-#,##0.00", "1,234.50"),
        (-1234.5, "#,##0.00;[Red]-#,##0.00", "-1,234.50"),
        (1234, "0,000", "1,234"),
        (12, "0,000", "0,012"),
        (0.255, "0.0 %", "25.5 %"),
        (DAY, "mmm yyyy", "Mar 2024"),
        (DAY, '"KW" d', "KW 3"),
        (45354.999999, "dd.mm.yyyy hh:mm", "04.03.2024 00:00"),
        (1000, 'General" kg"', "1000 kg"),
        (1.2345e-05, "General", "0.000012345"),
        (12345678.123456, "General", "12345678.12"),
        (1e-20, "0.00", "0.00"),
        (1234567890123456789, "General", "1.23457E+18"),
        (1.25, "[hh]:mm:ss", "30:00:00"),
        (-0.5, "[h]:mm", "-12:00"),
        (100, '[<100]"low";[>=100]"high"', "high"),
        (DAY, "yyyymmdd", "20240303"),
        (DAY, "dd/mm/yyyy", "03/03/2024"),
        (5, "0;;", "5"),
        (-5, "0;;", ""),
        (0.0712, "0.00%;[Red]-0.00%", "7.12%"),
        (1.0, "0.0x", "1.0x"),
        (3, '0 "of" 5', "3 of 5"),
    ],
)
def test_a_number_is_shown_as_its_format_says(value: float, code: str, shown: str) -> None:
    assert display(value, code) == shown


@pytest.mark.parametrize(
    ("number", "value", "shown"),
    [
        (14, DAY, "2024-03-03"),
        (15, DAY, "3-Mar-24"),
        (16, DAY, "3-Mar"),
        (17, DAY, "Mar-24"),
        (18, 0.5, "12:00 PM"),
        (20, 0.3958333, "9:30"),
        (22, DAY + 0.25, "2024-03-03 06:00"),
        (45, 75 / 86400, "01:15"),
        (46, 1.25, "30:00:00"),
        (47, 75.5 / 86400, "01:15.5"),
        (9, 0.5, "50%"),
        (38, -1234, "(1,234)"),
        (44, 0, "$-"),
    ],
)
def test_a_format_that_a_file_names_by_number_is_known(
    number: int, value: float, shown: str
) -> None:
    assert display(value, BUILT_IN[number]) == shown


@pytest.mark.parametrize(
    ("text", "code", "shown"),
    [
        ("a", "General", "a"),
        ("a", "@", "a"),
        ("a", '0;0;0;"<"@">"', "<a>"),
        ("a", '@" (draft)"', "a (draft)"),
        ("a", "0.00", "a"),
        ("a", ";;;", ""),
    ],
)
def test_a_text_is_shown_as_its_format_says(text: str, code: str, shown: str) -> None:
    assert display_text(text, code) == shown


def test_days_counted_from_1904_are_1462_days_later() -> None:
    assert display(DAY - 1462, "yyyy-mm-dd", from_1904=True) == "2024-03-03"


@given(st.integers(-(10**14), 10**14), st.integers(0, 6))
def test_a_number_without_a_format_shows_no_noise(units: int, places: int) -> None:
    if len(str(abs(units))) + places < 10:
        assert float(general(units / 10**places)) == units / 10**places


@given(st.floats(), st.text(alphabet='0#?.,%/@E+-;[]<>=hmsydAPM/ "_*\\Ge$€-407', max_size=20))
def test_no_code_breaks_a_cell(value: float, code: str) -> None:
    assert isinstance(display(value, code), str)
    assert isinstance(display_text("a", code), str)


@given(st.integers(0, 2_958_465))
def test_iso_days_are_in_the_order_of_their_numbers(day: int) -> None:
    assert day < 1 or display(day - 1, "yyyy-mm-dd") < display(day, "yyyy-mm-dd")
