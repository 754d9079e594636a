/* Every function of the webhook: the vectors, the order of the checks, and what a careless caller may do. */
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "check.h"
#include "vectors.h" /* written by the test: requests that the platform's side in tests/lark_platform.py has made */

#define KIND(name) LARK_ERROR_KIND_##name
#define ARGUMENT KIND(INVALID_ARGUMENT)
#define TEXT(text) (text), strlen(text)
#define NOW 1700000000000u
#define SUCCESS "{\"msg\":\"success\"}"

static LarkWebhook webhook;
static LarkDelivery delivery;
static LarkEnvelope envelope;
static LarkError error;
static uint8_t *body;
static char out[1024];

/* Exactly as long as the text, so that a tool sees the byte behind it. */
static size_t load(const char *text) {
    size_t len = strlen(text);
    free(body);
    body = malloc(len > 0 ? len : 1);
    if (body == NULL) {
        exit(3);
    }
    memcpy(body, text, len);
    return len;
}

static LarkHttpHeader header(const char *name, const char *value) {
    LarkHttpHeader result;
    result.name = name;
    result.name_len = strlen(name);
    result.value = value;
    result.value_len = strlen(value);
    return result;
}

/* Opens a body with the three headers; those that are NULL are left out. */
static LarkErrorKind open_with(const char *timestamp, const char *nonce, const char *signature, const char *text) {
    LarkHttpHeader headers[4];
    size_t count = 0;
    size_t len = load(text);
    LarkErrorKind kind;
    headers[count++] = header("Host", "localhost");
    if (timestamp != NULL) {
        headers[count++] = header("x-lark-request-timestamp", timestamp);
    }
    if (nonce != NULL) {
        headers[count++] = header("X-LARK-REQUEST-NONCE", nonce);
    }
    if (signature != NULL) {
        headers[count++] = header("X-Lark-Signature", signature);
    }
    memset(&delivery, 0x55, sizeof delivery);
    kind = lark_webhook_open(&webhook, headers, count, body, len, NOW, &delivery, &error);
    CHECK(error.kind == kind);
    if (kind != 0) {
        CHECK(delivery.kind == LARK_DELIVERY_KIND_NONE && delivery.data == NULL && delivery.len == 0);
    } else {
        CHECK(delivery.data >= body && delivery.data + delivery.len <= body + len);
    }
    return kind;
}

static LarkErrorKind open_unsigned(const char *text) { return open_with(NULL, NULL, NULL, text); }

static int is(const char *text) {
    return delivery.len == strlen(text) && memcmp(delivery.data, text, delivery.len) == 0;
}

static int is_zero(const void *memory, size_t len) {
    const unsigned char *bytes = memory;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != 0) {
            return 0;
        }
    }
    return 1;
}

static void vectors(void) {
    char upper[65];
    CHECK(lark_webhook_init(&webhook, TEXT("test key"), TEXT("tok")) == 0);
    /* D3: a challenge, encrypted and not signed. */
    CHECK(open_unsigned("{\"encrypt\":\"" D3_ENCRYPT "\"}") == 0);
    CHECK(delivery.kind == LARK_DELIVERY_KIND_CHALLENGE && is("abc"));
    CHECK(open_unsigned("{\"encrypt\":\"" D3_ENCRYPT "\"} ") == 0);
    /* S3: an event. */
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == 0 && delivery.kind == LARK_DELIVERY_KIND_EVENT);
    CHECK(is(S3_EVENT));
    CHECK(lark_decode(delivery.data, delivery.len, &envelope, &error) == 0);
    CHECK(envelope.event.tag == LARK_EVENT_PROCESS_CC_UPDATED);
    CHECK(strcmp(envelope.header.event_id.data, "00000000000000000000000000000001") == 0);
    /* D1: what is inside is no JSON. */
    CHECK(open_with("1700000000", "n", D1_SIGNATURE, D1_BODY) == KIND(EXPECTED_VALUE) && error.offset == 0);
    CHECK(is_zero(body, sizeof D1_BODY - 1)); /* nothing is left of what had been decrypted */
    /* Upper-case digits are the same signature. */
    for (size_t i = 0; i < sizeof upper; i++) {
        upper[i] = (char)(S3_SIGNATURE[i] >= 'a' ? S3_SIGNATURE[i] - 32 : S3_SIGNATURE[i]);
    }
    CHECK(open_with("1700000000", "nonce", upper, S3_BODY) == 0);
    /* S1: a good signature, over a body that is not encrypted. S2: SHA-1, of old cards. */
    CHECK(lark_webhook_init(&webhook, TEXT("encrypt_key"), NULL, 0) == 0);
    CHECK(open_with("1700000000", "abc123", S1_SIGNATURE, "{\"challenge\":\"x\"}") == KIND(NOT_ENCRYPTED));
    CHECK(open_with("1700000000", "abc123", S1_SIGNATURE, "{\"challenge\":\"y\"}") == KIND(SIGNATURE));
    CHECK(open_with("1700000000", "abc123", S2_SIGNATURE, "{\"challenge\":\"x\"}") == KIND(SIGNATURE_HEADER));
}

