"""The files of deploy/, and the command lines of mnemo that stand in them."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
DOCKERFILE = DEPLOY / "docker" / "Dockerfile"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KUBERNETES = DEPLOY / "kubernetes"
BASE, SIDECAR = KUBERNETES / "base", KUBERNETES / "sidecar"
# What Kubernetes puts in the place of $(APPLICATION_LIMIT).
_LIMIT_IN_BYTES = str(1 << 30)


def unit_lines() -> Iterator[tuple[str, list[str]]]:
    """Where it stands, and the words after `mnemo`."""
    for unit in UNITS:
        line = re.findall(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE)
        assert len(line) == 1, unit
        yield unit.name, shlex.split(line[0])[1:]


def container_lines() -> Iterator[tuple[str, list[str]]]:
    yield DOCKERFILE.name, json.loads(re.findall(r"^CMD (.*)$", DOCKERFILE.read_text(), re.MULTILINE)[0])
    for name, document in manifests():
        for container in containers(document):
            yield name, [word.replace("$(APPLICATION_LIMIT)", _LIMIT_IN_BYTES) for word in container["args"]]


def readme_lines() -> Iterator[tuple[str, list[str]]]:
    """Those of its blocks and between its backticks."""
    text = (DEPLOY / "README.md").read_text()
    for words in re.findall(r"(?:^|`)mnemo ([^`\n]+)", text, re.MULTILINE):
        yield "README.md", shlex.split(words, comments=True)


def manifests() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every document of deploy/kubernetes that has containers."""
    for path in sorted(KUBERNETES.rglob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if "template" in document.get("spec", {}):
                yield path.name, document


def containers(document: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document["spec"]["template"]["spec"]["containers"]
    return found
