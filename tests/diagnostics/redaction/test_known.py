"""What this machine is and who uses it, from the files of a faked one."""

from pathlib import Path

import pytest

from mnemo_cli.diagnostics.redaction import Known, known_names

FILES = {
    "etc/passwd": "root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\n"
    "nobody:x:65534:65534::/:/bin/false\n"
    "alice:x:1000:1000:Alice Example,,,:/home/alice:/bin/sh\nold:x:500:500::/home/old:/bin/sh\n"
    "bob:x:1001:1001::/srv/people/bob/:/bin/sh\napp:x:1002:1002::/app:/bin/sh\nbroken\n:x:x:\n",
    "home/carol/.keep": "",
    "home/lost+found/.keep": "",
    "proc/sys/kernel/hostname": "web-01\n",
    "proc/sys/kernel/domainname": "(none)\n",
    "etc/hostname": "web-01.corp.example\n",
    "etc/hosts": "127.0.0.1 localhost\n10.7.8.9 web-01.corp.example web-01 # own\n"
    "10.7.8.10 db7.other.example\n::1 ip6-localhost\n",
    "etc/resolv.conf": "nameserver 10.7.8.1\nsearch corp.example lab.example default.svc.cluster.local\n",
    "etc/machine-id": "3d1219c7c4c5404aaa1f6d2a48adfda4\n",
    "etc/machine-info": 'PRETTY_HOSTNAME="Alices Laptop"\n',
    "proc/self/net/fib_trie": "Main:\n  +-- 0.0.0.0/0 3 0 5\n     |-- 10.7.8.0\n        /24 link UNICAST\n"
    "     |-- 10.7.8.9\n        /32 host LOCAL\n     |-- 10.7.8.255\n        /32 link BROADCAST\n",
    "proc/self/net/if_inet6": "fe80000000000000000000fffe000001 02 40 20 80     eth0\nnonsense\n",
    "sys/class/net/eth0/address": "02:fc:00:00:00:01\n",
}


def machine(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def test_all_names_of_a_machine(tmp_path):
    known = known_names(machine(tmp_path, FILES))
    assert set(known.users) == {"alice", "Alice Example", "old", "bob", "app", "carol"}
    assert known.homes == ("/srv/people/bob",)
    assert set(known.hosts) == {"web-01", "web-01.corp.example", "db7.other.example", "db7", "Alices Laptop"}
    assert known.domains == ("corp.example", "lab.example")
    assert known.addresses == ("10.7.8.9", "fe80:0000:0000:0000:0000:00ff:fe00:0001")
    assert known.macs == ("02:fc:00:00:00:01",)
    assert known.machine_ids == ("3d1219c7c4c5404aaa1f6d2a48adfda4",)


def test_a_machine_without_files_has_no_names(tmp_path):
    assert known_names(tmp_path) == Known()


def test_what_cannot_be_read_adds_nothing(tmp_path):
    (tmp_path / "etc/passwd").mkdir(parents=True)
    (tmp_path / "etc/hostname").write_bytes(b"\xff\xfe\x00")
    assert known_names(tmp_path) == Known()


@pytest.mark.parametrize("name", ["3f2a9c1e55aa", "ab" * 32, "localhost", "(none)", "10.0.0.7", ""])
def test_a_containers_id_and_the_local_host_are_no_names(tmp_path, name):
    assert known_names(machine(tmp_path, {"etc/hostname": f"{name}\n"})).hosts == ()
