/* Memory that is exactly as large as it is said to be, or one byte less, at any alignment: a tool sees every byte too many. */
#include <lark_event.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "frames.h"

#define ARGUMENT LARK_ERROR_KIND_INVALID_ARGUMENT

static const char event[] = "{\"schema\":\"2.0\",\"header\":{\"event_id\":\"e1\",\"event_type\":\"corehr.job_change.updated_v2\"},"
                            "\"event\":{\"status\":4,\"operate_reason\":\"\\u6d41\xe6\xb5\x81\",\"updated_fields\":[\"a\",\"bc\"]}}";
static const char reply[] = "{\"code\":0,\"data\":{\"URL\":\"wss://localhost/?service_id=7\",\"ClientConfig\":{\"PingInterval\":9}}}";
#define LEN (sizeof event - 1)

static LarkEnvelope envelope;

/* A block of memory that ends where the bytes end, and begins `shift` bytes after where `malloc` aligns. */
struct block {
    uint8_t *memory, *data;
};

static struct block block(const void *bytes, size_t len, size_t shift) {
    struct block made;
    made.memory = malloc(len + shift > 0 ? len + shift : 1);
    made.data = made.memory + shift;
    if (len > 0) {
        memcpy(made.data, bytes, len);
    }
    return made;
}

static void bodies(void) {
    for (size_t len = 0; len <= LEN; len++) {
        for (size_t shift = 0; shift < 17; shift += len == LEN || len % 16 == 0 ? 1 : 16) {
            struct block body = block(event, len, shift);
            LarkError error;
            LarkErrorKind kind = lark_decode(body.data, len, &envelope, &error);
            CHECK(kind == (len == LEN ? 0 : LARK_ERROR_KIND_UNEXPECTED_END) && (kind == 0 || error.offset == len));
            CHECK(lark_decode_as(body.data, len, "corehr.process.updated_v2", &envelope, NULL) == kind);
            LarkJson value;
            CHECK(lark_json_pointer(body.data, len, "/event/updated_fields/1", &value, NULL) == kind);
            CHECK(value.kind == (len == LEN ? LARK_JSON_KIND_STRING : LARK_JSON_KIND_NONE));
            free(body.memory);
        }
    }
    CHECK(lark_decode(NULL, 0, &envelope, NULL) == LARK_ERROR_KIND_UNEXPECTED_END);
}

static void replies(void) {
    static LarkEndpoint endpoint;
    for (size_t len = 0; len < sizeof reply; len++) {
        struct block body = block(reply, len, len % 3);
        LarkErrorKind kind = lark_endpoint_read(&endpoint, body.data, len, NULL);
        CHECK((kind == 0) == (len == sizeof reply - 1));
        free(body.memory);
    }
    /* Buffers for a request that are too small by any number of bytes. */
    size_t needed = strlen("{\"AppID\":\"cli_1\",\"AppSecret\":\"s\\\"\"}");
    for (size_t cap = 0; cap <= needed + 1; cap++) {
        char *out = malloc(cap > 0 ? cap : 1);
        CHECK((lark_endpoint_request("cli_1", 5, "s\"", 2, out, cap, NULL) == 0) == (cap > needed));
        free(out);
    }
}

