"""What a pipeline reads of an experiment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from backend.bootstrap import Services
from backend.bootstrap.experiment_command import RESULT, run_experiment
from backend.cli import experiment
from backend.cli.say import stop
from backend.cli.verdicts import closing, fails, junit_of, lines_of
from backend.datasets.types import About, NewItem
from backend.errors import InvalidInput

WORSE = {"metric": "exact", "variant": "new", "verdict": "worse", "missed": False, "asked": True,
         "baseline_value": 1.0, "value": 0.5, "p_value": 0.01}  # fmt: skip


def test_a_metric_that_got_worse_or_misses_its_target_fails_its_case() -> None:
    same = {**WORSE, "metric": "latency", "verdict": "cannot_tell"}
    short = {**same, "metric": "cost", "missed": True, "short": "cost of new is $2, its target $1."}
    slow = {**WORSE, "metric": "latency", "asked": False}
    assert [fails(one) for one in (WORSE, same, short, slow)] == [True, False, True, False]
    suite = ET.fromstring(junit_of({"name": "CI", "status": "done", "metrics": [WORSE, same, short]}))
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "2", "0")
    (_, missed) = suite.findall("testcase/failure")
    assert (missed.get("message") or "").endswith("p 0.01. cost of new is $2, its target $1.")
    silent = ET.fromstring(junit_of({"name": "CI", "status": "done", "metrics": [same], "unjudged": {"judge": "No."}}))
    assert (silent.get("tests"), silent.get("failures"), silent.get("errors")) == ("2", "0", "1")
    assert silent.find("testcase/error").get("message") == "No."  # type: ignore[union-attr]
    unsure = {"status": "done", "metrics": [same, {**slow, "asked": True, "verdict": "better"}], "num_failed": 2}
    assert closing(unsure) == "Passed: nothing got worse; 1 of 2 metrics cannot tell yet. 2 answers failed."
    assert closing({**unsure, "metrics": [WORSE, short], "num_failed": 0}) == (
        "Failed: exact of new got worse; cost of new missed its target."
    )
    assert closing({**unsure, "metrics": [slow], "num_failed": 0}) == (
        "Failed: no evaluator had a baseline or a target to be held against."
    )
    broken = ET.fromstring(junit_of({"name": "CI", "status": "failed", "error": "No key.", "metrics": []}))
    assert broken.find("testcase/error").get("message") == "No key."  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("found", "options", "code"),
    [
        ({"status": "done", "metrics": [WORSE]}, ["--gate"], 1),
        ({"status": "done", "metrics": [{**WORSE, "verdict": "better", "missed": True}]}, ["--gate"], 1),
        ({"status": "done", "metrics": [{**WORSE, "verdict": "cannot_tell"}]}, ["--gate"], 0),
        ({"status": "done", "metrics": [WORSE]}, [], 0),
        ({"status": "done", "metrics": [], "unjudged": {"judge": "It said nothing."}}, ["--gate"], 2),
        ({"status": "done", "metrics": [{**WORSE, "asked": False}]}, ["--gate"], 2),
        ({"status": "done", "metrics": []}, ["--gate"], 2),
        ({"status": "done", "metrics": [], "unjudged": {"judge": "It said nothing."}}, [], 0),
        ({"status": "done", "metrics": [WORSE], "unjudged": {"judge": "It said nothing."}}, ["--gate"], 1),
        ({"status": "failed", "error": "No key.", "metrics": []}, ["--gate"], 2),
        ({"status": "cancelled", "metrics": []}, [], 2),
    ],
)
def test_a_pipeline_goes_by_the_exit_code_and_reads_the_verdicts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: dict[str, Any], options: list[str], code: int
) -> None:
    def perform(_command: str, arguments: dict[str, Any], tell: Callable[[str], None]) -> None:
        tell(RESULT + json.dumps({"id": "exp_1", "name": "CI"}))
        tell(RESULT + json.dumps({**found, "name": arguments["experiment"]["name"]}))

    monkeypatch.setattr(experiment, "perform", perform)
    file, junit = tmp_path / "ci.json", tmp_path / "verdicts.xml"
    file.write_text('{"name": "CI"}')
    done = CliRunner().invoke(experiment.experiment, ["run", str(file), *options, "--junit", str(junit)])
    assert done.exit_code == code, done.output
    assert done.output.splitlines()[0] == "CI: exp_1"
    last = done.output.splitlines()[-1]
    assert last.startswith(("Failed: ", "Passed: ")[code == 0]) if options else not last.startswith("Passed")
    assert ET.fromstring(junit.read_text()).get("name") == "CI"


def test_what_cannot_begin_is_no_regression_and_stands_in_the_file_of_the_pipeline(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 says that something got worse; a wrong file and a dataset that is gone say nothing of that."""
    monkeypatch.setattr(experiment, "perform", lambda *_: stop("There is no dataset called nothing."))
    file, junit = tmp_path / "ci.json", tmp_path / "verdicts.xml"
    for text, words in (("{", "is no JSON"), ("{}", "There is no dataset called nothing.")):
        file.write_text(text)
        done = CliRunner().invoke(experiment.experiment, ["run", str(file), "--gate", "--junit", str(junit)])
        told = ET.fromstring(junit.read_text())
        assert (done.exit_code, told.get("name"), told.get("errors")) == (2, "ci", "1")
        assert words in told.find("testcase/error").get("message")  # type: ignore[union-attr]


