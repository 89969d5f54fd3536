"""Asking for a report: what comes back, whatever the environment and the submission try."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from backroad import referee
from backroad.content import layers
from backroad.content.home import Content
from backroad.content.roadmap import find_exercise, load_roadmap
from backroad.errors import ExitCode, KitFault
from backroad.model import Exercise, Level, Limits
from backroad.plan import Plan
from backroad.referee.host import Host, Subject
from backroad.referee.recorder import Recorder
from backroad.referee.summons import Summoned, referee_environment
from backroad.report import Report, Result, Verdict

Judge = Callable[..., Report]
CODE = "def value(): return 1\n"
CHECK = '''
def test_value(subject):
    """The value is one"""
    assert subject.value() == 1
'''
WHEN = 1_700_000_000


def write(file: Path, text: str) -> None:
    """Write a file with a time that never changes."""
    file.write_text(text, encoding="utf-8")
    os.utime(file, (WHEN, WHEN))


def test_a_report_tells_the_run(judge: Judge) -> None:
    """Exercise, submission, level, seed and time are in the report."""
    report = judge(CODE, CHECK, kit="9.9", seed=5)
    assert (report.kit, report.exercise, report.submission, report.seed) == ("9.9", "thing", "digest", 5)
    assert report.passed
    assert report.level >= Level.PROCESS
    assert 0 < report.seconds < 30


def test_results_are_told_as_they_come(plan: Callable[..., Plan]) -> None:
    """The caller hears each result, in the order of the checks, and then gets them all."""
    told: list[Result] = []
    report = referee.run(plan(CODE, CHECK + CHECK.replace("test_value", "test_other")), told.append)
    assert [result.name for result in told] == ["value", "other"]
    assert tuple(told) == report.results


def test_two_hundred_edits_in_one_folder_are_all_seen(loaded: Callable[..., Subject]) -> None:
    """Code of the same size and time as before is judged as it is now, again and again."""
    subject = loaded("", limits=Limits(check=60))
    for number in range(100, 300):
        write(subject.remote.tree / "thing.py", f"X = {number}\n")
        assert number == subject.remote.request("load", name="thing").X


def test_every_process_reads_the_folder_anew(plan: Callable[..., Plan]) -> None:
    """So are the modules that the learner's module imports."""
    made = plan("")
    for number in range(10, 25):
        write(made.tree / "thing.py", f"import helper\nX, Y = {number}, helper.Y\n")
        write(made.tree / "helper.py", f"Y = {number}\n")
        host = Host(made, Recorder())
        try:
            module = host.subject().module
            assert (number, number) == (module.X, module.Y)
        finally:
            host.close()


def test_verdicts_follow_edits_of_one_size_and_time(plan: Callable[..., Plan]) -> None:
    """Whole runs, right and wrong in turn, and bytecode that somebody left behind."""
    import py_compile

    made = plan(CODE, CHECK)
    verdicts = []
    for number in (1, 2, 1, 3):
        write(made.tree / "thing.py", f"def value(): return {number}\n")
        verdicts.append(referee.run(made).passed)
        py_compile.compile(str(made.tree / "thing.py"))
    assert verdicts == [True, False, True, False]