static void refusals(void) {
    char message[128];
    LarkHttpHeader twice[4];
    CHECK(lark_webhook_init(&webhook, TEXT("test key"), TEXT("tok")) == 0);
    CHECK(open_with(NULL, "nonce", S3_SIGNATURE, S3_BODY) == KIND(SIGNATURE_HEADER));
    CHECK(open_with("1700000000", NULL, S3_SIGNATURE, S3_BODY) == KIND(SIGNATURE_HEADER));
    CHECK(open_with("1700000000", "nonce", NULL, S3_BODY) == KIND(SIGNATURE_HEADER));
    lark_error_message(&error, message, sizeof message);
    CHECK(strstr(message, "X-Lark-Signature") != NULL);
    CHECK(open_with("17e8", "nonce", S3_SIGNATURE, S3_BODY) == KIND(SIGNATURE_HEADER));
    CHECK(open_with("1700000000", "nonce", "0", S3_BODY) == KIND(SIGNATURE_HEADER));
    CHECK(open_with("1700000001", "nonce", S3_SIGNATURE, S3_BODY) == KIND(SIGNATURE));
    CHECK(memcmp(body, S3_BODY, sizeof S3_BODY - 1) == 0); /* refused before it is touched */
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY " ") == KIND(SIGNATURE));
    CHECK(open_unsigned(S3_BODY) == KIND(UNVERIFIED));
    CHECK(open_unsigned("{}") == KIND(UNVERIFIED) && open_unsigned("") == KIND(UNVERIFIED));
    CHECK(open_unsigned("{\"challenge\":\"x\",\"token\":\"tok\",\"type\":\"url_verification\"}") == KIND(UNVERIFIED));
    twice[0] = header("X-Lark-Signature", S3_SIGNATURE);
    twice[1] = header("X-Lark-Request-Timestamp", "1700000000");
    twice[2] = header("X-Lark-Request-Nonce", "nonce");
    twice[3] = header("x-lark-signature", S3_SIGNATURE);
    CHECK(lark_webhook_open(&webhook, twice, 3, body, load(S3_BODY), NOW, &delivery, NULL) == 0);
    CHECK(lark_webhook_open(&webhook, twice, 4, body, load(S3_BODY), NOW, &delivery, NULL) == KIND(SIGNATURE_HEADER));
    /* The token, with and without a key. */
    CHECK(lark_webhook_init(&webhook, TEXT("test key"), TEXT("another")) == 0);
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == KIND(TOKEN));
    CHECK(open_unsigned("{\"encrypt\":\"" D3_ENCRYPT "\"}") == KIND(UNVERIFIED));
    CHECK(lark_webhook_init(&webhook, NULL, 0, TEXT("tok")) == 0);
    CHECK(open_unsigned("{\"challenge\":\"x\",\"token\":\"tok\",\"type\":\"url_verification\"}") == 0 && is("x"));
    CHECK(open_unsigned("{\"challenge\":\"x\",\"token\":\"tik\",\"type\":\"url_verification\"}") == KIND(TOKEN));
    CHECK(open_unsigned(S3_EVENT) == 0 && delivery.kind == LARK_DELIVERY_KIND_EVENT);
    CHECK(open_unsigned("{\"header\":{\"token\":\"\"}}") == KIND(TOKEN) && open_unsigned("{}") == KIND(TOKEN));
    CHECK(open_unsigned("{\"encrypt\":\"\"}") == KIND(ENCRYPTED));
    CHECK(open_unsigned("{\"header\":") == KIND(UNEXPECTED_END) && error.offset == 10);
    CHECK(open_unsigned("{\"header\":{}}x") == KIND(TRAILING_BYTES));
    CHECK(lark_webhook_init_insecure(&webhook) == 0);
    CHECK(open_unsigned("{}") == 0 && delivery.kind == LARK_DELIVERY_KIND_EVENT && is("{}"));
}

