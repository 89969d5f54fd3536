"""A new workspace."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

import backroad
from backroad.content.home import find_content
from backroad.errors import BackroadError, KitFault
from backroad.model import Exercise, ServiceCommand
from backroad.workspace.scaffold import generate, rendered, scaffold

KILLER = Path(__file__).with_name("kill_everywhere.py")
TEMPLATES = find_content(environ={}).templates
WORKSPACES = [TEMPLATES / "python-module", TEMPLATES / "flask-service"]


def refused(exercise: Exercise, target: Path) -> str:
    """Return what is said about a place that cannot be used."""
    with pytest.raises(BackroadError) as caught:
        scaffold(exercise, target)
    return str(caught.value)


def listed(folder: Path) -> list[str]:
    """Return the names of all files below a folder."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_workspace_is_written(greeter: Exercise, tmp_path: Path) -> None:
    """It holds the exercise's README, the starter, and settings for editors, and it opens."""
    workspace = scaffold(greeter, tmp_path / "hello", "0.1.0")
    assert listed(tmp_path / "hello") == [
        ".gitignore",
        ".vscode/settings.json",
        "README.md",
        "backroad.toml",
        "greeter.py",
        "pytest.ini",
    ]
    assert (workspace.root, workspace.slug, workspace.kit) == (
        (tmp_path / "hello").resolve(),
        "greeter",
        "0.1.0",
    )
    assert [entry.name for entry in tmp_path.iterdir() if entry.name.startswith(".")] == []


def test_an_empty_folder_is_filled(greeter: Exercise, tmp_path: Path) -> None:
    """An existing empty folder stays the same folder: a shell may stand in it."""
    target = tmp_path / "here"
    target.mkdir()
    number = target.stat().st_ino
    scaffold(greeter, target)
    assert target.stat().st_ino == number
    assert "backroad.toml" in listed(target)
    assert not (target / ".backroad").exists()


def test_nothing_that_exists_is_touched(greeter: Exercise, tmp_path: Path) -> None:
    """A folder that holds something is refused, with the names of what is there."""
    target = tmp_path / "mine"
    target.mkdir()
    for name in ("a", "b", "c", "d", "e"):
        (target / name).write_bytes(b"mine")
    assert "is not empty: it holds a, b, c and 2 more; choose another folder" in refused(greeter, target)
    assert listed(target) == ["a", "b", "c", "d", "e"]


def test_a_workspace_is_not_written_twice(greeter: Exercise, tmp_path: Path) -> None:
    """The second time says how to go on in the workspace that is there."""
    scaffold(greeter, tmp_path / "hello")
    (tmp_path / "hello" / "greeter.py").write_bytes(b"mine")
    assert "go on there with backroad check" in refused(greeter, tmp_path / "hello")
    assert (tmp_path / "hello" / "greeter.py").read_bytes() == b"mine"


def test_places_that_cannot_be(greeter: Exercise, tmp_path: Path) -> None:
    """A file, a link to nowhere and a missing parent are named."""
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to("nowhere")
    assert "file: is there already, and no folder; choose another name" in refused(greeter, tmp_path / "file")
    assert "link: is there already" in refused(greeter, tmp_path / "link")
    assert "file: is a file, not a folder" in refused(greeter, tmp_path / "file" / "hello")
    assert "no/such: there is no such folder; make it first" in refused(
        greeter, tmp_path / "no/such" / "hello"
    )


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_place_that_may_not_be_written(greeter: Exercise, tmp_path: Path) -> None:
    """Without the right to write, the remedy is another folder."""
    (tmp_path / "closed").mkdir(mode=0o500)
    said = refused(greeter, tmp_path / "closed" / "hello")
    assert "permission denied; choose a folder that you can write" in said


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("play", ["scaffold", "fill"])
def test_a_kill_at_any_moment_leaves_no_half_workspace(tmp_path: Path, play: str) -> None:
    """Killed before any call that changes the disk, scaffold can be run again, and then all is there."""
    command = [sys.executable, str(KILLER), play, str(tmp_path)]
    child = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert child.stderr == ""
    assert int(child.stdout) > 10


def test_what_a_killed_scaffold_left_is_swept(greeter: Exercise, tmp_path: Path) -> None:
    """The hidden neighbour of a process that is gone is removed; one of a living process stays."""
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    for pid in (child.pid, os.getppid()):
        (tmp_path / f".hello.backroad-{pid}").mkdir()
    scaffold(greeter, tmp_path / "hello")
    assert [entry.name for entry in tmp_path.glob(".hello*")] == [f".hello.backroad-{os.getppid()}"]


