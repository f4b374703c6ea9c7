"""The states and territories of the United States: FIPS codes, postal letters and names.

The publishers' tables name them in several ways (`District Columbia`, `Washington, DC`, `USA`), leave codes out, or
give a wrong one (71 for the Virgin Islands, which are 78), so places are known by their postal letters alone. Codes
after the Federal Information Processing Standard 5-2. Called by the recipes of the American packages.
"""

from __future__ import annotations

from installation.data.rows import Row

COUNTRY = "iso3:USA"

_STATES = """
    AL 01 Alabama; AK 02 Alaska; AZ 04 Arizona; AR 05 Arkansas; CA 06 California; CO 08 Colorado; CT 09 Connecticut;
    DE 10 Delaware; DC 11 District of Columbia; FL 12 Florida; GA 13 Georgia; HI 15 Hawaii; ID 16 Idaho; IL 17 Illinois;
    IN 18 Indiana; IA 19 Iowa; KS 20 Kansas; KY 21 Kentucky; LA 22 Louisiana; ME 23 Maine; MD 24 Maryland;
    MA 25 Massachusetts; MI 26 Michigan; MN 27 Minnesota; MS 28 Mississippi; MO 29 Missouri; MT 30 Montana;
    NE 31 Nebraska; NV 32 Nevada; NH 33 New Hampshire; NJ 34 New Jersey; NM 35 New Mexico; NY 36 New York;
    NC 37 North Carolina; ND 38 North Dakota; OH 39 Ohio; OK 40 Oklahoma; OR 41 Oregon; PA 42 Pennsylvania;
    RI 44 Rhode Island; SC 45 South Carolina; SD 46 South Dakota; TN 47 Tennessee; TX 48 Texas; UT 49 Utah;
    VT 50 Vermont; VA 51 Virginia; WA 53 Washington; WV 54 West Virginia; WI 55 Wisconsin; WY 56 Wyoming
"""
_TERRITORIES = """
    AS 60 American Samoa; GU 66 Guam; MP 69 Northern Mariana Islands; PR 72 Puerto Rico; VI 78 U.S. Virgin Islands
"""
_ASSOCIATED = {"FM": ("FSM", "Micronesia"), "MH": ("MHL", "Marshall Islands"), "PW": ("PLW", "Palau")}
"""Countries of their own that take part in programmes of the United States: ISO's code and our name."""


def by_letters() -> dict[str, Row]:
    """Every place by its postal letters, as a row of `places`; US and USA are the country."""
    found: dict[str, Row] = {}
    for kind, listed in (("state", _STATES), ("territory", _TERRITORIES)):
        for item in listed.split(";"):
            letters, code, name = item.split(maxsplit=2)
            found[letters] = _place(f"us:{code}", kind, name.strip(), letters, COUNTRY)
    for letters, (iso, name) in _ASSOCIATED.items():
        found[letters] = _place(f"iso3:{iso}", "country", name, letters, None)
    found["US"] = found["USA"] = _place(COUNTRY, "country", "United States", "US", None)
    return found


def _place(place_id: str, kind: str, name: str, letters: str, parent_id: str | None) -> Row:
    return {"place_id": place_id, "kind": kind, "name": name, "letters": letters, "parent_id": parent_id}
