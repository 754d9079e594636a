/* Whatever happens to a body, there is an error or a sound envelope: lengths within the capacities, texts of UTF-8 that end with a
 * NUL, nothing written outside, and the same again when it is written and read back.
 *
 * Reads bodies from stdin, each with its length before it and the event type that is named, and tries every part of each and
 * every byte in every place. What looks at the structs is generated from the registry, in "checks.h", with the macros below. */
#include <inttypes.h>
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define GUARD 64
#define PAINT 0xa5

static struct {
    unsigned char before[GUARD];
    LarkEnvelope envelope;
    unsigned char behind[GUARD];
} guarded;
#define e guarded.envelope
static LarkEnvelope again;
static LarkItem *item;
static const uint8_t *body;
static size_t len;
static char written[1 << 17], rewritten[1 << 17];
static unsigned long errors, events;

static int is_utf8(const unsigned char *text, size_t len) {
    for (size_t at = 0; at < len;) {
        unsigned char first = text[at];
        size_t more = first < 0x80 ? 0 : first < 0xc2 ? 9 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : 9;
        uint32_t value = first & (0x3fu >> (more > 3 ? 3 : more));
        if (more > 3 || at + more >= len) {
            return 0;
        }
        for (size_t i = 1; i <= more; i++) {
            if ((text[at + i] & 0xc0) != 0x80) {
                return 0;
            }
            value = value << 6 | (text[at + i] & 0x3f);
        }
        if ((more == 2 && (value < 0x800 || (value >= 0xd800 && value < 0xe000))) ||
            (more == 3 && (value < 0x10000 || value > 0x10ffff))) {
            return 0;
        }
        at += more + 1;
    }
    return 1;
}

/* The flag is looked at as a byte: another value than 0 and 1 would not be a bool. */
#define FLAG(field) (*(const unsigned char *)&(field).present)
#define TEXT(name, text)                                                                                               \
    CHECK(FLAG(text) <= 1 && (text).len < sizeof(text).data && (text).data[(text).len] == 0);                          \
    CHECK(FLAG(text) == 1 || (text).len == 0);                                                                         \
    CHECK(is_utf8((const unsigned char *)(text).data, (text).len));
#define NUMBER(name, number) CHECK(FLAG(number) <= 1 && (FLAG(number) == 1 || (number).value == 0));
#define DECIMAL NUMBER
#define LIST(name, list)                                                                                               \
    CHECK(FLAG(list) <= 1 && (list).count < sizeof(list).offsets / sizeof *(list).offsets);                            \
    CHECK(FLAG(list) == 1 || (list).count == 0);                                                                       \
    for (size_t i = 0; i < (list).count; i++) {                                                                        \
        size_t start = (list).offsets[i], end = (list).offsets[i + 1];                                                 \
        CHECK(start < end && end <= sizeof(list).data && (list).data[end - 1] == 0);                                   \
        CHECK(is_utf8((const unsigned char *)(list).data + start, end - start - 1));                                   \
    }
#define OBJECT(name, object, print)                                                                                    \
    CHECK(FLAG(object) <= 1);                                                                                          \
    print(&(object).value);
#define OBJECTS(name, objects, print, member)                                                                          \
    CHECK(FLAG(objects) <= 1);                                                                                         \
    if ((objects).present) {                                                                                           \
        LarkObjectList list = objects;                                                                                 \
        uint32_t count = 0;                                                                                            \
        CHECK((size_t)list.raw.offset + list.raw.len <= len);                                                          \
        for (; lark_next_item(body, len, &list, item, NULL); count++) {                                                \
            print(&item->member);                                                                                      \
        }                                                                                                              \
        CHECK(count == (objects).count);                                                                               \
    }

#include "checks.h"

static int is_fatal(LarkErrorKind kind) {
    return kind > 0 && kind < 100;
}

/* Writes the envelope, and reads that back. */
static void read_back(const char *type) {
    size_t size, resize;
    LarkErrorKind kind = lark_to_json(&e, written, sizeof written, &size, NULL);
    CHECK(kind == 0 || kind == LARK_ERROR_KIND_UNTYPED);
    if (kind != 0) {
        return;
    }
    const uint8_t *text = (const uint8_t *)written;
    kind = e.schema == LARK_SCHEMA_HEADLESS ? lark_decode_as(text, size, type, &again, NULL)
                                            : lark_decode(text, size, &again, NULL);
    CHECK(kind == 0 && again.schema == e.schema && again.event.tag == e.event.tag);
    CHECK(lark_to_json(&again, rewritten, sizeof rewritten, &resize, NULL) == 0);
    CHECK(size == resize && memcmp(written, rewritten, size) == 0);
}

/* Decodes what is in the memory at `body`, and looks at all that there is. */
static void decode(const char *type) {
    static const LarkEnvelope empty;
    LarkError error;
    LarkJson value;
    LarkErrorKind kind = type[0] != 0 ? lark_decode_as(body, len, type, &e, &error) : lark_decode(body, len, &e, &error);
    LarkErrorKind lookup = lark_json_pointer(body, len, "/event/process_id", &value, NULL);
    CHECK(kind == error.kind && error.offset <= len);
    CHECK(is_fatal(kind) ? lookup == kind : !is_fatal(lookup));
    CHECK(value.len == 0 || (value.data >= body && value.data + value.len <= body + len));
    for (size_t i = 0; i < GUARD; i++) {
        CHECK(guarded.before[i] == PAINT && guarded.behind[i] == PAINT);
    }
    CHECK((size_t)e.raw_event.offset + e.raw_event.len <= len);
    header();
    event();
    if (is_fatal(kind)) {
        CHECK(e.schema == empty.schema && e.event.tag == 0 && !e.header.event_id.present && e.raw_event.len == 0);
        errors++;
    } else {
        read_back(type);
        events++;
    }
}

static uint32_t number(void) {
    unsigned char bytes[4];
    if (fread(bytes, 1, 4, stdin) != 4) {
        printf("%lu errors, %lu events\n", errors, events);
        exit(failures == 0 ? 0 : 1);
    }
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

int main(void) {
    memset(guarded.before, PAINT, GUARD);
    memset(guarded.behind, PAINT, GUARD);
    item = calloc(1, sizeof *item);
    for (;;) {
        char type[256];
        size_t size = number(), type_size = number();
        uint8_t *input = malloc(size > 0 ? size : 1);
        if (input == NULL || type_size >= sizeof type || fread(type, 1, type_size, stdin) != type_size ||
            fread(input, 1, size, stdin) != size) {
            return 2;
        }
        type[type_size] = 0;
        for (len = 0; len <= size && failures < 20; len++) { /* in memory that ends where the part does */
            uint8_t *part = malloc(len > 0 ? len : 1);
            memcpy(part, input, len);
            body = part;
            decode(type);
            free(part);
        }
        body = input;
        len = size;
        for (size_t at = 0; at < size && failures < 20; at++) {
            uint8_t original = input[at];
            for (int byte = 0; byte < 256; byte++) {
                input[at] = (uint8_t)byte;
                decode(type);
            }
            input[at] = original;
        }
        free(input);
    }
}
