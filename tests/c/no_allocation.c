/* Linked with --wrap for every function that allocates: the library must call none. Also, both files include the header. */
#include <lark_event.h>
#include <lark_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"

static int calls = 0;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
int __real_posix_memalign(void **memory, size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size);

void *__wrap_malloc(size_t size) { return calls++, __real_malloc(size); }
void *__wrap_calloc(size_t count, size_t size) { return calls++, __real_calloc(count, size); }
void *__wrap_realloc(void *memory, size_t size) { return calls++, __real_realloc(memory, size); }
int __wrap_posix_memalign(void **memory, size_t alignment, size_t size) {
    return calls++, __real_posix_memalign(memory, alignment, size);
}

static LarkEnvelope envelope;
static char out[1 << 16];

/* A request with the timestamp, nonce and signature of the command line. */
static int all_of_the_webhook(char **argv, uint8_t *body, size_t len) {
    static LarkWebhook webhook;
    static LarkDedup dedup;
    static LarkDedupSlot slots[8];
    LarkDelivery delivery;
    LarkHttpHeader headers[3] = {{"X-Lark-Request-Timestamp", 24, argv[1], strlen(argv[1])},
                                 {"X-Lark-Request-Nonce", 20, argv[2], strlen(argv[2])},
                                 {"X-Lark-Signature", 16, argv[3], strlen(argv[3])}};
    int good = lark_webhook_init(&webhook, "new key", 7, NULL, 0) == 0;
    good &= lark_webhook_set_previous(&webhook, "test key", 8, NULL, 0) == 0;
    good &= lark_webhook_set_max_body(&webhook, 1 << 16) == 0 && lark_webhook_set_tolerance_ms(&webhook, 0) == 0;
    good &= lark_webhook_open(&webhook, headers, 0, NULL, 0, 0, &delivery, NULL) == LARK_ERROR_KIND_UNVERIFIED;
    good &= lark_webhook_open(&webhook, headers, 3, body, len, 0, &delivery, NULL) == 0;
    good &= lark_webhook_reply(0, &delivery, out, sizeof out, NULL) == 200;
    delivery.kind = LARK_DELIVERY_KIND_CHALLENGE;
    good &= lark_webhook_reply(0, &delivery, out, sizeof out, NULL) == 200;
    good &= lark_dedup_init(&dedup, slots, 8, LARK_DEDUP_TTL_MS) == 0;
    for (char id = 'a'; id < 'z'; id++) {
        good &= lark_dedup_begin(&dedup, &id, 1, 0) == LARK_SEEN_NEW && lark_dedup_commit(&dedup, &id, 1, 0) == 0;
        good &= lark_dedup_abort(&dedup, &id, 1) == 0;
    }
    good &= lark_webhook_init_insecure(&webhook) == 0 && lark_http_status(0) == 200;
    lark_webhook_clear(&webhook);
    return good;
}

/* A string with escapes, and what is not there. */
static int all_of_the_lookup(void) {
    static const char json[] = "{\"a\":[{\"b\":\"\\u6d41\\n\"}]}";
    LarkJson value;
    size_t len;
    int good = lark_json_pointer((const uint8_t *)json, sizeof json - 1, "/a/0/b", &value, NULL) == 0;
    good &= lark_json_text(&value, out, sizeof out, &len, NULL) == 0 && len == 4;
    return good && lark_json_pointer((const uint8_t *)json, sizeof json - 1, "/a/~1", &value, NULL) == 0;
}

/* An event in two parts, and its answer. */
static int all_of_the_session(void) {
    static const char reply[] = "{\"code\":0,\"data\":{\"URL\":\"wss://localhost/?service_id=7\"}}";
    static LarkSession session;
    static LarkEndpoint endpoint;
    static LarkPart parts[4];
    static uint8_t bytes[64], sent[FRAME_ROOM];
    static struct frame frame;
    LarkAction action;
    LarkReceived received;
    size_t len;
    int good = lark_endpoint_request("cli_1", 5, "secret", 6, out, sizeof out, NULL) == 0;
    good &= lark_session_init(&session, bytes, sizeof bytes, parts, 4, 1) == 0;
    good &= lark_session_poll(&session, 0, sent, sizeof sent, &action) == 0 && action.kind == LARK_ACTION_KIND_CONNECT;
    good &= lark_endpoint_read(&endpoint, (const uint8_t *)reply, sizeof reply - 1, NULL) == 0;
    good &= !lark_endpoint_code_is_fatal(0) && lark_endpoint_code_name(0) != NULL;
    good &= lark_session_handle_endpoint(&session, &endpoint, 0) && lark_session_handle_open(&session, 0) == 0;
    good &= lark_session_poll(&session, 0, sent, sizeof sent, &action) == 0 && action.kind == LARK_ACTION_KIND_SEND;
    data_frame(&frame, "event", "m", "2", "1", "}", 1);
    good &= lark_session_handle_message(&session, frame.data, frame.len, 0, &received, NULL) == 0;
    data_frame(&frame, "event", "m", "2", "0", "{", 1);
    good &= lark_session_handle_message(&session, frame.data, frame.len, 0, &received, NULL) == 0;
    good &= lark_session_answer(&session, &received.ack, true, 0, sent, sizeof sent, &len) == 0 && len > 0;
    good &= lark_session_handle_disconnect(&session, 0) == 0 && lark_session_close(&session) == 0;
    return good && lark_session_handle_refusal(&session, NULL, 0, NULL, 0, 0) == 0;
}

int main(int argc, char **argv) {
    static uint8_t body[1 << 16];
    LarkError error;
    size_t len;
    free(malloc((size_t)argc)); /* the counter counts */
    if (calls == 0) {
        return 2;
    }
    for (int i = 4; i < argc; i++) { /* the first is the body of a webhook */
        FILE *file = fopen(argv[i], "rb");
        if (file == NULL) {
            return 3;
        }
        len = fread(body, 1, sizeof body, file);
        fclose(file);
        calls = 0;
        if (i == 4 && !(all_of_the_webhook(argv, body, len) && all_of_the_lookup() && all_of_the_session())) {
            return 4;
        }
        lark_decode(body, len, &envelope, &error);
        lark_decode_as(body, len, "corehr.process.node.updated_v2", &envelope, &error);
        lark_to_json(&envelope, out, sizeof out, NULL, NULL);
        lark_decode(body, len / 2, &envelope, &error);
        lark_error_message(&error, out, sizeof out);
        lark_error_field(&error, out, sizeof out);
        lark_event_type_tag(lark_event_type_name(LARK_EVENT_JOB_CHANGE_UPDATED));
        lark_value_name(LARK_EVENT_PROCESS_UPDATED, "status", 1);
        if (calls != 0) {
            fprintf(stderr, "%s: %d calls\n", argv[i], calls);
            return 1;
        }
    }
    return 0;
}