static void limits(void) {
    CHECK(lark_webhook_init(&webhook, TEXT("test key"), NULL, 0) == 0);
    CHECK(webhook.max_body == LARK_WEBHOOK_MAX_BODY && webhook.tolerance_ms == 0 && !webhook.insecure);
    CHECK(webhook.encrypt_keys[0].present && webhook.encrypt_keys[0].len == 8 && !webhook.encrypt_keys[1].present);
    CHECK(memcmp(webhook.encrypt_keys[0].bytes, "test key", 9) == 0 && !webhook.verification_tokens[0].present);
    CHECK(lark_webhook_set_max_body(&webhook, sizeof S3_BODY - 2) == 0);
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == KIND(TOO_LARGE));
    CHECK(error.found == sizeof S3_BODY - 1 && error.limit == sizeof S3_BODY - 2);
    CHECK(lark_webhook_set_max_body(&webhook, sizeof S3_BODY - 1) == 0);
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == 0);
    CHECK(lark_webhook_set_tolerance_ms(&webhook, 1) == 0);
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == 0);
    for (int step = -2; step <= 2; step++) {
        LarkHttpHeader headers[3];
        headers[0] = header("X-Lark-Request-Timestamp", "1700000000");
        headers[1] = header("X-Lark-Request-Nonce", "nonce");
        headers[2] = header("X-Lark-Signature", S3_SIGNATURE);
        CHECK(lark_webhook_open(&webhook, headers, 3, body, load(S3_BODY), NOW + (uint64_t)step, &delivery, NULL) ==
              (step == -2 || step == 2 ? KIND(STALE) : 0));
    }
}

static void rotation(void) {
    CHECK(lark_webhook_init(&webhook, TEXT("new key"), TEXT("new")) == 0);
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == KIND(SIGNATURE));
    CHECK(lark_webhook_set_previous(&webhook, TEXT("test key"), TEXT("tok")) == 0);
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == 0);
    CHECK(open_unsigned("{\"encrypt\":\"" D3_ENCRYPT "\"}") == 0 && is("abc"));
    CHECK(lark_webhook_set_previous(&webhook, TEXT("test key"), NULL, 0) == 0);
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == KIND(TOKEN));
    CHECK(lark_webhook_set_previous(&webhook, TEXT("test key"), TEXT("")) == ARGUMENT);
    CHECK(is_zero(&webhook.encrypt_keys[1], sizeof(LarkSecret)) && webhook.encrypt_keys[0].present);
    CHECK(lark_webhook_set_previous(&webhook, TEXT("test key"), TEXT("tok")) == 0);
    CHECK(lark_webhook_set_previous(&webhook, NULL, 1, TEXT("tok")) == ARGUMENT);
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == KIND(SIGNATURE));
    CHECK(lark_webhook_set_previous(&webhook, TEXT("test key"), TEXT("tok")) == 0);
    CHECK(lark_webhook_set_previous(&webhook, NULL, 0, NULL, 0) == 0);
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == KIND(SIGNATURE));
    /* None beside a current one that is not there. */
    CHECK(lark_webhook_init(&webhook, TEXT("key"), NULL, 0) == 0);
    CHECK(lark_webhook_set_previous(&webhook, NULL, 0, TEXT("tok")) == ARGUMENT);
    CHECK(lark_webhook_init_insecure(&webhook) == 0);
    CHECK(lark_webhook_set_previous(&webhook, TEXT("key"), NULL, 0) == ARGUMENT);
    memset(&webhook, 0, sizeof webhook);
    CHECK(lark_webhook_set_previous(&webhook, TEXT("key"), NULL, 0) == ARGUMENT && is_zero(&webhook, sizeof webhook));
}

