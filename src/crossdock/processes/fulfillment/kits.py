"""Packages count units of order lines; of a kit they may name its components, and only complete sets count."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, Decimal

from crossdock.model.quantities import ZERO
from crossdock.model.shipments import FulfillmentLine, PackedLine


def part_key(line: str, item: str) -> str:
    return f"{line}/{item}"


def counted(
    lines: Iterable[FulfillmentLine],
    packed: Iterable[PackedLine],
    parts: Mapping[str, Decimal],
    sets: Mapping[str, Decimal],
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """Units by line of what was packed, and the components that have left so far, by line and item.

    `parts` are the components that left before, `sets` the kits that were counted for them. A component that is
    packed without the others counts once the others have left too.
    """
    kits = {line.line: line for line in lines if line.components}
    units: dict[str, Decimal] = {}
    left = dict(parts)
    touched: dict[str, FulfillmentLine] = {}
    for each in packed:
        if not (each.quantity.is_finite() and each.quantity > 0):
            continue
        kit = kits.get(each.line)
        if kit is not None and each.item and any(part.item == each.item for part in kit.components):
            key = part_key(each.line, each.item)
            left[key] = left.get(key, ZERO) + each.quantity
            touched[each.line] = kit
        else:
            units[each.line] = units.get(each.line, ZERO) + each.quantity
    for line, kit in touched.items():
        complete = complete_sets(kit, left) - sets.get(line, ZERO)
        if complete > 0:
            units[line] = units.get(line, ZERO) + complete
    return units, left


def complete_sets(kit: FulfillmentLine, parts: Mapping[str, Decimal]) -> Decimal:
    """Kits that can be made of these components."""
    needed: dict[str, Decimal] = {}
    for part in kit.components:
        needed[part.item] = needed.get(part.item, ZERO) + part.per_kit
    sets = min(
        (parts.get(part_key(kit.line, item), ZERO) / per_kit for item, per_kit in needed.items() if per_kit > 0),
        default=ZERO,
    )
    return sets.to_integral_value(ROUND_FLOOR)


def loose(lines: Iterable[FulfillmentLine], parts: Mapping[str, Decimal]) -> list[str]:
    """Lines whose components left beyond complete sets."""
    found = []
    for kit in lines:
        if kit.components:
            sets = complete_sets(kit, parts)
            if any(parts.get(part_key(kit.line, part.item), ZERO) > sets * part.per_kit for part in kit.components):
                found.append(kit.line)
    return found
