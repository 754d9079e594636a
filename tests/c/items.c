/* Lists of objects: what is in them, and what a careless caller gets. */
#include <lark_event.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define ARGUMENT LARK_ERROR_KIND_INVALID_ARGUMENT

static const char text[] = "{\"schema\":\"2.0\",\"header\":{\"event_type\":\"corehr.company.updated_v2\"},\"event\":{"
                           "\"sub_events\":[ {\"entity\":\"address\",\"opt_type\":1,\"field_changes\":[\"a\",\"bc\"]},"
                           "{\"opt_type\":[],\"id\":\"2\"} , {}],\"company_id\":\"7\"}}";
#define BODY ((const uint8_t *)text)
#define LEN (sizeof text - 1)

static LarkEnvelope envelope;
static LarkItem item;
static LarkError error;

/* The list as decoding finds it. */
static LarkObjectList sub_events(void) {
    LarkErrorKind kind = lark_decode(BODY, LEN, &envelope, &error);
    char field[64];
    CHECK(kind == LARK_ERROR_KIND_TYPE && error.offset == strstr(text, "[],") - text);
    CHECK(lark_error_field(&error, field, sizeof field) > 0 && strcmp(field, "event.sub_events.opt_type") == 0);
    CHECK(envelope.event.tag == LARK_EVENT_COMPANY_UPDATED);
    return envelope.event.company_updated.sub_events;
}

static void objects(void) {
    LarkObjectList list = sub_events();
    char field[64];
    CHECK(lark_item_size() == sizeof item);
    CHECK(list.present && list.count == 3 && list.item == LARK_ITEM_SUB_EVENT);
    CHECK(text[list.raw.offset] == '[' && text[list.raw.offset + list.raw.len - 1] == ']');
    CHECK(lark_next_item(BODY, LEN, &list, &item, &error) && error.kind == 0);
    CHECK(item.tag == LARK_ITEM_SUB_EVENT && strcmp(item.sub_event.entity.data, "address") == 0);
    CHECK(item.sub_event.opt_type.present && item.sub_event.opt_type.value == LARK_SUB_EVENT_OPT_TYPE_ADDED);
    CHECK(item.sub_event.field_changes.count == 2 && !item.sub_event.id.present);
    /* One wrong field costs nothing but that field. */
    CHECK(lark_next_item(BODY, LEN, &list, &item, &error) && error.kind == LARK_ERROR_KIND_TYPE);
    CHECK(lark_error_field(&error, field, sizeof field) > 0 && strcmp(field, "event.sub_events.opt_type") == 0);
    CHECK(error.offset == strstr(text, "[],") - text && !item.sub_event.opt_type.present);
    CHECK(item.tag == LARK_ITEM_SUB_EVENT && strcmp(item.sub_event.id.data, "2") == 0 && !item.sub_event.entity.present);
    CHECK(lark_next_item(BODY, LEN, &list, &item, &error) && error.kind == 0 && !item.sub_event.id.present);
    for (int i = 0; i < 3; i++) { /* it stays at its end */
        CHECK(!lark_next_item(BODY, LEN, &list, &item, &error) && error.kind == 0 && item.tag == LARK_ITEM_NONE);
    }
    /* The event's own list is as it was. */
    CHECK(envelope.event.company_updated.sub_events.count == 3);
    list = envelope.event.company_updated.sub_events;
    CHECK(lark_next_item(BODY, LEN, &list, &item, NULL) && strcmp(item.sub_event.entity.data, "address") == 0);
    /* What holds a list is not written again. */
    CHECK(lark_to_json(&envelope, NULL, 0, NULL, &error) == ARGUMENT);
    char out[512];
    CHECK(lark_to_json(&envelope, out, sizeof out, NULL, &error) == LARK_ERROR_KIND_UNTYPED && out[0] == 0);
}

/* Whether no object is found, and the error says that it is the body. */
static int is_refused(const uint8_t *body, size_t len, LarkObjectList list) {
    memset(&item, 0x5a, sizeof item);
    bool found = lark_next_item(body, len, &list, &item, &error);
    return !found && item.tag == LARK_ITEM_NONE && error.kind != 0 && (error.kind < 100 || error.kind == ARGUMENT);
}

