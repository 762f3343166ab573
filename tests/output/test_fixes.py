"""Plans and fixes shown: JSON after its schema, a script that does the same as --apply, and no secret on any screen."""

import json
import shutil
import subprocess
from pathlib import Path

import jsonschema
import pytest

import mnemo_cli
from mnemo_cli.doctor.fixes.apply import apply
from mnemo_cli.doctor.fixes.plan import choose_worlds, make_plan
from mnemo_cli.doctor.fixes.wanted import Wanted
from mnemo_cli.output.fixes import (
    list_document,
    list_text,
    plan_document,
    plan_shell,
    plan_text,
    record_document,
    record_text,
)

SCHEMAS = Path(mnemo_cli.__file__).parent / "schemas"
SERVER = Wanted(nofile=65536, nproc=4096, sysctls=(("vm.max_map_count", 262144),))
FILES = {
    "etc/pam.d/login": "session required pam_limits.so\n",
    "etc/docker/daemon.json": '{\n  "http-proxy": "http://me:hunter2hunter2@proxy:1",\n  "x": "\\u001b[31m"\n}\n',
    "usr/lib/systemd/system/a.service": "[Service]\n",
}
WORLDS = ["pam", "service", "all-services", "sysctl", "docker", "compose", "kubernetes", "launchd"]


def validated(document, name):
    document = json.loads(json.dumps(document))
    jsonschema.Draft202012Validator(json.loads((SCHEMAS / f"{name}.schema.json").read_text())).validate(document)
    return document


@pytest.fixture
def root(tmp_path):
    where = tmp_path / "it's a root"
    for name, text in FILES.items():
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        (where / name).write_text(text)
    return where


@pytest.fixture
def plan(root):
    worlds = choose_worlds(WORLDS, root, unit="a.service", system="linux")
    return make_plan(root, SERVER, worlds, "a.service")


def test_the_schemas_are_schemas():
    for name in ("fix", "fixes"):
        jsonschema.Draft202012Validator.check_schema(json.loads((SCHEMAS / f"{name}.schema.json").read_text()))


def test_a_plan_as_json(plan):
    document = validated(plan_document(plan), "fix")
    assert document["state"] == "planned" and document["id"] == plan.id and len(document["files"]) == 5
    assert [printed["world"] for printed in document["printed"]] == ["compose", "kubernetes", "launchd"]


def test_a_fix_and_the_list_as_json(plan, root):
    done = apply(plan, now_seconds=1795343000.5)
    document = validated(record_document(root, done.record, done.left), "fix")
    assert (document["state"], document["time"]) == ("applied", "2026-11-22T10:23:20.500Z")
    fixes = validated(list_document(root, [done.record]), "fixes")["fixes"]
    assert [fix["id"] for fix in fixes] == [plan.id] and fixes[0]["undo"] == document["undo"]
    assert validated(list_document(root, []), "fixes")["fixes"] == []


def test_a_plan_says_everything_of_its_document(plan):
    text, document = plan_text(plan), plan_document(plan)
    for key in ("activate", "restart", "verify", "notes", "unmet"):
        assert all(line in text for line in document[key])
    assert document["undo"] in text and "planned, nothing is changed" in text


def test_secrets_and_escape_codes_are_not_shown(plan):
    for text in (plan_text(plan), json.dumps(plan_document(plan))):
        assert "hunter2" not in text and "\x1b" not in text


def test_nothing_to_do_is_said(root):
    plan = make_plan(
        root, SERVER._replace(nofile=1, sysctls=()), choose_worlds(["pam"], root, unit=None, system="linux")
    )
    assert "Nothing to do" not in plan_text(plan)  # nothing sets it yet
    apply(plan, now_seconds=1.0)
    again = make_plan(root, SERVER._replace(nofile=1), choose_worlds(["pam"], root, unit=None, system="linux"))
    assert "Nothing to do: the configuration allows this already." in plan_text(again)


@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "busybox sh"])
def test_the_script_does_what_apply_does(plan, root, shell, tmp_path):
    words = shell.split()
    if shutil.which(words[0]) is None:
        pytest.skip(f"{words[0]} is not installed")
    (root / "etc/docker/daemon.json").chmod(0o640)
    script = plan_shell(plan)
    done = subprocess.run([*words, "-c", 'eval "$(cat)"'], input=script, text=True, capture_output=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for change in plan.changes:
        assert (root / change.path).read_bytes() == change.after
    assert (root / "etc/docker/daemon.json").stat().st_mode & 0o777 == 0o640
    assert not list(root.rglob(".*.new"))


def test_a_script_that_cannot_help_writes_nothing(root):
    (root / "etc/security/limits.d").mkdir(parents=True)
    (root / "etc/security/limits.d/99-z.conf").write_text("* soft nofile 5\n")
    plan = make_plan(root, SERVER, choose_worlds(["pam"], root, unit=None, system="linux"))
    assert all(line.startswith("#") for line in plan_shell(plan).splitlines())


@pytest.mark.skipif(shutil.which("shellcheck") is None, reason="shellcheck is not installed")
def test_the_script_is_clean_to_shellcheck(plan):
    done = subprocess.run(
        ["shellcheck", "-s", "sh", "-"], input=plan_shell(plan), text=True, capture_output=True, timeout=60
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_a_record_is_shown_with_what_is_left(plan, root):
    done = apply(plan, now_seconds=1.0)
    text = record_text(root, done.record, done.left)
    assert text.startswith(f"fix {plan.id}: applied\n") and "systemctl restart docker" in text
    assert list_text(root, [done.record], head=True).splitlines()[0].split() == [
        "fix",
        "state",
        "time",
        "worlds",
        "files",
    ]
    assert len(list_text(root, [done.record], head=False).splitlines()) == 1
    assert list_text(root, [], head=True) == ""
