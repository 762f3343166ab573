"""Every known form of a secret is masked, what diagnosis needs survives, and no text breaks it."""

import json
import re
import string
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mnemo_cli.redact import MASK, RULES, decoded, printable, redact, redact_command, redact_text
from mnemo_cli.redact.tokens import looks_random

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
PEM_BODY = "MIIEpAIBAAKCAQEA0Z3VS5JJcds3xfn/ygWyF8PbnGy0AHB7MaKq9Wl2hXcT3kzs\nq1Ef\n"
CONTAINER = "3f1ad2c9b7e8405f9d6c1b2a3e4f5061728394a5b6c7d8e9f00112233445566f"

# text, its secrets, what must still be readable
CANARIES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("app --password=Zq8canary --port 80", ("Zq8canary",), "app --password=<redacted> --port 80"),
    ("app --password Zq8canary --port 80", ("Zq8canary",), "app --password <redacted> --port 80"),
    ("app --password '-Zq8 canary' -v", ("Zq8", "canary"), "app --password '<redacted>' -v"),
    ('app --db-password="Zq8 canary" -v', ("Zq8", "canary"), 'app --db-password="<redacted>" -v'),
    ('app --password=Zq8"can&a;r,y x', ("Zq8", "can", "a;r", ",y"), "app --password=<redacted> x"),
    ("app --dbPassword Zq8canary x", ("Zq8canary",), "--dbPassword <redacted> x"),
    ("app --token Zq8canary --verbose", ("Zq8canary",), "--token <redacted> --verbose"),
    ("app --auth-token=Zq8canary", ("Zq8canary",), "--auth-token=<redacted>"),
    ("app --api-key Zq8canary run", ("Zq8canary",), "--api-key <redacted> run"),
    ("app --apikey=Zq8canary run", ("Zq8canary",), "--apikey=<redacted> run"),
    ("app --client-secret Zq8canary run", ("Zq8canary",), "--client-secret <redacted> run"),
    ("app --secret=Zq8canary run", ("Zq8canary",), "--secret=<redacted> run"),
    ("app --pass Zq8canary run", ("Zq8canary",), "--pass <redacted> run"),
    ("keytool -storepass Zq8canary -list", ("Zq8canary",), "-storepass <redacted> -list"),
    ("openssl rsa -passin pass:Zq8canary -in k", ("Zq8canary",), "-passin <redacted> -in k"),
    ("java -Dspring.datasource.password=Zq8canary -Xmx4g", ("Zq8canary",), "password=<redacted> -Xmx4g"),
    ('"Cmd": ["app", "--password", "Zq8canary", "-v"]', ("Zq8canary",), '["app", "--password", "<redacted>", "-v"]'),
    ('"--password",\n        "Zq8canary",\n        "-v"', ("Zq8canary",), '"<redacted>",\n        "-v"'),
    ("- --token\n    - Zq8canary\n    - -v", ("Zq8canary",), "- --token\n    - <redacted>\n    - -v"),
    ("mysql -uroot -pZq8canary shop", ("Zq8canary",), "mysql -uroot -p<redacted> shop"),
    ("mysql -uroot -psecret shop", ("secret",), "mysql -uroot -p<redacted> shop"),
    ("/usr/bin/mysqldump --single-transaction -pZq8canary", ("Zq8canary",), "--single-transaction -p"),
    ("sshpass -p Zq8canary ssh bob@host", ("Zq8canary",), "sshpass -p <redacted> ssh bob@host"),
    ("sh -c 'sshpass -pZq8canary ssh bob@host'", ("Zq8canary",), "sshpass -p<redacted> ssh bob@host"),
    ("redis-cli -h host -a Zq8canary ping", ("Zq8canary",), "-h host -a <redacted> ping"),
    ("docker login -u bob -p Zq8canary registry:5000", ("Zq8canary",), "-u bob -p <redacted> registry:5000"),
    ("curl -su bob:Zq8canary https://host/a", ("Zq8canary",), "curl -su bob:<redacted> https://host/a"),
    ("curl --user bob:Zq8canary https://host/a", ("Zq8canary",), "--user bob:<redacted> https://host/a"),
    ("ldapsearch -D cn=bob -w Zq8canary -b dc=x", ("Zq8canary",), "-w <redacted> -b dc=x"),
    ("curl -H 'Authorization: Bearer Zq8canary' https://h/", ("Zq8canary",), "Bearer <redacted>' https://h/"),
    ('"authorization": "Basic Ym9iOlpxOA==", "n": 1', ("Ym9iOlpxOA",), '"Basic <redacted>", "n": 1'),
    ('Authorization: Digest username="bob", response="Zq8"', ("bob", "Zq8"), "Authorization: Digest <redacted>"),
    ("Proxy-Authorization: Custom Zq8canary more", ("Zq8canary", "more"), "Proxy-Authorization: <redacted>"),
    ("X-Api-Key: Zq8canary", ("Zq8canary",), "X-Api-Key: <redacted>"),
    ("Set-Cookie: sid=Zq8canary; Path=/", ("Zq8canary",), "Set-Cookie: <redacted>"),
    ("sent bearer Zq8canary12 to host", ("Zq8canary12",), "sent bearer <redacted> to host"),
    ("FOO_PASSWORD=Zq8;can&ary HOME=/root", ("Zq8", "can&ary"), "FOO_PASSWORD=<redacted> HOME=/root"),
    ("AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY x", ("wJalr", "EXAMPLE"), "=<redacted> x"),
    ("PGPASSWORD=Zq8canary psql", ("Zq8canary",), "PGPASSWORD=<redacted> psql"),
    ("MYSQL_PWD=Zq8canary mysql", ("Zq8canary",), "MYSQL_PWD=<redacted> mysql"),
    ("SECRET_KEY_BASE=Zq8canary puma", ("Zq8canary",), "SECRET_KEY_BASE=<redacted> puma"),
    ('["DB_PASSWORD=Zq8canary","PATH=/bin"]', ("Zq8canary",), '["DB_PASSWORD=<redacted>","PATH=/bin"]'),
    ('{"name": "DB_PASSWORD", "value": "Zq8canary"}', ("Zq8canary",), '"value": "<redacted>"}'),
    ('"name": "API_TOKEN",\n  "value": "Zq8canary"', ("Zq8canary",), '"value": "<redacted>"'),
    ("- name: DB_PASSWORD\n  value: Zq8canary\n- name: A", ("Zq8canary",), "value: <redacted>\n- name: A"),
    ("postgres://bob:Zq8canary@db:5432/shop", ("Zq8canary",), "postgres://bob:<redacted>@db:5432/shop"),
    ("postgres://bob:Zq8/can@ary@db/shop", ("Zq8", "can"), "postgres://bob:<redacted>@"),
    ("redis://:Zq8canary@cache:6379/0", ("Zq8canary",), "redis://:<redacted>@cache:6379/0"),
    ("amqp://bob:12345@mq:5672/v", ("12345",), "amqp://bob:<redacted>@mq:5672/v"),
    ("https://Zq8canaryZq8canary@host/repo.git", ("Zq8canary",), "https://<redacted>@host/repo.git"),
    ("Server=db;User Id=sa;Password=Zq8 can ary;Encrypt=yes", ("Zq8", "can"), "Password=<redacted>;Encrypt=yes"),
    ("Driver=x;Uid=sa;Pwd={Zq8;canary};Db=y", ("Zq8", "canary"), "Pwd=<redacted>;Db=y"),
    ("user=bob password=Zq8canary host=db", ("Zq8canary",), "user=bob password=<redacted> host=db"),
    ("host=db password='Zq8 canary' user=bob", ("Zq8", "canary"), "password='<redacted>' user=bob"),
    ("jdbc:oracle:thin:bob/Zq8canary@//db:1521/x", ("Zq8canary",), "thin:bob/<redacted>@//db:1521/x"),
    ("bob:Zq8canary@tcp(db:3306)/shop", ("Zq8canary",), "bob:<redacted>@tcp(db:3306)/shop"),
    ("https://h/x?sv=2022&sig=Zq8canary%3D&se=2026", ("Zq8canary",), "sig=<redacted>&se=2026"),
    ("AccountName=a;AccountKey=Zq8canary==;Suffix=s", ("Zq8canary",), "AccountKey=<redacted>;Suffix=s"),
    ("https://h/x?token=Zq8canary&user=bob", ("Zq8canary",), "token=<redacted>&user=bob"),
    ("  client_secret: Zq8canary", ("Zq8canary",), "  client_secret: <redacted>"),
    ('{"password":"Zq8 \\"can\\" ary","user":"bob"}', ("Zq8", "can"), '"<redacted>","user":"bob"}'),
    ('"{\\"password\\":\\"Zq8canary\\",\\"user\\":\\"bob\\"}"', ("Zq8canary",), '\\"<redacted>\\",\\"user\\"'),
    ("{:password=>Zq8canary, :user=>1}", ("Zq8canary",), "{:password=><redacted>, :user=>1}"),
    ("CREATE USER bob IDENTIFIED BY 'Zq8 canary';", ("Zq8", "canary"), "IDENTIFIED BY '<redacted>';"),
    ("ALTER USER b IDENTIFIED WITH sha2 BY 'Zq8 canary'", ("Zq8", "canary"), "WITH sha2 BY '<redacted>'"),
    ("<user>bob</user><password>Zq8canary</password>", ("Zq8canary",), "<password><redacted></password>"),
    ("machine h login bob password Zq8canary", ("Zq8canary",), "login bob password <redacted>"),
    ("requirepass Zq8canary", ("Zq8canary",), "requirepass <redacted>"),
    (f"got {JWT} from bob", (JWT[:30], JWT[-20:]), "got <redacted> from bob"),
    ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWI", ("eyJhbGci",), "got <redacted>"),
    ("key AKIAIOSFODNN7EXAMPLE ok", ("AKIAIOSFODNN7EXAMPLE",), "key <redacted> ok"),
    ("key ASIAIOSFODNN7EXAMPLE ok", ("ASIAIOSFODNN7EXAMPLE",), "key <redacted> ok"),
    ("AIzaSyA-1234567890abcdefghijklmnopqrstu ok", ("AIzaSy",), "<redacted> ok"),
    ("git ghp_16C7e42F292c6912E7710c838347Ae178B4a ok", ("ghp_",), "git <redacted> ok"),
    ("git gho_16C7e42F292c6912E7710c838347Ae178B4a ok", ("gho_",), "git <redacted> ok"),
    ("git github_pat_11ABCDEFG0aaaaaaaaaaaa_bbbbbbbbbb ok", ("github_pat_",), "git <redacted> ok"),
    ("xoxb-123456789012-abcdefghij ok", ("xoxb-",), "<redacted> ok"),
    ("xoxp-123456789012-abcdefghij ok", ("xoxp-",), "<redacted> ok"),
    ("sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc" + " ok", ("4eC39Hq",), "<redacted> ok"),
    ("https://hooks.slack.com/services/T00000000/B00000000/XXXX ok", ("T00000000",), "services/<redacted> ok"),
    ("blob q7Zt2Kx9Lm4Vb8Nc1Wd6Rf3Hg5Jp0Sa7 end", ("q7Zt2",), "blob <redacted> end"),
    ("blob wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY end", ("wJalr", "EXAMPLE"), "blob <redacted> end"),
    (
        f"a\n-----BEGIN RSA PRIVATE KEY-----\n{PEM_BODY}-----END RSA PRIVATE KEY-----\nb",
        ("MIIE", "q1Ef"),
        "a\n-----BEGIN RSA PRIVATE KEY-----<redacted>-----END RSA PRIVATE KEY-----\nb",
    ),
    (f"a\n-----BEGIN PRIVATE KEY-----\n{PEM_BODY}", ("MIIE", "q1Ef"), "a\n-----BEGIN PRIVATE KEY-----<redacted>"),
    ("-----BEGIN EC PRIVATE KEY-----\nZq8canary", ("Zq8canary",), "-----BEGIN EC PRIVATE KEY-----<redacted>"),
    (f"{PEM_BODY}-----END PRIVATE KEY-----\nb", ("MIIE", "q1Ef"), "<redacted>-----END PRIVATE KEY-----\nb"),
    (
        '{"k": "-----BEGIN PRIVATE KEY-----\\nZq8canary\\n-----END PRIVATE KEY-----\\n", "n": 1}',
        ("Zq8canary",),
        '-----END PRIVATE KEY-----\\n", "n": 1}',
    ),
)

