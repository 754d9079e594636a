"""The registry of an installed library, as its C functions tell it."""

from dataclasses import dataclass, field
from pathlib import Path

from conftest import run

KINDS = ["none", "text", "enum", "decimal", "text_list", "object", "object_list"]


@dataclass
class Field:
    """A field of an event or of an object: of an object, what is in it."""

    name: str
    kind: str
    # The struct of an object, or the name of a set of values, without `Lark`; empty for none.
    type_name: str
    max_bytes: int
    max_items: int
    fields: list = field(default_factory=list)


@dataclass
class Event:
    """An event type."""

    tag: int
    class_name: str
    member: str
    name: str
    family: str
    fields: list = field(default_factory=list)


@dataclass
class Catalogue:
    """All of it."""

    events: list
    # The member of LarkItem for a struct, which has no `Lark` before its name.
    items: dict


def read(library, folder):
    """Build the program that prints the registry, and read what it prints."""
    program = library.build(Path(__file__).with_name("catalogue_lines.c"), folder / "catalogue")
    catalogue, path = Catalogue([], {}), []
    for line in run(program).decode().splitlines():
        word, *rest = line.split("\t")
        if word == "item":
            catalogue.items[rest[1].removeprefix("Lark")] = rest[2]
        elif word == "event":
            tag, class_name, member, name, family = rest
            event = Event(int(tag), class_name.removeprefix("Lark"), member, name, family)
            catalogue.events.append(event)
            path = [event]
        else:
            depth, name, kind, type_name, max_bytes, max_items = rest
            del path[int(depth) + 1 :]
            path.append(Field(name, KINDS[int(kind)], type_name, int(max_bytes), int(max_items)))
            path[-2].fields.append(path[-1])
    return catalogue
