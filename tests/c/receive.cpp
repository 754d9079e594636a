// The C++ layer over requests that are verified and decoded in one call.
#include <cstddef>
#include <cstdint>
#include <lark_event.hpp>
#include <string>
#include <string_view>

#include "check.h"

static std::string event(std::string_view token, std::string_view status) {
    return R"({"schema":"2.0","header":{"event_id":"1","event_type":"corehr.process.cc.updated_v2","token":")" +
           std::string(token) + R"("},"event":{"process_id":"7072306364927985196","status":)" + std::string(status) + "}}";
}

int main() {
    static lark::Envelope envelope;
    lark::Webhook webhook;
    lark::Delivery delivery;
    std::string body;
    const auto receive = [&](std::string text) {
        body = std::move(text);
        return webhook.receive(nullptr, 0, reinterpret_cast<std::uint8_t *>(body.data()), body.size(), 0, envelope,
                               delivery);
    };
    CHECK(receive(event("tok", "5")).kind() == LARK_ERROR_KIND_INVALID_ARGUMENT && !delivery.is_event());
    CHECK(!webhook.init({}, "tok"));
    CHECK(!receive(event("tok", "5")) && delivery.is_event() && delivery.text() == body);
    const auto *found = envelope.event_if<LarkProcessCcUpdated>();
    CHECK(found != nullptr && found->status.value == 5 && envelope.raw_event(delivery.text()).front() == '{');
    CHECK(receive(event("tok", "{}")).kind() == LARK_ERROR_KIND_TYPE && delivery.is_event());
    CHECK(envelope.event_if<LarkProcessCcUpdated>() != nullptr);
    CHECK(receive(event("not", "5")).kind() == LARK_ERROR_KIND_TOKEN && !delivery.is_event());
    CHECK(envelope.tag() == LARK_EVENT_NONE && lark::reply(receive(event("not", "5")), &delivery).status == 401);
    CHECK(!receive(R"({"challenge":"abc","token":"tok","type":"url_verification"})") && delivery.is_challenge());
    CHECK(delivery.text() == "abc" && envelope.tag() == LARK_EVENT_NONE);
    return failures == 0 ? 0 : 1;
}