INNOCENTS: tuple[str, ...] = (
    "",
    "1234567890 0.5 -17 0x7fff5a2b 18446744073709551615 4096kB",
    "password authentication failed for user bob",
    "Failed password for root from 10.0.0.1 port 22 ssh2",
    "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh user=root",
    "the token bucket filter, a secret garden, the key to success: patience",
    "max_tokens=4096 token_count=12 tokens: 5",
    "app --password --verbose --port 80",
    "app --token -v",
    "app --password-file /run/secrets/db --no-password shop",
    "app --password-stdin < file",
    "app --tokenizer-path /models/a --pad-token 0 --key-file /etc/ssl/a.pem",
    "mysql -P3306 -p shop",
    "docker run -p 8080:80 --user 1000:1000 -v /etc/passwd:/etc/passwd:ro nginx",
    "cp -p a b; mkdir -p /var/lib/mysql",
    "PWD=/home/bob OLDPWD=/ bypass=1 compass=north passes=3",
    "python3 -m http.server 8000 --directory /srv",
    "python -m aGVsbG8gd29ybGQ.SubModule2.Base64Looking",
    "python -c 'import os; print(os.getpid())'",
    "gunicorn shop.auth.wsgi:app -w 4 -b 0.0.0.0:8000",
    "http://host:8080/path?email=bob@example.org&page=2",
    "git+ssh://git@github.com:org/repo.git@v1.2.3",
    "docker-pullable://nginx:1.21@sha256:" + CONTAINER,
    "jdbc:sqlserver://db:1433;user=bob@corp;encrypt=true",
    "containerd://" + CONTAINER,
    "/kubepods/burstable/pod1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901/" + CONTAINER,
    "/kubepods.slice/kubepods-pod1b2c3d4e_5f60_7182_93a4_b5c6d7e8f901.slice/cri-containerd-" + CONTAINER + ".scope",
    "/system.slice/docker-" + CONTAINER + ".scope",
    "/user.slice/user-1000.slice/user@1000.service/app.slice/app-org.gnome.Terminal.slice/vte-spawn-1.scope",
    "commit 9fceb02d0ae598e95dc970b74767f19372d61af8 (HEAD -> main)",
    "1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901 1B2C3D4E-5F60-7182-93A4-B5C6D7E8F901",
    "2026-11-22T14:02:31.004Z [12345.678901] Nov 22 14:02:31 host kernel: pid 4666",
    "python invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0",
    "CPU: 3 UID: 0 PID: 4666 Comm: python Not tainted 6.18.0-1-amd64 #1 PREEMPT(lazy) Debian 6.18.1-1",
    "RIP: 0033:0x7f2b3c4d5e6f Code: 48 8b 05 69 0d 10 00 RSP: 002b:00007ffd1a2b3c4d EFLAGS: 00010246",
    " entry_SYSCALL_64_after_hwframe+0x76/0x7e do_syscall_64+0x3b/0x90 __x64_sys_mmap+0x1/0x2",
    "memory: usage 51200kB, limit 51200kB, failcnt 1234",
    "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=" + CONTAINER + ",mems_allowed=0,oom_memcg=/docker/"
    + CONTAINER + ",task_memcg=/docker/" + CONTAINER + ",task=python,pid=4666,uid=0",
    "Memory cgroup out of memory: Killed process 4666 (python) total-vm:62000kB, anon-rss:50000kB, file-rss:4kB, "
    "shmem-rss:0kB, UID:0 pgtables:140kB oom_score_adj:0",
    "[   4666]     0  4666    15500    12500    12500        0         0   143360        0             0 python",
    "Tasks in /a/b are going to be killed due to memory.oom.group set",
    "BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable",
    "BOOT_IMAGE=/boot/vmlinuz-6.1.0-13-amd64 root=UUID=1b2c3d4e-5f60-7182-93a4-b5c6d7e8f901 ro quiet",
    "_ZNSt6vectorIiSaIiEE9push_backEOi+0x1f /usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.33",
    "at com.example.shop.AbstractSingletonProxyFactoryBean2Impl.runV2(Main.java:42)",
    "GoogleCloudAiplatformV1beta1MachineSpecResource core::secret::Store",
    "/nix/store/0c0dv1p9k2lmnq7rsx4y5z6a8b9c0d1f-glibc-2.38/lib/ld-linux-x86-64.so.2",
    "cat: /etc/passwd: Permission denied",
    "tls: expected -----BEGIN PRIVATE KEY----- header in file\nNov 22 kernel: Out of memory: Killed process 1 (a)",
    "/usr/lib/jvm/java-21-openjdk-amd64/bin/java -Xmx4096m -XX:+UseG1GC -jar /srv/app-1.2.3-SNAPSHOT.jar",
)  # fmt: skip


