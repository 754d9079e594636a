/* The session of the long connection, driven in memory; and what a careless caller may do with it. */
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "frames.h"

#define KIND(name) LARK_ERROR_KIND_##name
#define IS_TEXT(data, len, text) ((len) == strlen(text) && memcmp(data, text, len) == 0)
#define REPLY(text) ((const uint8_t *)(text)), strlen(text)
#define ADDRESS "wss://localhost/ws/v2?device_id=1&service_id=7&ticket=t"
#define GOOD "{\"code\":0,\"msg\":\"\",\"data\":{\"URL\":\"" ADDRESS "\",\"ClientConfig\":{\"PingInterval\":90}}}"
#define EVENT                                                                                                          \
    "{\"schema\":\"2.0\",\"header\":{\"event_id\":\"e1\",\"event_type\":\"corehr.process.updated_v2\"},"               \
    "\"event\":{\"process_id\":\"70\",\"status\":9}}"

static LarkSession session;
static uint8_t bytes[1024];
static LarkPart parts[8];
static LarkEndpoint endpoint;
static LarkAction action;
static LarkReceived received;
static LarkError error;
static uint8_t out[FRAME_ROOM + 64];
static struct frame frame, expected;
static const uint8_t ping[] = {0x08, 0, 0x10, 0, 0x18, 7, 0x20, 0, 0x2a, 12, 0x0a, 4, 't', 'y', 'p', 'e',
                               0x12, 4, 'p', 'i', 'n', 'g'};

/* Polls, which must succeed, and returns what is to be done. */
static LarkActionKind poll_at(uint64_t now_ms) {
    CHECK(lark_session_poll(&session, now_ms, out, sizeof out, &action) == 0);
    return action.kind;
}

static LarkErrorKind receive(uint64_t now_ms) {
    /* In memory of exactly its size, so that a tool sees the byte behind it; the ack is not used after that. */
    uint8_t *exact = malloc(frame.len > 0 ? frame.len : 1);
    LarkErrorKind kind;
    memcpy(exact, frame.data, frame.len);
    kind = lark_session_handle_message(&session, exact, frame.len, now_ms, &received, &error);
    CHECK(kind == error.kind);
    free(exact);
    return kind;
}

static LarkErrorKind receive_part(const char *sum, const char *seq, const char *payload, size_t len, uint64_t now_ms) {
    data_frame(&frame, "event", "m1", sum, seq, payload, len);
    return lark_session_handle_message(&session, frame.data, frame.len, now_ms, &received, &error);
}

/* A session that is open since 0, and has sent its ping. */
static void open_session(void) {
    CHECK(lark_session_init(&session, bytes, sizeof bytes, parts, 8, 1) == 0);
    CHECK(poll_at(0) == LARK_ACTION_KIND_CONNECT);
    CHECK(lark_endpoint_read(&endpoint, REPLY(GOOD), &error) == 0 && error.kind == 0);
    CHECK(lark_session_handle_endpoint(&session, &endpoint, 0));
    CHECK(lark_session_handle_open(&session, 0) == 0);
    CHECK(poll_at(0) == LARK_ACTION_KIND_SEND && action.len == sizeof ping);
    CHECK(memcmp(action.message, ping, sizeof ping) == 0 && action.message == out);
}

