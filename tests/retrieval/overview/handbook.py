"""A document that answers some of the questions that its headings ask."""

from __future__ import annotations

HANDBOOK = (
    "# Harbour Handbook\n\nThis handbook tells you how the small harbour is run all year.\n\n"
    "## Mooring fees\n\nThe mooring fees are 90 euro a month for every boat in the harbour. "
    "Boats of members pay half of the mooring fees in winter.\n\n"
    "## How to coil ropes\n\nTo coil ropes, turn them clockwise and hang them on the third hook. "
    "Wet ropes dry on the rail for a night before anybody coils them.\n\n"
    "## Who may use the crane?\n\nOnly skippers with a licence may use the crane on weekdays.\n\n"
    "## Winter storage\n\nA cradle is a wooden frame that holds a boat on land. "
    "Winter storage begins in October and ends before Easter.\n\n"
    "## References\n\nThe harbour act of 1998 is the reference for all of these rules today.\n"
)