@pytest.mark.parametrize(("text", "secrets", "kept"), CANARIES, ids=[text[:40] for text, _, _ in CANARIES])
def test_a_canary_is_gone_and_the_rest_is_there(text: str, secrets: tuple[str, ...], kept: str) -> None:
    result = redact(text)
    assert [secret for secret in secrets if secret in result.text.replace(MASK, "")] == []
    assert kept in result.text
    assert result.counts
    assert set(result.counts) <= {rule.name for rule in RULES}


@pytest.mark.parametrize(
    ("text", "kept"),
    [(text, kept) for text, _, kept in CANARIES if "-----" not in text],  # a key block may begin or end the text
)
def test_a_canary_is_gone_inside_a_log_too_and_its_neighbours_stay(text: str, kept: str) -> None:
    log = redact_text(f"first line: 1\nNov 22 14:02:31 host app[12]: {text}\nlast line: 2\n")
    assert kept in log
    assert log.startswith("first line: 1\nNov 22 14:02:31 host app[12]: ")
    assert log.endswith("\nlast line: 2\n")


@pytest.mark.parametrize("text", INNOCENTS, ids=[text[:40] for text in INNOCENTS])
def test_an_innocent_passes_unchanged(text: str) -> None:
    assert redact(text).text == text
    assert redact(text).counts == {}


