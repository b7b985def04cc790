"""Rules of the code that no other tool holds."""

import ast
import re
import tomllib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from portal.core.config import ROOT
from portal.ui.views import STATEMENT_PREPARED

PORTAL = ROOT / "portal"


def calls(path: Path) -> Iterator[ast.Attribute]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func


def test_there_is_one_commit() -> None:
    found = [
        path.relative_to(PORTAL).as_posix()
        for path in PORTAL.rglob("*.py")
        for call in calls(path)
        if call.attr == "commit" and "writer" not in ast.unparse(call)
    ]
    assert found == ["core/database.py"]


def test_the_time_comes_from_the_clock_alone() -> None:
    found = {
        path.relative_to(PORTAL).as_posix()
        for path in PORTAL.rglob("*.py")
        for call in calls(path)
        if call.attr in {"now", "utcnow", "today"} and "clock" not in ast.unparse(call)
    }
    assert found == {"core/clock.py"}


def test_templates_hold_no_style_script_or_handler() -> None:
    for path in PORTAL.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if path.name == "download.html":
            continue  # a file that leaves the portal and has to look right alone
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=", text), path
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), path


def test_templates_never_turn_escaping_off_for_anything_typed() -> None:
    found = {
        (path.name, match)
        for path in PORTAL.rglob("*.html")
        for match in re.findall(r"\{\{[^}]*\|\s*safe[^}]*\}\}", path.read_text(encoding="utf-8"))
    }
    assert found == {
        ("document.html", "{{ document.article_html|safe }}"),
        ("document.html", "{{ document.head_html|safe }}"),
        ("download.html", "{{ body|safe }}"),
        ("preview.html", "{{ document.article_html|safe }}"),
        ("show.html", "{{ document.article_html|safe }}"),
    }


def test_migrations_stand_alone() -> None:
    for path in (ROOT / "migrations").glob("*.py"):
        assert "portal" not in path.read_text(encoding="utf-8"), path


def test_no_lock_or_setting_names_a_host() -> None:
    names = ["requirements*.txt", "package*.json", ".npmrc", "pyproject.toml", "Makefile"]
    for pattern in names:
        for path in ROOT.glob(pattern):
            assert not re.search(r"https?://", path.read_text(encoding="utf-8")), path


def test_every_dependency_says_why() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)
    needed = [*project["project"]["dependencies"]]
    for group in project["dependency-groups"].values():
        needed += group
    lines = text.splitlines()
    for requirement in needed:
        at = next(n for n, line in enumerate(lines) if f'"{requirement}"' in line)
        while lines[at - 1].strip().startswith('"'):
            at -= 1
        assert lines[at - 1].strip().startswith("#") or lines[at - 2].strip().startswith("#"), (
            requirement
        )


def test_the_readme_names_commands_and_folders_that_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    for target in re.findall(r"\bmake ([a-z]+)", text.replace("and make.", "")):
        assert target in targets, target
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert (ROOT / link).exists(), link
    for folder in re.findall(r"^\| `([a-z/]+)/`", text, re.M):
        assert (ROOT / folder).is_dir(), folder


def test_a_changed_accessibility_statement_has_a_new_date() -> None:
    statement = PORTAL / "ui/templates/ui/accessibility.html"
    digest = sha256(statement.read_bytes()).hexdigest()[:12]
    assert (digest, STATEMENT_PREPARED.isoformat()) == ("bc13a7a440e5", "2026-11-23"), (
        "when the statement changes, change its date too, and write both here"
    )


def test_code_speaks_of_the_product_alone() -> None:
    for path in [*PORTAL.rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"\b(?:issue|session) #?\d", text), path
