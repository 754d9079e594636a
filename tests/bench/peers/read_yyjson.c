/* Reads events with yyjson into the structs of lark_event.h. */

#include "lark_event.h"
#include "yyjson.h"

#include <stdlib.h>
#include <string.h>

#include "records.h"

#define TEXT(value, field) put_text(value, &(field).present, &(field).len, (field).data, sizeof(field).data)
#define ENUM(value, field) put_enum(value, &(field).present, &(field).value)
#define DECIMAL(value, field) put_decimal(value, &(field).present, &(field).value)
#define TEXT_LIST(value, field) \
    put_text_list(value, &(field).present, &(field).count, (field).offsets, sizeof(field).offsets / 2 - 1, (field).data, sizeof(field).data)
#define OBJECT(object, field, fill) \
    put_object(object, &(field).present) && (!(field).present || fill(object, &(field).value))
#define OBJECT_LIST(value, field) put_object_list(value, &(field))

/* Absent, for each kind of field. */
#define CLEAR_TEXT(field) ((field).present = false, (field).len = 0, (field).data[0] = 0)
#define CLEAR_ENUM(field) ((field).present = false, (field).value = 0)
#define CLEAR_DECIMAL(field) CLEAR_ENUM(field)
#define CLEAR_TEXT_LIST(field) ((field).present = false, (field).count = 0, (field).offsets[0] = 0)
#define CLEAR_OBJECT(field) ((field).present = false)
#define CLEAR_OBJECT_LIST(field) ((field).present = false, (field).count = 0)

/* Is there a value? */
static inline bool is_there(yyjson_val *value) {
    return value && !yyjson_is_null(value);
}

static inline bool put_text(yyjson_val *value, bool *present, uint16_t *len, char *data, size_t room) {
    if (yyjson_is_null(value)) return true;
    size_t bytes = yyjson_get_len(value);
    if (!yyjson_is_str(value) || bytes >= room) return false;
    memcpy(data, unsafe_yyjson_get_str(value), bytes);
    data[bytes] = 0;
    *len = (uint16_t)bytes;
    *present = true;
    return true;
}

static inline bool put_enum(yyjson_val *value, bool *present, int32_t *out) {
    *present = is_there(value);
    *out = *present ? (int32_t)yyjson_get_sint(value) : 0;
    return !*present || yyjson_is_int(value);
}

static inline bool put_decimal(yyjson_val *value, bool *present, uint64_t *out) {
    *present = is_there(value);
    *out = 0;
    if (!*present) return true;
    if (yyjson_is_uint(value)) {
        *out = yyjson_get_uint(value);
        return true;
    }
    if (!yyjson_is_str(value)) return false;
    const char *digits = unsafe_yyjson_get_str(value);
    size_t count = yyjson_get_len(value);
    if (count == 0 || count > 19) return false;
    uint64_t number = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned digit = (unsigned char)digits[i] - '0';
        if (digit > 9) return false;
        number = number * 10 + digit;
    }
    *out = number;
    return true;
}

static bool put_text_list(yyjson_val *value, bool *present, uint16_t *count, uint16_t *offsets, size_t max_items, char *data, size_t room) {
    *present = is_there(value);
    *count = 0;
    offsets[0] = 0;
    if (!*present) return true;
    if (!yyjson_is_arr(value) || yyjson_arr_size(value) > max_items) return false;
    size_t index, max, used = 0;
    yyjson_val *item;
    yyjson_arr_foreach(value, index, max, item) {
        size_t bytes = yyjson_get_len(item);
        if (!yyjson_is_str(item) || bytes >= room - used) return false;
        memcpy(data + used, unsafe_yyjson_get_str(item), bytes);
        used += bytes;
        data[used++] = 0;
        offsets[index + 1] = (uint16_t)used;
    }
    *count = (uint16_t)max;
    return true;
}

static inline bool put_object(yyjson_val *value, bool *present) {
    *present = is_there(value);
    return true;
}

static inline bool put_object_list(yyjson_val *value, LarkObjectList *list) {
    list->present = is_there(value);
    list->count = 0;
    if (!list->present) return true;
    list->count = (uint32_t)yyjson_arr_size(value);
    return yyjson_is_arr(value);
}

#include "yyjson_records.h"

static void *room;
static size_t room_len;

/* Sets the memory aside that documents of at most `len` bytes take. */
bool bench_yyjson_prepare(size_t len) {
    size_t needed = yyjson_read_max_memory_usage(len, 0);
    if (needed <= room_len) return true;
    free(room);
    room = malloc(needed);
    room_len = room ? needed : 0;
    return room != NULL;
}

/* Reads the event in `body`, of the type `assumed` if it does not tell. */
bool bench_yyjson(const char *body, size_t len, uint32_t assumed, LarkEnvelope *out) {
    yyjson_alc memory;
    if (!yyjson_alc_pool_init(&memory, room, room_len)) return false;
    yyjson_doc *document = yyjson_read_opts((char *)body, len, 0, &memory, NULL);
    yyjson_val *root = yyjson_doc_get_root(document);
    if (!yyjson_is_obj(root)) return false;
    yyjson_obj_iter members = yyjson_obj_iter_with(root);
    yyjson_val *schema = yyjson_obj_iter_getn(&members, "schema", 6);
    if (schema && !yyjson_equals_strn(schema, "2.0", 3)) return false;
    if (!fill_Header(yyjson_obj_iter_getn(&members, "header", 6), &out->header)) return false;
    const LarkText_96 *type = &out->header.event_type;
    uint32_t tag = type->present ? tag_of(type->data, type->len) : assumed;
    out->schema = type->present ? LARK_SCHEMA_V2 : LARK_SCHEMA_HEADLESS;
    yyjson_val *event = yyjson_obj_iter_getn(&members, "event", 5);
    return event && fill_event(event, tag, &out->event);
}
