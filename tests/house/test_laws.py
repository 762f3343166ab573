"""The laws of the house, read off the source: who may import what, which words and sizes are refused."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mnemo_cli

PACKAGE = Path(mnemo_cli.__file__).parent
MODULES = {".".join(path.relative_to(PACKAGE).with_suffix("").parts): path for path in sorted(PACKAGE.rglob("*.py"))}
SCREENS = ("app", "commands", "output")
UNNAMED = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base"}
# Every place that may catch anything: where foreign code is called, the end of the program, where evidence
# is saved from what fails beside it, and where a lock is given back on the way out of an interrupt.
CATCHES_ALL = {
    "app": 1,
    "library": 1,
    "doctor.audit": 1,
    "orchestrate.engines.dask.agent": 1,
    "orchestrate.engines.dask.link": 2,
    "diagnostics.feed": 1,
    "diagnostics.redaction.redactor": 1,
    "diagnostics.summary": 1,
    "bounded.broadcaster.broadcaster": 1,
    "bounded.history": 1,
    "bounded.pool.connector": 2,
    "degrade.foreign": 1,
    "tracker.counters": 1,
    "tracker.memory": 2,
}
OPENERS = {
    "Path",
    "PurePath",
    "open",
    "KeptFile",
    "stat",
    "lstat",
    "statvfs",
    "listdir",
    "scandir",
    "readlink",
    "access",
    "exists",
    "isfile",
    "isdir",
    "join",
    "joinpath",
    "read_text",
    "read_bytes",
}
PURE_ROOMS = {"limits", "model", "units", "errors"}
PURE_IMPORTS = {
    "mnemo_cli",
    "bisect",
    "collections",
    "dataclasses",
    "difflib",
    "types",
    "enum",
    "functools",
    "heapq",
    "itertools",
    "math",
    "operator",
    "re",
    "statistics",
    "typing",
    "yaml",  # of text that somebody else has read
}
LONGEST_FILE_LINES = 400
LONGEST_FUNCTION_LINES = 60

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Kept no longer than this file needs them: half a million nodes slow every garbage collection down."""
    return {name: ast.parse(path.read_text()) for name, path in MODULES.items()}


@pytest.fixture(scope="module")
def imports(trees: dict[str, ast.Module]) -> dict[str, tuple[str, ...]]:
    """What each module imports."""
    return {name: tuple(imported(tree)) for name, tree in trees.items()}


