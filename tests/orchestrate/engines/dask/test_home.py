"""Where an attempt works on its worker, and what it wrote comes home in bounds."""

from pathlib import Path

from mnemo_cli.orchestrate.engines.dask.fencing import StartId
from mnemo_cli.orchestrate.engines.dask.home import MOST_OUTPUT_BYTES, Home
from mnemo_cli.orchestrate.engines.dask.messages import Output, Sent
from mnemo_cli.orchestrate.engines.engine import Order
from mnemo_cli.orchestrate.job import Key

KEY = Key("a", 1)


def sent(*, brings_output: bool = True, **fields: object) -> Sent:
    order = Order(KEY, ("true",), {}, None, None, None, None, None)._replace(**fields)  # type: ignore[arg-type]
    return Sent(StartId(1, 1, "w", KEY), order, brings_output=brings_output)


def written(home: Home, text: bytes) -> bytes | None:
    order = home.order(sent())
    assert order.stdout is not None and order.stderr is not None
    order.stdout.write_bytes(text)
    order.stderr.touch()
    out, err = home.output(KEY)
    assert err == b"" and not list(order.stdout.parent.iterdir())
    return out


def test_what_is_written_comes_home_whole_and_is_forgotten_there(tmp_path: Path):
    home = Home(tmp_path, None)
    assert written(home, b"hello\n") == b"hello\n"
    assert home.output(KEY) == Output()


def test_of_a_flood_the_beginning_and_the_end_come_home(tmp_path: Path):
    flood = b"first\n" + b"x" * (2 * MOST_OUTPUT_BYTES) + b"\nlast"
    brought = written(Home(tmp_path, None), flood)
    assert brought is not None and brought.startswith(b"first\n") and brought.endswith(b"\nlast")
    assert b"[mnemo left out " in brought and len(brought) < MOST_OUTPUT_BYTES + 64


def test_files_of_a_shared_folder_are_written_there(tmp_path: Path):
    home, file = Home(tmp_path / "agent", None), tmp_path / "shared" / "a.out"
    order = home.order(sent(brings_output=False, stdout=file))
    assert order.stdout == file and file.parent.is_dir() and home.output(KEY) == Output()


def test_the_runs_own_folder_need_not_be_there_and_a_jobs_must(tmp_path: Path):
    home = Home(tmp_path, "/no/such/folder")
    assert home.order(sent(cwd="/no/such/folder")).cwd is None
    assert home.order(sent(cwd="/no/such/other")).cwd == "/no/such/other"
    assert Home(tmp_path, str(tmp_path)).order(sent(cwd=str(tmp_path))).cwd == str(tmp_path)


def test_what_is_left_at_the_end_is_removed(tmp_path: Path):
    home = Home(tmp_path, None)
    order = home.order(sent())
    assert order.stdout is not None
    order.stdout.write_bytes(b"half a")
    home.close()
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_read_says_so_in_its_place(tmp_path: Path):
    home = Home(tmp_path, None)
    order = home.order(sent())
    assert order.stdout is not None
    order.stdout.mkdir()
    (order.stdout / "x").touch()
    out, err = home.output(KEY)
    assert out is not None and b"could not read on the worker" in out and b"Is a directory" in out
    assert err == b""  # it was never begun