def test_the_tables_are_as_long_as_promised() -> None:
    assert len(CANARIES) >= 50
    assert len(INNOCENTS) >= 30


def test_every_rule_says_why_and_strikes_some_canary() -> None:
    struck = {name for text, _, _ in CANARIES for name in redact(text).counts}
    assert struck == {rule.name for rule in RULES}
    assert all(rule.why and all(literal == literal.lower() for literal in rule.literals) for rule in RULES)


def test_counts_tell_how_often_each_rule_struck() -> None:
    text = "a --password x1\nb --password x2\nhttp://u:p@h and http://u:q@h\n"
    assert redact(text).counts == {"option": 2, "url-credentials": 2}


def test_json_stays_json() -> None:
    document = {"Env": ['DB_PASSWORD=a"b,c', "PATH=/bin"], "Cmd": ["app", "--token", "x", "-v"], "secret": None, "n": 1}
    for indent in (None, 2):
        text = json.dumps({key: value for key, value in document.items() if key != "secret"}, indent=indent)
        again = json.loads(redact_text(text))
        assert again["Cmd"] == ["app", "--token", MASK, "-v"]
        assert again["n"] == 1
        assert again["Env"][1] == "PATH=/bin"


def test_a_key_block_cut_in_two_is_masked_on_both_sides() -> None:
    whole = f"before\n-----BEGIN RSA PRIVATE KEY-----\n{PEM_BODY}{PEM_BODY}-----END RSA PRIVATE KEY-----\nafter\n"
    cut = whole.index("q1Ef")
    masked = redact_text(whole[:cut]) + redact_text(whole[cut:])
    assert "MIIE" not in masked
    assert "q1Ef" not in masked
    assert masked.startswith("before\n")
    assert masked.endswith("\nafter\n")


