"""An alert of a run's own asks the run itself: through its counters file, as it would ask any other program."""

import pytest

from tests.live.conftest import make_group

RULES = """\
alerts:
  - name: Always
    condition: memory_usage_pct > 0
    severity: error
    action: {action}
    for: 0s
"""


@pytest.fixture
def apart():
    """Enters a group of its own: an alert asks every program in its scope, and the tests' own group has others."""
    group = make_group()
    yield lambda: (group.directory / "cgroup.procs").write_text("0")
    group.remove()


@pytest.mark.memory_group
def test_a_recommended_restart_drains_the_run(orchestrate, apart, tmp_path):
    (tmp_path / "here" / "rules.yml").write_text(RULES.format(action="restart_recommended"))
    jobs = "".join(f'{{"id": "{at}", "cmd": ["sleep", "0.2"]}}\n' for at in range(60))
    (tmp_path / "here" / "plan.jsonl").write_text(jobs)
    done = orchestrate("plan.jsonl", "--slots", "1", "--rules", "rules.yml", "--journal", "journal", preexec_fn=apart)
    assert done.returncode == 75, done.stderr
    assert "restart_recommended (Always): 1 program asked to save their state" in done.stderr


def test_a_wrong_file_of_rules_starts_nothing(orchestrate, tmp_path):
    (tmp_path / "here" / "rules.yml").write_text("alerts:\n- name: A\n  condition: memory_usge_pct > 5\n")
    done = orchestrate("--rules", "rules.yml", "--", "touch", "began")
    assert done.returncode == 2
    assert "did you mean memory_usage_pct?" in done.stderr
    assert not (tmp_path / "here" / "began").exists()