static void secrets(void) {
    char longest[130];
    memset(longest, 'k', sizeof longest);
    CHECK(lark_webhook_init(&webhook, longest, 128, longest, 128) == 0);
    CHECK(lark_webhook_init(&webhook, longest, 1, NULL, 0) == 0 && lark_webhook_init(&webhook, NULL, 0, "t", 1) == 0);
#define REFUSED(...)                                                                                                   \
    memset(&webhook, 0x55, sizeof webhook);                                                                            \
    CHECK(lark_webhook_init(&webhook, __VA_ARGS__) == ARGUMENT && is_zero(&webhook, sizeof webhook));                  \
    CHECK(open_unsigned("{}") == ARGUMENT)
    REFUSED(NULL, 0, NULL, 0);
    REFUSED("", 0, NULL, 0);
    REFUSED(NULL, 0, "", 0);
    REFUSED("", 0, "token", 5);
    REFUSED("key", 3, "", 0);
    REFUSED(longest, 129, NULL, 0);
    REFUSED("key", 3, longest, 129);
    REFUSED(NULL, 3, "token", 5);
    REFUSED("key", 3, NULL, 5);
    REFUSED("key", SIZE_MAX, NULL, 0);
    REFUSED("\xff\xfe", 2, NULL, 0);
}

static void pointers(void) {
    LarkHttpHeader headers[3];
    LarkWebhook *crooked = (LarkWebhook *)(void *)((char *)&webhook + 1);
    size_t len = load(S3_BODY);
    headers[0] = header("X-Lark-Request-Timestamp", "1700000000");
    headers[1] = header("X-Lark-Request-Nonce", "nonce");
    headers[2] = header("X-Lark-Signature", S3_SIGNATURE);
    CHECK(lark_webhook_init(NULL, "key", 3, NULL, 0) == ARGUMENT);
    CHECK(lark_webhook_init(crooked, "key", 3, NULL, 0) == ARGUMENT);
    CHECK(lark_webhook_init_insecure(NULL) == ARGUMENT && lark_webhook_init_insecure(crooked) == ARGUMENT);
    CHECK(lark_webhook_set_previous(NULL, "key", 3, NULL, 0) == ARGUMENT);
    CHECK(lark_webhook_set_max_body(NULL, 1) == ARGUMENT && lark_webhook_set_max_body(crooked, 1) == ARGUMENT);
    CHECK(lark_webhook_set_tolerance_ms(NULL, 1) == ARGUMENT && lark_webhook_set_tolerance_ms(crooked, 1) == ARGUMENT);
    lark_webhook_clear(NULL);
    lark_webhook_clear(crooked);
    CHECK(lark_webhook_init(&webhook, "test key", 8, NULL, 0) == 0);
#define OPEN(...) lark_webhook_open(__VA_ARGS__, NOW, &delivery, &error)
    CHECK(OPEN(NULL, headers, 3, body, len) == ARGUMENT && OPEN(crooked, headers, 3, body, len) == ARGUMENT);
    CHECK(OPEN(&webhook, NULL, 3, body, len) == ARGUMENT);
    CHECK(OPEN(&webhook, (LarkHttpHeader *)(void *)((char *)headers + 1), 1, body, len) == ARGUMENT);
    CHECK(OPEN(&webhook, headers, SIZE_MAX, body, len) == ARGUMENT);
    CHECK(OPEN(&webhook, headers, SIZE_MAX / sizeof *headers, body, len) == ARGUMENT);
    CHECK(OPEN(&webhook, headers, 3, NULL, len) == ARGUMENT && delivery.kind == LARK_DELIVERY_KIND_NONE);
    CHECK(OPEN(&webhook, headers, 3, body, SIZE_MAX) == ARGUMENT);
    CHECK(OPEN(&webhook, NULL, 0, NULL, 0) == KIND(UNVERIFIED));
    CHECK(OPEN(&webhook, headers, 3, NULL, 0) == KIND(SIGNATURE));
    CHECK(lark_webhook_open(&webhook, headers, 3, body, len, NOW, NULL, &error) == ARGUMENT && error.kind == ARGUMENT);
    CHECK(lark_webhook_open(&webhook, headers, 3, body, len, NOW, NULL, NULL) == ARGUMENT);
    headers[1].value = NULL;
    CHECK(OPEN(&webhook, headers, 3, body, len) == ARGUMENT);
    headers[1].value_len = 0; /* NULL is good for no bytes */
    CHECK(OPEN(&webhook, headers, 3, body, len) == KIND(SIGNATURE));
    headers[1] = header("", "nonce");
    headers[1].name = NULL;
    CHECK(OPEN(&webhook, headers, 3, body, len) == KIND(SIGNATURE_HEADER));
    headers[1].name_len = SIZE_MAX;
    CHECK(OPEN(&webhook, headers, 3, body, len) == ARGUMENT);
    CHECK(memcmp(body, S3_BODY, len) == 0);
}