@pytest.mark.parametrize(
    ("argv", "line"),
    [
        ((), ""),
        (("python", "-m", "http.server", "8000"), "python -m http.server 8000"),
        (("app", "--password", "a b c", "run"), "app --password <redacted> run"),
        (("app", "--password=a b c", "run"), "app --password=<redacted> run"),
        (("app", "--password", "--verbose"), "app --password --verbose"),
        (("app", "--password", "-1canary", "x"), "app --password <redacted> x"),
        (("app", "--password"), "app --password"),
        (("app", "--password", "", "run"), "app --password  run"),
        (("app", "--token", "a\nb\x1b[31m", "run"), "app --token <redacted> run"),
        (("env", "DB_PASSWORD=a b;c", "app"), "env DB_PASSWORD=<redacted> app"),
        (("mysql", "-uroot", "-pa b", "shop"), "mysql -uroot -p<redacted> shop"),
        (("sshpass", "-p", "a b", "ssh", "host"), "sshpass -p <redacted> ssh host"),
        (("curl", "-u", "bob:a b", "https://h/"), "curl -u bob:<redacted> https://h/"),
        (("curl", "-H", "Authorization: Bearer abc", "https://h/"), "curl -H Authorization: Bearer <redacted> https://h/"),
        (("sh", "-c", "mysql --password=abc shop; ls"), "sh -c mysql --password=<redacted> shop; ls"),
        (("app", "postgres://bob:pw@db/shop", "x"), "app postgres://bob:<redacted>@db/shop x"),
        (("nginx: worker process", ""), "nginx: worker process "),
        (("evil\x1b]0;t\x07", "a\nb", "\u202egnp.exe", "\udcff"), "evil\\x1b]0;t\\x07 a\\x0ab \\u202egnp.exe \\xff"),
    ],
)  # fmt: skip
def test_a_command_line_is_one_printable_line_without_secrets(argv: tuple[str, ...], line: str) -> None:
    assert redact_command(argv) == line


