/*
 * The C interface on a Cortex-M4: the platform's samples, requests of the corpus, and what a 32-bit machine could get
 * wrong.
 *
 * cases.h is made of tests/corpus by native.py.
 */
#include "board.h"

#include <lark_event.h>
#include <string.h>

/* A request of the corpus, and what must become of it. */
struct request {
    const char *name;
    const char *encrypt_key, *verification_token, *previous_encrypt_key, *previous_verification_token;
    uint32_t max_body;
    uint64_t tolerance_ms, now_ms;
    const LarkHttpHeader *headers;
    size_t count;
    const uint8_t *body;
    size_t len;
    LarkErrorKind kind;
    LarkDeliveryKind delivery;
    const uint8_t *text;
    size_t text_len;
};

#include "cases.h"

static const struct request requests[] = {REQUESTS};

#define NODE "corehr.process.node.updated_v2"
#define BODY_CAPACITY 2048

static LarkEnvelope envelope, again;
static LarkWebhook webhook;
static LarkDedup dedup;
static LarkDedupSlot slots[4];
static uint8_t body[BODY_CAPACITY];
static char json[BODY_CAPACITY];
static unsigned passed, failed;

/* ---- checks ---- */

/* printf() of newlib would want a heap. */
static void log_number(unsigned number) {
    char digits[12];
    char *digit = digits + sizeof digits - 1;
    *digit = 0;
    do {
        *--digit = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    board_log(digit);
}

static void check(bool good, const char *name, unsigned line) {
    if (good) {
        passed++;
        return;
    }
    failed++;
    board_log("line ");
    log_number(line);
    board_log(": ");
    board_log(name);
    board_log("\n");
}

#define CHECK(condition) check(condition, #condition, __LINE__)
#define CHECK_NAMED(condition, name) check(condition, name, __LINE__)
#define CHECK_TEXT(text, expected)                                                                                     \
    check((text).present && (text).len == sizeof(expected) - 1 &&                                                      \
              memcmp((text).data, expected, sizeof(expected)) == 0,                                                    \
          #text " is not " expected, __LINE__)
#define CHECK_VALUE(number, expected) check((number).present && (number).value == (expected), #number, __LINE__)
#define DECODE(sample) lark_decode(sample, sizeof sample, &envelope, NULL)

static bool is(const char *text, const char *expected) { return text != NULL && strcmp(text, expected) == 0; }

/* ---- decoding ---- */

static void check_header(uint32_t tag) {
    const LarkHeader *header = &envelope.header;
    CHECK(envelope.schema == LARK_SCHEMA_V2 && envelope.event.tag == tag);
    CHECK_TEXT(header->event_id, "5e3702a84e847582be8db7fb73283c02");
    CHECK(is(header->event_type.data, lark_event_type_name(tag)));
    CHECK_VALUE(header->create_time, 1608725989000u);
    CHECK_TEXT(header->token, "rvaYgkND1GOiu5MM0E1rncYC6PLtF7JV");
    CHECK_TEXT(header->app_id, "cli_9f5343c580712544");
    CHECK_TEXT(header->tenant_key, "2ca1d211f64f6438");
    CHECK(!header->tenant_id.present && header->tenant_id.len == 0);
}

static void check_process(void) {
    const LarkProcessUpdated *event = &envelope.event.process_updated;
    check_header(LARK_EVENT_PROCESS_UPDATED);
    CHECK_TEXT(event->process_id, "7072306364927985196");
    CHECK_VALUE(event->status, LARK_PROCESS_STATUS_IN_PROGRESS);
    CHECK_TEXT(event->biz_type, "renewal_record");
    CHECK_TEXT(event->flow_definition_id, "people_7023711013443944467_7379576600867884844v");
    CHECK_VALUE(event->properties, LARK_PROCESS_PROPERTIES_NORMAL);
}

static void check_node(void) {
    const LarkProcessNodeUpdated *event = &envelope.event.process_node_updated;
    check_header(LARK_EVENT_PROCESS_NODE_UPDATED);
    CHECK_TEXT(event->process_id, "7312658016791168538");
    CHECK_TEXT(event->process_node_id, "7311696871833994796");
    CHECK_VALUE(event->node_type, LARK_PROCESS_NODE_TYPE_APPROVAL);
    CHECK_VALUE(event->node_status, LARK_PROCESS_NODE_STATUS_IN_PROGRESS);
}

static void check_approver(void) {
    const LarkProcessApproverUpdated *event = &envelope.event.process_approver_updated;
    check_header(LARK_EVENT_PROCESS_APPROVER_UPDATED);
    CHECK_TEXT(event->approver_id, "7072306364927985187");
    CHECK_VALUE(event->type, LARK_PROCESS_APPROVER_TYPE_APPROVAL);
    CHECK_VALUE(event->status, LARK_PROCESS_APPROVER_STATUS_TO_DO);
    CHECK_TEXT(event->node_id, "7369419552616089132");
    CHECK(!event->node_id_str.present);
}

static void check_job_change(void) {
    const LarkJobChangeUpdated *event = &envelope.event.job_change_updated;
    check_header(LARK_EVENT_JOB_CHANGE_UPDATED);
    CHECK_TEXT(event->employment_id, "7072306364927985196");
    CHECK_TEXT(event->operator_, "7072306364927985196");
    CHECK_TEXT(event->updated_time, "1714985958000");
    CHECK_VALUE(event->status, LARK_JOB_CHANGE_STATUS_IN_APPROVAL);
    CHECK_TEXT(event->operate_reason, "操作原因");
    CHECK_VALUE(event->transfer_type, LARK_JOB_CHANGE_TRANSFER_TYPE_JOB_CHANGE_PAGE);
    CHECK(event->updated_fields.present && event->updated_fields.count == 1);
    CHECK(is(event->updated_fields.data + event->updated_fields.offsets[0], "effective_time"));
    CHECK(event->updated_fields.offsets[1] == sizeof "effective_time");
    CHECK_TEXT(event->transform_reason, "reason_for_job_change_option1");
}

static void check_samples(void) {
    CHECK(DECODE(process_updated) == 0);
    check_process();
    CHECK(DECODE(process_updated_min) == 0);
    check_process();
    CHECK(DECODE(process_node_updated) == 0);
    check_node();
    CHECK(DECODE(process_node_updated_min) == 0);
    check_node();
    CHECK(DECODE(process_approver_updated) == 0);
    check_approver();
    CHECK(DECODE(process_approver_updated_min) == 0);
    check_approver();
    CHECK(DECODE(job_change_updated) == 0);
    check_job_change();
    CHECK(DECODE(job_change_updated_min) == 0);
    check_job_change();
}

/* The samples of the platform's inner bus name no event type. */
static void check_headless(const uint8_t *sample, size_t len, const char *event_id, uint64_t time, int32_t status) {
    const LarkProcessNodeUpdated *event = &envelope.event.process_node_updated;
    CHECK(lark_decode(sample, len, &envelope, NULL) == LARK_ERROR_KIND_MISSING);
    CHECK(lark_decode_as(sample, len, NODE, &envelope, NULL) == 0);
    CHECK(envelope.schema == LARK_SCHEMA_HEADLESS && envelope.event.tag == LARK_EVENT_PROCESS_NODE_UPDATED);
    CHECK(is(envelope.header.event_id.data, event_id) && !envelope.header.event_type.present);
    CHECK_VALUE(envelope.header.event_time, time);
    CHECK_TEXT(envelope.header.tenant_id, "7024043141149753363");
    CHECK_TEXT(event->process_id, "7384728360900888108");
    CHECK_VALUE(event->node_status, status);
    CHECK_TEXT(event->biz_type, "corehr_probation_default_flow");
}

#define CHECK_HEADLESS(sample, event_id, time, status)                                                                 \
    check_headless(sample, sizeof sample, event_id, time, LARK_PROCESS_NODE_STATUS_##status)

static void check_headless_samples(void) {
    CHECK_HEADLESS(process_node_updated_headless_1, "e4b6da0748b238261c4eedb809666898", 1719391068392u, IN_PROGRESS);
    CHECK_HEADLESS(process_node_updated_headless_1_pretty, "e4b6da0748b238261c4eedb809666898", 1719391068392u,
                   IN_PROGRESS);
    CHECK_HEADLESS(process_node_updated_headless_2, "c0ba07d36568182261cfb9dbab1260eb", 1719391089652u, PASSED);
    CHECK_HEADLESS(process_node_updated_headless_2_pretty, "c0ba07d36568182261cfb9dbab1260eb", 1719391089652u, PASSED);
    CHECK_HEADLESS(process_node_updated_headless_3, "f6206e0e152423585833295bc444fada", 1719391090119u, IN_PROGRESS);
    CHECK_HEADLESS(process_node_updated_headless_3_pretty, "f6206e0e152423585833295bc444fada", 1719391090119u,
                   IN_PROGRESS);
}

/* Every prefix is an error, and none makes the decoder look behind it. */
static void check_prefixes(void) {
    size_t refused = 0;
    for (size_t len = 0; len < sizeof process_updated_min; len++) {
        LarkError error;
        LarkErrorKind kind = lark_decode(process_updated_min, len, &envelope, &error);
        refused += kind == LARK_ERROR_KIND_UNEXPECTED_END && error.offset == len && envelope.event.tag == 0;
    }
    CHECK(refused == sizeof process_updated_min);
}

static LarkErrorKind decode_text(const char *text, LarkError *error) {
    return lark_decode((const uint8_t *)text, strlen(text), &envelope, error);
}

#define EVENT(members)                                                                                                 \
    "{\"schema\":\"2.0\",\"header\":{\"event_type\":\"corehr.process.updated_v2\"},\"event\":{" members "}}"

static void check_errors(void) {
    LarkError error;
    char text[96];
    CHECK(decode_text(EVENT("\"status\":[9],\"process_id\":\"7\""), &error) == LARK_ERROR_KIND_TYPE);
    CHECK(error.kind == LARK_ERROR_KIND_TYPE && error.found == '[');
    CHECK(lark_error_field(&error, text, sizeof text) == 12 && is(text, "event.status"));
    CHECK(lark_error_message(&error, text, sizeof text) == strlen(text));
    CHECK(strncmp(text, "event.status: expected", 22) == 0);
    CHECK(!envelope.event.process_updated.status.present);
    CHECK_TEXT(envelope.event.process_updated.process_id, "7");
    CHECK(decode_text(EVENT("\"status\":2147483648"), &error) == LARK_ERROR_KIND_RANGE);
    CHECK(decode_text(EVENT("\"status\":\"-2147483648\""), &error) == 0);
    CHECK_VALUE(envelope.event.process_updated.status, INT32_MIN);
    CHECK(decode_text(EVENT("\"process_id\":18446744073709551615"), &error) == 0);
    CHECK_TEXT(envelope.event.process_updated.process_id, "18446744073709551615");
    CHECK(decode_text("{\"a\":", &error) == LARK_ERROR_KIND_UNEXPECTED_END && error.offset == 5);
    CHECK(lark_error_message(&error, NULL, 0) > 0);
    CHECK(lark_error_message(&error, text, 9) > 9 && is(text, "expected"));
    CHECK(decode_text("{}x", &error) == LARK_ERROR_KIND_TRAILING_BYTES && error.found == 'x');
    CHECK(lark_decode(NULL, 1, &envelope, &error) == LARK_ERROR_KIND_INVALID_ARGUMENT);
    CHECK(lark_decode(body, 1, NULL, &error) == LARK_ERROR_KIND_INVALID_ARGUMENT);
    CHECK(is(lark_error_kind_name(LARK_ERROR_KIND_CAPACITY), "CAPACITY") && lark_error_kind_name(99) == NULL);
}

/* ---- JSON ---- */

static void check_to_json(void) {
    size_t len = 0, rest = 0;
    CHECK(DECODE(job_change_updated) == 0);
    CHECK(lark_to_json(&envelope, json, sizeof json, &len, NULL) == 0);
    CHECK(len == strlen(json) && strstr(json, "\"operate_reason\":\"操作原因\"") != NULL);
    CHECK(lark_decode((const uint8_t *)json, len, &again, NULL) == 0);
    CHECK(is(again.event.job_change_updated.transform_type.data, "assignment_start_reason_option1"));
    CHECK(again.header.create_time.value == 1608725989000u);
    CHECK(lark_to_json(&envelope, json, len + 1, &rest, NULL) == 0 && rest == len);
    CHECK(lark_to_json(&envelope, json, len, &rest, NULL) == LARK_ERROR_KIND_BUFFER_FULL && rest == 0 && json[0] == 0);
    CHECK(decode_text("{\"schema\":\"2.0\",\"header\":{\"event_type\":\"x\"},\"event\":{}}", NULL) == 0);
    CHECK(envelope.event.tag == LARK_EVENT_UNKNOWN);
    CHECK(lark_to_json(&envelope, json, sizeof json, NULL, NULL) == LARK_ERROR_KIND_UNTYPED);
}

static void check_names(void) {
    CHECK(is(lark_version(), LARK_EVENT_VERSION));
    CHECK(lark_event_type_tag(NODE) == LARK_EVENT_PROCESS_NODE_UPDATED && lark_event_type_tag("x") == 0);
    CHECK(is(lark_value_name(LARK_EVENT_PROCESS_UPDATED, "status", LARK_PROCESS_STATUS_COMPLETED), "COMPLETED"));
    CHECK(lark_value_name(LARK_EVENT_PROCESS_UPDATED, "status", 3) == NULL);
    CHECK(is(lark_schema_name(LARK_SCHEMA_HEADLESS), "HEADLESS"));
}

/* ---- webhook ---- */

static size_t length(const char *text) { return text != NULL ? strlen(text) : 0; }

static bool set_up(const struct request *request) {
    const char *key = request->encrypt_key, *token = request->verification_token;
    const char *old_key = request->previous_encrypt_key, *old_token = request->previous_verification_token;
    if (key == NULL && token == NULL) {
        return lark_webhook_init_insecure(&webhook) == 0;
    }
    return lark_webhook_init(&webhook, key, length(key), token, length(token)) == 0 &&
           lark_webhook_set_previous(&webhook, old_key, length(old_key), old_token, length(old_token)) == 0 &&
           lark_webhook_set_max_body(&webhook, request->max_body) == 0 &&
           lark_webhook_set_tolerance_ms(&webhook, request->tolerance_ms) == 0;
}

static void check_request(const struct request *request) {
    LarkDelivery delivery;
    LarkErrorKind kind;
    bool as_expected;
    memcpy(body, request->body, request->len);
    as_expected = set_up(request);
    kind = lark_webhook_open(&webhook, request->headers, request->count, body, request->len, request->now_ms, &delivery,
                             NULL);
    as_expected &= kind == request->kind && delivery.kind == request->delivery && delivery.len == request->text_len;
    as_expected &= delivery.len == 0 || memcmp(delivery.data, request->text, delivery.len) == 0;
    CHECK_NAMED(as_expected, request->name);
}

static const struct request *find(const char *name) {
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (strcmp(requests[i].name, name) == 0) {
            return &requests[i];
        }
    }
    return NULL;
}

static LarkErrorKind open_request(const struct request *request, size_t count, LarkDelivery *delivery) {
    memcpy(body, request->body, request->len);
    return lark_webhook_open(&webhook, request->headers, count, body, request->len, request->now_ms, delivery, NULL);
}

/* An event from its request to its struct, and what is answered. */
static void check_event(void) {
    const struct request *request = find("vector S3");
    LarkDelivery delivery;
    CHECK(request != NULL);
    if (request == NULL) {
        return;
    }
    CHECK(set_up(request) && open_request(request, request->count, &delivery) == 0);
    CHECK(lark_decode(delivery.data, delivery.len, &envelope, NULL) == 0);
    CHECK_TEXT(envelope.event.process_cc_updated.approver_id, "7072306364927985187");
    CHECK_VALUE(envelope.event.process_cc_updated.status, LARK_PROCESS_CC_STATUS_DELIVERED);
    CHECK(lark_webhook_reply(0, &delivery, json, sizeof json, NULL) == 200 && is(json, "{\"msg\":\"success\"}"));
    CHECK(open_request(request, 0, &delivery) == LARK_ERROR_KIND_UNVERIFIED && delivery.data == NULL);
    CHECK(open_request(request, 2, &delivery) == LARK_ERROR_KIND_SIGNATURE_HEADER);
    body[request->len - 9] ^= 1; /* of the body that the last call has not touched */
    CHECK(lark_webhook_open(&webhook, request->headers, 3, body, request->len, 0, &delivery, NULL) ==
          LARK_ERROR_KIND_SIGNATURE);
    CHECK(lark_webhook_reply(LARK_ERROR_KIND_SIGNATURE, &delivery, json, sizeof json, NULL) == 401);
    lark_webhook_clear(&webhook);
    CHECK(open_request(request, request->count, &delivery) == LARK_ERROR_KIND_INVALID_ARGUMENT);
}

static void check_challenge(void) {
    const struct request *request = find("vector D3");
    LarkDelivery delivery;
    size_t len;
    CHECK(request != NULL && set_up(request) && open_request(request, request->count, &delivery) == 0);
    CHECK(delivery.kind == LARK_DELIVERY_KIND_CHALLENGE);
    CHECK(lark_webhook_reply(0, &delivery, json, sizeof json, &len) == 200 && is(json, "{\"challenge\":\"abc\"}"));
    CHECK(len == 19);
    CHECK(lark_webhook_reply(0, &delivery, json, 19, &len) == 500 && len == 0);
}

/* ---- deduplication ---- */

/* Across the 32 bits after which a clock of milliseconds goes over. */
static void check_dedup(void) {
    const uint64_t now = UINT32_MAX;
    CHECK(lark_dedup_begin(&dedup, "a", 1, 0) == LARK_SEEN_INVALID);
    CHECK(lark_dedup_init(&dedup, slots, 0, 1) == LARK_ERROR_KIND_INVALID_ARGUMENT);
    CHECK(lark_dedup_init(&dedup, slots, sizeof slots / sizeof *slots, LARK_DEDUP_TTL_MS) == 0);
    CHECK(lark_dedup_begin(&dedup, "a", 1, now) == LARK_SEEN_NEW);
    CHECK(lark_dedup_begin(&dedup, "a", 1, now + 1) == LARK_SEEN_IN_PROGRESS);
    CHECK(lark_dedup_commit(&dedup, "a", 1, now + 2) == 0);
    CHECK(lark_dedup_begin(&dedup, "a", 1, now + LARK_DEDUP_TTL_MS - 1) == LARK_SEEN_DUPLICATE);
    CHECK(lark_dedup_begin(&dedup, "a", 1, now + 2 + LARK_DEDUP_TTL_MS) == LARK_SEEN_NEW);
    CHECK(lark_dedup_abort(&dedup, "a", 1) == 0);
    for (char id = 'a'; id < 'e'; id++) {
        CHECK(lark_dedup_begin(&dedup, &id, 1, now) == LARK_SEEN_NEW && lark_dedup_commit(&dedup, &id, 1, now) == 0);
    }
    CHECK(lark_dedup_begin(&dedup, "a", 1, now) == LARK_SEEN_DUPLICATE);
    CHECK(lark_dedup_begin(&dedup, "e", 1, now) == LARK_SEEN_NEW);
    CHECK(lark_dedup_begin(&dedup, "a", 1, now) == LARK_SEEN_NEW); /* it has made room for the fifth */
}

int main(void) {
    board_init();
    check_samples();
    check_headless_samples();
    check_prefixes();
    check_errors();
    check_to_json();
    check_names();
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        check_request(&requests[i]);
    }
    check_event();
    check_challenge();
    check_dedup();
    board_log("stack: ");
    log_number((unsigned)board_stack_used());
    board_log(" bytes\n");
    log_number(passed);
    board_log(" passed, ");
    log_number(failed);
    board_log(" failed\n");
    return failed == 0 ? 0 : 1;
}
