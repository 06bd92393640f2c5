"""How long Python and OpenSSL are supported by those who make them, as data.

Distributions support the builds that they ship for longer, and say so; nothing here knows of that.
"""
from __future__ import absolute_import, division, print_function

import datetime

# End of life by series. Source: https://devguide.python.org/versions/ (read 2026-11). A month means its last day.
PYTHON = {
    "2.7": "2020-01-01",
    "3.6": "2021-12-23",
    "3.7": "2023-06-27",
    "3.8": "2024-10-07",
    "3.9": "2025-10-31",
    "3.10": "2026-10",
    "3.11": "2027-10",
    "3.12": "2028-10",
    "3.13": "2029-10",
    "3.14": "2030-10",
    "3.15": "2031-10",
    "3.16": "2032-10",
}

# Last day of support by series. Sources: https://openssl-library.org/policies/releasestrat/ and /source/ (read
# 2026-11), https://www.openssl.org/policies/releasestrat.html (2016) for 1.1.0 and older.
OPENSSL = {
    "0.9.8": "2015-12-31",
    "1.0.0": "2015-12-31",
    "1.0.1": "2016-12-31",
    "1.0.2": "2019-12-31",
    "1.1.0": "2019-09-11",
    "1.1.1": "2023-09-11",
    "3.0": "2026-09-07",
    "3.1": "2025-03-14",
    "3.2": "2025-11-23",
    "3.3": "2026-04-09",
    "3.4": "2026-10-22",
    "3.5": "2030-04-08",
    "3.6": "2026-11-01",
    "4.0": "2027-05-14",
}
LONG_TERM = ("1.0.2", "1.1.1", "3.0", "3.5")


def judge(table, series, today):
    """Return when a series ends, and whether it has ended.

    Args: table (dict), PYTHON or OPENSSL; series (str); today (datetime.date).
    Returns:
        (str or None, bool or None): None for what the table does not know.
    """
    end = table.get(series)
    if end is None:
        return None, None
    return end, today > _last_day(end)


def _last_day(text):
    numbers = [int(each) for each in text.split("-")]
    if len(numbers) == 3:
        return datetime.date(*numbers)
    year, month = numbers
    return datetime.date(year + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
