// The C++ layer over lookups by JSON Pointer.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <lark_event.hpp>
#include <limits>
#include <string>
#include <string_view>

#include "check.h"

static constexpr std::string_view body = R"({"schema":"2.0","header":{"event_type":"im.message.receive_v1"},"event":{
    "sender":{"sender_id":{"open_id":"ou_84aad35d"},"bot":false},
    "message":{"create_time":"1609073151345","size":-9223372036854775808,"more":9223372036854775808,
               "content":"{\"text\":\"\u6d41\u0000\"}","mentions":null,"parts":[1, 2.5, [true]]}}})";

static lark::Json find(std::string_view json, const char *pointer) {
    lark::Json value;
    CHECK(!value.find(json, pointer));
    return value;
}

static void values(std::string_view event) {
    lark::Json value = find(event, "/sender/sender_id/open_id");
    CHECK(value.found() && value.is_string() && value.text() == "ou_84aad35d" && value.json() == "\"ou_84aad35d\"");
    CHECK(!value.integer() && !value.boolean() && !value.is_null() && !value.is_array() && !value.is_object());
    value = find(event, "/message/content");
    CHECK(value.text() == std::string("{\"text\":\"\xe6\xb5\x81\0\"}", 15));
    value = find(event, "/sender/bot");
    CHECK(value.boolean() == false && !value.text() && value.kind() == LARK_JSON_KIND_BOOLEAN);
    CHECK(find(event, "/message/size").integer() == std::numeric_limits<std::int64_t>::min());
    value = find(event, "/message/more");
    CHECK(!value.integer() && value.json() == "9223372036854775808" && !value.text());
    CHECK(find(event, "/message/mentions").is_null() && find(event, "/message/mentions").found());
    CHECK(!find(event, "/message/mentions/0").found() && find(event, "/nothing").json().empty());
    value = find(event, "/message/parts");
    CHECK(value.is_array() && find(value.json(), "/0").integer() == 1 && find(value.json(), "/2/0").boolean() == true);
    CHECK(find(event, "").is_object() && find(event, "").json() == event);
    CHECK(!value.find(value.json(), "/1") && value.json() == "2.5" && !value.integer());
}

static void faults(std::string_view event) {
    lark::Json value = find(event, "/sender/bot");
    lark::Error error = value.find("{\"a\":1,\"a\":2}", "/a");
    CHECK(error.kind() == LARK_ERROR_KIND_DUPLICATE && error.offset() == 7 && !value.found() && !value.boolean());
    error = value.find(event, "sender");
    CHECK(error.kind() == LARK_ERROR_KIND_INVALID_ARGUMENT && !error.message().empty());
    CHECK(value.find({}, "").kind() == LARK_ERROR_KIND_UNEXPECTED_END && value.raw().data == nullptr);
    CHECK(!lark::Json().found() && !lark::Json().text());
}

static void buffers(std::string_view event) {
    const lark::Json value = find(event, "/sender/sender_id/open_id");
    char out[12];
    std::size_t len = 0;
    CHECK(!value.text(out, sizeof out, len) && std::string_view(out, len) == "ou_84aad35d");
    CHECK(value.text(out, 11, len).kind() == LARK_ERROR_KIND_BUFFER_FULL && len == 11 && out[0] == 0);
    CHECK(find(event, "/message").text(out, sizeof out, len).kind() == LARK_ERROR_KIND_INVALID_ARGUMENT && len == 0);
}

int main() {
    static lark::Envelope envelope;
    CHECK(!envelope.decode(body) && envelope.tag() == LARK_EVENT_UNKNOWN);
    const std::string_view event = envelope.raw_event(body);
    values(event);
    faults(event);
    buffers(event);
    return failures == 0 ? 0 : 1;
}
