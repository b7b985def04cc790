"""The ten areas of the report (DFE-RR555, practice of 2016), as one reader coded them."""

from portal.pairing.sides import Side

_TIERS = {
    "CP": "child-protection",
    "EH": "early-help",
    "CS": "community-safety",
    "U": "universal-services",
    "P": "police-led",
}
_HOLDS = {"S": "spread", "L": "named-lead", "D": "dedicated-team"}
_ROUTES = {
    "F": "front-door",
    "C": "channel-panel",
    "P": "prevent-police",
    "M": "several",
}
# Prevent, prevalence, tier, holds, MASH, route; agreement, families, partners, legitimacy (means
# of 1 to 5, ? not stated); cases, training; how many were interviewed.
_CODED = """
A Y high     CP D Y F   5   4 4   4    4 4   10
B Y moderate CP S Y F   3   3 3   2    ? ?   10
C Y moderate EH S Y C   4   4 3.5 2    3 1   10
D Y moderate P  D N P   2   2 2   2    3 3   6
E Y moderate EH S Y F   4   3 4   2.5  3 ?   18
F N moderate CP S Y M   1.5 ? 2.5 1.5  2 1   9
G N low      P  S Y P   3   4 2   2    1 4   11
H N low      U  S Y F   4.5 2 3.5 3    1 4   5
I Y high     CS D Y C   5   5 4   3    4 ?   7
J Y moderate CS L N C   3   4 4.5 3    2 4   8
"""


def sides(**rest: object) -> list[Side]:
    """Return all ten, each asking and hosting two, with `rest` set on each."""
    return [_side(line.split(), rest) for line in _CODED.strip().splitlines()]


def _side(cells: list[str], rest: dict[str, object]) -> Side:
    code, prevent, prevalence, tier, holds, mash, route, *means, cases, training, n = cells
    given: dict[str, object] = {
        "two_tier": True if code == "C" else None,
        "themes": {
            theme: (float(mean), int(n))
            for theme, mean in zip(
                ("agreement", "families", "partners", "legitimacy"), means, strict=True
            )
            if mean != "?"
        },
        "case_volume": None if cases == "?" else int(cases),
        "training": None if training == "?" else int(training),
        "asks": True,
        "hosts": True,
        "capacity": 2,
    }
    return Side(
        code=code,
        prevent=prevent == "Y",
        prevalence=prevalence,
        tier=_TIERS[tier],
        holds=_HOLDS[holds],
        mash=mash == "Y",
        route=_ROUTES[route],
        **{**given, **rest},  # type: ignore[arg-type]
    )
