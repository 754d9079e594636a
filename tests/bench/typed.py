"""Types for the libraries that are told types, for every event: made from our own catalogue, none written by hand."""

from operator import attrgetter

import lark_event

# What the fields of each kind hold; the others are objects and lists of objects. Times come as texts of digits.
SIMPLE = {"text": str, "decimal": str, "enum": int, "text_list": list[str]}
TYPES = [it for it in lark_event.event_types() if it.family != "url_verification"]
HEADER = dict.fromkeys(lark_event.Header.__match_args__, str)


def events(make):
    """Return a type for each event type, by its name."""
    return {it.name: make(it.class_name, _types(it.fields, make)) for it in TYPES}


def _types(fields, make):
    return {field.name: SIMPLE.get(field.kind) or _nested(field, make) for field in fields}


def _nested(field, make):
    inner = make(field.name, _types(field.fields, make))
    return inner if field.kind == "object" else list[inner]


def readers():
    """Return a function for each event type that reads all attributes of an event, those of objects in it too."""
    return {it.name: _reader(it.fields) for it in TYPES}


read_envelope, read_header = attrgetter("schema", "header"), attrgetter(*HEADER)


def _reader(fields):
    get = attrgetter(*(field.name for field in fields))
    objects = [(attrgetter(it.name), _reader(it.fields)) for it in fields if it.kind == "object"]
    lists = [(attrgetter(it.name), _reader(it.fields)) for it in fields if it.kind == "object_list"]
    if not objects and not lists:
        return get

    def read(event):
        get(event)
        for inner, read_inner in objects:
            it = inner(event)
            if it is not None:
                read_inner(it)
        for inner, read_inner in lists:
            for it in inner(event) or ():
                read_inner(it)

    return read


def plain(event, event_type):
    """Return the values of an event as JSON has them, without those that are absent."""
    return _plain(event, next(it.fields for it in TYPES if it.name == event_type))


def plain_header(header):
    """Return the values of a header, times as the texts that they come as."""
    found = {name: member(header, name) for name in HEADER}
    return {name: str(it) for name, it in found.items() if it is not None}


def member(it, name):
    """Return what an object or a dict has under a name, `None` if nothing."""
    return it.get(name) if isinstance(it, dict) else getattr(it, name, None)


def _plain(event, fields):
    found = {}
    for field in fields:
        it = member(event, field.name)
        if it is None:
            continue
        if field.fields:
            many = field.kind == "object_list"
            it = [_plain(one, field.fields) for one in it] if many else _plain(it, field.fields)
        found[field.name] = list(it) if isinstance(it, tuple) else it
    return found
