/* Requests that are verified and decoded in one call, and careless callers of it. */
#include <lark_event.h>
#include <string.h>
#include "check.h"

#define KIND(name) LARK_ERROR_KIND_##name
#define EVENT(token, status)                                                                                             \
    "{\"schema\":\"2.0\",\"header\":{\"event_id\":\"1\",\"event_type\":\"corehr.process.cc.updated_v2\",\"token\":" token \
    "},\"event\":{\"process_id\":\"7072306364927985196\",\"status\":" status "}}"
#define GOOD EVENT("\"tok\"", "5")

static LarkWebhook webhook;
static LarkDelivery delivery;
static LarkEnvelope envelope;
static LarkError error;
static uint8_t body[1024];

static LarkErrorKind receive(const char *text) {
    size_t len = strlen(text);
    LarkErrorKind kind;
    memcpy(body, text, len);
    memset(&delivery, 0x55, sizeof delivery);
    kind = lark_webhook_receive(&webhook, NULL, 0, body, len, 0, &envelope, &delivery, &error);
    CHECK(error.kind == kind);
    return kind;
}

static int is_refused(void) {
    return delivery.kind == LARK_DELIVERY_KIND_NONE && delivery.data == NULL && delivery.len == 0;
}

static int is_empty(void) {
    return envelope.event.tag == LARK_EVENT_NONE && envelope.schema == LARK_SCHEMA_NONE && envelope.raw_event.len == 0 &&
           !envelope.header.event_id.present && !envelope.header.token.present;
}

/* Not even in memory that no member of it tells of. */
static int is_wiped(void) {
    const unsigned char *bytes = (const unsigned char *)&envelope;
    size_t at = 0;
    while (at < sizeof envelope && bytes[at] == 0) at++;
    return at == sizeof envelope;
}

static void requests(void) {
    CHECK(receive(GOOD) == KIND(INVALID_ARGUMENT) && is_refused() && is_empty());
    CHECK(lark_webhook_init(&webhook, NULL, 0, "tok", 3) == 0);
    CHECK(receive(GOOD) == 0 && delivery.kind == LARK_DELIVERY_KIND_EVENT);
    CHECK(delivery.data == body && delivery.len == strlen(GOOD));
    CHECK(envelope.event.tag == LARK_EVENT_PROCESS_CC_UPDATED && envelope.event.process_cc_updated.status.value == 5);
    CHECK(strcmp(envelope.header.event_id.data, "1") == 0 && body[envelope.raw_event.offset] == '{');
    /* A field is wrong: genuine all the same, and all others are there. */
    CHECK(receive(EVENT("\"tok\"", "[]")) == KIND(TYPE) && delivery.kind == LARK_DELIVERY_KIND_EVENT);
    CHECK(!envelope.event.process_cc_updated.status.present && envelope.event.process_cc_updated.process_id.present);
    /* Another token: refused, and nothing is left. */
    CHECK(receive(EVENT("\"not\"", "5")) == KIND(TOKEN) && is_refused() && is_empty() && is_wiped());
    CHECK(receive(GOOD) == 0 && !is_empty());
    CHECK(receive("{\"challenge\":\"abc\",\"token\":\"tok\",\"type\":\"url_verification\"}") == 0 && is_empty());
    CHECK(delivery.kind == LARK_DELIVERY_KIND_CHALLENGE && delivery.len == 3 && memcmp(delivery.data, "abc", 3) == 0);
    CHECK(receive("{") == KIND(UNEXPECTED_END) && is_refused() && is_empty());
    /* With an Encrypt Key: a challenge is not signed, and an event must be. */
    CHECK(lark_webhook_init(&webhook, "test key", 8, "tok", 3) == 0);
    CHECK(receive("{\"encrypt\":\"AAECAwQFBgcICQoLDA0OD6alpwIsMFbSsWTHppjb1mF1g3fSG1j6ixO5Wwk/"
                  "tA9VD80LJtkVgGA/sICTcBkE4I3h4EEoG7JS2demHHi+NA0=\"}") == 0);
    CHECK(delivery.kind == LARK_DELIVERY_KIND_CHALLENGE && delivery.len == 3);
    CHECK(receive(GOOD) == KIND(UNVERIFIED) && is_refused() && is_empty());
}

static void careless(void) {
    LarkHttpHeader broken = {NULL, 1, NULL, 0};
    size_t len = strlen(GOOD);
    CHECK(lark_webhook_init(&webhook, NULL, 0, "tok", 3) == 0);
#define REFUSED(webhook, headers, count, body, len, envelope, delivery)                                                  \
    CHECK(receive(GOOD) == 0);                                                                                           \
    CHECK(lark_webhook_receive(webhook, headers, count, body, len, 0, envelope, delivery, &error) ==                     \
              KIND(INVALID_ARGUMENT) &&                                                                                  \
          error.kind == KIND(INVALID_ARGUMENT))
    REFUSED(NULL, NULL, 0, body, len, &envelope, &delivery);
    CHECK(is_refused() && is_empty());
    REFUSED(&webhook, NULL, 1, body, len, &envelope, &delivery);
    CHECK(is_refused() && is_empty());
    REFUSED(&webhook, &broken, 1, body, len, &envelope, &delivery);
    CHECK(is_refused() && is_empty());
    REFUSED(&webhook, NULL, 0, NULL, len, &envelope, &delivery);
    CHECK(is_refused() && is_empty());
    REFUSED(&webhook, NULL, 0, body, len, NULL, &delivery);
    CHECK(is_refused() && !is_empty());
    REFUSED(&webhook, NULL, 0, body, len, (LarkEnvelope *)((char *)&envelope + 1), &delivery);
    CHECK(is_refused() && !is_empty());
    REFUSED(&webhook, NULL, 0, body, len, &envelope, NULL);
    CHECK(is_empty());
    /* A tag that no event has, and nobody who wants to know what is wrong. */
    envelope.event.tag = (LarkEvent_Tag)12345;
    memcpy(body, GOOD, len);
    CHECK(lark_webhook_receive(&webhook, NULL, 0, body, len, 0, &envelope, &delivery, NULL) == 0);
    CHECK(envelope.event.tag == LARK_EVENT_PROCESS_CC_UPDATED);
}

int main(void) {
    requests();
    careless();
    lark_webhook_clear(&webhook);
    return failures == 0 ? 0 : 1;
}