static void requests(void) {
    char text[256];
    size_t len;
    const char body[] = "{\"AppID\":\"cli_1\",\"AppSecret\":\"a\\\"b\"}";
    CHECK(lark_endpoint_request("cli_1", 5, "a\"b", 3, text, sizeof text, &len) == 0);
    CHECK(IS_TEXT(text, len, body) && text[len] == 0);
    for (size_t cap = 0; cap <= sizeof body; cap++) {
        char *exact = malloc(cap > 0 ? cap : 1);
        LarkErrorKind kind = lark_endpoint_request("cli_1", 5, "a\"b", 3, exact, cap, &len);
        CHECK(kind == (cap == sizeof body ? 0 : KIND(BUFFER_FULL)) && len == (kind == 0 ? cap - 1 : 0));
        CHECK(cap == 0 || kind == 0 || exact[0] == 0);
        free(exact);
    }
    CHECK(lark_endpoint_request(NULL, 0, NULL, 0, text, sizeof text, NULL) == 0);
    CHECK(lark_endpoint_request(NULL, 1, "", 0, text, sizeof text, &len) == KIND(INVALID_ARGUMENT) && len == 0);
    CHECK(lark_endpoint_request("", 0, NULL, 1, text, sizeof text, NULL) == KIND(INVALID_ARGUMENT));
    CHECK(lark_endpoint_request("\xff", 1, "", 0, text, sizeof text, NULL) == KIND(INVALID_ARGUMENT) && text[0] == 0);
    CHECK(lark_endpoint_request("", 0, "", 0, NULL, 0, &len) == KIND(INVALID_ARGUMENT) && len == 0);
}

static void replies(void) {
    const char *good = GOOD;
    CHECK(lark_endpoint_read(&endpoint, REPLY(good), NULL) == 0 && endpoint.code == LARK_ENDPOINT_CODE_OK);
    CHECK(strcmp(endpoint.url.data, ADDRESS) == 0 && endpoint.config.ping_interval_s == 90);
    CHECK(endpoint.config.reconnect_count == -1 && endpoint.config.reconnect_interval_s == 120);
    for (size_t len = 0; len < strlen(good); len++) {
        memset(&endpoint, 0xff, sizeof endpoint); /* whatever was there */
        CHECK(lark_endpoint_read(&endpoint, (const uint8_t *)good, len, &error) == KIND(UNEXPECTED_END));
        CHECK(error.offset == len && endpoint.url.len == 0 && endpoint.code == 0);
    }
    CHECK(lark_endpoint_read(&endpoint, REPLY("{\"code\":0}"), &error) == KIND(MISSING));
    CHECK(lark_endpoint_read(&endpoint, REPLY("[]"), &error) == KIND(TYPE));
    CHECK(lark_endpoint_read(&endpoint, REPLY("{\"code\":514,\"msg\":\"no\"}"), &error) == 0);
    CHECK(endpoint.code == LARK_ENDPOINT_CODE_AUTH_FAILED && strcmp(endpoint.msg.data, "no") == 0);
    CHECK(lark_endpoint_read(NULL, REPLY(good), &error) == KIND(INVALID_ARGUMENT));
    CHECK(lark_endpoint_read(&endpoint, NULL, 1, &error) == KIND(INVALID_ARGUMENT) && endpoint.url.len == 0);
    CHECK(lark_endpoint_read((LarkEndpoint *)(void *)((char *)&endpoint + 1), REPLY(good), NULL) ==
          KIND(INVALID_ARGUMENT));
    CHECK(!lark_endpoint_code_is_fatal(LARK_ENDPOINT_CODE_OK) && lark_endpoint_code_is_fatal(9));
    CHECK(!lark_endpoint_code_is_fatal(LARK_ENDPOINT_CODE_SYSTEM_BUSY));
    CHECK(lark_endpoint_code_is_fatal(LARK_ENDPOINT_CODE_WRONG_DOMAIN));
    CHECK(strcmp(lark_endpoint_code_name(LARK_ENDPOINT_CODE_CONNECTION_LIMIT), "CONNECTION_LIMIT") == 0);
    CHECK(lark_endpoint_code_name(2) == NULL && strcmp(LARK_ENDPOINT_PATH, "/callback/ws/endpoint") == 0);
}

