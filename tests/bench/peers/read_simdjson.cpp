// Reads events with simdjson's On-Demand into the structs of lark_event.h.
//
// What no field asks for, On-Demand does not check: it does less than the others. Its search for the structure and its
// reading of strings take what the processor has when they run; what is compiled here is for any processor of the
// architecture, as everything else.

#include "lark_event.h"
#include "simdjson.h"

#include <cstring>
#include <string_view>

#include "records.h"

using namespace simdjson;

// Absent, for every kind of field.
template <class T> static inline auto clear(T &field) -> decltype(field.offsets, void()) {
    field.present = false;
    field.count = 0;
    field.offsets[0] = 0;
}
template <class T> static inline auto clear(T &field) -> decltype(field.len, void()) {
    field.present = false;
    field.len = 0;
    field.data[0] = 0;
}
template <class T> static inline auto clear(T &field) -> decltype(field.value, void()) {
    field.present = false;
}
static inline void clear(LarkObjectList &list) {
    list.present = false;
    list.count = 0;
}

// What a value that is not of its field's type leaves: nothing if it is null.
static inline bool only_null(ondemand::value value) {
    bool is_null;
    return !value.is_null().get(is_null) && is_null;
}

template <class T> static inline bool put_text(ondemand::value value, T &field) {
    std::string_view text;
    if (value.get_string().get(text)) return only_null(value);
    if (text.size() >= sizeof field.data) return false;
    std::memcpy(field.data, text.data(), text.size());
    field.data[text.size()] = 0;
    field.len = static_cast<uint16_t>(text.size());
    field.present = true;
    return true;
}

template <class T> static inline bool put_enum(ondemand::value value, T &field) {
    int64_t number;
    if (value.get_int64().get(number)) return only_null(value);
    field.value = static_cast<int32_t>(number);
    field.present = true;
    return field.value == number;
}

static inline bool put_decimal(ondemand::value value, LarkOpt_u64 &field) {
    uint64_t number;
    if (value.get_uint64_in_string().get(number) && value.get_uint64().get(number)) return only_null(value);
    field.value = number;
    field.present = true;
    return true;
}

template <class T> static bool put_text_list(ondemand::value value, T &field) {
    ondemand::array array;
    if (value.get_array().get(array)) return only_null(value);
    size_t count = 0, used = 0;
    for (auto item : array) {
        std::string_view text;
        if (item.get_string().get(text)) return false;
        if (count + 1 >= sizeof field.offsets / sizeof field.offsets[0]) return false;
        if (text.size() >= sizeof field.data - used) return false;
        std::memcpy(field.data + used, text.data(), text.size());
        used += text.size();
        field.data[used++] = 0;
        field.offsets[++count] = static_cast<uint16_t>(used);
    }
    field.count = static_cast<uint16_t>(count);
    field.present = true;
    return true;
}

static inline bool put_object_list(ondemand::value value, LarkObjectList &list) {
    ondemand::array array;
    if (value.get_array().get(array)) return only_null(value);
    size_t count = 0;
    if (array.count_elements().get(count)) return false;
    list.count = static_cast<uint32_t>(count);
    list.present = true;
    return true;
}

template <class T> static inline bool put_object(ondemand::value value, T &field);

#include "simdjson_records.h"

template <class T> static inline bool put_object(ondemand::value value, T &field) {
    ondemand::object object;
    if (value.get_object().get(object)) return only_null(value);
    field.present = true;
    return fill(object, field.value);
}

static ondemand::parser parser;

// Reads the event in `body`, of the type `assumed` if it does not tell. Behind the body there are SIMDJSON_PADDING bytes.
extern "C" bool bench_simdjson(const char *body, size_t len, uint32_t assumed, LarkEnvelope *out) {
    ondemand::document document;
    if (parser.iterate(padded_string_view(body, len, len + SIMDJSON_PADDING)).get(document)) return false;
    ondemand::object root, header, event;
    std::string_view schema;
    if (document.get_object().get(root)) return false;
    // Looks on from where it is, and then from the start.
    if (!root["schema"].get_string().get(schema) && schema != "2.0") return false;
    if (root["header"].get_object().get(header) || !fill(header, out->header)) return false;
    const LarkText_96 &type = out->header.event_type;
    uint32_t tag = type.present ? tag_of(type.data, type.len) : assumed;
    out->schema = type.present ? LARK_SCHEMA_V2 : LARK_SCHEMA_HEADLESS;
    return !root["event"].get_object().get(event) && fill_event(event, tag, out->event);
}
