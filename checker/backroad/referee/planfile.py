"""A plan as JSON, for the way into the referee's process."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from backroad.model import Check, Kind, Level, Limits, Need, ServiceCommand
from backroad.plan import Plan

PATHS = ("checks", "tree")
OPTIONAL_PATHS = ("probes", "reference", "cache")
TUPLES = ("names", "stages", "served_by")


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """Return the plan as an object of plain JSON."""
    data = asdict(plan)
    data["order"] = [{**asdict(check), "file": str(check.file)} for check in plan.order]
    data["secret"] = [str(path) for path in plan.secret]
    data |= {name: str(data[name]) if data[name] else None for name in OPTIONAL_PATHS}
    return data | {name: str(data[name]) for name in PATHS}


def plan_from_json(data: dict[str, Any]) -> Plan:
    """Return the plan that `plan_to_json` wrote."""
    values = dict(data)
    values |= {name: Path(data[name]) for name in PATHS}
    values |= {name: tuple(data[name]) for name in TUPLES}
    values |= {name: Path(data[name]) if data[name] else None for name in OPTIONAL_PATHS}
    values["secret"] = tuple(map(Path, data["secret"]))
    values["kind"] = Kind(data["kind"])
    values["max_level"] = Level(data["max_level"])
    values["limits"] = Limits(**data["limits"])
    values["service"] = ServiceCommand(**data["service"])
    values["needs"] = tuple(map(Need, data["needs"]))
    values["servers"] = {Need(name): url for name, url in data["servers"].items()}
    values["order"] = tuple(map(check_from_json, data["order"]))
    return Plan(**values)


def check_from_json(data: dict[str, Any]) -> Check:
    """Return one check."""
    lists = {name: tuple(data[name]) for name in ("requires", "hints")}
    return Check(**{**data, **lists, "file": Path(data["file"])})
