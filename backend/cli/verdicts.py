"""What a pipeline reads of an experiment: lines, a last line, and a JUnit file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree import ElementTree as ET


def fails(metric: dict[str, Any]) -> bool:
    """Say whether it got worse, also where that shows only row by row and not by conversation, or missed its target."""
    return bool(metric["asked"] and (_got_worse(metric) or _is_short(metric)))


def _got_worse(metric: dict[str, Any]) -> bool:
    return bool(metric["verdict"] == "worse" or metric.get("fell"))


def _is_short(metric: dict[str, Any]) -> bool:
    return bool(metric["missed"])


def _names(metrics: Iterable[dict[str, Any]]) -> str:
    return ", ".join(dict.fromkeys(f"{one['metric']} of {one['variant']}" for one in metrics))


def lines_of(found: dict[str, Any]) -> Iterator[str]:
    """Yield what came of each metric, and what gave no verdict."""
    if found.get("error"):
        yield str(found["error"])
    for one in found.get("metrics", []):
        old, new = (_figure(one[name]) for name in ("baseline_value", "value"))
        said = f"{one['variant']}, {one['metric']}: {one['verdict']}, {old} -> {new}"
        yield f"{said}. {short}" if (short := one.get("short")) else said
    yield from found.get("unjudged", {}).values()


def _figure(value: float | None) -> str:
    return "nothing" if value is None else f"{value:.4g}"


def closing(found: dict[str, Any]) -> str:
    """Say in a line what the gate makes of it, what it cannot tell, and how many answers failed."""
    asked = [one for one in found.get("metrics", []) if one["asked"]]
    fell, short = (_names(one for one in asked if test(one)) for test in (_got_worse, _is_short))
    failed = int(found.get("num_failed", 0))
    lost = f" {failed:,} {'answer' if failed == 1 else 'answers'} failed." if failed else ""
    if found.get("status") != "done":
        return f"Failed: it did not get to its end.{lost}"
    if fell or short:
        said = [f"{fell} got worse"] if fell else []
        said += [f"{short} missed its target"] if short else []
        return f"Failed: {'; '.join(said)}.{lost}"
    if silent := found.get("unjudged"):
        return f"Failed: {' '.join(silent.values())}{lost}"
    if not asked:
        return f"Failed: no evaluator had a baseline or a target to be held against.{lost}"
    unsure = sum(one["verdict"] == "cannot_tell" for one in asked)
    tell = f"; {unsure} of {len(asked)} metrics cannot tell yet" if unsure else ""
    return f"Passed: nothing got worse{tell}.{lost}"


def junit_of(found: dict[str, Any]) -> bytes:
    """Write a test case for each metric of each variant, and for each evaluator that gave no verdict."""
    metrics, silent = found.get("metrics", []), found.get("unjudged", {})
    suite = ET.Element(
        "testsuite",
        name=str(found.get("name", "")),
        tests=str(len(metrics) + len(silent)),
        failures=str(sum(fails(one) for one in metrics)),
        errors=str(len(silent) + (found.get("status") != "done")),
    )
    for one in metrics:
        case = ET.SubElement(suite, "testcase", classname=str(one["variant"]), name=str(one["metric"]))
        told = f"{one['verdict']}: {one['baseline_value']} -> {one['value']}, p {one['p_value']}"
        told = f"{told}. {short}" if (short := one.get("short")) else told
        if fails(one):
            ET.SubElement(case, "failure", message=told)
        else:
            ET.SubElement(case, "system-out").text = told
    for metric, words in silent.items():
        case = ET.SubElement(suite, "testcase", classname="experiment", name=f"{metric} gives a verdict")
        ET.SubElement(case, "error", message=words)
    if found.get("status") != "done":
        case = ET.SubElement(suite, "testcase", classname="experiment", name="runs to its end")
        ET.SubElement(case, "error", message=str(found.get("said") or found.get("error") or found.get("status")))
    written: bytes = ET.tostring(suite, encoding="utf-8", xml_declaration=True)
    return written