/* A webhook that something else has written to accepts nothing, and no tool sees a wrong access. */
static void broken_memory(void) {
    unsigned char *bytes = (unsigned char *)&webhook;
    for (int byte = 0; byte < 256; byte++) {
        memset(&webhook, byte, sizeof webhook);
        if (byte != 1) { /* with ones it has secrets of one byte */
            CHECK(open_unsigned("{}") == ARGUMENT);
            CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == ARGUMENT);
            lark_webhook_set_previous(&webhook, "key", 3, "token", 5);
        }
    }
    for (size_t at = 0; at < sizeof webhook; at++) {
        for (int bit = 0; bit < 8; bit++) {
            CHECK(lark_webhook_init(&webhook, TEXT("test key"), TEXT("tok")) == 0);
            bytes[at] ^= (unsigned char)(1 << bit);
            CHECK(open_unsigned("{\"token\":\"tik\"}") != 0);
            CHECK(open_unsigned(S3_EVENT) != 0); /* a plain event is none, whatever has become of the key */
        }
    }
    for (int byte = 0; byte < 256; byte++) {
        CHECK(lark_webhook_init_insecure(&webhook) == 0);
        memset(&webhook.insecure, byte, sizeof webhook.insecure);
        CHECK(open_unsigned("{}") == (byte == 1 ? 0 : ARGUMENT)); /* nothing but the one value opens the door */
    }
    lark_webhook_clear(&webhook);
    CHECK(is_zero(&webhook, sizeof webhook) && open_unsigned("{}") == ARGUMENT);
    CHECK(open_with("1700000000", "nonce", S3_SIGNATURE, S3_BODY) == ARGUMENT);
}