static void careless(void) {
    LarkObjectList whole = sub_events(), list = whole;
    static LarkItem two[2];
    CHECK(!lark_next_item(NULL, 1, &list, &item, &error) && error.kind == ARGUMENT && item.tag == LARK_ITEM_NONE);
    CHECK(!lark_next_item(BODY, SIZE_MAX, &list, &item, &error) && error.kind == ARGUMENT);
    CHECK(!lark_next_item(BODY, LEN, NULL, &item, &error) && error.kind == ARGUMENT);
    CHECK(!lark_next_item(BODY, LEN, &list, NULL, &error) && error.kind == ARGUMENT);
    CHECK(!lark_next_item(BODY, LEN, &list, (LarkItem *)(void *)((char *)two + 1), &error) && error.kind == ARGUMENT);
    CHECK(!lark_next_item(NULL, 0, NULL, NULL, NULL));
    CHECK(list.count == 3); /* no such call takes anything off it */
    CHECK(is_refused(NULL, 0, whole) && is_refused(BODY, 0, whole) && is_refused(BODY, LEN / 2, whole));
    memset(&list, 0, sizeof list); /* an absent list */
    CHECK(!lark_next_item(BODY, LEN, &list, &item, &error) && error.kind == 0 && item.tag == LARK_ITEM_NONE);
    /* Another body, a shorter one in memory of that size, and a list that something else has written to. */
    CHECK(is_refused((const uint8_t *)"{\"a\":1}", 7, whole));
    for (size_t len = 0; len < LEN; len++) {
        uint8_t *part = malloc(len > 0 ? len : 1);
        memcpy(part, text, len);
        list = whole;
        int count = 0;
        while (count < 9 && lark_next_item(part, len, &list, &item, &error)) {
            count++;
        }
        CHECK(count < 9 && item.tag == LARK_ITEM_NONE);
        CHECK(len >= whole.raw.offset + whole.raw.len ? count == 3 && error.kind == 0 : error.kind != 0);
        free(part);
    }
    for (uint32_t tag = 0; tag < 300; tag++) {
        list = whole;
        list.item = tag < 200 ? tag : UINT32_MAX - tag;
        int known = 0;
#define IS_KNOWN(type, member, number) known |= list.item == (uint32_t)(number);
        LARK_ITEM_TYPES(IS_KNOWN)
        CHECK(lark_next_item(BODY, LEN, &list, &item, &error) == known && item.tag == (known ? list.item : 0));
        CHECK(known || error.kind == ARGUMENT);
    }
    for (int byte = 1; byte < 256; byte += 2) { /* each with another item before */
        memset(&item, byte, sizeof item);
        memset(&list, byte, sizeof list);
        CHECK(!lark_next_item(BODY, LEN, &list, &item, &error) && item.tag == LARK_ITEM_NONE);
        memset(&item, byte, sizeof item);
        list = whole;
        CHECK(lark_next_item(BODY, LEN, &list, &item, &error) && item.tag == LARK_ITEM_SUB_EVENT);
        CHECK(!item.sub_event.id.present && strcmp(item.sub_event.entity.data, "address") == 0);
    }
    for (uint32_t place = 0; place <= LEN + 1; place++) { /* wherever it is, no byte outside of the body is read */
        list = whole;
        list.raw.offset = place;
        list.raw.len = UINT32_MAX - (place & 1 ? 0 : place);
        list.count = UINT32_MAX;
        for (int count = 0; count < 9 && lark_next_item(BODY, LEN, &list, &item, &error); count++) {
        }
    }
    list = whole;
    memset(list.field, 0xff, sizeof list.field);
    CHECK(lark_next_item(BODY, LEN, &list, &item, &error) && lark_next_item(BODY, LEN, &list, &item, &error));
    CHECK(error.kind == LARK_ERROR_KIND_TYPE && lark_error_field(&error, NULL, 0) < 100);
}

int main(void) {
    objects();
    careless();
    return failures == 0 ? 0 : 1;
}
