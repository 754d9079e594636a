/* Prints the registry as the library tells it, one line for each event, item and field, for catalogue.py. */
#include <lark_event.h>
#include <stdio.h>
#include <string.h>

static int failures = 0;

static const char *text(const char *text) {
    return text != NULL ? text : "";
}

/* The fields of an event, or of the object at `path` below it, and what is in them. */
static void print_fields(uint32_t tag, const char *path, int depth) {
    LarkField field;
    for (size_t i = 0; lark_event_type_field(tag, path, i, &field); i++) {
        int is_object = field.kind == LARK_FIELD_KIND_OBJECT || field.kind == LARK_FIELD_KIND_OBJECT_LIST;
        printf("field\t%d\t%s\t%d\t%s\t%u\t%u\n", depth, field.name, (int)field.kind, text(field.type_name),
               (unsigned)field.max_bytes, (unsigned)field.max_items);
        if (field.doc == NULL || field.doc[0] == 0) {
            failures++;
        }
        if (is_object) {
            char below[256];
            snprintf(below, sizeof below, "%s%s%s", path, path[0] != 0 ? "." : "", field.name);
            print_fields(tag, below, depth + 1);
        }
    }
}

static void print_event(const char *class_name, const char *member, uint32_t tag) {
    printf("event\t%u\t%s\t%s\t%s\t%s\n", (unsigned)tag, class_name, member, text(lark_event_type_name(tag)),
           text(lark_event_type_family(tag)));
    if (lark_event_type_doc(tag) == NULL || lark_event_type_doc(tag)[0] == 0) {
        failures++;
    }
    print_fields(tag, "", 0);
}

int main(void) {
    uint32_t count = 0, known = 0;
#define EVENT(type, member, tag)                                                                                       \
    print_event(#type, #member, tag);                                                                                  \
    known++;
#define ITEM(type, member, tag) printf("item\t%u\t%s\t%s\n", (unsigned)tag, #type, #member);
    LARK_EVENT_TYPES(EVENT)
    LARK_ITEM_TYPES(ITEM)
    /* The library knows the types that the header has, and no others. */
    for (uint32_t tag = 0; (tag = lark_event_type_next(tag)) != 0;) {
        count++;
    }
    return failures == 0 && count == known ? 0 : 1;
}
