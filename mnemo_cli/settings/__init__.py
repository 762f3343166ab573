"""Every setting with its value and where it came from: flag over environment over file over default.

    table       one row per setting; everything else is made from it
    row         what a row says
    names       which setting a person means; the nearest right word
    kinds       a value of each kind, from text and TOML, checked; and back
    places      where settings can come from on this machine
    files       finding, reading and trusting the one file that counts
    lines       at which line of a TOML text a key stands
    document    what one file says, each entry checked
    waivers     its [[doctor.waivers]]
    origin      where a value came from, in words
    layers      default, file, environment, flag: what each one sets
    load        these put together: Settings
    schema      the JSON schema of a settings file
    write       changing one key in a file (not imported from here: only `config set` pays for it)

Rooms never see Settings: it makes their own small dataclasses (`levels()`, …).
"""

from mnemo_cli.settings.files import candidates, states
from mnemo_cli.settings.load import Settings, load
from mnemo_cli.settings.names import row_of
from mnemo_cli.settings.origin import Origin
from mnemo_cli.settings.places import Places, machine_places
from mnemo_cli.settings.row import Kind, Row, Value
from mnemo_cli.settings.table import ROWS

__all__ = [
    "ROWS",
    "Kind",
    "Origin",
    "Places",
    "Row",
    "Settings",
    "Value",
    "candidates",
    "load",
    "machine_places",
    "row_of",
    "states",
]
