"""Schemas are current, and a change that old journals can't be read with is refused."""

from pathlib import Path

from crossdock.model.schemas import breaks, check, main, schemas


def test_the_committed_schemas_are_current() -> None:
    assert check(Path("schemas")) == []


def test_a_missing_a_stale_and_a_stray_schema_are_each_named(tmp_path: Path) -> None:
    main(["--folder", str(tmp_path)])
    (tmp_path / "events/OrderPlaced.json").unlink()
    (tmp_path / "events/Nothing.json").write_text("{}")
    stale = tmp_path / "events/OrderClosed.json"
    stale.write_text(stale.read_text().replace('"title"', '"titel"'))
    complaints = check(tmp_path)
    assert len(complaints) == 3
    assert {complaint.split()[0] for complaint in complaints} == {
        "schemas/events/OrderPlaced.json",
        "schemas/events/Nothing.json",
        "schemas/events/OrderClosed.json",
    }


def _object(required: list[str], **properties: dict) -> dict:
    return {"type": "object", "required": required, "properties": properties}


def test_an_optional_field_may_come_and_a_required_one_may_not() -> None:
    old = _object(["a"], a={"type": "string"})
    assert breaks(old, _object(["a"], a={"type": "string"}, b={"type": "string"})) == []
    assert breaks(old, _object(["a", "b"], a={"type": "string"}, b={"type": "string"})) == ["$: b is required now"]


def test_a_field_that_goes_or_changes_its_type_breaks() -> None:
    old = _object([], a={"type": "string"})
    assert breaks(old, _object([])) == ["$.a: is gone, and what it held would be dropped"]
    assert breaks(old, _object([], a={"type": "integer"})) == ["$.a: type was string, is integer"]


def test_a_narrowed_choice_breaks_and_a_wider_one_does_not() -> None:
    old = _object([], a={"enum": ["x", "y"]})
    assert breaks(old, _object([], a={"enum": ["x", "y", "z"]})) == []
    assert breaks(old, _object([], a={"enum": ["x"]})) == ["$.a: 'y' is no longer allowed"]
    nullable = _object([], a={"anyOf": [{"type": "string"}, {"type": "null"}]})
    assert breaks(nullable, _object([], a={"type": "string"})) != []


def test_definitions_are_compared_too() -> None:
    old = {"$defs": {"Money": _object(["amount"], amount={"type": "string"})}}
    new = {"$defs": {"Money": _object(["amount"], amount={"type": "number"})}}
    assert breaks(old, new) == ["Money.amount: type was string, is number"]


def test_every_event_and_command_has_a_schema_that_names_its_version() -> None:
    assert all(schema["version"] >= 1 for schema in schemas().values())