static void pings_and_pongs(void) {
    open_session();
    CHECK(session.pongs == 0 && session.config.ping_interval_s == 90);
    CHECK(poll_at(1) == LARK_ACTION_KIND_WAIT && action.until_ms == LARK_SESSION_PONG_TIMEOUT_MS);
    begin(&frame, 0, 0, "pong");
    put_bytes(&frame, 8, "{\"PingInterval\":10}", 19);
    CHECK(receive(20) == 0 && received.kind == LARK_RECEIVED_KIND_NOTHING);
    CHECK(session.pongs == 1 && session.last_pong_ms == 20 && session.config.ping_interval_s == 10);
    CHECK(poll_at(21) == LARK_ACTION_KIND_WAIT && action.until_ms == 10020);
    begin(&frame, 0, 0, "pong");
    put_bytes(&frame, 8, "{", 1);
    CHECK(receive(22) == KIND(UNEXPECTED_END) && session.config.ping_interval_s == 10);
    session.config.ping_interval_s = 0; /* a caller may write there; it is no reason to ping without a pause */
    CHECK(poll_at(10020) == LARK_ACTION_KIND_SEND && memcmp(out, ping, sizeof ping) == 0);
    CHECK(poll_at(10020) == LARK_ACTION_KIND_WAIT && action.until_ms > 10020);
}

/* Nobody answers: the connection is cut, and another is tried after a pause. */
static void silence(void) {
    uint64_t now_ms;
    open_session();
    CHECK(poll_at(1) == LARK_ACTION_KIND_WAIT);
    CHECK(poll_at(LARK_SESSION_PONG_TIMEOUT_MS) == LARK_ACTION_KIND_DISCONNECT);
    CHECK(lark_session_handle_disconnect(&session, LARK_SESSION_PONG_TIMEOUT_MS) == 0);
    CHECK(poll_at(LARK_SESSION_PONG_TIMEOUT_MS) == LARK_ACTION_KIND_WAIT);
    now_ms = action.until_ms;
    CHECK(now_ms > LARK_SESSION_PONG_TIMEOUT_MS && now_ms <= LARK_SESSION_PONG_TIMEOUT_MS + 1000);
    CHECK(poll_at(now_ms) == LARK_ACTION_KIND_CONNECT && session.connection == 2);
    CHECK(poll_at(now_ms) == LARK_ACTION_KIND_WAIT && action.until_ms == now_ms + LARK_SESSION_CONNECT_TIMEOUT_MS);
    CHECK(poll_at(action.until_ms) == LARK_ACTION_KIND_DISCONNECT);
}

static void events(void) {
    size_t len;
    open_session();
    CHECK(receive_part("1", "0", EVENT, strlen(EVENT), 100) == 0 && received.kind == LARK_RECEIVED_KIND_EVENT);
    CHECK(IS_TEXT(received.json, received.json_len, EVENT) && session.unanswered == 1);
    CHECK(received.ack.message == frame.data && received.ack.len == frame.len);
    CHECK(received.ack.received_ms == 100 && received.ack.connection == 1);
    answer_to(&expected, "event", "m1", "1", "0", "23", "{\"code\":200}");
    for (size_t cap = 0; cap < expected.len; cap++) {
        uint8_t *exact = malloc(cap > 0 ? cap : 1);
        CHECK(lark_session_answer(&session, &received.ack, true, 123, exact, cap, &len) == KIND(BUFFER_FULL));
        CHECK(len == 0 && session.unanswered == 1);
        free(exact);
    }
    CHECK(lark_session_answer(&session, &received.ack, true, 123, out, sizeof out, &len) == 0 && len == expected.len);
    CHECK(memcmp(out, expected.data, len) == 0 && session.unanswered == 0);
    CHECK(receive_part("1", "0", "", 0, 130) == 0 && received.kind == LARK_RECEIVED_KIND_EVENT);
    CHECK(received.json == NULL && received.json_len == 0);
    answer_to(&expected, "event", "m1", "1", "0", "0", "{\"code\":500}");
    CHECK(lark_session_answer(&session, &received.ack, false, 130, out, sizeof out, &len) == 0 && len == expected.len);
    CHECK(memcmp(out, expected.data, len) == 0);
    /* A card, and a type of tomorrow: somebody may know what to do. */
    data_frame(&frame, "card", "m2", "1", "0", "{}", 2);
    CHECK(receive(140) == 0 && received.kind == LARK_RECEIVED_KIND_UNHANDLED && received.json == NULL);
    data_frame(&frame, "unheard-of", "m3", "1", "0", "{}", 2);
    CHECK(receive(140) == 0 && received.kind == LARK_RECEIVED_KIND_UNHANDLED && session.unanswered == 2);
    begin(&frame, 1, 0, "ping");
    CHECK(receive(140) == 0 && received.kind == LARK_RECEIVED_KIND_NOTHING);
}