def test_checks_of_one_size_and_time_are_read_anew(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """An author's edit of a check counts at once, with a cache for their bytecode as well."""
    made = plan(CODE, CHECK, cache=tmp_path / "cache")
    file = made.order[0].file
    verdicts = []
    for number in (1, 2, 1):
        write(file, CHECK.replace("== 1", f"== {number}"))
        verdicts.append(referee.run(made).passed)
    assert verdicts == [True, False, True]


HOSTILE_HOME = {
    ".local/lib/python3.11/site-packages/usercustomize.py": "raise SystemExit(9)\n",
    ".local/lib/python3.11/site-packages/evil.pth": "import os; os._exit(9)\n",
    "pytest.ini": "[pytest]\naddopts = --no-such-option\n",
    "conftest.py": "raise SystemExit(9)\n",
    "lib/sitecustomize.py": "import os; os._exit(9)\n",
    "lib/pytest.py": "raise SystemExit(9)\n",
    "lib/json.py": "raise SystemExit(9)\n",
}


def test_the_caller_s_environment_changes_nothing(
    judge: Judge, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Options, paths, start-up files and a home folder made to disturb do not reach the run."""
    home = tmp_path / "home"
    for name, text in HOSTILE_HOME.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text(text)
    settings = {
        "HOME": home,
        "PYTHONPATH": home / "lib",
        "PYTHONSTARTUP": home / "conftest.py",
        "PYTHONHOME": "/nowhere",
        "PYTHONWARNINGS": "error",
        "PYTHONOPTIMIZE": "2",
        "PYTHONHASHSEED": "nonsense",
        "PYTEST_ADDOPTS": "--no-such-option",
        "PYTEST_PLUGINS": "no_such_plugin",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "",
        "BASH_ENV": home / "conftest.py",
        "ENV": home / "conftest.py",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, str(value))
    monkeypatch.chdir(home)
    report = judge("import os\ndef value(): return 1 if os.environ['HOME'] != 'x' else 0\n", CHECK)
    assert report.passed


def test_nothing_of_the_caller_s_secrets_reaches_the_subject(
    judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The subject's environment is the kit's, not the caller's."""
    monkeypatch.setenv("SECRET_TOKEN", "t0ken")
    code = "import os\ndef value(): return int('SECRET_TOKEN' not in os.environ)\n"
    assert judge(code, CHECK).passed


def test_the_referee_s_environment_has_no_switches() -> None:
    """What configures Python or pytest stays outside."""
    assert not [name for name in referee_environment(Path()) if name.startswith("PYTEST")]


POISON = {
    "conftest.py": "raise SystemExit('conftest was read')\n",
    "pytest.ini": "[pytest]\naddopts = --no-such-option\n",
    "pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--no-such-option'\n",
    "setup.cfg": "[tool:pytest]\naddopts = --no-such-option\n",
    "tox.ini": "[pytest]\naddopts = --no-such-option\n",
    "sitecustomize.py": "import os; os._exit(9)\n",
    "usercustomize.py": "import os; os._exit(9)\n",
    "evil.pth": "import os; os._exit(9)\n",
    "random.py": "raise SystemExit('random was read')\n",
    "json.py": "raise SystemExit('json was read')\n",
    "pytest.py": "raise SystemExit('pytest was read')\n",
    "backroad/__init__.py": "raise SystemExit('backroad was read')\n",
    "encodings/__init__.py": "raise SystemExit('encodings was read')\n",
    "test_own.py": "def test_own(): assert False\n",
}


@pytest.mark.parametrize("where", ["tree", "around"])
def test_no_file_of_the_submission_configures_the_run(plan: Callable[..., Plan], where: str) -> None:
    """No conftest, ini file, start-up file or module of the submission is read by the referee."""
    made = plan("import random, json\ndef value(): return len([random.random()])\n", CHECK)
    folder = made.tree if where == "tree" else made.tree.parent
    for name, text in POISON.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    report = referee.run(made)
    assert [(result.name, result.verdict) for result in report.results] == [("value", Verdict.PASSED)]


BROKEN = {
    "import": "import no_such_module_at_all\n" + CHECK,
    "syntax": CHECK + "\ndef test_more(subject:\n",
    "error": CHECK + "\n1 / 0\n",
    "exit": CHECK + "\nraise SystemExit(0)\n",
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_check_file_is_the_kit_s_fault(plan: Callable[..., Plan], name: str) -> None:
    """It is told as such, with the file's name, and not as a verdict."""
    made = plan(CODE, CHECK)
    made.order[0].file.write_text(BROKEN[name])
    with pytest.raises(KitFault, match=r"test_1_first\.py") as caught:
        referee.run(made)
    assert caught.value.code is ExitCode.KIT_AT_FAULT


def test_probes_that_break_are_the_kit_s_fault(plan: Callable[..., Plan], tmp_path: Path) -> None:
    """An exercise's own helper that does not load is no mistake of the learner's."""
    (tmp_path / "probes.py").write_text("import no_such_module_at_all\n")
    with pytest.raises(KitFault, match=r"probes\.py"):
        referee.run(plan(CODE, CHECK, probes=tmp_path / "probes.py"))


def test_a_referee_that_is_killed_is_the_kit_s_fault(plan: Callable[..., Plan]) -> None:
    """A run without a report says how the referee ended."""

    def kill(_: Result) -> None:
        for child in psutil.Process().children():
            with suppress(psutil.ZombieProcess):  # another test's, not collected yet
                if "referee" in " ".join(child.cmdline()):
                    child.kill()

    checks = CHECK + CHECK.replace("test_value", "test_other").replace(
        "assert", "while True:\n        assert"
    )
    with pytest.raises(KitFault, match="code -9"):
        referee.run(plan(CODE, checks, limits=Limits(check=30)), kill)


def test_a_referee_may_be_summoned_ahead(plan: Callable[..., Plan]) -> None:
    """It judges a run that was not known yet, in the folder of that; who killed it meanwhile is told so."""
    made = plan(CODE, CHECK)
    for killed in (False, True):
        summoned = Summoned()
        if killed:
            summoned.process.kill()
            summoned.process.wait(10)
            with pytest.raises(KitFault, match="code -9"):
                referee.run(made, start=summoned.start)
        else:
            assert referee.run(made, start=summoned.start).passed
        summoned.dismiss()
        assert summoned.process.returncode == (-9 if killed else 0)
    unused = Summoned()
    unused.dismiss()
    assert unused.process.returncode == -9


def test_a_run_has_an_end(plan: Callable[..., Plan]) -> None:
    """With a time for the whole run it is over then, and says so."""
    code = "import time\ndef value(): time.sleep(60)\n"
    with pytest.raises(referee.Overdue, match=r"longer than 1 s"):
        referee.run(plan(code, CHECK, limits=Limits(call=60, check=60)), seconds=1)


def test_whatever_stops_the_caller_stops_the_run(plan: Callable[..., Plan]) -> None:
    """An exception of the caller's own ends referee and subject."""

    def fail(_: Result) -> None:
        raise LookupError("enough")

    slow = CHECK + CHECK.replace("test_value", "test_slow").replace("value()", "slow()")
    code = CODE + "import time\ndef slow(): time.sleep(60)\n"
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    with pytest.raises(LookupError):
        referee.run(plan(code, slow, limits=Limits(call=60, check=60)), fail)
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before
    assert threading.active_count() < 20


def test_a_tree_is_laid_out_for_the_time_of_a_run(kit: Path) -> None:
    """The plan names a temporary folder with the tree in it, which goes afterwards."""
    content = Content(kit)
    exercise = find_exercise(load_roadmap(content), "greeter")
    tree = layers.reference(exercise)
    with referee.plan_for(exercise, tree, seed=3) as plan:
        assert (plan.tree / "greeter.py").read_bytes() == tree.read("greeter.py")
        assert (plan.submission, plan.seed, plan.module) == (tree.digest(), 3, "greeter")
        assert {exercise.solution.parents[1], exercise.folder.parents[1]} == set(plan.secret)
    assert not plan.tree.exists()


def verdicts(exercise: Exercise, tree: Any, **choices: Any) -> dict[str, Verdict]:
    """Return the verdicts of a run."""
    with referee.plan_for(exercise, tree, **choices) as plan:
        return {result.name: result.verdict for result in referee.run(plan).results}


def test_a_run_changes_nothing_in_the_folder(plan: Callable[..., Plan]) -> None:
    """Judging writes no bytecode and leaves no file in the submission."""
    made = plan(CODE, CHECK)
    referee.run(made)
    assert sorted(entry.name for entry in made.tree.rglob("*")) == ["thing.py"]
    assert sorted(entry.name for entry in made.checks.rglob("*")) == ["test_1_first.py"]
