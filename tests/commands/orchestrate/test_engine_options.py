"""What --engine and its options lack is told before anything is opened."""

import sys
from importlib import util
from pathlib import Path

import pytest

from mnemo_cli.commands.engine_options import EngineChoice, EngineName
from mnemo_cli.errors import UsageError

DASK = EngineChoice(EngineName.DASK)


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        (EngineChoice(scheduler="tcp://h:1"), "--scheduler is for runs on many machines: add --engine dask"),
        (EngineChoice(local_workers=2), "--local-cluster is for runs on many machines"),
        (EngineChoice(tls_ca=Path("ca")), "--tls-ca is for runs on many machines"),
        (DASK, "needs --scheduler tcp://HOST:PORT, or --local-cluster N"),
        (DASK._replace(scheduler="tcp://h:1", local_workers=2), "give one of them"),
        (DASK._replace(scheduler="h:1"), "'h:1' is no scheduler's address; write tcp://HOST:PORT"),
        (DASK._replace(scheduler="http://h:1"), "is no scheduler's address"),
        (DASK._replace(scheduler="tcp://h"), "is no scheduler's address"),
        (DASK._replace(scheduler="tcp://user:secret@h:1"), "is no scheduler's address"),
        (DASK._replace(scheduler="tcp://h:1", tls_ca=Path("ca")), "--tls-ca is for a scheduler that speaks TLS"),
        (DASK._replace(local_workers=1, tls_key=Path("k")), "--tls-key is for a scheduler that speaks TLS"),
        (DASK._replace(scheduler="tls://h:1", tls_cert=Path("c")), "--tls-cert and --tls-key belong together"),
        (DASK._replace(scheduler="tls://h:1", tls_ca=Path("/no/such")), "cannot read --tls-ca /no/such: No such file"),
    ],
)
def test_a_wish_that_cannot_be_says_what_it_lacks(choice, told):
    with pytest.raises(UsageError) as refused:
        choice.check(None)
    assert told in str(refused.value) and refused.value.exit_code == 2


@pytest.mark.parametrize("address", ["tcp://10.0.0.1:8786", "tls://scheduler.example:8786/", "tcp://[::1]:1"])
def test_an_address_of_dasks_is_taken(address, monkeypatch):
    monkeypatch.setattr(util, "find_spec", lambda name: object())
    DASK._replace(scheduler=address).check(None)


def test_a_program_runs_here():
    with pytest.raises(UsageError, match="a program after -- runs on this machine"):
        DASK._replace(local_workers=1).check(["true"])


def test_without_the_extra_the_install_line_is_told(monkeypatch):
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"not installed: pip install 'mnemosyne-limits\[dask\]' \(from a checkout: "):
        DASK._replace(local_workers=1).check(None)


def test_nothing_of_dasks_is_imported_for_the_engine_of_this_machine(tmp_path):
    import subprocess

    code = (
        "import sys\nsys.argv = ['mnemo', 'orchestrate', '--quiet', '--', 'true']\n"
        "from mnemo_cli.__main__ import main\n"
        "try:\n    main()\nfinally:\n    print([n for n in sys.modules if n.startswith(('distributed', 'dask'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.stdout.strip().endswith("[]"), done.stderr
