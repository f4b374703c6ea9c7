"""What a person wrote of "Living Smiles 2142": its places' names and stands, its goods, its events, its
tables' columns.

Fiction, all of it: no place, company or person here exists. Nothing is drawn by chance in this file;
`data.fiction` does that. Changing a line here changes the golden checksums, and asks for a new `VERSION`
there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FIRST_YEAR, LAST_YEAR = 2042, 2142
LEDGER_YEAR = 2118
"""The law that opens the ledgers: from here on less is hidden."""
STREAM_YEARS = (2092, 2117, 2142)
"""The years of `ls_streams`: half a century in, just before the ledgers open, and the festival."""


@dataclass(frozen=True, slots=True)
class Tier:
    """A rank of places. `wealth` in lumens a person, `care` in hours a year for 1,000 people, both
    medians."""

    number: int
    title: str
    people: float
    wealth: float
    care: float
    names: tuple[str, ...]


# Wards lie low and wide like roots, in eight clumps of three; named from the viewer's left to right.
TIERS: tuple[Tier, ...] = (
    Tier(
        0,
        "ward",
        430_000,
        420,
        36,
        (
            "Kelpstairs", "Underbraid", "Saltwhisper",
            "Mudlantern", "Oskerreach", "Tinderloam",
            "Marrowfold", "Thrumgate", "Lowbellow",
            "Hearthsill", "Nineladders", "Pithgarden",
            "Wickmarrow", "Rainsiding", "Emberquill",
            "Burrowsong", "Coppernook", "Softquarry",
            "Threadmire", "Drumhollow", "Gullwarren",
            "Siltcradle", "Cinderloft", "Rustharbour",
        ),
    ),
    Tier(
        1,
        "clearing house",
        61_000,
        2_700,
        210,
        (
            "Tollwater", "Sievehall", "Weighbridge Osk", "Countergate",
            "Evenledger", "Sluice Nine", "Balancemoor", "Tallyvren",
        ),
    ),
    Tier(
        2,
        "atelier",
        24_000,
        9_600,
        980,
        ("Nacrevane", "Glimmershaw", "Porcelune", "Veneervale", "Lustrewick"),
    ),
    Tier(3, "crown district", 88_000, 66_000, 3_100, ("Haloterrace", "Aureholm", "Zenithrow")),
)  # fmt: skip

PREFIXES = ("w", "c", "a", "k")
"""Of the ids in each tier: `ls:w07`, `ls:c3`, `ls:a1`, `ls:k2`."""


def stand(tier: int, index: int) -> tuple[float, float]:
    """Where a place stands on the mural, x and y, 0..1, y up, before its own small shift.

    Composed like a tooth: roots wide and deep below, a waist of clearing houses, the crown high in the
    middle.
    """
    if tier == 0:
        clump, tip = divmod(index, 3)
        x = 0.075 + clump * 0.85 / 7 + (tip - 1) * 0.036
        depth = (0.235, 0.085, 0.165) if clump % 2 == 0 else (0.155, 0.075, 0.225)
        return x, depth[tip] + 0.03 * (1 - abs(clump - 3.5) / 3.5)
    if tier == 1:
        across = (index - 3.5) / 3.5
        return 0.5 + 0.37 * across, 0.475 - 0.065 * across * across
    if tier == 2:
        across = (index - 2) / 2
        return 0.5 + 0.235 * across, 0.705 - 0.04 * across * across
    return 0.5 + 0.125 * (index - 1), 0.9 - 0.045 * abs(index - 1)


@dataclass(frozen=True, slots=True)
class Commodity:
    """What is taken. `decimals`: of its values. `worth`: lumens a unit. `total`: units a year that the
    logistic curve nears, with its `midpoint` year and `pace` a year. `hhi`: concentration over `producers`
    wards; None: as pack B."""

    commodity_id: str
    title: str
    unit: str
    decimals: int
    worth: float
    total: float
    midpoint: float
    pace: float
    producers: int
    hhi: float | None
    note: str

    @property
    def steps(self) -> int:
        """How many of the smallest steps make one unit."""
        return int(10**self.decimals)


# The concentrations are those of real materials (USGS 2023): cobalt, fluorspar, lithium, silver and gold.
COMMODITIES: tuple[Commodity, ...] = (
    Commodity(
        "ls:bright-ore", "Bright ore", "kg", 0, 30, 1_600_000, 2088, 0.062, 6, 0.55,
        "What crowns shine with. As concentrated as cobalt mining is.",
    ),
    Commodity(
        "ls:enamel-lattice", "Enamel lattice", "g", 0, 40, 2_400_000, 2084, 0.058, 9, 0.33,
        "Living enamel, grown in mouths that will not keep it. As concentrated as lithium mining is.",
    ),
    Commodity(
        "ls:pulp-culture", "Pulp culture", "vials", 0, 95, 900_000, 2092, 0.066, 7, 0.45,
        "The living core from which nanobots are raised. As concentrated as fluorspar mining is.",
    ),
    Commodity(
        "ls:quiet-nights", "Quiet nights", "hours", 0, 2, 40_000_000, 2101, 0.07, 15, 0.11,
        "Hours of sleep without pain, sold. As spread as silver mining is.",
    ),
    Commodity(
        "ls:smile-minutes", "Smile minutes", "minutes", 0, 0.1, 600_000_000, 2112, 0.08, 24, 0.05,
        "Attention taken by cameras; the visitor adds to it. As spread as gold mining is.",
    ),
    Commodity(
        "ls:training-years", "Training years", "person-years", 1, 1_900, 64_000, 2078, 0.055, 24, None,
        "Years in which clinicians were trained in wards. Shaped as real streams of doctors are. The only "
        "good of which some comes back, as care.",
    ),
)  # fmt: skip
RETURNED = "ls:training-years"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happens from `year` to `until`: flows that match are multiplied. "" matches all; a tier
    is written `ls:tier-0`. measure "true" multiplies what goes up, "returned" what comes back, "hidden" what
    is hidden."""

    event_id: str
    year: int
    until: int
    title: str
    text: str
    commodity_id: str
    origin_id: str
    destination_id: str
    measure: Literal["true", "returned", "hidden"]
    multiplier: float

    @property
    def dips(self) -> bool:
        """Whether totals may fall while it lasts."""
        return self.measure == "true" and self.multiplier < 1