static void replies(void) {
    static const struct {
        LarkErrorKind kind;
        unsigned status;
    } table[] = {{0, 200}, {KIND(UNVERIFIED), 401}, {KIND(SIGNATURE), 401}, {KIND(TOKEN), 401}, {KIND(STALE), 401},
                 {KIND(TOO_LARGE), 413}, {KIND(HANDLER), 500}, {KIND(IN_PROGRESS), 503}, {ARGUMENT, 500},
                 {KIND(BUFFER_FULL), 500}, {KIND(UNEXPECTED_END), 400}, {KIND(CAPACITY), 400}, {-1, 400}, {999, 400}};
    LarkDelivery challenge;
    size_t len;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char reply[32];
        CHECK(lark_http_status(table[i].kind) == table[i].status);
        CHECK(lark_webhook_reply(table[i].kind, NULL, reply, sizeof reply, &len) == table[i].status);
        CHECK(len == strlen(reply) && len > 0 && reply[0] == '{' && reply[len - 1] == '}');
    }
    CHECK(lark_webhook_reply(0, NULL, out, sizeof out, &len) == 200 && strcmp(out, SUCCESS) == 0);
    CHECK(lark_webhook_reply(0, NULL, NULL, 0, NULL) == 200 && lark_webhook_reply(KIND(TOKEN), NULL, NULL, 9, &len) == 401);
    CHECK(len == 0);
    CHECK(lark_webhook_init_insecure(&webhook) == 0);
    CHECK(open_unsigned("{\"header\":{}}") == 0 && lark_webhook_reply(0, &delivery, out, sizeof out, &len) == 200);
    CHECK(strcmp(out, SUCCESS) == 0);
    CHECK(lark_webhook_reply(KIND(HANDLER), &delivery, out, sizeof out, &len) == 500);
    CHECK(open_unsigned("{\"type\":\"url_verification\",\"challenge\":\"a\\\"\\u0001\\u6d41\"}") == 0);
    challenge = delivery;
    CHECK(lark_webhook_reply(0, &challenge, out, sizeof out, &len) == 200 && len == strlen(out));
    CHECK(strcmp(out, "{\"challenge\":\"a\\\"\\u0001\xe6\xb5\x81\"}") == 0);
    CHECK(lark_webhook_reply(KIND(HANDLER), &challenge, out, sizeof out, &len) == 500 && strstr(out, "challenge") == NULL);
    CHECK(lark_webhook_reply(0, &challenge, NULL, 0, &len) == 500);
    /* A delivery that was not found, or that something has written to, is never a success. */
    CHECK(open_unsigned("x") != 0 && lark_webhook_reply(0, &delivery, out, sizeof out, &len) == 500);
    delivery.kind = 99;
    CHECK(lark_webhook_reply(0, &delivery, out, sizeof out, &len) == 500);
    delivery.kind = LARK_DELIVERY_KIND_CHALLENGE;
    delivery.len = 1;
    CHECK(lark_webhook_reply(0, &delivery, out, sizeof out, &len) == 500);
    delivery.data = (const uint8_t *)"\xff";
    CHECK(lark_webhook_reply(0, &delivery, out, sizeof out, &len) == 500);
}

/* Whole or nothing, and the status all the same. */
static void small_replies(void) {
    CHECK(lark_webhook_init_insecure(&webhook) == 0);
    CHECK(open_unsigned("{\"type\":\"url_verification\",\"challenge\":\"ajls384k-djjh-4b6d-a3f1-0123456789ab\"}") == 0);
    CHECK(delivery.len == 36);
    for (size_t cap = 0; cap <= 54; cap++) {
        char *exact = malloc(cap > 0 ? cap : 1);
        size_t len = 99;
        unsigned status = lark_webhook_reply(0, &delivery, exact, cap, &len);
        CHECK(status == (cap < 53 ? 500 : 200));
        CHECK(cap == 0 || len == strlen(exact));
        CHECK(cap >= 53 ? len == 52 : cap >= 32 ? strcmp(exact, "{\"msg\":\"Internal Server Error\"}") == 0 : len == 0);
        CHECK(lark_webhook_reply(0, NULL, exact, cap, &len) == 200);
        CHECK(cap == 0 || strcmp(exact, cap < sizeof SUCCESS ? "" : SUCCESS) == 0);
        CHECK(lark_webhook_reply(KIND(TOO_LARGE), NULL, exact, cap, &len) == 413);
        free(exact);
    }
}

