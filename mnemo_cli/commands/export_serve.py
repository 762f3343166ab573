"""`mnemo export serve`: metrics over HTTP, read at scrape time."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mnemo_cli.commands.options import (
    CgroupTarget,
    ConfigFile,
    ExportedBudget,
    HostTarget,
    NameTarget,
    PidTarget,
    Quiet,
    Verbose,
    choose_target,
    duration,
    load_settings,
)
from mnemo_cli.commands.ruling import RulesFile, rules_flag
from mnemo_cli.errors import UsageError
from mnemo_cli.output.log import start_log

if TYPE_CHECKING:
    import ssl

    from mnemo_cli.output.prometheus.server.address import Address
    from mnemo_cli.output.prometheus.server.password import Credentials

Listen = Annotated[
    str, typer.Option("--listen", metavar="ADDRESS", help="Where to listen; nothing beyond this machine by default.")
]
Interval = Annotated[str, typer.Option("--interval", metavar="TIME", help="Time between samples when nobody scrapes.")]
Top = Annotated[int, typer.Option("--top", metavar="N", min=0, max=1000, help="Export the N largest processes.")]
ScrapeTimeout = Annotated[
    str, typer.Option("--scrape-timeout", metavar="TIME", help="The longest that a scrape waits for a sample.")
]
TlsCertificate = Annotated[
    Path | None, typer.Option("--tls-cert", metavar="FILE", help="Our certificate, for HTTPS.", show_default=False)
]
TlsKey = Annotated[
    Path | None,
    typer.Option("--tls-key", metavar="FILE", help="Its key, where that is another file.", show_default=False),
]
ClientAuthorities = Annotated[
    Path | None,
    typer.Option(
        "--client-ca", metavar="FILE", help="Only for clients with a certificate of these.", show_default=False
    ),
]
AuthUser = Annotated[str, typer.Option("--auth-user", metavar="NAME", help="The user of the password.")]
PasswordFile = Annotated[
    Path | None,
    typer.Option(
        "--auth-password-file",
        metavar="FILE",
        help="Only for who knows the password in FILE.",
        show_default=False,
    ),
]

NoActions = Annotated[bool, typer.Option("--no-actions", help="Export how alerts stand; tell nobody.")]


def serve(
    listen: Listen = "127.0.0.1:9477",
    host: HostTarget = False,
    pid: PidTarget = None,
    name: NameTarget = None,
    cgroup: CgroupTarget = None,
    limit: ExportedBudget = None,
    rules_file: RulesFile = None,
    no_actions: NoActions = False,
    interval: Interval = "20s",
    top: Top = 20,
    scrape_timeout: ScrapeTimeout = "10s",
    tls_certificate: TlsCertificate = None,
    tls_key: TlsKey = None,
    client_ca: ClientAuthorities = None,
    auth_user: AuthUser = "mnemo",
    password_file: PasswordFile = None,
    verbose: Verbose = False,
    quiet: Quiet = False,
    config_file: ConfigFile = None,
) -> None:
    """Serve metrics to Prometheus.

    /metrics is read at each scrape; /healthz and /readyz are for whoever runs mnemo, without a password.
    """
    target = choose_target(host=host, pid=pid, name=name, cgroup=cgroup, limit=limit)
    beat_seconds, timeout_seconds = _span("--interval", interval), _span("--scrape-timeout", scrape_timeout)
    logger = start_log(os.environ, verbose=verbose, quiet=quiet)
    settings = load_settings(config_file, rules_flag(rules_file), warn=logger.warning)
    from mnemo_cli.commands.serving import ServeChoice, Serving
    from mnemo_cli.output.prometheus.server.address import parse_address

    choice = ServeChoice(
        address=parse_address(listen),
        beat_seconds=beat_seconds,
        scrape_timeout_seconds=timeout_seconds,
        most_processes=top,
        tls=_tls(tls_certificate, tls_key, client_ca),
        credentials=_credentials(auth_user, password_file),
        has_actions=not no_actions,
        quiet=quiet,
    )
    if warning := _exposure(choice.address, choice.tls, choice.credentials):
        logger.warning("%s", warning)
    raise typer.Exit(Serving(settings, target, choice, logger).run())


def _span(option: str, text: str) -> float:
    seconds = duration(option, text)
    if seconds is None or not 0.05 <= seconds <= 3600:
        raise UsageError(f"{option} {text}: choose 50ms to 1h")
    return seconds


def _tls(certificate: Path | None, key: Path | None, client_ca: Path | None) -> "ssl.SSLContext | None":
    if certificate is None:
        if key is not None or client_ca is not None:
            raise UsageError("--tls-key and --client-ca need --tls-cert")
        return None
    from mnemo_cli.output.prometheus.server.tls import server_context

    return server_context(certificate, key, client_ca)


def _credentials(user: str, password_file: Path | None) -> "Credentials | None":
    if password_file is None:
        return None
    if not user or ":" in user:
        raise UsageError("--auth-user is a name without a colon")
    from mnemo_cli.output.prometheus.server.password import Credentials
    from mnemo_cli.settings.secret_file import read_secret

    return Credentials(user, read_secret(password_file, "the password"))


def _exposure(address: "Address", tls: "ssl.SSLContext | None", credentials: "Credentials | None") -> str:
    """What strangers can do; nothing where only this machine is listened to, or strangers are kept out."""
    if address.is_loopback:
        return ""
    if credentials is not None and tls is None:
        return f"the password crosses the network in the clear: other machines reach {address}; add --tls-cert"
    if credentials is None and (tls is None or not tls.verify_mode):
        return (
            f"anybody who reaches {address} can read the metrics: names of processes and groups are among them; "
            "add --tls-cert with --auth-password-file or --client-ca"
        )
    return ""
