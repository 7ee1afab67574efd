"""A customer who closed years ago, as only who owns a database can have them without waiting."""

import tokenpay as tp
from tests.world import World


def long_gone(world: World) -> tp.Customer:
    """Return a customer whose time of keeping is over, and whose erasure one supervisor has asked for."""
    made = tp.enrol_customer(world.bank, name="Gone", by=world.tom, key=world.key())
    tp.close_customer(world.bank, made.id, reason="a drill", by=world.ann)
    world.sql("UPDATE customers SET closed_at_s = 1 WHERE id = :id", id=made.id)
    world.sql("UPDATE audit_texts SET at_s = 1 WHERE customer_id = :id", id=made.id)
    tp.erase_personal_data(world.bank, made.id, by=world.bob)
    return made
