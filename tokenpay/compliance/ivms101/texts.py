"""The standard's text types: Latin ones of a length, local ones of any script, and countries.

The 2020 edition lets its Latin texts hold letters, digits, spaces and apostrophes alone; the 2023 edition mended
that to printable ASCII, since no street has a dash otherwise. Both forms are read by the mended rule.
"""

import re

from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.errors import InvalidTravelRule
from tokenpay.requests.visible import is_visible

_LATIN = re.compile(r"[ -~]+")
_ISO_3166 = """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT
    JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY
    MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM
    PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV
    SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT
    ZA ZM ZW
"""
UNKNOWN_COUNTRY = "XX"
COUNTRIES = frozenset(_ISO_3166.split()) | {UNKNOWN_COUNTRY}
"""ISO 3166-1 alpha-2, as officially assigned, and XX."""


def check_latin(most: int, **texts: str | None) -> None:
    """Raise InvalidTravelRule unless each text is absent or up to `most` characters of printable ASCII, not blank."""
    for name, text in texts.items():
        if text is not None and not (len(text) <= most and _LATIN.fullmatch(text) and text.strip()):
            raise InvalidTravelRule(f"{name} is 1 to {most} Latin characters", rule=Rule.TEXT)


def check_local(most: int, **texts: str | None) -> None:
    """Raise InvalidTravelRule unless each text is absent or 1 to `most` visible characters of any script."""
    for name, text in texts.items():
        if text is not None and not (len(text) <= most and text.strip() and is_visible(text)):
            raise InvalidTravelRule(f"{name} is 1 to {most} visible characters", rule=Rule.TEXT)


def check_country(code: str | None) -> None:
    """Raise InvalidTravelRule (C3) unless the code is absent, in ISO 3166-1 alpha-2, or XX for an unknown country."""
    if code is not None and code not in COUNTRIES:
        raise InvalidTravelRule("a country is an ISO 3166-1 alpha-2 code, or XX", rule=Rule.C3)
