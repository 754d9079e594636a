// The C++ layer over the webhook.
#include <cstdio>
#include <lark_event.hpp>
#include <new>
#include <string>
#include <type_traits>
#include "check.h"
#include "vectors.h"

static_assert(!std::is_copy_constructible_v<lark::Webhook> && !std::is_move_constructible_v<lark::Webhook>);
static_assert(!std::is_copy_constructible_v<lark::Dedup<4>> && !std::is_move_assignable_v<lark::Dedup<4>>);

static lark::Error open(const lark::Webhook &webhook, std::string &body, lark::Delivery &delivery, bool is_signed) {
    const LarkHttpHeader headers[] = {lark::http_header("x-lark-request-timestamp", "1700000000"),
                                      lark::http_header("x-lark-request-nonce", "nonce"),
                                      lark::http_header("x-lark-signature", S3_SIGNATURE)};
    return webhook.open(headers, is_signed ? 3 : 0, reinterpret_cast<std::uint8_t *>(body.data()), body.size(), 0,
                        delivery);
}

static void requests() {
    static lark::Envelope envelope;
    lark::Webhook webhook;
    lark::Delivery delivery;
    std::string body = S3_BODY;
    lark::Error error = open(webhook, body, delivery, true);
    CHECK(error.kind() == LARK_ERROR_KIND_INVALID_ARGUMENT && lark::reply(error, &delivery).status == 500);
    CHECK(webhook.init({}, {}) && webhook.init(std::string_view(), {}) && webhook.init("key", ""));
    CHECK(!webhook.init("test key", "tok") && webhook.max_body() == LARK_WEBHOOK_MAX_BODY);
    error = open(webhook, body, delivery, true);
    CHECK(!error && delivery.is_event() && !delivery.is_challenge() && delivery.text() == S3_EVENT);
    CHECK(!envelope.decode(delivery.text()) && envelope.event_if<LarkProcessCcUpdated>() != nullptr);
    CHECK(lark::reply(error, &delivery).body == "{\"msg\":\"success\"}");
    body = "{\"encrypt\":\"" D3_ENCRYPT "\"}";
    error = open(webhook, body, delivery, false);
    CHECK(!error && delivery.is_challenge() && delivery.text() == "abc");
    CHECK(lark::reply(error, &delivery).body == "{\"challenge\":\"abc\"}");
    error = open(webhook, body, delivery, false);
    CHECK(error.kind() == LARK_ERROR_KIND_UNVERIFIED && delivery.text().empty() && !error.message().empty());
    CHECK(lark::reply(error, &delivery).status == 401);
    CHECK(lark::reply(lark::Error::of_kind(LARK_ERROR_KIND_HANDLER)).status == 500);
    CHECK(lark::reply(lark::Error()).status == 200);
    CHECK(!webhook.init("new", "new") && !webhook.set_previous("test key", "tok"));
    body = S3_BODY;
    CHECK(!open(webhook, body, delivery, true));
    webhook.set_tolerance_ms(1);
    body = S3_BODY;
    CHECK(open(webhook, body, delivery, true).kind() == LARK_ERROR_KIND_STALE);
    webhook.set_max_body(5);
    CHECK(open(webhook, body, delivery, true).kind() == LARK_ERROR_KIND_TOO_LARGE);
    webhook.init_insecure();
    body = "{\"type\":\"url_verification\",\"challenge\":\"" + std::string(1000, '\x7f') + "\\u0001\"}";
    CHECK(!open(webhook, body, delivery, false) && lark::reply({}, &delivery).body.size() == 1000 + 6 + 16);
    webhook.clear();
    CHECK(open(webhook, body, delivery, false).kind() == LARK_ERROR_KIND_INVALID_ARGUMENT);
}

static void destructor() {
    alignas(lark::Webhook) static unsigned char memory[sizeof(lark::Webhook)];
    auto *webhook = new (memory) lark::Webhook;
    CHECK(!webhook->init("test key", {}));
    int rest = 0;
    for (const unsigned char byte : memory) {
        rest |= byte;
    }
    CHECK(rest != 0);
    webhook->~Webhook();
    const volatile unsigned char *bytes = memory;
    for (std::size_t i = 0; i < sizeof memory; i++) {
        CHECK(bytes[i] == 0);
    }
}

static void dedup() {
    static lark::Dedup<4> window;
    CHECK(window.begin("a", 0) == LARK_SEEN_NEW && window.begin("a", 0) == LARK_SEEN_IN_PROGRESS);
    window.abort("a");
    CHECK(window.begin("a", 0) == LARK_SEEN_NEW);
    window.commit("a", 0);
    CHECK(window.begin("a", LARK_DEDUP_TTL_MS - 1) == LARK_SEEN_DUPLICATE);
    CHECK(window.begin("a", LARK_DEDUP_TTL_MS) == LARK_SEEN_NEW && window.begin({}, 0) == LARK_SEEN_INVALID);
}

int main() {
    requests();
    destructor();
    dedup();
    return failures == 0 ? 0 : 1;
}