async def test_an_experiment_of_a_file_runs_to_its_verdicts(services: Services) -> None:
    owner = await services.identity.ensure_owner()
    dataset = await services.datasets.create(owner, About("Questions"))
    await services.datasets.add_items(owner, dataset.id, [NewItem({"question": f"q{n}"}, "x") for n in range(8)])
    wish: dict[str, Any] = {
        "name": "CI",
        "dataset": "Questions",
        "variants": [{"name": name, "prompt": {"template": "{{ question }}"}} for name in ("old", "new")],
        "evaluators": [{"kind": "regex", "pattern": "."}],
    }
    lines = [line async for line in run_experiment(services, {"experiment": wish})]
    result = json.loads(lines[-1].removeprefix(RESULT))
    assert (result["status"], {one["variant"] for one in result["metrics"]}) == ("done", {"new"})
    assert any("16 of 16 answers" in line for line in lines)
    alone = {
        **wish,
        "variants": wish["variants"][:1],
        "evaluators": [{"kind": "contains", "values": ["?!"], "target": 0.9}],
    }
    lines = [one async for one in run_experiment(services, {"experiment": alone})]
    result = json.loads(lines[-1].removeprefix(RESULT))
    assert [(one["variant"], one["value"], one["missed"]) for one in result["metrics"]] == [("old", 0, True)]
    assert any(line.endswith("contains of old is 0.0 %, its target 90.0 %.") for line in lines_of(result))
    judged = {**alone, "variants": wish["variants"], "evaluators": [{"kind": "judge", "rubric": "?"}] * 2}
    lines = [line async for line in run_experiment(services, {"experiment": judged})]
    result = json.loads(lines[-1].removeprefix(RESULT))
    told = [line async for line in run_experiment(services, {"id": result["id"]})]
    assert (told[-1], len(told)) == (lines[-1], 3), "one that has ended is told again"
    words = "gave no verdict on 16 of 16 answers: The judge did not answer in the form that was asked for."
    assert [said.startswith(f"{name} {words}") for name, said in result["unjudged"].items()] == [True, True]
    assert [one["verdict"] for one in result["metrics"] if one["metric"] == "judge 2"] == ["cannot_tell"]
    assert all(line.endswith("Retry the experiment, which asks for the missing scores alone.")
               for line in list(lines_of(result))[-2:])  # fmt: skip
    mute = [{"kind": "retrieval", "measure": "hit"}, {"kind": "human"}]
    lines = [line async for line in run_experiment(services, {"experiment": {**alone, "evaluators": mute}})]
    assert json.loads(lines[-1].removeprefix(RESULT))["unjudged"] == {
        "hit@5": "hit@5 could score no answer.",
        "human": "8 answers wait for a person's score of human.",
    }
    prompt = {"template": "{{ question }}", "lable": "production"}
    for wrong, words in (
        ({"budgt": 1}, "Nothing reads budgt."),
        ({"answers_of": "exp_1"}, "Nothing reads answers_of."),
        ({"variants": [{"name": "a", "prompts": prompt}]}, "Nothing reads prompts."),
        ({"variants": [{"name": "a", "prompt": prompt}]}, "Nothing reads lable."),
    ):
        with pytest.raises(InvalidInput, match=words):
            [line async for line in run_experiment(services, {"experiment": {**wish, **wrong}})]
    with pytest.raises(InvalidInput, match="no dataset called nothing"):
        [line async for line in run_experiment(services, {"experiment": {**wish, "dataset": "nothing"}})]