EVENTS: tuple[Event, ...] = (
    Event(
        "ls:e01", 2049, 2142, "The first harvest licence",
        "A licence to grow enamel in living mouths is sold at auction. The mouths are not in the room.",
        "ls:enamel-lattice", "ls:tier-0", "", "true", 1.12,
    ),
    Event(
        "ls:e02", 2057, 2058, "The ore drought",
        "The bright seams run thin for two winters. The crowns are told that it is a matter of taste.",
        "ls:bright-ore", "ls:tier-0", "", "true", 0.55,
    ),
    Event(
        "ls:e03", 2066, 2142, "The night market opens",
        "For the first time an hour of sleep without pain has a price, and a queue.",
        "ls:quiet-nights", "ls:tier-0", "", "true", 1.15,
    ),
    Event(
        "ls:e04", 2071, 2072, "The strike of the clearing houses",
        "The weighers put down their weights. Cold rooms fill, and nothing leaves them.",
        "", "ls:tier-1", "", "true", 0.45,
    ),
    Event(
        "ls:e05", 2079, 2142, "The school ships",
        "Ships take whole classes of young clinicians upriver on the day they pass.",
        "ls:training-years", "ls:tier-0", "", "true", 1.1,
    ),
    Event(
        "ls:e06", 2087, 2088, "The salt fever",
        "A fever in the cultures. The wards burn what they had grown, to keep their own well.",
        "ls:pulp-culture", "ls:tier-0", "", "true", 0.7,
    ),
    Event(
        "ls:e07", 2094, 2142, "Cameras that ask for a smile",
        "Every arcade gets a camera that opens the door to those who smile. It counts the minutes.",
        "ls:smile-minutes", "ls:tier-0", "", "true", 1.2,
    ),
    Event(
        "ls:e08", 2103, 2104, "Private flights grounded",
        "For two summers hardly anything flies from a ward straight to an atelier. The rest stays at home.",
        "", "ls:tier-0", "ls:tier-2", "true", 0.3,
    ),
    Event(
        "ls:e09", 2111, 2111, "The great refusal",
        "For one year the wards sell only every second night. It is remembered as the year of loud mornings.",
        "ls:quiet-nights", "ls:tier-0", "", "true", 0.5,
    ),
    Event(
        "ls:e10", LEDGER_YEAR, 2142, "The law that opens the ledgers",
        "Whoever receives must say from whom. Some do.",
        "", "", "", "hidden", 0.72,
    ),
    Event(
        "ls:e11", 2127, 2129, "The convoy of care",
        "Clinicians trained in the wards go back for three years, in a convoy, uninvited and welcome.",
        "ls:training-years", "ls:tier-3", "ls:tier-0", "returned", 1.5,
    ),
    Event(
        "ls:e12", 2142, 2142, "The festival",
        "Living Smiles. Everyone is asked to smile at once, and the mural breaks.",
        "ls:smile-minutes", "ls:tier-0", "", "true", 1.06,
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A table's column as a descriptor states it."""

    name: str
    type: Literal["string", "integer", "number", "boolean"]
    unit: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True)
class TableShape:
    title: str
    primary_key: tuple[str, ...]
    columns: tuple[Column, ...]


_FICTION = Column("fiction", "boolean", "", "Always true.")
_YEAR = Column("year", "integer")
_SHARE = Column("hidden_share", "number", "share", "1 - reported / true.")

TABLES: dict[str, TableShape] = {
    "ls_places": TableShape(
        "Forty invented places in four tiers",
        ("place_id",),
        (
            Column("place_id", "string"),
            Column("tier", "integer", "", "0 ward, 1 clearing house, 2 atelier, 3 crown district."),
            Column("kind", "string"),
            Column("name", "string"),
            Column("x", "number", "canvas widths"),
            Column("y", "number", "canvas heights", "Upwards."),
            Column("people", "integer", "persons"),
            Column("care_hours_per_1000", "number", "hours a year for 1,000 people"),
            Column("wealth", "integer", "lumens a person"),
            Column("awake_year", "integer", "year", "From when goods are taken here."),
            _FICTION,
        ),
    ),
    "ls_commodities": TableShape(
        "Six goods",
        ("commodity_id",),
        (
            Column("commodity_id", "string"),
            Column("title", "string"),
            Column("unit", "string"),
            Column("worth", "number", "lumens a unit", "Lumens are invented money, to add up unlike goods."),
            Column("note", "string"),
            _FICTION,
        ),
    ),
    "ls_flows": TableShape(
        "What went up each year, and the little that came back",
        ("year", "origin_id", "destination_id", "commodity_id"),
        (
            _YEAR,
            Column("origin_id", "string"),
            Column("destination_id", "string"),
            Column("commodity_id", "string"),
            Column("direction", "string", "", "up, or returned."),
            Column("true_value", "number", "unit a year"),
            Column("reported_value", "number", "unit a year"),
            Column("unit", "string"),
            _SHARE,
            _FICTION,
        ),
    ),
    "ls_events": TableShape(
        "Twelve events, written by hand",
        ("event_id",),
        (
            Column("event_id", "string"),
            _YEAR,
            Column("until", "integer", "year"),
            Column("title", "string"),
            Column("text", "string"),
            Column("commodity_id", "string", "", "Empty: all."),
            Column("origin_id", "string", "", "A place or a tier; empty: all."),
            Column("destination_id", "string", "", "A place or a tier; empty: all."),
            Column("measure", "string", "", "What is multiplied: true, returned or hidden."),
            Column("multiplier", "number"),
            _FICTION,
        ),
    ),
    "ls_balance": TableShape(
        "Each place's books, in the worth of all goods together",
        ("place_id", "year"),
        (
            Column("place_id", "string"),
            _YEAR,
            Column("worth_in", "integer", "lumens a year"),
            Column("worth_out", "integer", "lumens a year"),
            Column("worth_lost", "integer", "lumens a year", "Spoilt on the way; in crown districts, used up."),
            Column("stock_change", "integer", "lumens a year"),
            Column("care_returned", "integer", "lumens a year", "Received by a ward, given by a crown district."),
            _FICTION,
        ),
    ),
    "ls_streams": TableShape(
        "The flows of three years, with both ends' places, ready for the wall",
        ("flow_id",),
        (
            Column("flow_id", "string"),
            _YEAR,
            Column("origin_id", "string"),
            Column("origin_name", "string"),
            Column("ox", "number", "canvas widths"),
            Column("oy", "number", "canvas heights"),
            Column("destination_id", "string"),
            Column("destination_name", "string"),
            Column("dx", "number", "canvas widths"),
            Column("dy", "number", "canvas heights"),
            Column("commodity_id", "string"),
            Column("tier_from", "integer"),
            Column("tier_to", "integer"),
            Column("direction", "string", "", "up, or returned."),
            Column("true_value", "number", "unit a year"),
            Column("reported_value", "number", "unit a year"),
            _SHARE,
            Column("unit", "string"),
            Column("true_worth", "integer", "lumens a year"),
            Column("reported_worth", "integer", "lumens a year"),
            _FICTION,
        ),
    ),
}