static void dedup(void) {
    static LarkDedupSlot slots[4];
    LarkDedup window;
    memset(slots, 0xff, sizeof slots);
    memset(&window, 0xff, sizeof window);
    CHECK(lark_dedup_init(&window, slots, 4, LARK_DEDUP_TTL_MS) == 0);
    CHECK(is_zero(slots, sizeof slots) && window.ttl_ms == 12u * 60 * 60 * 1000);
    CHECK(lark_dedup_begin(&window, "abc", 3, 0) == LARK_SEEN_NEW);
    CHECK(lark_dedup_begin(&window, "abcd", 3, 1) == LARK_SEEN_IN_PROGRESS);
    CHECK(lark_dedup_begin(&window, "abcd", 4, 1) == LARK_SEEN_NEW);
    CHECK(lark_dedup_abort(&window, "abc", 3) == 0 && lark_dedup_begin(&window, "abc", 3, 2) == LARK_SEEN_NEW);
    CHECK(lark_dedup_commit(&window, "abc", 3, 3) == 0 && lark_dedup_begin(&window, "abc", 3, 4) == LARK_SEEN_DUPLICATE);
    CHECK(lark_dedup_abort(&window, "abc", 3) == 0 && lark_dedup_begin(&window, "abc", 3, 5) == LARK_SEEN_DUPLICATE);
    CHECK(lark_dedup_begin(&window, "abc", 3, 2 + LARK_DEDUP_TTL_MS) == LARK_SEEN_NEW);
    for (char id = '0'; id < '9'; id++) {
        CHECK(lark_dedup_begin(&window, &id, 1, 6) == LARK_SEEN_NEW);
    }
    CHECK(lark_dedup_begin(&window, "5", 1, 6) == LARK_SEEN_IN_PROGRESS); /* the last four */
    CHECK(lark_dedup_begin(&window, "4", 1, 6) == LARK_SEEN_NEW);
    CHECK(lark_dedup_begin(&window, NULL, 0, 6) == LARK_SEEN_INVALID);
    CHECK(lark_dedup_begin(&window, NULL, 1, 6) == LARK_SEEN_INVALID);
    CHECK(lark_dedup_begin(&window, "x", 0, 6) == LARK_SEEN_INVALID);
    CHECK(lark_dedup_begin(&window, "x", SIZE_MAX, 6) == LARK_SEEN_INVALID);
    CHECK(lark_dedup_begin(&window, "\xff", 1, 6) == LARK_SEEN_INVALID);
    CHECK(lark_dedup_begin(NULL, "x", 1, 6) == LARK_SEEN_INVALID);
    CHECK(lark_dedup_commit(NULL, "x", 1, 6) == ARGUMENT && lark_dedup_commit(&window, "", 0, 6) == ARGUMENT);
    CHECK(lark_dedup_abort(NULL, "x", 1) == ARGUMENT && lark_dedup_abort(&window, NULL, 1) == ARGUMENT);
    CHECK(lark_dedup_begin((LarkDedup *)(void *)((char *)&window + 1), "x", 1, 6) == LARK_SEEN_INVALID);
    CHECK(lark_dedup_init(NULL, slots, 4, 1) == ARGUMENT);
    CHECK(lark_dedup_init(&window, slots, 0, 1) == ARGUMENT && is_zero(&window, sizeof window));
    CHECK(lark_dedup_begin(&window, "x", 1, 6) == LARK_SEEN_INVALID && lark_dedup_commit(&window, "x", 1, 6) == ARGUMENT);
    CHECK(lark_dedup_init(&window, NULL, 4, 1) == ARGUMENT && lark_dedup_init(&window, slots, SIZE_MAX, 1) == ARGUMENT);
    CHECK(lark_dedup_init(&window, (LarkDedupSlot *)(void *)((char *)slots + 1), 1, 1) == ARGUMENT);
    CHECK(lark_dedup_begin(&window, "x", 1, 6) == LARK_SEEN_INVALID);
    /* Slots and place in them that something else has written to: some answer, and no wrong access. */
    for (int byte = 0; byte < 256; byte += 3) {
        CHECK(lark_dedup_init(&window, slots, 4, 1000) == 0);
        memset(slots, byte, sizeof slots);
        memset(&window.next, byte, sizeof window.next);
        for (char id = '0'; id < '9'; id++) {
            CHECK(lark_dedup_begin(&window, &id, 1, 6) != LARK_SEEN_INVALID);
            CHECK(lark_dedup_commit(&window, &id, 1, 6) == 0 && lark_dedup_abort(&window, &id, 1) == 0);
        }
    }
}

int main(void) {
    vectors();
    refusals();
    limits();
    rotation();
    secrets();
    pointers();
    broken_memory();
    replies();
    small_replies();
    dedup();
    free(body);
    return failures == 0 ? 0 : 1;
}
