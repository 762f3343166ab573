"""Addresses become aliases; versions, times, digests and addresses of no machine stay."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.diagnostics.redaction.texts import redactor, safe

ALIAS = re.compile(r"(?:ip|mac)-[0-9a-f]{4,16}")


@pytest.mark.parametrize(
    "text",
    [
        "10.1.2.3", "from 10.1.2.3 port 22", "10.1.2.3:8080", "[10.1.2.3]", "SRC=10.1.2.3", "10.1.2.3/24", "10.1.2.3.",
        "sshd@12-10.1.2.3:22-foo", "web-10.1.2.3", '"10.1.2.3"', "\\n10.1.2.3", "\x1b[0m10.1.2.3", "10.1.2.3_80",
        "10.1.2.3.443", "fd00::7", "[fd00::7]:443", "fd00::7%eth0", "fd00::7/64", "addr:fd00::7", "SRC=fd00::7 DST",
        "2001:db8:1:2:3:4:5:6", "2001:0DB8::0007", "::ffff:10.1.2.3", "fd00::7:",
        "aa:bb:cc:dd:ee:0f", "AA-BB-CC-DD-EE-0F", "aa:bb:cc:dd:ee:0f:11:22",
    ],
)  # fmt: skip
def test_an_address_becomes_an_alias(text):
    came = safe(f"x {text} y\n")
    assert ALIAS.search(came), came
    assert not re.search(r"1\.2\.3|fd00|db8|0DB8|aa[:-]bb|AA-BB", came)


@pytest.mark.parametrize(
    "text",
    [
        "0.0.0.0", "127.0.0.1", "255.255.255.255", "::", "::1", "::/0", "[::]:80", "224.0.0.1", "ff02::1",
        "00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "12:34:56", "2026-11-22T14:02:31.004Z", "14:02:31:",
        "0000:00:1f.2", "v1.2.3.4", "version 1.2.3.4", "1.2.3.4-5ubuntu1", "1.2.3.4-1.el7", "libfoo.so.1.2.3.4",
        "1.2.3.4.5.6", "300.1.2.3", "1.2.3", "std::bad_alloc", "Foo::Bar", "abc::def_x", "dead::beefish",
        "[<ffffffff81234567>]", "ffffffff81234567", "20-11-22-14-02-31", "26-11-22-14-02-31",
        "d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e", "48 8b 05 c1 aa bb cc dd",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_machine_stays(text):
    assert safe(f"x {text} y\n") == f"x {text} y\n"


@given(st.ip_addresses().filter(lambda address: not (address.is_loopback or address.is_multicast)))
def test_every_address_gets_an_alias_that_all_its_spellings_share(address):
    if address.version == 4 and (int(address) >> 24 == 0 or str(address).startswith("255.255.255.")):
        return
    if address.version == 6 and (address.ipv4_mapped is not None or address.is_unspecified):
        return
    one = redactor()
    short, long = safe(f"from {address} to\n", one=one), safe(f"from {address.exploded} to\n", one=one)
    assert re.fullmatch(r"from ip-[0-9a-f]{4,8} to\n", short) and short == long


@given(st.binary(min_size=6, max_size=6).filter(lambda raw: raw not in (bytes(6), b"\xff" * 6)))
def test_every_mac_gets_an_alias(raw):
    came = safe(f"link/ether {raw.hex(':')} brd\nHWADDR={raw.hex(':').upper()}\n")
    assert len(set(re.findall(r"mac-[0-9a-f]{4}", came))) == 1 and came.count("mac-") == 2


def test_netfilter_prints_two_macs_in_one_run():
    came = safe("IN=eth0 MAC=aa:bb:cc:dd:ee:ff:11:22:33:44:55:66:08:00 SRC=10.1.1.1\n")
    assert re.fullmatch(r"IN=eth0 MAC=mac-[0-9a-f]{4}:mac-[0-9a-f]{4}:08:00 SRC=ip-[0-9a-f]{4}\n", came)


def test_an_own_address_is_one_even_where_a_version_would_stand():
    assert safe("version 10.7.8.9 of v10.7.8.9\n").count("ip-") == 2


SURROUNDINGS = (
    "version {}", "xversion {} ", "from {} ", "v{} ", "={},", "({})", "{}-5ubuntu1", "{}:22", "{}.443", "{}.5.6",
    "1{} ", "\n{}\n", "/{}/",
)  # fmt: skip


@given(st.lists(st.tuples(st.sampled_from(SURROUNDINGS), st.sampled_from(["10.1.2.3", "7.8.9.1", "10.7.8.9"]))))
def test_what_an_address_became_before_changes_nothing(places):
    one = redactor()
    for surroundings, address in places:
        text = f"x {surroundings.format(address)} y\n"
        assert safe(text, one=one) == safe(text)


def test_a_mapped_address_has_the_alias_of_the_address_in_it():
    inner, mapped = safe("10.1.1.1\n::ffff:10.1.1.1\n").split()
    assert inner == mapped


@given(st.text(alphabet="0123456789abcdef:.-/%[] \n", max_size=80))
def test_no_text_of_their_signs_breaks_it(text):
    came = safe(text)
    for word in re.findall(r"(?<![\w.:])(?:\d{1,3}\.){3}\d{1,3}(?![\w.:~+-])", came):
        octets = [int(octet) for octet in word.split(".")]
        assert max(octets) > 255 or octets[0] in (0, 127) or ipaddress.ip_address(word).is_multicast or octets[0] == 255