def imported(tree: ast.AST) -> Iterator[str]:
    """The names of all imported modules, those inside functions too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
        elif isinstance(node, ast.Call) and called(node) in ("importlib.import_module", "import_module", "__import__"):
            yield from (word.value for word in node.args if isinstance(word, ast.Constant))


def called(call: ast.Call) -> str:
    """The dotted name of what is called; of a method of anything else its own name alone."""
    names, node = [], call.func
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        names.append(node.id)
    return ".".join(reversed(names))


def functions(tree: ast.AST) -> Iterator[FunctionNode]:
    return (node for node in ast.walk(tree) if isinstance(node, FunctionNode))


def importers_of(imports: dict[str, tuple[str, ...]], *packages: str) -> set[str]:
    return {name for name, modules in imports.items() if any(module.split(".")[0] in packages for module in modules)}


def test_the_source_was_found():
    assert {"app", "model.__init__", "commands.completion", "output.man.roff"} <= set(MODULES)


def test_only_the_floors_with_a_screen_import_typer_or_rich(imports):
    strangers = {name for name in importers_of(imports, "typer", "rich", "click") if name.split(".")[0] not in SCREENS}
    assert not strangers


def test_typer_is_used_through_its_public_names_only(imports):
    private = {(name, module) for name, modules in imports.items() for module in modules if "._" in module}
    assert not private


def test_psutil_is_imported_in_one_file_only(imports):
    assert importers_of(imports, "psutil") <= {"sampling.portable"}


def test_nothing_but_commands_imports_the_heavy_packages_at_its_top(trees):
    heavy = {"psutil", "tomlkit", "platformdirs", "yaml", "prometheus_client", "rich"}
    at_top = {
        (name, module)
        for name, tree in trees.items()
        if name.split(".")[0] == "commands"
        for node in tree.body
        for module in (imported(node) if isinstance(node, ast.Import | ast.ImportFrom) else ())
        if module.split(".")[0] in heavy
    }
    assert not at_top


@pytest.mark.parametrize("name", [name for name in MODULES if name.split(".")[0] in PURE_ROOMS])
def test_a_pure_room_cannot_look_at_the_world(trees, imports, name):
    """No clock, file, process, environment or log: time and readings are arguments."""
    strangers = {module for module in imports[name] if module.split(".")[0] not in PURE_IMPORTS}
    calls = {called(node) for node in ast.walk(trees[name]) if isinstance(node, ast.Call)}
    assert not strangers and not calls & {"open", "print", "input", "breakpoint", "exec", "eval"}


def opened_literals(tree: ast.AST) -> Iterator[str]:
    """Literal paths below /proc or /sys that a call opens or builds a path from, outside default arguments.

    A Gap may name its source so: that is a word for people, and the same on a faked machine.
    """
    defaults = {
        id(node)
        for function in functions(tree)
        for default in (*function.args.defaults, *function.args.kw_defaults)
        if default is not None
        for node in ast.walk(default)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node).rpartition(".")[2] in OPENERS and id(node) not in defaults:
            yield from (word for word in map(text_of, node.args) if re.match(r"/(proc|sys)\b", word))


def text_of(node: ast.expr) -> str:
    """A literal's text; of an f-string what stands before its first hole."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def test_no_path_of_the_machine_is_opened_by_a_literal(trees):
    """A reader takes `root`; a default argument may name the real place."""
    opened = {name: list(opened_literals(tree)) for name, tree in trees.items()}
    assert not {name: paths for name, paths in opened.items() if paths}


@pytest.mark.parametrize(
    ("source", "opened"),
    [
        ("open('/proc/meminfo')", ["/proc/meminfo"]),
        ("Path(f'/proc/{pid}/stat')", ["/proc/"]),
        ("HERE = pathlib.Path('/sys/fs/cgroup')", ["/sys/fs/cgroup"]),
        ("def read(root: Path = Path('/proc')): pass", []),
        ("Gap('memory', '/proc/meminfo', 'denied')", []),
        ("open('/system/x')", []),
    ],
)
def test_the_law_on_literal_paths_sees_them(source, opened):
    assert list(opened_literals(ast.parse(source))) == opened


def test_every_module_is_named_after_what_it_is_for():
    assert not {name for name in MODULES if UNNAMED & set(name.split("."))}


def test_the_first_line_of_a_module_says_what_it_is_for(trees):
    firsts = {name: (ast.get_docstring(tree) or "").partition("\n")[0] for name, tree in trees.items()}
    silent = [name for name, first in firsts.items() if len(first) <= 20]
    assert not silent, "each needs a docstring whose first line says what the module is for"


def catches_all(tree: ast.AST) -> int:
    handlers = (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler))
    caught = ["" if handler.type is None else ast.unparse(handler.type) for handler in handlers]
    return sum(1 for types in caught if not types or re.search(r"\b(Base)?Exception\b", types))


def test_the_places_that_catch_everything_are_the_listed_ones(trees):
    places = {name: catches_all(tree) for name, tree in trees.items()}
    assert {name: count for name, count in places.items() if count} == CATCHES_ALL


def test_a_file_stays_short():
    lengths = {name: path.read_text().count("\n") for name, path in MODULES.items()}
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE_LINES}
    assert not long, "which noun is missing in each?"


def test_a_function_fits_in_one_glance(trees):
    lengths = {
        f"{name}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for name, tree in trees.items()
        for node in functions(tree)
    }
    assert not {function: lines for function, lines in lengths.items() if lines > LONGEST_FUNCTION_LINES}