static void split_events(void) {
    const size_t half = strlen(EVENT) / 2;
    open_session();
    CHECK(receive_part("2", "1", EVENT + half, strlen(EVENT) - half, 0) == 0);
    CHECK(received.kind == LARK_RECEIVED_KIND_NOTHING && session.unanswered == 0);
    CHECK(receive_part("2", "0", EVENT, half, 1) == 0 && received.kind == LARK_RECEIVED_KIND_EVENT);
    CHECK(IS_TEXT(received.json, received.json_len, EVENT) && received.json >= bytes && received.json < bytes + 1024);
    CHECK(receive_part("2", "0", EVENT, half, 2) == 0 && received.kind == LARK_RECEIVED_KIND_NOTHING); /* late */
    CHECK(receive_part("2", "2", "x", 1, 3) == KIND(PART) && error.found == 2 && error.limit == 2);
    CHECK(receive_part("0", "0", "x", 1, 3) == KIND(PART) && receive_part("2", "-1", "x", 1, 3) == KIND(PART));
    CHECK(receive_part("x", "0", "x", 1, 3) == KIND(PART) && received.kind == 0 && received.ack.message == NULL);
    CHECK(receive_part("4294967296", "0", "x", 1, 3) == KIND(PART));
    data_frame(&frame, "event", "m4", "9", "0", "x", 1);
    CHECK(receive(4) == KIND(PARTS_FULL) && error.found == 9 && error.limit == 8);
    data_frame(&frame, "event", "m5", "2", "0", (const char *)expected.data, sizeof bytes + 1);
    CHECK(receive(4) == KIND(PARTS_FULL) && error.limit == sizeof bytes);
    data_frame(&frame, "event", "", "2", "0", "x", 1);
    CHECK(receive(4) == KIND(PART));
    data_frame(&frame, "event", "m6", "2", "0", "x", 1);
    CHECK(receive(5) == 0);
    data_frame(&frame, "event", "m6", "2", "1", "y", 1);
    CHECK(receive(6 + LARK_SESSION_PART_TTL_MS) == 0 && received.kind == LARK_RECEIVED_KIND_NOTHING);
}

static void broken_frames(void) {
    struct frame whole;
    open_session();
    data_frame(&whole, "event", "m1", "1", "0", EVENT, strlen(EVENT));
    for (size_t len = 0; len < whole.len; len++) {
        size_t answer = 1;
        memcpy(frame.data, whole.data, len);
        frame.len = len;
        received.kind = -1;
        if (receive(0) == 0) { /* cut between two fields: without payload, or without a header */
            CHECK(received.kind == LARK_RECEIVED_KIND_EVENT || received.kind == LARK_RECEIVED_KIND_UNHANDLED);
        } else {
            CHECK(error.kind == KIND(FRAME) || error.kind == KIND(FRAME_FIELD));
            CHECK(received.kind == LARK_RECEIVED_KIND_NOTHING && received.ack.message == NULL);
            CHECK(lark_session_answer(&session, &received.ack, true, 0, out, sizeof out, &answer) == 0 && answer == 0);
        }
    }
    frame = whole;
    for (size_t at = 0; at < whole.len; at++) { /* anything at all may come, but nothing may go wrong with it */
        for (int bit = 0; bit < 8; bit++) {
            frame.data[at] = (uint8_t)(whole.data[at] ^ 1 << bit);
            receive(0);
        }
        frame.data[at] = whole.data[at];
    }
    CHECK(lark_error_message(&error, (char *)out, sizeof out) > 0 || error.kind == 0);
    CHECK(receive_part("1", "0", EVENT, strlen(EVENT), 0) == 0 && received.kind == LARK_RECEIVED_KIND_EVENT);
}