static void messages(void) {
    static LarkSession session;
    static struct frame frame;
    static LarkEndpoint endpoint;
    LarkPart *parts = malloc(2 * sizeof *parts);
    uint8_t *bytes = malloc(8), *ping = malloc(LARK_SESSION_PING_ROOM);
    LarkAction action;
    CHECK(lark_session_init(&session, bytes, 8, parts, 2, 1) == 0);
    CHECK(lark_session_poll(&session, 0, ping, LARK_SESSION_PING_ROOM, &action) == 0 && action.kind == LARK_ACTION_KIND_CONNECT);
    CHECK(lark_endpoint_read(&endpoint, (const uint8_t *)reply, sizeof reply - 1, NULL) == 0);
    CHECK(lark_session_handle_endpoint(&session, &endpoint, 0) && lark_session_handle_open(&session, 0) == 0);
    data_frame(&frame, "event", "m", "1", "0", "{}", 2);
    for (size_t len = 0; len <= frame.len; len++) {
        struct block message = block(frame.data, len, len % 5);
        LarkReceived received;
        LarkErrorKind kind = lark_session_handle_message(&session, message.data, len, 0, &received, NULL);
        /* Some of a frame is a frame too. */
        CHECK(len < frame.len || (kind == 0 && received.kind == LARK_RECEIVED_KIND_EVENT));
        for (size_t cap = 0; kind == 0 && received.kind != 0 && cap <= len + LARK_SESSION_ANSWER_ROOM; cap++) {
            uint8_t *out = malloc(cap > 0 ? cap : 1);
            size_t written;
            kind = lark_session_answer(&session, &received.ack, true, 0, out, cap, &written);
            CHECK(kind == 0 ? written <= cap && cap > len : kind == LARK_ERROR_KIND_BUFFER_FULL);
            kind = 0;
            free(out);
        }
        free(message.memory);
    }
    /* Parts that fill the session's memory to the last byte, and one byte more. */
    for (size_t len = 4; len <= 5; len++) {
        LarkReceived received = {0};
        for (int seq = 0; seq < 2; seq++) {
            data_frame(&frame, "event", len == 4 ? "a" : "b", "2", seq == 0 ? "0" : "1", "{}  \n", len);
            lark_session_handle_message(&session, frame.data, frame.len, 0, &received, NULL);
        }
        CHECK((received.kind == LARK_RECEIVED_KIND_EVENT && received.json_len == 8) == (len == 4));
    }
    free(parts);
    free(bytes);
    free(ping);
}

static void requests(void) {
    static LarkWebhook webhook;
    static const char body[] = "{\"challenge\":\"abc\",\"token\":\"tok\",\"type\":\"url_verification\"}";
    CHECK(lark_webhook_init(&webhook, NULL, 0, "tok", 3) == 0);
    for (size_t len = 0; len < sizeof body; len++) {
        struct block content = block(body, len, len % 7), name = block("X-Lark-Request-Nonce", 20, 1), value = block("n", 1, 0);
        LarkHttpHeader *header = malloc(sizeof *header);
        LarkDelivery delivery;
        header->name = (char *)name.data, header->name_len = 20;
        header->value = (char *)value.data, header->value_len = 1;
        LarkErrorKind kind = lark_webhook_open(&webhook, header, 1, content.data, len, 0, &delivery, NULL);
        CHECK((kind == 0 && delivery.kind == LARK_DELIVERY_KIND_CHALLENGE && delivery.len == 3) == (len == sizeof body - 1));
        free(content.memory);
        free(name.memory);
        free(value.memory);
        free(header);
    }
    CHECK(lark_webhook_open(&webhook, NULL, 0, NULL, 0, 0, NULL, NULL) != 0);
}

/* Results may be stored at any address. */
static void results(void) {
    char *memory = malloc(sizeof(LarkError) + sizeof(size_t) + 2), out[512];
    LarkError *error = (LarkError *)(void *)(memory + 1);
    size_t *len = (size_t *)(void *)(memory + 1 + sizeof *error), copy;
    LarkError found;
    CHECK(lark_decode((const uint8_t *)"{", 1, &envelope, error) == LARK_ERROR_KIND_UNEXPECTED_END);
    memcpy(&found, memory + 1, sizeof found);
    CHECK(found.kind == LARK_ERROR_KIND_UNEXPECTED_END && found.offset == 1);
    CHECK(lark_decode((const uint8_t *)event, LEN, &envelope, error) == 0);
    CHECK(lark_to_json(&envelope, out, sizeof out, len, error) == 0);
    memcpy(&copy, memory + 1 + sizeof *error, sizeof copy);
    CHECK(copy == strlen(out) && copy > 50);
    free(memory);
}

int main(void) {
    bodies();
    replies();
    messages();
    requests();
    results();
    return failures == 0 ? 0 : 1;
}
