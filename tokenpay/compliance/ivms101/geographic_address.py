"""Where a person can be found."""

from dataclasses import dataclass
from enum import StrEnum

from tokenpay.compliance.ivms101.rule import Rule
from tokenpay.compliance.ivms101.texts import check_country, check_latin
from tokenpay.errors import InvalidTravelRule

MAX_LINES = 7


class AddressType(StrEnum):
    """Home, business, or a place that identifies the person and is neither."""

    HOME = "HOME"
    BIZZ = "BIZZ"
    GEOG = "GEOG"


@dataclass(frozen=True, slots=True, kw_only=True)
class GeographicAddress:
    """Raises InvalidTravelRule: sizes, C3, and C8 (lines, or a street with a building's name or number)."""

    address_type: AddressType
    town_name: str
    country: str
    department: str | None = None
    sub_department: str | None = None
    street_name: str | None = None
    building_number: str | None = None
    building_name: str | None = None
    floor: str | None = None
    post_box: str | None = None
    room: str | None = None
    postcode: str | None = None
    town_location_name: str | None = None
    district_name: str | None = None
    country_sub_division: str | None = None
    address_lines: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check_latin(16, building_number=self.building_number, post_box=self.post_box, postcode=self.postcode)
        check_latin(35, building_name=self.building_name, town_name=self.town_name, district_name=self.district_name)
        check_latin(35, town_location_name=self.town_location_name, country_sub_division=self.country_sub_division)
        check_latin(50, department=self.department)
        check_latin(70, sub_department=self.sub_department, street_name=self.street_name)
        check_latin(70, floor=self.floor, room=self.room)
        check_country(self.country)
        if len(self.address_lines) > MAX_LINES:
            raise InvalidTravelRule(f"an address has up to {MAX_LINES} lines", rule=Rule.MULTIPLICITY)
        for line in self.address_lines:
            check_latin(70, address_line=line)
        built = self.building_name is not None or self.building_number is not None
        if not self.address_lines and not (self.street_name is not None and built):
            raise InvalidTravelRule("an address has lines, or a street and a building's name or number", rule=Rule.C8)