static void lost_connections(void) {
    size_t len = 1;
    open_session();
    CHECK(receive_part("1", "0", EVENT, strlen(EVENT), 0) == 0);
    CHECK(lark_session_handle_disconnect(&session, 0) == 0);
    CHECK(lark_session_answer(&session, &received.ack, true, 0, out, sizeof out, &len) == 0 && len == 0);
    CHECK(poll_at(0) == LARK_ACTION_KIND_WAIT && action.until_ms < 30000); /* somewhere within the nonce */
    CHECK(poll_at(30000) == LARK_ACTION_KIND_CONNECT);
    CHECK(lark_session_handle_endpoint(&session, &endpoint, 30000) && lark_session_handle_open(&session, 30000) == 0);
    CHECK(poll_at(30000) == LARK_ACTION_KIND_SEND);
    CHECK(lark_session_answer(&session, &received.ack, true, 0, out, sizeof out, &len) == 0 && len == 0);
}

/* What the platform says to the question where to connect to, and what the session makes of it. */
static LarkActionKind refuse(const char *reply) {
    CHECK(lark_session_init(&session, NULL, 0, NULL, 0, 1) == 0 && poll_at(0) == LARK_ACTION_KIND_CONNECT);
    CHECK(lark_endpoint_read(&endpoint, REPLY(reply), NULL) == 0);
    CHECK(!lark_session_handle_endpoint(&session, &endpoint, 0));
    return poll_at(0);
}

static LarkActionKind refuse_handshake(const char *status, size_t status_len, const char *code, size_t code_len) {
    CHECK(lark_session_init(&session, NULL, 0, NULL, 0, 1) == 0 && poll_at(0) == LARK_ACTION_KIND_CONNECT);
    CHECK(lark_session_handle_refusal(&session, status, status_len, code, code_len, 0) == 0);
    return poll_at(0);
}

static void refusals(void) {
    CHECK(refuse("{\"code\":1}") == LARK_ACTION_KIND_WAIT && refuse("{\"code\":1000040343}") == LARK_ACTION_KIND_WAIT);
    CHECK(refuse("{\"code\":1000040345}") == LARK_ACTION_KIND_END && action.end == LARK_END_REFUSED);
    CHECK(action.code == LARK_ENDPOINT_CODE_INVALID_CREDENTIAL && poll_at(9) == LARK_ACTION_KIND_END);
    CHECK(refuse("{\"code\":-5}") == LARK_ACTION_KIND_END && action.code == -5);
    CHECK(refuse_handshake("403", 3, NULL, 0) == LARK_ACTION_KIND_END);
    CHECK(action.end == LARK_END_REFUSED && action.code == LARK_ENDPOINT_CODE_FORBIDDEN);
    CHECK(refuse_handshake("514", 3, "1000040350", 10) == LARK_ACTION_KIND_END);
    CHECK(action.code == LARK_ENDPOINT_CODE_CONNECTION_LIMIT);
    CHECK(refuse_handshake("514", 3, "1000040349", 10) == LARK_ACTION_KIND_WAIT);
    CHECK(refuse_handshake(NULL, 0, NULL, 0) == LARK_ACTION_KIND_WAIT);
    CHECK(refuse_handshake("\xff", 1, "\xff", 1) == LARK_ACTION_KIND_WAIT);
    CHECK(lark_session_init(&session, NULL, 0, NULL, 0, 1) == 0);
    session.config.reconnect_count = 0;
    CHECK(poll_at(0) == LARK_ACTION_KIND_CONNECT && lark_session_handle_disconnect(&session, 0) == 0);
    CHECK(poll_at(0) == LARK_ACTION_KIND_END && action.end == LARK_END_GAVE_UP && action.code == 0);
}

