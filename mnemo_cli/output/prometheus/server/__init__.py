"""Metrics over HTTP: what `mnemo export serve` listens with.

address     where to listen, as a person writes it
listening   the server: so many connections at once, so long for a request, TLS
handler     one connection: its request is read in a bounded time and size
app         the paths /metrics, /healthz and /readyz, and nothing else
pages       the text of a scrape, made once for all who ask at the same time
password    who may read the metrics
tls         certificates of ours and of clients
"""