def test_printable_shows_what_a_terminal_would_obey() -> None:
    assert printable("plain text, Grüße, 日本") == "plain text, Grüße, 日本"
    assert printable("\x1b[2J\r\n\t\x7f\x9b") == "\\x1b[2J\\x0d\\x0a\\x09\\x7f\\x9b"
    assert printable("\u202e\u2066\u200b\u2028\ufeff") == "\\u202e\\u2066\\u200b\\u2028\\ufeff"
    assert printable("\U000e0041") == "\\U000e0041"
    assert printable(decoded(b"caf\xe9 \xff")) == "caf\\xe9 \\xff"
    assert decoded(b"caf\xe9").encode("utf-8", "surrogateescape") == b"caf\xe9"


@pytest.mark.parametrize(
    "word",
    [CONTAINER, "a" * 40, "aB1" * 20, "ThreadPoolTaskSchedulerFactoryBeanImpl2", "entry_SYSCALL_64_after_hwframe"],
)
def test_ids_names_and_repetitions_do_not_look_random(word: str) -> None:
    assert not looks_random(word)


# Fragments that rules begin, end and trip over, so that random texts meet in the middle of them.
FRAGMENTS = st.sampled_from(
    (
        "--password", "-p", "password", "token", "secret", "_KEY", "API", "pwd", "PWD", "PASS", "mysql ", "curl -u ",
        "=", ":", "=>", " ", "\n", "\0", "\t", "\r\n", '"', "'", '\\"', "\\", ",", ";", "&", ")", "}", "]", "[", "@",
        "/", "://", "http", "sig=", "Authorization", "Bearer ", "Digest ", "cookie:", "identified by ", "name", "value",
        "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "eyJhbGciOi.", "AKIAIOSFODNN7EXAMPLE", "thin:a/",
        "@tcp(", "q7Zt2Kx9Lm4Vb8Nc1Wd6Rf3Hg5Jp0Sa7", MASK, "<", ">", "abc", "1", "-v", "--", "\udcff", "é", "\x1b",
    )
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(st.one_of(FRAGMENTS, st.characters()), max_size=12).map("".join))


