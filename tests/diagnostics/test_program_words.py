"""What is told of a command line without being asked: the program, and an interpreter's script."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mnemo_cli.diagnostics.program_words import program_words


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("/usr/bin/nginx -c /etc/nginx.conf", "nginx"),
        ("nginx: worker process", "nginx"),
        ("-bash", "bash"),
        ("python3 app.py --password x", "python3 app.py"),
        ("/usr/bin/python3.11 -u -Wx app.py", "python3.11"),
        ("python3 -uB /srv/app.py", "python3 app.py"),
        ("python3 -m uvicorn main:app --host x", "python3 -m uvicorn"),
        ("python3 -m secret-word", "python3"),
        ("python3 -m", "python3"),
        ("python3 -c print(1)", "python3"),
        ("bash -e deploy.sh secret", "bash deploy.sh"),
        ("bash -c secret", "bash"),
        ("sh -lc secret", "sh"),
        ("node --inspect server.js", "node server.js"),
        ("node -e secret", "node"),
        ("java -Xmx1g -Dx=y -jar /srv/app.jar --token secret", "java -jar app.jar"),
        ("java -cp a.jar:b.jar com.example.Main secret", "java com.example.Main"),
        ("java --secret word", "java"),
        ("java -jar", "java"),
        ("perl -w tool.pl", "perl tool.pl"),
        ("ruby -e secret", "ruby"),
        ("php -f index.php", "php index.php"),
        ("", ""),
        ("pa$$word!", ""),
    ],
)
def test_a_command_line_is_told_so(line, told):
    argv = line.split(" ")
    if line.startswith("nginx:"):
        argv = [line]  # a title is one word
    assert program_words(argv) == told


@given(st.lists(st.text(max_size=40), max_size=6))
def test_no_command_line_gives_anything_but_two_plain_names(argv):
    assert re.fullmatch(r"(?a:[\w.+-]+(?: (?:-m |-jar )?[\w.+@-]+)?)?", program_words(argv))


@given(st.sampled_from(["worker", "mysql", "curl", "postgres", "sshd"]), st.lists(st.text(max_size=40), max_size=6))
def test_of_a_program_that_is_no_interpreter_no_argument_is_told(program, arguments):
    assert program_words([program, *arguments]) == program