def test_nothing_is_written_to_the_home_folder(greeter: Exercise, tmp_path: Path) -> None:
    """Cookiecutter leaves no replay and no configuration in the home folder, and reads none there."""
    home = tmp_path / "home"
    home.mkdir()
    (home / ".cookiecutterrc").write_text("default_context: {slug: theirs}\n", encoding="utf-8")
    environ = {**os.environ, "HOME": str(home), "USERPROFILE": str(home)}
    workspace = scaffold(greeter, tmp_path / "hello", environ=environ)
    assert workspace.slug == "greeter"
    assert listed(home) == [".cookiecutterrc"]


def test_the_current_folder_stays(greeter: Exercise, tmp_path: Path) -> None:
    """Cookiecutter's change of folder happens in a process of its own; even a removed one is no trouble."""
    here = Path.cwd()
    rendered(greeter)
    assert Path.cwd() == here
    code = "import os, sys; from backroad.workspace.scaffold import generate; from pathlib import Path; "
    code += "os.rmdir(os.getcwd()); print(len(generate(Path(sys.argv[1]), {}).files))"
    (tmp_path / "doomed").mkdir()
    command = [sys.executable, "-c", code, str(greeter.template)]
    child = subprocess.run(
        command, cwd=tmp_path / "doomed", capture_output=True, text=True, timeout=60, check=False
    )
    assert child.stdout == "4\n", child.stderr


def test_the_starter_lies_over_the_template(greeter: Exercise) -> None:
    """What the starter has in the place of a template's file wins."""
    (greeter.folder / "starter" / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    assert rendered(greeter).text("pytest.ini") == "[pytest]\n"


def test_a_broken_template_is_the_kits_fault(tmp_path: Path, greeter: Exercise) -> None:
    """A template that cannot be rendered is no mistake of the learner's, and leaves nothing behind."""
    project = tmp_path / "broken" / "{{cookiecutter.slug}}"
    project.mkdir(parents=True)
    (tmp_path / "broken" / "cookiecutter.json").write_text('{"slug": "x"}', encoding="utf-8")
    (project / "backroad.toml").write_text("{{ cookiecutter.nothing }}", encoding="utf-8")
    broken = replace(greeter, template=tmp_path / "broken")
    with pytest.raises(KitFault, match=r"the template cannot be rendered: .*nothing"):
        scaffold(broken, tmp_path / "hello")
    assert not (tmp_path / "hello").exists()


def test_hooks_of_a_template_do_not_run(tmp_path: Path) -> None:
    """A template is files and nothing else."""
    template = tmp_path / "hooked"
    (template / "hooks").mkdir(parents=True)
    (template / "{{cookiecutter.slug}}").mkdir()
    (template / "cookiecutter.json").write_text('{"slug": "x"}', encoding="utf-8")
    (template / "{{cookiecutter.slug}}" / "a.txt").write_text("a", encoding="utf-8")
    (template / "hooks" / "pre_gen_project.py").write_text("raise SystemExit(1)", encoding="utf-8")
    assert generate(template, {}).files.keys() == {"a.txt"}


@pytest.mark.parametrize("template", WORKSPACES, ids=lambda template: str(template.name))
def test_only_toml_is_rendered(template: Path) -> None:
    """Everything but *.toml reaches the learner as it stands in the template."""
    tree = generate(template, {"slug": "x", "kit": "1.2.3"})
    project = template / "{{cookiecutter.slug}}"
    for name in tree.files:
        assert (tree.read(name) == (project / name).read_bytes()) == (not name.endswith(".toml")), name


@pytest.mark.parametrize("template", WORKSPACES, ids=lambda template: str(template.name))
def test_a_template_is_readable_as_it_stands(template: Path) -> None:
    """The unrendered backroad.toml is valid TOML, for trees are made from it as it stands."""
    text = (template / "{{cookiecutter.slug}}" / "backroad.toml").read_text(encoding="utf-8")
    assert tomllib.loads(text)["exercise"]["slug"] == "{{ cookiecutter.slug }}"


def test_the_service_template_names_its_command() -> None:
    """A service starts with the usual command."""
    tree = generate(TEMPLATES / "flask-service", {"slug": "x", "kit": "1.2.3"})
    assert tree.service() == ServiceCommand()
    assert tomllib.loads(tree.text("backroad.toml"))["service"]["start"] == "python app.py"


def test_one_module_knows_cookiecutter() -> None:
    """Cookiecutter is imported in one place, and not before it is needed."""
    importers = []
    for path in Path(backroad.__file__).parent.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        froms = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        names = [alias.name for n in ast.walk(tree) if isinstance(n, ast.Import) for alias in n.names]
        if any(name.split(".")[0] == "cookiecutter" for name in froms + names):
            importers.append(path.name)
    assert importers == ["scaffold.py"]
    modules = "sys, backroad.workspace.scaffold, backroad.workspace.history"
    code = f"import {modules}; print('cookiecutter' in sys.modules)"
    child = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert child.stdout == "False\n"
