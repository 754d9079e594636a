"""What a body means: the rules for valid JSON and for the values, in plain Python."""

import json
import re

from structs import EVENTS, HEADER, NO_EVENT, TAGS, UNKNOWN_EVENT, text


class Raw(str):
    """An integer as its digits."""


class Fraction(str):
    """A number with fraction or exponent."""


class Object(list):
    """Name and value of each member, in order and with repetitions."""


def refuse(word):
    raise ValueError(word)


def parse(data):
    return json.loads(
        data.decode("utf-8"),
        object_pairs_hook=Object,
        parse_int=Raw,
        parse_float=Fraction,
        parse_constant=refuse,
    )


class Model:
    """What a body means. `faults` are (kind, field) in the order in which they were found."""

    TOP = ["schema", "header", "event", "type", "token", "challenge", "uuid", "ts", "encrypt"]

    def __init__(self, data, event_type, limited):
        self.limited, self.faults = limited, []
        self.schema, self.header, self.event, self.tag, self.has_event = "", {}, None, NO_EVENT, False
        root = parse(data)
        if not isinstance(root, Object):
            self.faults.append(("TYPE", ""))
            return
        top = self.members(root, self.TOP, "")
        if is_string(top.get("encrypt")):
            self.schema, self.faults = "encrypt", [("ENCRYPTED", "encrypt")]
            return
        if "encrypt" in top:
            self.take(top, "encrypt", "encrypt", text(1 << 30))
        self.has_event = "event" in top
        if "header" in top:
            self.read_header(top, event_type)
        elif top.get("type") == "url_verification":
            self.schema, self.tag = "url_verification", TAGS["url_verification"]
            self.header = self.take_all(top, {"token": ("token", HEADER["token"])}, "")
            if "challenge" not in top:
                self.faults.append(("MISSING", "challenge"))
            self.event = self.take_all(top, {"challenge": ("challenge", EVENTS["url_verification"]["challenge"])}, "")
        elif "uuid" in top or top.get("type") == "event_callback":
            self.read_v1(top)
        else:
            self.faults.append(("MISSING", "header"))
            if self.has_event:
                self.schema = "headless"
                self.read_event(top, event_type)

    def read_header(self, top, event_type):
        header, named = top["header"], event_type
        if "schema" in top and self.take(top, "schema", "schema", text(1 << 30)) not in (None, "2.0"):
            self.faults.append(("UNKNOWN_SCHEMA", "schema"))
        self.schema = "headless"
        if isinstance(header, Object):
            found = self.members(header, HEADER, "header.")
            self.header = self.take_all(found, {name: (name, kind) for name, kind in HEADER.items()}, "header.")
            if is_text(found.get("event_type")):
                self.schema, named = "2.0", str(found["event_type"])
            elif event_type is None:
                self.faults.append(("MISSING", "header.event_type"))
        else:
            self.faults.append(("TYPE", "header"))
        self.read_event(top, named)

    def read_event(self, top, named):
        event = top.get("event")
        if event is None:
            self.faults.append(("MISSING", "event"))
        elif not isinstance(event, Object):
            self.faults.append(("TYPE", "event"))
        elif named not in EVENTS or named == "url_verification":
            self.tag = UNKNOWN_EVENT
        else:
            self.tag, table = TAGS[named], EVENTS[named]
            self.event = self.take_object(event, "event", table)

    def read_v1(self, top):
        self.schema = "1.0"
        own = {"uuid": "event_id", "token": "token", "ts": "ts"}
        self.header = self.take_all(top, {name: (to, HEADER[to]) for name, to in own.items()}, "")
        event = top.get("event")
        if not isinstance(event, Object):
            self.faults.append(("MISSING" if event is None else "TYPE", "event"))
            return
        self.tag = UNKNOWN_EVENT
        own = {"type": "event_type", "app_id": "app_id", "tenant_key": "tenant_key"}
        found = self.members(event, own, "event.")
        self.header |= self.take_all(found, {name: (to, HEADER[to]) for name, to in own.items()}, "event.")
        if "type" not in found:
            self.faults.append(("MISSING", "event.type"))

    def members(self, pairs, known, prefix):
        """The known members that are not null; the first of each name."""
        seen = {}
        for name, value in pairs:
            if name in known and name in seen:
                self.faults.append(("DUPLICATE", prefix + name))
            elif name in known:
                seen[name] = value
        return {name: value for name, value in seen.items() if value is not None}

    def take_all(self, members, table, prefix):
        taken = {to: self.take(members, name, prefix + name, kind) for name, (to, kind) in table.items()}
        return {name: value for name, value in taken.items() if value is not None}

    def take(self, members, name, field, kind):
        """The value as the struct holds it; None if it is absent or wrong."""
        if name not in members:
            return None
        if kind["type"] == "object":
            return self.take_object(members[name], field, kind["fields"])
        if kind["type"] == "objects":
            return self.take_objects(members[name], field, kind["fields"])
        value, fault = accept(members[name], kind, self.limited)
        if fault:
            self.faults.append((fault, field))
        return value

    def take_object(self, value, field, table):
        if not isinstance(value, Object):
            self.faults.append(("TYPE", field))
            return None
        found = self.members(value, table, field + ".")
        return self.take_all(found, {name: (name, kind) for name, kind in table.items()}, field + ".")

    def take_objects(self, value, field, table):
        """What belongs to no object costs the list, and nothing else does."""
        if isinstance(value, Object) or not isinstance(value, list):
            self.faults.append(("TYPE", field))
            return None
        items = [self.take_object(item, field, table) for item in value]
        return None if None in items else items


def is_string(value):
    return isinstance(value, str) and not isinstance(value, (Raw, Fraction))


def is_text(value):
    return isinstance(value, str) and not isinstance(value, Fraction)


def accept(value, kind, limited):
    if kind["type"] == "list":
        if not isinstance(value, list) or isinstance(value, Object) or not all(map(is_text, value)):
            return None, "TYPE"
        if limited and len(value) > kind["items"]:
            return None, "TOO_MANY_ITEMS"
        if limited and sum(len(item.encode()) + 1 for item in value) > kind["bytes"]:
            return None, "CAPACITY"
        return [str(item) for item in value], None
    if not is_text(value):
        return None, "TYPE"
    if kind["type"] == "text":
        if limited and len(value.encode()) > kind["capacity"]:
            return None, "CAPACITY"
        return str(value), None
    if not re.fullmatch("-?(0|[1-9][0-9]*)", value):
        return None, "TYPE"
    low, high = (0, 2**64 - 1) if kind["type"] == "time" else (-(2**31), 2**31 - 1)
    if not low <= int(value) <= high:
        return None, "RANGE"
    return int(value), None