@given(TEXTS)
def test_redacting_twice_changes_and_counts_nothing(text: str) -> None:
    once = redact(text)
    twice = redact(once.text)
    assert twice.text == once.text
    assert twice.counts == {}
    assert bool(once.counts) == (once.text != text)


@given(TEXTS)
def test_what_is_printable_has_no_control_and_stays_as_it_is(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert not any(unicodedata.category(character) in ("Cc", "Cf", "Cs") for character in shown)
    assert printable(shown) == shown


@given(st.lists(TEXTS, max_size=6))
def test_any_command_line_is_printable(argv: list[str]) -> None:
    assert redact_command(argv).isprintable()


ANY_SECRET = st.text(string.ascii_letters + string.digits + "!#$%&()*+,-./:;<=>?@[]^_`{|}~", min_size=6).filter(
    lambda secret: not re.match(r"-{1,2}(?:[A-Za-z]|\Z)|[|&;<>]+\Z", secret)
)
PLAIN_SECRET = st.text(string.ascii_letters + string.digits + "!#$%*+-.^_~", min_size=6).filter(
    lambda secret: not secret.startswith("-")
)


@pytest.mark.parametrize(
    "form",
    [
        "app --password=%s -v", "app --password %s -v", "app --api-key %s -v", "app --token=%s -v",
        "app --db-secret '%s' -v", 'app --secret="%s" -v', "DB_PASSWORD=%s app -v", "AWS_SECRET_ACCESS_KEY=%s app -v",
        '"Cmd": ["--password", "%s", "-v"]', '"Env": ["API_TOKEN=%s"], "-v"', "sshpass -p %s ssh -v", "mysql -p%s -v",
    ],
)  # fmt: skip
@given(secret=ANY_SECRET)
@example(secret="<redac")
@example(secret="a=b&c;d,e")
def test_any_secret_behind_a_flag_is_gone(form: str, secret: str) -> None:
    masked = redact_text(form % secret)
    assert masked == form % MASK


@pytest.mark.parametrize(
    "form",
    [
        "user=bob password=%s host=db", "https://h/?token=%s&user=bob", "postgres://bob:%s@db/shop", "x;Pwd=%s;y=1",
        '{"password": "%s", "n": 1}', "  api_key: %s", "Authorization: Bearer %s", "X-Api-Key: %s",
    ],
)  # fmt: skip
@given(secret=PLAIN_SECRET)
def test_any_plain_secret_in_text_is_gone(form: str, secret: str) -> None:
    masked = redact_text(form % secret)
    if form.startswith("postgres"):  # ? and # end a URL's authority: they are encoded there
        secret = secret.replace("#", "%23")
        masked = redact_text(form % secret)
    assert masked == form % MASK


@given(secret=st.text(min_size=1).filter(lambda text: "\0" not in text and not re.match(r"-|[|&;<>]+(\s|\Z)", text)))
def test_any_word_after_a_secret_option_is_gone_whole(secret: str) -> None:
    assert redact_command(("app", "--password", secret, "-v")) == "app --password <redacted> -v"
    assert redact_command(("app", f"--password={secret}", "-v")) == "app --password=<redacted> -v"


def test_a_literal_holds_no_digit_since_digits_are_left_out_where_it_is_looked_for():
    assert not any(character.isdigit() for rule in RULES for literal in rule.literals for character in literal)


def test_a_secret_is_found_in_a_long_text_of_like_lines_too():
    lines = [f"sshd[{number}]: Accepted publickey for bob port {number}\n" for number in range(2000)]
    lines[1234] = "app[7]: api_key=abc\n"
    assert redact("".join(lines)).text == "".join(lines).replace("=abc", f"={MASK}")