static void closing(void) {
    size_t len;
    open_session();
    CHECK(receive_part("1", "0", EVENT, strlen(EVENT), 0) == 0 && lark_session_close(&session) == 0);
    CHECK(poll_at(1) == LARK_ACTION_KIND_WAIT); /* the answer is owed */
    LarkAck ack = received.ack;
    struct frame later = frame;
    ack.message = later.data;
    CHECK(receive_part("1", "0", EVENT, strlen(EVENT), 1) == 0 && received.kind == LARK_RECEIVED_KIND_NOTHING);
    CHECK(lark_session_answer(&session, &ack, true, 1, out, sizeof out, &len) == 0 && len > 0);
    CHECK(poll_at(1) == LARK_ACTION_KIND_END && action.end == LARK_END_CLOSED && action.code == 0);
    CHECK(lark_session_init(&session, NULL, 0, NULL, 0, 1) == 0 && lark_session_close(&session) == 0);
    CHECK(poll_at(0) == LARK_ACTION_KIND_END && action.end == LARK_END_CLOSED);
}

static void without_memory(void) {
    CHECK(lark_session_init(&session, NULL, 0, NULL, 0, 1) == 0 && poll_at(0) == LARK_ACTION_KIND_CONNECT);
    CHECK(lark_endpoint_read(&endpoint, REPLY(GOOD), NULL) == 0);
    CHECK(lark_session_handle_endpoint(&session, &endpoint, 0) && lark_session_handle_open(&session, 0) == 0);
    CHECK(receive_part("1", "0", EVENT, strlen(EVENT), 0) == 0 && received.kind == LARK_RECEIVED_KIND_EVENT);
    CHECK(receive_part("2", "0", EVENT, strlen(EVENT), 0) == KIND(PARTS_FULL));
}

