"""The shipped schemas as validators: each is read, and found to be a schema itself, once and not per document."""

import functools
import json
from importlib import resources

from jsonschema import Draft202012Validator


@functools.cache
def validator_of(name: str) -> Draft202012Validator:
    """By the name of the file without its end: sample, log, run …"""
    schema = json.loads(resources.files("mnemo_cli").joinpath(f"schemas/{name}.schema.json").read_text())
    assert schema["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