static void misuse(void) {
    LarkSession *crooked = (LarkSession *)(void *)((char *)&session + 1);
    const LarkErrorKind wrong = KIND(INVALID_ARGUMENT);
    LarkSession none;
    LarkAck ack;
    size_t len = 1;
    memset(&none, 0, sizeof none);
    CHECK(lark_session_init(NULL, bytes, 1, parts, 1, 1) == wrong);
    CHECK(lark_session_init(crooked, bytes, 1, parts, 1, 1) == wrong);
    CHECK(lark_session_init(&session, NULL, 1, parts, 1, 1) == wrong && memcmp(&session, &none, sizeof none) == 0);
    CHECK(lark_session_init(&session, bytes, 1, NULL, 1, 1) == wrong);
    CHECK(lark_session_init(&session, bytes, 1, (LarkPart *)(void *)((char *)parts + 1), 1, 1) == wrong);
    CHECK(lark_session_init(&session, bytes, SIZE_MAX, parts, 1, 1) == wrong);
    CHECK(lark_session_init(&session, bytes, (size_t)UINT32_MAX + 1, parts, 1, 1) == wrong);
    CHECK(lark_session_init(&session, bytes, 1, parts, SIZE_MAX, 1) == wrong);
    /* All zero: over, and stays so whatever is called. */
    CHECK(poll_at(0) == LARK_ACTION_KIND_END && action.end == LARK_END_CLOSED);
    CHECK(!lark_session_handle_endpoint(&session, &endpoint, 0) && lark_session_handle_open(&session, 0) == 0);
    CHECK(lark_session_handle_disconnect(&session, 0) == 0 && lark_session_close(&session) == 0);
    CHECK(lark_session_handle_refusal(&session, "403", 3, NULL, 0, 0) == 0);
    CHECK(receive_part("2", "0", "x", 1, 0) == 0 && received.kind == LARK_RECEIVED_KIND_NOTHING);
    CHECK(poll_at(0) == LARK_ACTION_KIND_END && memcmp(&session, &none, sizeof none) == 0);
    open_session();
    CHECK(lark_session_poll(NULL, 0, out, 64, &action) == wrong && action.kind == LARK_ACTION_KIND_NONE);
    CHECK(lark_session_poll(crooked, 0, out, 64, &action) == wrong);
    CHECK(lark_session_poll(&session, 0, out, 64, NULL) == wrong);
    CHECK(lark_session_poll(&session, 0, NULL, 64, &action) == wrong && action.kind == LARK_ACTION_KIND_NONE);
    begin(&frame, 0, 0, "pong");
    CHECK(receive(0) == 0);
    CHECK(lark_session_poll(&session, 90000, out, 21, &action) == KIND(BUFFER_FULL) && action.message == NULL);
    CHECK(lark_session_poll(&session, 90000, out, LARK_SESSION_PING_ROOM, &action) == 0 && action.len == sizeof ping);
    CHECK(!lark_session_handle_endpoint(NULL, &endpoint, 0) && !lark_session_handle_endpoint(&session, NULL, 0));
    CHECK(!lark_session_handle_endpoint(&session, (LarkEndpoint *)(void *)((char *)&endpoint + 1), 0));
    CHECK(lark_session_handle_open(NULL, 0) == wrong && lark_session_handle_disconnect(crooked, 0) == wrong);
    CHECK(lark_session_close(NULL) == wrong && lark_session_handle_refusal(NULL, NULL, 0, NULL, 0, 0) == wrong);
    CHECK(lark_session_handle_refusal(&session, NULL, 1, NULL, 0, 0) == wrong);
    CHECK(lark_session_handle_refusal(&session, NULL, 0, NULL, 1, 0) == wrong);
    CHECK(receive_part("1", "0", EVENT, strlen(EVENT), 0) == 0);
    ack = received.ack;
    CHECK(lark_session_handle_message(NULL, frame.data, frame.len, 0, &received, &error) == wrong);
    CHECK(received.kind == LARK_RECEIVED_KIND_NOTHING && received.ack.message == NULL);
    CHECK(lark_session_handle_message(&session, NULL, 1, 0, &received, NULL) == wrong);
    CHECK(lark_session_handle_message(&session, NULL, 0, 0, &received, NULL) == KIND(FRAME_FIELD));
    CHECK(lark_session_handle_message(&session, frame.data, frame.len, 0, NULL, &error) == wrong);
    CHECK(error.kind == wrong);
    CHECK(lark_session_answer(NULL, &ack, true, 0, out, sizeof out, &len) == wrong && len == 0);
    CHECK(lark_session_answer(&session, NULL, true, 0, out, sizeof out, &len) == wrong);
    CHECK(lark_session_answer(&session, &ack, true, 0, NULL, 0, &len) == wrong);
    CHECK(lark_session_answer(&session, &ack, true, 0, out, sizeof out, NULL) == wrong && session.unanswered == 1);
    ack.message = NULL;
    CHECK(lark_session_answer(&session, &ack, true, 0, out, sizeof out, &len) == wrong);
    ack.message = ping;
    ack.len = 5;
    CHECK(lark_session_answer(&session, &ack, true, 0, out, sizeof out, &len) == KIND(FRAME));
    CHECK(session.unanswered == 1 && len == 0);
    /* An address that something else has written to. */
    open_session();
    CHECK(lark_session_handle_disconnect(&session, 0) == 0 && poll_at(1000) == LARK_ACTION_KIND_CONNECT);
    memset(&endpoint, 0xff, sizeof endpoint);
    endpoint.code = LARK_ENDPOINT_CODE_OK;
    CHECK(lark_session_handle_endpoint(&session, &endpoint, 1000) && lark_session_handle_open(&session, 1000) == 0);
    CHECK(poll_at(1000) == LARK_ACTION_KIND_SEND);
}

int main(void) {
    requests();
    replies();
    pings_and_pongs();
    silence();
    events();
    split_events();
    broken_frames();
    lost_connections();
    refusals();
    closing();
    without_memory();
    misuse();
    return failures == 0 ? 0 : 1;
}
